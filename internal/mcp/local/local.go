// Package local is the backend of the tools that runs the engine in the process:
// no server, no account.
//
// Results lie in a directory of their own, which Close removes; links are file:
// addresses into it. The latest [Config.Keep] analyses are kept, the results of
// older ones are erased. Analyses run [Config.Jobs] at a time.
package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/mcp"
	"github.com/saccade-dev/saccade/internal/movie"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// Config holds the settings.
type Config struct {
	Dir  string // parent of the directory of the results; empty: the system's for temporary files
	Keep int    // analyses that are kept, at least 1
	Jobs int    // analyses at the same time, at least 1
}

// DefaultConfig keeps a hundred analyses and makes one at a time.
func DefaultConfig() Config { return Config{Keep: 100, Jobs: 1} }

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var faults []error
	if c.Keep < 1 {
		faults = append(faults, errors.New("local: Keep must be at least 1"))
	}
	if c.Jobs < 1 {
		faults = append(faults, errors.New("local: Jobs must be at least 1"))
	}
	return errors.Join(faults...)
}

// Backend implements [mcp.Backend] by the pipeline. It is safe for concurrent
// use.
type Backend struct {
	cfg      Config
	analyzer *pipeline.Analyzer
	dir      string
	turns    chan struct{}

	mu   sync.Mutex
	made []*made // oldest first
}

// made is one analysis.
type made struct {
	client.Analysis
	dir string
	mu  sync.Mutex // guards the tables
}

// New makes a backend; Close it.
func New(cfg Config, a *pipeline.Analyzer) (*Backend, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(cfg.Dir, "saccade-results-*")
	if err != nil {
		return nil, err
	}
	return &Backend{cfg: cfg, analyzer: a, dir: dir, turns: make(chan struct{}, cfg.Jobs)}, nil
}

// Close erases every result.
func (b *Backend) Close() error { return os.RemoveAll(b.dir) }

// Analyze implements [mcp.Backend].
func (b *Backend) Analyze(ctx context.Context, r mcp.Request, progress func(saccade.Progress)) (*client.Analysis, error) {
	select {
	case b.turns <- struct{}{}:
		defer func() { <-b.turns }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m := &made{Analysis: client.Analysis{ID: saccade.NewID(), Title: r.Title, CreatedAt: saccade.Timestamp(time.Now())}}
	m.dir = filepath.Join(b.dir, m.ID)
	if err := os.Mkdir(m.dir, 0o700); err != nil {
		return nil, err
	}
	outputs, err := b.run(ctx, m, r, progress)
	if ctx.Err() != nil {
		return nil, errors.Join(ctx.Err(), os.RemoveAll(m.dir))
	}
	m.Status, m.Outputs = saccade.StatusSuccess, saccade.MapLinks(outputs, func(f saccade.File) saccade.Link { return m.link(f) })
	if err != nil {
		m.Status, m.Outputs, m.Err = saccade.StatusFailed, nil, saccade.AsError(err)
		if m.Err.Code == saccade.CodeServer { // on one's own machine the cause is no secret
			m.Err = saccade.Errorf(saccade.CodeServer, "%v", err)
		}
	}
	return b.keep(m)
}

func (b *Backend) run(ctx context.Context, m *made, r mcp.Request, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	job := pipeline.Job{Path: r.Path, Dir: m.dir, Viewer: true, Request: saccade.Request{Title: r.Title, Address: r.Page, Medium: r.Medium, AOIs: r.AOIs,
		Elements: r.Elements, Steal: r.Steal}}
	var err error
	switch {
	case r.Page != "":
		m.Type = saccade.KindPage
	case r.Path != "":
		m.Type, job.Request.Format, err = movie.SniffFile(r.Path)
	default:
		m.Type, job.Path = saccade.KindImage, filepath.Join(m.dir, "upload")
		err = os.WriteFile(job.Path, r.Image, 0o600)
		defer os.Remove(job.Path)
	}
	if err != nil {
		return nil, err
	}
	job.Request.Kind, job.Request.Outputs = m.Type, mcp.Outputs(m.Type)
	return b.analyzer.Run(ctx, job, progress)
}

// keep remembers an analysis and lets the oldest go.
func (b *Backend) keep(m *made) (*client.Analysis, error) {
	b.mu.Lock()
	b.made = append(b.made, m)
	var old []*made
	if n := len(b.made) - b.cfg.Keep; n > 0 {
		old, b.made = b.made[:n:n], b.made[n:]
	}
	b.mu.Unlock()
	var err error
	for _, o := range old {
		err = errors.Join(err, os.RemoveAll(o.dir))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return m.copy(), err
}

// copy returns the analysis for others to keep; the backend is locked.
func (m *made) copy() *client.Analysis {
	a := m.Analysis
	a.Outputs = saccade.MapLinks(a.Outputs, func(l saccade.Link) saccade.Link { return l })
	return &a
}

// link is the address of a file of the analysis.
func (m *made) link(f saccade.File) saccade.Link {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(m.dir, string(f)))}
	return saccade.Link(u.String())
}

func (b *Backend) find(id string) (*made, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.made {
		if m.ID == id {
			return m, nil
		}
	}
	return nil, saccade.Errorf(saccade.CodeNotFound, "There is no analysis with this id.").About("id")
}

// Analysis implements [mcp.Backend].
func (b *Backend) Analysis(_ context.Context, id string) (*client.Analysis, error) {
	m, err := b.find(id)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return m.copy(), nil
}

// AOIs implements [mcp.Backend].
func (b *Backend) AOIs(ctx context.Context, id string, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	m, err := b.find(id)
	if err != nil {
		return nil, err
	}
	if m.Status != saccade.StatusSuccess {
		return nil, m.Failure()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if aois, err = m.locate(aois); err != nil {
		return nil, err
	}
	results, err := m.measure(ctx, aois)
	if err == nil {
		b.mu.Lock()
		m.Outputs.AOIs = results
		b.mu.Unlock()
	}
	return results, err
}

// locate returns the areas with the boxes of the elements that they name.
func (m *made) locate(aois []saccade.AOI) ([]saccade.AOI, error) {
	if !slices.ContainsFunc(aois, saccade.AOI.Names) {
		return aois, nil
	}
	f, err := os.Open(filepath.Join(m.dir, string(artifact.ElementsJSON)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "The elements of this analysis are not known. Analyze the page again with these areas, or call elements.").About("aois")
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	known, err := artifact.ReadElements(f)
	if err != nil {
		return nil, err
	}
	return element.Locate(known.WithoutShares(), aois)
}

// measure writes both tables anew and puts them in the place of the former.
func (m *made) measure(ctx context.Context, aois []saccade.AOI) (results []saccade.AOIResult, err error) {
	open := func(name saccade.File) (*os.File, error) { return os.Open(filepath.Join(m.dir, string(name))) }
	density, err := open(artifact.DensityNPY)
	if err != nil {
		return nil, err
	}
	defer density.Close()
	frames, err := open(artifact.FramesJSON)
	if err != nil {
		return nil, err
	}
	defer frames.Close()
	newJSON, newCSV := filepath.Join(m.dir, "new.json"), filepath.Join(m.dir, "new.csv")
	toJSON, err := os.Create(newJSON)
	if err != nil {
		return nil, err
	}
	toCSV, err := os.Create(newCSV)
	if err != nil {
		return nil, errors.Join(err, toJSON.Close())
	}
	duration := 0.0
	if m.Outputs.Input != nil {
		duration = m.Outputs.Input.Duration
	}
	results, err = pipeline.MeasureAreas(ctx, pipeline.Numbers{Density: density, Frames: frames, Duration: duration}, aois, pipeline.Tables{JSON: toJSON, CSV: toCSV})
	if err = errors.Join(err, toJSON.Close(), toCSV.Close()); err != nil {
		return nil, err
	}
	return results, errors.Join(os.Rename(newJSON, filepath.Join(m.dir, string(artifact.FramesJSON))), os.Rename(newCSV, filepath.Join(m.dir, string(artifact.FramesCSV))))
}

// List implements [mcp.Backend]. A cursor is the id of the last of a page.
func (b *Backend) List(_ context.Context, o client.ListOptions) ([]client.Item, string, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	newest := slices.Clone(b.made)
	slices.Reverse(newest)
	if o.After != "" {
		i := slices.IndexFunc(newest, func(m *made) bool { return m.ID == o.After })
		if i < 0 {
			return nil, "", saccade.Errorf(saccade.CodeInvalidInput, "This cursor is not one of a list.").About("after")
		}
		newest = newest[i+1:]
	}
	var page []client.Item
	for _, m := range newest {
		if o.Type != "" && m.Type != o.Type || o.Status != "" && m.Status != o.Status {
			continue
		}
		if o.Limit > 0 && len(page) == o.Limit {
			return page, page[len(page)-1].ID, nil
		}
		page = append(page, client.Item{ID: m.ID, Type: m.Type, Status: m.Status, Title: m.Title, CreatedAt: m.CreatedAt, Err: m.Err})
	}
	return page, "", nil
}

// Delete implements [mcp.Backend].
func (b *Backend) Delete(_ context.Context, id string) error {
	m, err := b.find(id)
	if err != nil {
		return err
	}
	b.mu.Lock()
	b.made = slices.DeleteFunc(b.made, func(x *made) bool { return x == m })
	b.mu.Unlock()
	return os.RemoveAll(m.dir)
}

// Download implements [mcp.Backend].
func (b *Backend) Download(_ context.Context, link saccade.Link, w io.Writer) error {
	u, err := url.Parse(string(link))
	if err != nil || u.Scheme != "file" {
		return fmt.Errorf("local: %q is no file of a result", link)
	}
	path := filepath.Clean(filepath.FromSlash(u.Path))
	if !strings.HasPrefix(path, b.dir+string(filepath.Separator)) {
		return fmt.Errorf("local: %q is no file of a result", link)
	}
	f, err := os.Open(path)
	if err != nil {
		return saccade.Errorf(saccade.CodeGone, "This result is no longer there.").With(err)
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
