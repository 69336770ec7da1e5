package tools

import (
	"bytes"
	"context"
	"errors"
	"image"
	"io"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
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
	pixels, err := report.Pixels(side, func(name saccade.File) ([]byte, error) {
		b, err := g.whole(ctx, a, name)
		if saccade.IsCode(err, saccade.CodeGone) {
			return nil, nil
		}
		return b, err
	})
	if err != nil {
		return err
	}
	title := a.Request.Title
	if title == "" {
		title = a.ID
	}
	return report.Analysis(w, report.Result{
		Title: title, Kind: a.Request.Kind, Model: side.Model, Width: side.Width, Height: side.Height, Frames: side.Frames, Duration: side.Duration,
		Made: a.CreatedAt.UTC().Format("2006-01-02 15:04 UTC"), Outside: side.Outside,
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

// whole reads a file of an analysis.
func (g *group) whole(ctx context.Context, a *saccade.Analysis, name saccade.File) ([]byte, error) {
	f, err := g.deps.Numbers.Open(ctx, a, name)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(f)
	return b, errors.Join(err, f.Close())
}
