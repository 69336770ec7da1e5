package mcp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
)

func sortBy[T any](s []T, key func(T) int) {
	slices.SortStableFunc(s, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
}

// download brings a file of an analysis into the call's directory.
func (t *tools) download(ctx context.Context, c *call, link saccade.Link, name string) (*os.File, error) {
	f, err := os.Create(filepath.Join(c.dir, name))
	if err != nil {
		return nil, err
	}
	if err = t.backend.Download(ctx, link, f); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// data returns the links to the numbers of an analysis that has succeeded.
func data(a *client.Analysis) (*saccade.DataOutput[saccade.Link], error) {
	switch {
	case a.Status == saccade.StatusPending:
		return nil, saccade.Errorf(saccade.CodeConflict, "The analysis is still pending. Call analyze with its id until it has ended.")
	case a.Status == saccade.StatusFailed:
		return nil, a.Failure()
	case a.Outputs == nil || a.Outputs.Attention == nil || a.Outputs.Attention.Data == nil:
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "This analysis was made without attention.data. Analyze the input again with the tool analyze.")
	}
	return a.Outputs.Attention.Data, nil
}

// rows calls see with the rows of an analysis until it returns false.
func (t *tools) rows(ctx context.Context, link saccade.Link, see func(artifact.Row) bool) error {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := t.backend.Download(ctx, link, w)
		_ = w.CloseWithError(err)
		done <- err
	}()
	err := func() error {
		frames, err := artifact.NewFramesReader(r)
		for err == nil {
			var row artifact.Row
			if row, err = frames.Next(); err == nil && !see(row) {
				return nil
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	}()
	_ = r.Close()
	cancel()
	if down := <-done; err != nil && down != nil && !errors.Is(down, context.Canceled) && !errors.Is(down, io.ErrClosedPipe) {
		return down
	}
	return err
}

// maxGaze is how many gaze points an answer has.
const maxGaze = 5

// addGaze adds the gaze points of the first frame.
func (t *tools) addGaze(ctx context.Context, a *client.Analysis, out *analysisOut) error {
	d, err := data(a)
	if err != nil {
		return nil // made without; the rest can be answered
	}
	return t.rows(ctx, d.JSON, func(r artifact.Row) bool {
		out.Gaze = gazeOut(r.Gaze)
		return false
	})
}

func gazeOut(points []saccade.GazePoint) []pointOut {
	var out []pointOut
	for _, p := range points[:min(len(points), maxGaze)] {
		out = append(out, pointOut{p.X, p.Y, p.Mass})
	}
	return out
}

type measureIn struct {
	ID    string   `json:"id" jsonschema:"id of an analysis"`
	Areas []areaIn `json:"areas" jsonschema:"areas of interest, in place of those measured before"`
}

type measureOut struct {
	ID        string    `json:"id,omitempty" jsonschema:"id of the analysis"`
	Areas     []areaOut `json:"areas,omitempty" jsonschema:"by rank"`
	AreasLeft int       `json:"areas_left_out,omitempty" jsonschema:"areas that did not fit in here; measure fewer at a time"`
	Error     *problem  `json:"error,omitempty"`
}

func (o *measureOut) fail(p *problem) { o.Error = p }

// measure is the tool measure_areas.
func (t *tools) measure(ctx context.Context, _ *call, in measureIn, out *measureOut) (*sdk.CallToolResult, error) {
	aois, err := areasOf(in.Areas)
	if err != nil {
		return nil, err
	}
	results, err := t.backend.AOIs(ctx, in.ID, aois)
	if err != nil {
		return nil, err
	}
	out.ID, out.Areas = plain(in.ID, MaxText), areasOut(results)
	shorten(out, &out.Areas, &out.AreasLeft)
	if len(results) == 0 {
		return answered(fmt.Sprintf("Analysis %s has no areas now.", out.ID)), nil
	}
	lines := []string{fmt.Sprintf("%s of analysis %s:", counted(len(results), "area"), out.ID)}
	for _, a := range out.Areas[:min(len(out.Areas), 20)] {
		lines = append(lines, areaLine(a))
	}
	return answered(lines...), nil
}

type compareIn struct {
	Base      sourceIn `json:"base" jsonschema:"the design as it was"`
	Candidate sourceIn `json:"candidate" jsonschema:"the design as it would be"`
	Areas     []areaIn `json:"areas,omitempty" jsonschema:"areas of interest, measured on both"`
	Checks    []string `json:"checks,omitempty" jsonschema:"conditions that are true when something is wrong, like cta.share < 0.9*base"`
}

type compareOut struct {
	Verdict    string        `json:"verdict,omitempty" jsonschema:"pass, or fail when a check is true"`
	Base       string        `json:"base,omitempty" jsonschema:"id of its analysis"`
	Candidate  string        `json:"candidate,omitempty" jsonschema:"id of its analysis"`
	Quantities []quantityOut `json:"quantities,omitempty"`
	Checks     []checkOut    `json:"checks,omitempty"`
	Notes      []string      `json:"notes,omitempty"`
	LeftOut    int           `json:"left_out,omitempty" jsonschema:"quantities that did not fit in here; compare fewer areas at a time"`
	Error      *problem      `json:"error,omitempty"`
}

func (o *compareOut) fail(p *problem) { o.Error = p }

type quantityOut struct {
	Name       string   `json:"name"`
	Unit       string   `json:"unit"`
	Base       *float64 `json:"base,omitempty"`
	Candidate  *float64 `json:"candidate,omitempty"`
	Difference *float64 `json:"difference,omitempty"`
	Noise      float64  `json:"noise" jsonschema:"a difference up to this is no news"`
	Change     string   `json:"change" jsonschema:"higher, lower, same or no news"`
}

type checkOut struct {
	Check   string `json:"check"`
	Outcome string `json:"outcome" jsonschema:"true means something is wrong"`
}

// compare is the tool of this name.
func (t *tools) compare(ctx context.Context, c *call, in compareIn, out *compareOut) (*sdk.CallToolResult, error) {
	aois, err := areasOf(in.Areas)
	if err != nil {
		return nil, err
	}
	checks, err := checksOf(in.Checks, aois)
	if err != nil {
		return nil, err
	}
	var sides [2]*compare.Side
	var ids [2]string
	for i, s := range []sourceIn{in.Base, in.Candidate} {
		own, err := c.half(i)
		if err != nil {
			return nil, err
		}
		if sides[i], ids[i], err = t.side(ctx, own, s, aois); err != nil {
			return nil, err
		}
	}
	pair, err := compare.Pair("designs", sides[0], sides[1], checks)
	if err != nil {
		return nil, err
	}
	out.Base, out.Candidate, out.Verdict, out.Notes = ids[0], ids[1], string(compare.VerdictOf(pair)), pair.Notes
	for _, k := range pair.Checks {
		out.Checks = append(out.Checks, checkOut{plain(k.Check, 500), string(k.Outcome)})
	}
	for _, q := range pair.Quantities {
		out.Quantities = append(out.Quantities, quantityOut{plain(q.Name, MaxText), string(q.Unit), q.Base, q.Candidate, q.Difference, q.Noise, string(q.Change)})
	}
	shorten(out, &out.Quantities, &out.LeftOut)
	return answered(compareLines(pair, out)...), nil
}

// checksOf reads checks on areas.
func checksOf(texts []string, aois []saccade.AOI) ([]*compare.Check, error) {
	var names []string
	for _, a := range aois {
		names = append(names, a.Name)
	}
	var checks []*compare.Check
	for i, text := range texts {
		check, err := compare.ParseCheck(saccade.LevelError, text)
		if err == nil {
			err = check.Bind(names, func(string) string { return "add it to areas" })
		}
		if err != nil {
			return nil, saccade.Errorf(saccade.CodeInvalidInput, "%v", err).About(fmt.Sprintf("checks[%d]", i))
		}
		checks = append(checks, check)
	}
	return checks, nil
}

func compareLines(pair saccade.ComparedPair, out *compareOut) []string {
	lines := []string{fmt.Sprintf("Verdict: %s. Base %s, candidate %s.", out.Verdict, out.Base, out.Candidate)}
	for _, k := range out.Checks {
		lines = append(lines, fmt.Sprintf("Check %s: %s.", quote(k.Check), k.Outcome))
	}
	for i, q := range pair.Quantities {
		if i == 12 {
			lines = append(lines, fmt.Sprintf("... and %d more quantities.", len(pair.Quantities)-i))
			break
		}
		cells := compare.CellsOf(q)
		lines = append(lines, fmt.Sprintf("%s: %s, was %s (%s).", quote(q.Name), plain(cells.Candidate, MaxText), plain(cells.Base, MaxText), q.Change))
	}
	return lines
}

// side measures one design; it returns the id of its analysis too. Elements that areas
// name are found while the page is captured.
func (t *tools) side(ctx context.Context, c *call, in sourceIn, aois []saccade.AOI) (*compare.Side, string, error) {
	var found []saccade.AOI
	if slices.ContainsFunc(aois, saccade.AOI.Names) {
		if in.URL == "" {
			return nil, "", saccade.Errorf(saccade.CodeInvalidInput, "Areas that name an element need the url of a page on both sides; give them a box, or give the url.").About("areas")
		}
		found = aois
	}
	a, err := t.source(ctx, c, in, "", found)
	if err != nil {
		return nil, "", err
	}
	links, err := data(a)
	if err != nil {
		return nil, "", err
	}
	if found != nil {
		aois = nil
		for _, r := range a.Outputs.AOIs {
			aois = append(aois, r.AOI)
		}
	}
	frames, err := t.download(ctx, c, links.JSON, string(artifact.FramesJSON))
	if err != nil {
		return nil, "", err
	}
	defer frames.Close()
	density, err := t.download(ctx, c, links.Density, string(artifact.DensityNPY))
	if err != nil {
		return nil, "", err
	}
	defer density.Close()
	kind, duration := a.Type, 0.0
	if a.Outputs.Input != nil {
		duration = a.Outputs.Input.Duration
	}
	side, err := compare.Measure(ctx, compare.Numbers{Frames: frames, Density: density, Name: a.ID, Kind: kind, Duration: duration, AOIs: aois})
	if err != nil {
		return nil, "", err
	}
	side.Outside = a.Outputs.Input.Outside()
	return side, plain(a.ID, MaxText), nil
}
