package pipeline

import (
	"context"
	"errors"
	"image"
	"os"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/render"
	"github.com/saccade-dev/saccade/internal/score"
)

// prior chooses the prior of a request: pages look like pages; everything else
// is judged by its looks unless the operator chose.
func (a *Analyzer) prior(r saccade.Request) attention.Prior {
	if a.cfg.Prior == attention.PriorAuto && r.Kind == saccade.KindPage {
		return attention.PriorWeb
	}
	return a.cfg.Prior
}

// runImage analyses the bytes of a PNG or JPEG.
func (a *Analyzer) runImage(ctx context.Context, job Job, b []byte, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	img, _, err := pix.Decode(b)
	if err != nil {
		return nil, err
	}
	rgb := pix.FromImage(img)
	if err := pix.RefuseBlank(rgb); err != nil {
		return nil, err
	}
	progress(saccade.Progress{Fraction: 0.3, Stage: saccade.StagePredicting})
	d, err := a.model.Image(rgb, a.prior(job.Request))
	if err != nil {
		return nil, err
	}
	n, err := newNumbers(job, a.model.Name(), rgb.W, rgb.H)
	if err != nil {
		return nil, err
	}
	s := &shot{small: rgb, density: d}
	if s.maps, err = n.Frame(s); err != nil {
		return nil, closing(n, err)
	}
	if err := errors.Join(n.Finish(score.StillSeconds), n.Close()); err != nil {
		return nil, err
	}
	out := n.Outputs()
	if out.Attention != nil && job.Request.Wants(saccade.OutData) {
		out.Attention.GazePath = score.ScanPath(d, score.StillSeconds)
	}
	progress(saccade.Progress{Fraction: 0.6, Stage: saccade.StageRendering})
	for o, name := range pictures(job.Request.Outputs) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name += ".png"
		if err := writePNG(job.file(name), layers(o)(s).Image(rgb.W, rgb.H)); err != nil {
			return nil, err
		}
		link(out, o, name)
	}
	out.Input = &saccade.InputOutput[saccade.File]{Image: artifact.InputPNG, Width: rgb.W, Height: rgb.H}
	if err := writePNG(job.file(artifact.InputPNG), img); err != nil {
		return nil, err
	}
	progress(saccade.Progress{Fraction: 1, Stage: saccade.StageRendering})
	return out, nil
}

// writePNG writes a picture to a new file.
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

// link puts a file's name in its place in the answer.
func link(out *saccade.Outputs[saccade.File], o saccade.Output, name saccade.File) {
	attention := func() *saccade.AttentionOutput[saccade.File] {
		if out.Attention == nil {
			out.Attention = &saccade.AttentionOutput[saccade.File]{}
		}
		return out.Attention
	}
	scored := func(s **saccade.ScoreOutput[saccade.File]) *saccade.ScoreOutput[saccade.File] {
		if *s == nil {
			*s = &saccade.ScoreOutput[saccade.File]{}
		}
		return *s
	}
	switch o {
	case saccade.OutAttentionMap:
		attention().AttentionMap = name
	case saccade.OutPerceptionMap:
		attention().PerceptionMap = name
	case saccade.OutHotspotsMap:
		attention().HotspotsMap = name
	case saccade.OutOverlay:
		attention().Overlay = name
	case saccade.OutClarityMap:
		scored(&out.Clarity).Map = name
	case saccade.OutExcitingnessMap:
		scored(&out.Excitingness).Map = name
	}
}

// SniffKind tells a video from an image by the first bytes of a file.
func SniffKind(path string) (saccade.Kind, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", saccade.Errorf(saccade.CodeInvalidInput, "%v", err)
	}
	defer f.Close()
	head := make([]byte, 16)
	n, err := f.Read(head)
	if err != nil || n == 0 {
		return "", saccade.Errorf(saccade.CodeInvalidInput, "The file is empty or cannot be read.").With(err)
	}
	switch head = head[:n]; {
	case n >= 3 && string(head[:3]) == "\xff\xd8\xff", n >= 4 && string(head[:4]) == "\x89PNG":
		return saccade.KindImage, nil
	}
	// Everything else is judged as a video: the scanner names what it is.
	return saccade.KindVideo, nil
}
