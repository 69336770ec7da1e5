package mcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"
	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
)

// Config says what a server offers.
type Config struct {
	Version string
	Root    *Root        // files that may be analyzed; nil: none, path is no argument then
	Video   *ffmpeg.Tool // shows frames of videos; nil: frame has no image of a video
	Log     *slog.Logger // nil discards
	Schemas *sdk.SchemaCache
}

// DefaultConfig offers everything but files.
func DefaultConfig() Config { return Config{Version: "dev", Schemas: sdk.NewSchemaCache()} }

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	if c.Version == "" {
		return errors.New("mcp: Version is empty")
	}
	return nil
}

// tools are the tools on a backend.
type tools struct {
	cfg     Config
	backend Backend
	log     *slog.Logger
}

// New makes a server of the tools on a backend.
func New(cfg Config, b Backend) (*sdk.Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	t := &tools{cfg, b, cfg.Log}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	s := sdk.NewServer(&sdk.Implementation{Name: "saccade", Title: "Saccade", Version: cfg.Version}, &sdk.ServerOptions{
		Instructions: instructions, SchemaCache: cfg.Schemas,
		Capabilities: capabilities(),
	})
	addViewer(s)
	return s, t.register(s)
}

func (t *tools) register(s *sdk.Server) error {
	yes, no := true, false
	reads := func(title string) *sdk.ToolAnnotations {
		return &sdk.ToolAnnotations{Title: title, ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: &no, OpenWorldHint: &no}
	}
	makes := func(title string, repeatable bool, open *bool) *sdk.ToolAnnotations {
		return &sdk.ToolAnnotations{Title: title, IdempotentHint: repeatable, DestructiveHint: &no, OpenWorldHint: open}
	}
	erases := makes("Erase an analysis", true, &no)
	erases.DestructiveHint = &yes
	pair, err := schemaOf[compareIn](t.cfg.Root != nil)
	if err != nil {
		return err
	}
	analyze, err := schemaOf[analyzeIn](t.cfg.Root != nil)
	if err != nil {
		return err
	}
	add(s, t, shown(&sdk.Tool{Name: "analyze", Annotations: makes("Predict where people look", false, &yes), InputSchema: analyze,
		Description: "Predict where people look in exactly one video, image or web page, or fetch an analysis by its id. Returns scores, the strongest gaze points, the heat map as an image and links to the files. Takes seconds; a video about as long as it plays."}), t.analyze)
	add(s, t, shown(&sdk.Tool{Name: "measure_areas", Annotations: makes("Measure areas of interest", true, &no),
		Description: "Measure what share of attention named areas of an analysis get, their rank, and when they are first seen. Replaces the areas measured before."}), t.measure)
	add(s, t, shown(&sdk.Tool{Name: "compare", Annotations: makes("Compare two designs", false, &yes), InputSchema: pair,
		Description: "Compare a candidate with a base: scores, areas, how much attention moved, what is within the noise, and checks like \"cta.share < 0.9*base\" (true means something is wrong)."}), t.compare)
	add(s, t, shown(&sdk.Tool{Name: "elements", Annotations: makes("Attention by element of a page", false, &yes),
		Description: "What is on a web page (headings, links, buttons, fields, images) and what share of attention each gets; with steal, who gives attention to whom when one is hidden."}), t.elements)
	add(s, t, shown(&sdk.Tool{Name: "frame", Annotations: reads("Look at one frame"),
		Description: "Numbers and image of one frame of an analyzed video, at t seconds from its beginning (an image has one frame)."}), t.frame)
	add(s, t, &sdk.Tool{Name: "list_analyses", Annotations: reads("List analyses"), Description: "List analyses, newest first."}, t.list)
	add(s, t, &sdk.Tool{Name: "explain", Annotations: reads("Explain a measure"),
		Description: "What a measure means, how it is computed, on what data it was judged, with interval, and what it does not say."}, t.explain)
	add(s, t, &sdk.Tool{Name: "delete", Annotations: erases, Description: "Erase an analysis and its files for good, or cancel one that runs."}, t.delete)
	return nil
}

// schemaOf is the schema of arguments, without the argument path where files
// are not offered.
func schemaOf[T any](files bool) (*jsonschema.Schema, error) {
	s, err := jsonschema.For[T](nil)
	if err == nil && !files {
		delete(s.Properties, "path")
		for _, inner := range s.Properties {
			delete(inner.Properties, "path")
		}
	}
	return s, err
}

// outcome is an answer that can carry an error.
type outcome interface{ fail(*problem) }

// handler does what a tool does. It fills out, and returns the lines of the
// answer with what else belongs to it.
type handler[In any, Out any] func(ctx context.Context, call *call, in In, out *Out) (*sdk.CallToolResult, error)

// add adds a tool: errors become answers, and a panic becomes an error.
func add[In, Out any, P interface {
	*Out
	outcome
}](s *sdk.Server, t *tools, tool *sdk.Tool, h handler[In, Out]) {
	sdk.AddTool(s, tool, func(ctx context.Context, req *sdk.CallToolRequest, in In) (res *sdk.CallToolResult, out Out, err error) {
		defer func() {
			if p := recover(); p != nil {
				t.log.ErrorContext(ctx, "a tool panicked", "tool", tool.Name, "err", fmt.Sprint(p))
				err = fmt.Errorf("%s failed; that is a defect of the server", tool.Name)
			}
			if err != nil {
				p := problemOf(err)
				var none Out
				P(&none).fail(p)
				res, out, err = failed(p), none, nil
			}
		}()
		dir, err := os.MkdirTemp("", "saccade-mcp-*")
		if err != nil {
			return nil, out, err
		}
		defer os.RemoveAll(dir)
		res, err = h(ctx, &call{req: req, dir: dir, tool: tool.Name}, in, &out)
		return res, out, err
	})
}

// call is one call of a tool.
type call struct {
	req  *sdk.CallToolRequest
	dir  string // takes files for as long as the call runs
	tool string

	from, to float64 // what of the call's progress this is; both 0: all of it

	mu   sync.Mutex
	last int // percent that was told, plus one
}

// half is one half of a call that does two things in turn, with a directory of its own.
func (c *call) half(i int) (*call, error) {
	own := &call{req: c.req, tool: c.tool, dir: filepath.Join(c.dir, fmt.Sprint(i)), from: float64(i) / 2, to: float64(i+1) / 2}
	own.last = int(100*own.from) + min(i, 1) // progress must increase
	return own, os.Mkdir(own.dir, 0o700)
}

// progress tells the client how far the call is, if it asked, whenever a percent
// more is done.
func (c *call) progress(ctx context.Context) func(saccade.Progress) {
	token := c.req.Params.GetProgressToken()
	return func(p saccade.Progress) {
		c.mu.Lock()
		defer c.mu.Unlock()
		fraction := p.Fraction
		if c.to > 0 {
			fraction = c.from + (c.to-c.from)*fraction
		}
		percent := int(100 * fraction)
		if token == nil || percent < c.last {
			return
		}
		c.last = percent + 1
		_ = c.req.Session.NotifyProgress(ctx, &sdk.ProgressNotificationParams{ // best effort
			ProgressToken: token, Progress: float64(percent), Total: 100, Message: plain(string(p.Stage), MaxText)})
	}
}
