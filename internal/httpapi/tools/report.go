package tools

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/report"
)

type reportInput struct {
	ID string `path:"id" doc:"The analysis, of any kind." example:"5h7xk2m4qz3v6w8y2b4d6f8h2k"`
}

type reportOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Policy      string `header:"Content-Security-Policy"`
	Body        []byte
}

// report answers one HTML file, to be saved: nothing in it runs, and a browser that
// shows it all the same does so apart from the app.
func (g *group) report(ctx context.Context, in *reportInput) (*reportOutput, error) {
	a, err := g.one(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := g.writeReport(ctx, a, &b); err != nil {
		return nil, err
	}
	return &reportOutput{ContentType: "text/html; charset=utf-8", Disposition: `attachment; filename="report.html"`,
		Policy: "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'", Body: b.Bytes()}, nil
}

// Numbers opens what a finished analysis left behind; *service.Service does.
type Numbers interface {
	Side(ctx context.Context, a *saccade.Analysis) (*compare.Side, error)
	Open(ctx context.Context, a *saccade.Analysis, file saccade.File) (io.ReadCloser, error)
}

// writeReport writes the report of an analysis. One that has not succeeded is conflict.
func (g *group) writeReport(ctx context.Context, a *saccade.Analysis, w io.Writer) error {
	side, err := g.deps.Numbers.Side(ctx, a)
	if err != nil {
		return err
	}
	rows, err := g.rows(ctx, a)
	if err != nil {
		return err
	}
	pixels, err := g.pixels(ctx, a, side)
	if err != nil {
		return err
	}
	title := a.Request.Title
	if title == "" {
		title = a.ID
	}
	return report.Analysis(w, report.Result{
		Title: title, Kind: a.Request.Kind, Model: side.Model, Width: side.Width, Height: side.Height, Frames: side.Frames, Duration: side.Duration,
		Made:  a.CreatedAt.UTC().Format("2006-01-02 15:04 UTC"),
		Focus: side.Focus, Clarity: side.Clarity, Excitingness: side.Excitingness, AOIs: side.AOIs, Rows: rows,
		Image: report.NewImage(pixels, image.Pt(side.Width, side.Height), side.Density, side.AOIs),
	})
}

// rows reads the table of a video; of an image there is nothing to show over time.
func (g *group) rows(ctx context.Context, a *saccade.Analysis) ([]artifact.Row, error) {
	if a.Request.Kind != saccade.KindVideo {
		return nil, nil
	}
	f, err := g.deps.Numbers.Open(ctx, a, artifact.FramesJSON)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	table, err := artifact.ReadFrames(f)
	if err != nil {
		return nil, err
	}
	return table.Rows, nil
}

// pixels returns the analyzed image, or the poster of a video; nil where there is
// none, or one that does not show the whole frame.
func (g *group) pixels(ctx context.Context, a *saccade.Analysis, side *compare.Side) (*pix.RGB, error) {
	for _, name := range []saccade.File{artifact.InputPNG, artifact.PosterJPG} {
		b, err := g.whole(ctx, a, name)
		if saccade.IsCode(err, saccade.CodeGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		m, _, err := pix.Decode(b)
		if err != nil {
			return nil, err
		}
		if r := float64(m.Rect.Dx()*side.Height) / float64(m.Rect.Dy()*side.Width); math.Abs(r-1) < 0.03 {
			return pix.FromImage(m), nil
		}
	}
	return nil, nil
}

// whole reads a file of an analysis.
func (g *group) whole(ctx context.Context, a *saccade.Analysis, name saccade.File) ([]byte, error) {
	f, err := g.deps.Numbers.Open(ctx, a, name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}
