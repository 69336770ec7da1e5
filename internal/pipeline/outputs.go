package pipeline

import (
	"context"
	"errors"
	"image"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/ffmpeg/planes"
	"github.com/saccade-dev/saccade/internal/pipeline/maps"
	"github.com/saccade-dev/saccade/internal/render"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/internal/webm"
)

// output is one WebM file that is being written.
type output struct {
	kind      saccade.Output
	name      saccade.File
	enc       *ffmpeg.Encoder
	blender   *render.Blender
	layer     func(prediction) *render.Layer // nil: the frame as it is
	alpha     *image.NYCbCrA                 // frame of the overlay; nil: composited over the video's frame
	scratch   *image.YCbCr                   // copy of the frame to composite on; nil: in place (the last output)
	composite image.Image                    // what was written last
}

// outputs are all WebM files of one analysis. Those that need the untouched
// frame come first; the last one may be composited on the frame itself.
type outputs []*output

// layers returns how the map of an output is made; nil for one that is none.
func layers(o saccade.Output, palette saccade.Palette) func(prediction) *render.Layer {
	switch o {
	case saccade.OutAttentionMap, saccade.OutOverlay:
		return func(p prediction) *render.Layer { return render.Attention(p.density, palette) }
	case saccade.OutPerceptionMap:
		return func(p prediction) *render.Layer { return render.Perception(p.density) }
	case saccade.OutHotspotsMap:
		return func(p prediction) *render.Layer { return render.Hotspots(score.GazePoints(p.density, hotspots)) }
	case saccade.OutClarityMap:
		return func(p prediction) *render.Layer { return render.Clarity(p.maps.clarity) }
	case saccade.OutExcitingnessMap:
		return func(p prediction) *render.Layer { return render.Excitingness(p.maps.excitingness) }
	}
	return nil
}

// hotspots is how many circles a hotspots map shows at most.
const hotspots = 8

// openOutputs starts an encoder for every map that was asked for.
func (r *videoRun) openOutputs(ctx context.Context) (outputs, error) {
	all, num, den := outputs{}, r.info.AspectNum, r.info.AspectDen
	if r.info.Rotation%180 != 0 { // frames come upright
		num, den = den, num
	}
	var err error
	names := maps.Files(r.job.Request.Outputs)
	if _, overlay := names[saccade.OutOverlay]; len(names) > 1 || len(names) == 1 && !overlay || r.copies() {
		if r.audio, err = r.a.video.Audio(ctx, r.job.Path, r.info, r.job.Dir); err != nil {
			return nil, err
		}
	}
	beside := len(names) - 1
	if r.copies() {
		beside++
	}
	for o, name := range names {
		out := &output{kind: o, name: name + ".webm", blender: render.NewBlender(r.w, r.h), layer: layers(o, r.job.Request.Palette)}
		opts := ffmpeg.EncodeOptions{Out: r.job.file(out.name), Width: r.w, Height: r.h, Audio: r.audio,
			AspectNum: num, AspectDen: den, Start: r.info.FirstPTS, End: r.info.End, Beside: beside}
		if o == saccade.OutOverlay {
			opts.Alpha, opts.Audio = true, nil
			out.alpha = image.NewNYCbCrA(image.Rect(0, 0, r.w, r.h), image.YCbCrSubsampleRatio420)
		}
		if out.enc, err = r.a.video.Encode(ctx, opts); err != nil {
			all.abort()
			return nil, err
		}
		all = append(all, out)
	}
	if err := r.openPlayable(ctx, &all, ffmpeg.EncodeOptions{AspectNum: num, AspectDen: den, Beside: beside}); err != nil {
		all.abort()
		return nil, err
	}
	for i := range len(all) - 1 {
		if all[i].alpha == nil {
			all[i].scratch = image.NewYCbCr(image.Rect(0, 0, r.w, r.h), image.YCbCrSubsampleRatio420)
		}
	}
	return all, nil
}

// setColor declares the colors to all encoders, before the first frame.
func (all outputs) setColor(c webm.Color) {
	for _, o := range all {
		o.enc.Tag(c)
	}
}

// write composites the frame for every output and hands it to the encoders.
func (all outputs) write(f *frame) error {
	for i, o := range all {
		if err := o.write(f, i == len(all)-1); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) write(f *frame, last bool) error {
	var l *render.Layer
	if o.layer != nil {
		l = o.layer(f.prediction)
	}
	if o.alpha != nil {
		if err := o.blender.Overlay(o.alpha, l); err != nil {
			return err
		}
		o.composite = o.alpha
		return o.enc.Write(o.composite, f.decoded.PTS)
	}
	dst := f.decoded.Image
	if !last {
		planes.Copy(o.scratch, dst)
		dst = o.scratch
	}
	if l != nil {
		if err := o.blender.Blend(dst, l); err != nil {
			return err
		}
	}
	o.composite = dst
	return o.enc.Write(dst, f.decoded.PTS)
}

// repeat writes the last composites once more.
func (all outputs) repeat(pts time.Duration) error {
	for _, o := range all {
		if err := o.enc.Repeat(o.composite, pts); err != nil {
			return err
		}
	}
	return nil
}

// close finishes all files, side by side.
func (all outputs) close() error {
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, o := range all {
		wg.Go(func() { errs[i] = o.enc.Close() })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// abort kills the encoders; their files go.
func (all outputs) abort() {
	for _, o := range all {
		o.enc.Abort()
	}
}
