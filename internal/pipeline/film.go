package pipeline

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/render"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/internal/webm"
)

// film is one video that is being written.
type film struct {
	output  saccade.Output
	name    saccade.File
	enc     *ffmpeg.Encoder
	blender *render.Blender
	layer   func(*shot) *render.Layer
	alpha   *image.NYCbCrA // the picture of the overlay; nil: drawn over the frame
	scratch *image.YCbCr   // a copy to draw on; nil: drawn in place (the last film)
	drawn   image.Image    // what was written last
}

// films are all videos of one analysis. Those that need the untouched frame
// come first; the last one may draw on the frame itself.
type films []*film

// layers says how each picture is made.
func layers(o saccade.Output) func(*shot) *render.Layer {
	switch o {
	case saccade.OutAttentionMap, saccade.OutOverlay:
		return func(s *shot) *render.Layer { return render.Heat(s.density) }
	case saccade.OutPerceptionMap:
		return func(s *shot) *render.Layer { return render.Perception(s.density) }
	case saccade.OutHotspotsMap:
		return func(s *shot) *render.Layer { return render.Hotspots(score.GazePoints(s.density, hotspots)) }
	case saccade.OutClarityMap:
		return func(s *shot) *render.Layer { return render.Clarity(s.maps.clarity) }
	case saccade.OutExcitingnessMap:
		return func(s *shot) *render.Layer { return render.Excitingness(s.maps.excitingness) }
	}
	return nil
}

// hotspots is how many circles a hotspots map shows at most.
const hotspots = 8

// pictures lists the pictures among the outputs, with their file names.
func pictures(outputs []saccade.Output) map[saccade.Output]saccade.File {
	names := map[saccade.Output]saccade.File{}
	for _, o := range outputs {
		switch o {
		case saccade.OutAttentionMap:
			names[o] = "attentionMap"
		case saccade.OutPerceptionMap:
			names[o] = "perceptionMap"
		case saccade.OutHotspotsMap:
			names[o] = "hotspotsMap"
		case saccade.OutOverlay:
			names[o] = "overlay"
		case saccade.OutClarityMap:
			names[o] = "clarityMap"
		case saccade.OutExcitingnessMap:
			names[o] = "excitingnessMap"
		}
	}
	return names
}

// openFilms starts an encoder for every picture that was asked for.
func (r *videoRun) openFilms(ctx context.Context) (films, error) {
	all, num, den := films{}, r.info.AspectNum, r.info.AspectDen
	if r.info.Rotation%180 != 0 { // frames come upright
		num, den = den, num
	}
	for o, name := range pictures(r.job.Request.Outputs) {
		f := &film{output: o, name: name + ".webm", blender: render.NewBlender(r.w, r.h), layer: layers(o)}
		opts := ffmpeg.EncodeOptions{Out: r.job.file(f.name), Width: r.w, Height: r.h, AudioFrom: r.job.Path,
			AspectNum: num, AspectDen: den, End: r.info.End}
		if o == saccade.OutOverlay {
			opts.Alpha, opts.AudioFrom = true, ""
			f.alpha = image.NewNYCbCrA(image.Rect(0, 0, r.w, r.h), image.YCbCrSubsampleRatio420)
		}
		var err error
		if f.enc, err = r.a.video.Encode(ctx, opts); err != nil {
			all.abort()
			return nil, err
		}
		all = append(all, f)
	}
	for i := range len(all) - 1 {
		if all[i].alpha == nil {
			all[i].scratch = image.NewYCbCr(image.Rect(0, 0, r.w, r.h), image.YCbCrSubsampleRatio420)
		}
	}
	return all, nil
}

// tag tells all encoders the colours, before the first frame.
func (fs films) tag(c webm.Colour) {
	for _, f := range fs {
		f.enc.Tag(c)
	}
}

// write draws the frame for every film and hands it to the encoders.
func (fs films) write(s *shot) error {
	for i, f := range fs {
		if err := f.write(s, i == len(fs)-1); err != nil {
			return err
		}
	}
	return nil
}

func (f *film) write(s *shot, last bool) error {
	l := f.layer(s)
	if f.alpha != nil {
		if err := f.blender.Overlay(f.alpha, l); err != nil {
			return err
		}
		f.drawn = f.alpha
		return f.enc.Write(f.drawn, s.frame.PTS)
	}
	dst := s.frame.Image
	if !last {
		copyYCbCr(f.scratch, dst)
		dst = f.scratch
	}
	if err := f.blender.Blend(dst, l); err != nil {
		return err
	}
	f.drawn = dst
	return f.enc.Write(dst, s.frame.PTS)
}

// repeat shows the last pictures once more.
func (fs films) repeat(pts time.Duration) error {
	for _, f := range fs {
		if err := f.enc.Repeat(f.drawn, pts); err != nil {
			return err
		}
	}
	return nil
}

// copyYCbCr copies the planes of a picture of the same size.
func copyYCbCr(dst, src *image.YCbCr) {
	rows := func(d, s []byte, dStride, sStride, n int) {
		w := min(dStride, sStride)
		for y := range n {
			copy(d[y*dStride:][:w], s[y*sStride:])
		}
	}
	h := src.Rect.Dy()
	rows(dst.Y, src.Y, dst.YStride, src.YStride, h)
	rows(dst.Cb, src.Cb, dst.CStride, src.CStride, (h+1)/2)
	rows(dst.Cr, src.Cr, dst.CStride, src.CStride, (h+1)/2)
}

// close finishes all files, side by side.
func (fs films) close() error {
	errs := make([]error, len(fs))
	var wg sync.WaitGroup
	for i, f := range fs {
		wg.Go(func() { errs[i] = f.enc.Close() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// abort kills the encoders; their files go.
func (fs films) abort() {
	for _, f := range fs {
		f.enc.Abort()
	}
}
