package pipeline

import (
	"context"
	"errors"
	"image"
	"os"
	"runtime/debug"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pipeline/maps"
	"github.com/saccade-dev/saccade/internal/pipeline/stored"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/pix/webp"
	"github.com/saccade-dev/saccade/internal/render"
	"github.com/saccade-dev/saccade/internal/score"
)

// prior chooses the prior of a request: pages are pages; everything else is
// judged by its pixels unless the operator chose.
func (a *Analyzer) prior(r saccade.Request) attention.Prior {
	if a.cfg.Prior == attention.PriorAuto && r.Kind == saccade.KindPage {
		return attention.PriorWeb
	}
	return a.cfg.Prior
}

// bigImage is from how many pixels on an image's memory is returned to the
// system as soon as a step is done, which costs some milliseconds.
const bigImage = 8_000_000

// settleMemory returns memory that is no longer used where there is much of it.
func settleMemory(pixels int) {
	if pixels >= bigImage {
		debug.FreeOSMemory()
	}
}

// imageReaders returns what reads the size of images of a format, and their pixels.
func imageReaders(format saccade.Format) (size func([]byte) (image.Point, error), decode func([]byte) (*image.NRGBA, error)) {
	if format == saccade.FormatWebP {
		return webp.Size, webp.Decode
	}
	return pix.Size, func(b []byte) (*image.NRGBA, error) {
		m, _, err := pix.Decode(b)
		return m, err
	}
}

// runImage analyzes the bytes of an image. All images that are analyzed at
// one time have as many pixels together as the largest may have alone, and so
// need no more memory than it: at most 13 bytes a pixel.
func (a *Analyzer) runImage(ctx context.Context, job Job, b []byte, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	out, _, err := a.predictImage(ctx, job, b, progress)
	return out, err
}

// predictImage is runImage, and returns what the model says of the image too.
func (a *Analyzer) predictImage(ctx context.Context, job Job, b []byte, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], attention.Examined, error) {
	var none attention.Examined
	sizeOf, _ := imageReaders(job.Request.Format)
	size, err := sizeOf(b)
	if err != nil {
		return nil, none, err
	}
	pixels := size.X * size.Y
	if err := a.room.Acquire(ctx, int64(pixels)); err != nil {
		return nil, none, err
	}
	defer a.room.Release(int64(pixels))
	defer settleMemory(pixels)
	rgb, err := decodeInput(job, b)
	if err != nil {
		return nil, none, err
	}
	settleMemory(pixels)
	progress(saccade.Progress{Fraction: 0.3, Stage: saccade.StagePredicting})
	scores := beginScoring(func() pageScores { return wantedScores(job.Request).measure(func() *pix.RGB { return rgb }) })
	defer scores.wait() // before its memory is given back
	e, err := a.examineOr(job, rgb)
	if err != nil {
		return nil, none, err
	}
	p := prediction{density: e.Density}
	n, err := a.see(rgb)
	bars, barsErr := a.newErrorBars(job.Request, rgb, e.Views)
	if err = errors.Join(err, barsErr); err != nil {
		return nil, none, err
	}
	s, err := scores.wait()
	if err != nil {
		return nil, none, err
	}
	out, err := a.imageNumbers(job, rgb, s.by(n), &p)
	if err != nil {
		return nil, none, err
	}
	bars.areas(out.AOIs, job.Request.AOIs)
	bars.setScores(out)
	progress(saccade.Progress{Fraction: 0.6, Stage: saccade.StageRendering})
	if err := writeMaps(ctx, job, rgb, p, out); err != nil {
		return nil, none, err
	}
	linkGrid(out, job)
	out.Input = &saccade.InputOutput[saccade.File]{Image: artifact.InputPNG, Width: rgb.W, Height: rgb.H, OutsideTraining: n.outside()}
	if job.Viewer {
		size := posterSize(rgb.W, rgb.H)
		if out.Input.Poster, err = writePosters(job, rgb.Scale(size.X, size.Y), p.density); err != nil {
			return nil, none, err
		}
	}
	progress(saccade.Progress{Fraction: 1, Stage: saccade.StageRendering})
	return out, e, nil
}

// writeMaps writes the maps that were asked for and links them in the answer.
func writeMaps(ctx context.Context, job Job, rgb *pix.RGB, p prediction, out *saccade.Outputs[saccade.File]) error {
	for o, name := range maps.Files(job.Request.Outputs) {
		if err := ctx.Err(); err != nil {
			return err
		}
		name += ".png"
		if err := writePNG(job.file(name), layers(o, job.Request.Palette)(p).Image(rgb.W, rgb.H)); err != nil {
			return err
		}
		settleMemory(rgb.W * rgb.H)
		maps.Link(out, o, name)
	}
	return nil
}

// examineOr reads the stored density of a job, or else predicts it.
func (a *Analyzer) examineOr(job Job, rgb *pix.RGB) (attention.Examined, error) {
	s, err := stored.Open(job.Grid)
	if err != nil || s == nil {
		if err != nil {
			return attention.Examined{}, err
		}
		return a.examine(rgb, job.Request)
	}
	d, err := s.Next()
	return attention.Examined{Density: d}, errors.Join(err, s.Close())
}

// decodeInput reads the image, writes it as input.png, unless that is there from a former
// run, and returns its pixels.
func decodeInput(job Job, b []byte) (*pix.RGB, error) {
	_, decode := imageReaders(job.Request.Format)
	img, err := decode(b)
	if err != nil {
		return nil, err
	}
	rgb := pix.FromImage(img)
	if err := pix.RefuseBlank(rgb); err != nil {
		return nil, err
	}
	if job.Grid != "" {
		return rgb, nil
	}
	return rgb, writePNG(job.file(artifact.InputPNG), img)
}

// imageNumbers measures an image, whose density is predicted, writes the files
// of numbers and returns the answer without the maps. It sets the maps of p.
func (a *Analyzer) imageNumbers(job Job, rgb *pix.RGB, s pageScores, p *prediction) (*saccade.Outputs[saccade.File], error) {
	p.maps = s.maps
	row := artifact.Row{Focus: score.FocusScore(a.model.Name(), p.density), Clarity: s.clarity, Excitingness: s.excitingness,
		Gaze: score.GazePoints(p.density, artifact.GazeColumns)}
	areas := newAreaMeter(job.Request.AOIs, true)
	areas.add(&row, p.density, span{0, score.ViewingSeconds})
	files, err := createTables(job, artifact.Head{Model: a.model.Name(), Width: rgb.W, Height: rgb.H, AOIs: areas.names()})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(files.Write(row, p.density), files.Close(0)); err != nil {
		return nil, err
	}
	grid, err := openGrid(job)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(grid.add(0, p.density), grid.Close()); err != nil {
		return nil, err
	}
	out := dataOutputs(job.Request)
	if out.Attention != nil {
		out.Attention.GazePath = score.ScanPath(p.density, score.ViewingSeconds)
	}
	scored := func(o saccade.Output, v *int) *saccade.ScoreOutput[saccade.File] {
		if !job.Request.Wants(o) {
			return nil
		}
		return &saccade.ScoreOutput[saccade.File]{Score: v}
	}
	out.Focus = scored(saccade.OutFocusScore, &row.Focus)
	out.Clarity = scored(saccade.OutClarityScore, row.Clarity)
	out.Excitingness = scored(saccade.OutExcitingnessScore, row.Excitingness)
	out.AOIs = areas.results()
	return out, nil
}

// writePNG writes an image to a new file.
func writePNG(path string, m *image.NRGBA) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := render.EncodePNG(f, m); err != nil {
		return closing(f, err)
	}
	return f.Close()
}
