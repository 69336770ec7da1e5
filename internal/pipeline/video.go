package pipeline

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/change"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/movie"
	"github.com/saccade-dev/saccade/internal/pipeline/letterbox"
	"github.com/saccade-dev/saccade/internal/pipeline/maps"
	"github.com/saccade-dev/saccade/internal/pipeline/stored"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/webm"
)

// inFlight is how many frames may wait between two stages of the pipeline.
const inFlight = 4

// InspectVideo judges a video of a format ("": WebM) by its size and container, without
// decoding it: *saccade.Error when it is not one that can be analyzed.
func InspectVideo(ctx context.Context, r io.ReaderAt, size int64, format saccade.Format, limits Limits) (info webm.Info, err error) {
	if format == "" {
		info, err = webm.Scan(ctx, r, size)
	} else {
		info, err = movie.Scan(ctx, r, size, format)
	}
	if err != nil {
		return info, err
	}
	if err := info.CheckPixels(limits.Pixels); err != nil {
		return info, err
	}
	return info, info.CheckLimits(seconds(limits.Duration))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// secondsOf is d.Seconds, but for the digits: 2.506, not 2.5060000000000002.
func secondsOf(d time.Duration) float64 { return float64(d) / float64(time.Second) }

// prediction is what maps are made of.
type prediction struct {
	density saccade.Density
	maps    scoreMaps // the latest, where asked for
}

// frame is one frame of a video on its way through the pipeline.
type frame struct {
	decoded   *ffmpeg.Frame
	stream    attention.Stream // for frames of this size
	box       letterbox.Box    // the active part of the frame
	small     *pix.RGB         // at the model's size, until it is predicted
	at        float64          // seconds since the first frame
	duplicate bool             // every sample equals the frame before
	cut       bool             // a new scene begins
	scoring   *scoring         // of the scores that hold for it
	prediction
}

// rendersAs reports whether f has the same composites as a frame before it.
func (f *frame) rendersAs(o *frame) bool {
	return o != nil && f.duplicate && f.maps == o.maps && &f.density.V[0] == &o.density.V[0]
}

// videoRun is the state of one video's analysis.
type videoRun struct {
	a        *Analyzer
	job      Job
	info     webm.Info
	dec      *ffmpeg.Decoder
	streams  streams
	w, h     int
	first    time.Duration // time stamp of the first frame that is decoded
	last     time.Duration // and of the last one, so far
	scorer   scorer
	numbers  *numbers
	outputs  outputs
	audio    *ffmpeg.Audio     // of the outputs; nil: silent
	stored   *stored.Densities // in place of predictions; nil: frames are predicted
	progress func(saccade.Progress)
	smalls   chan *pix.RGB // copies that have been predicted, for later frames
}

// runVideo analyzes a video. Transparency is taken for opaque at first, as that of
// recordings is, and their colors alone are analyzed: alpha of another video stops that,
// and the analysis begins anew.
func (a *Analyzer) runVideo(ctx context.Context, job Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	info, err := a.inspectFile(ctx, job.Path, job.Request.Format)
	if err != nil {
		return nil, err
	}
	if job.Opened != nil {
		job.Opened(info.Codec)
	}
	most, tell := 0.0, progress
	progress = func(p saccade.Progress) { // never goes back
		most = max(most, p.Fraction)
		tell(saccade.Progress{Fraction: most, Stage: p.Stage})
	}
	if info.Transparent && info.Format == "" {
		out, err := a.runFrames(ctx, job, info, run{progress, true})
		if !errors.Is(err, errSeeThrough) {
			return out, err
		}
	}
	return a.runFrames(ctx, job, info, run{progress, false})
}

// runFrames decodes, predicts, composites and encodes in three stages that run
// side by side and hand frames on.
func (a *Analyzer) runFrames(ctx context.Context, job Job, info webm.Info, how run) (_ *saccade.Outputs[saccade.File], err error) {
	g, ctx := errgroup.WithContext(ctx)
	dec, err := a.decoder(ctx, job, info, how)
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	r := &videoRun{a: a, job: job, info: info, dec: dec, progress: how.progress, smalls: make(chan *pix.RGB, inFlight)}
	r.w, r.h = dec.Size()
	r.streams = streams{model: a.model, prior: a.prior(job.Request)}
	if _, err = r.streams.of(image.Pt(r.w, r.h)); err != nil {
		return nil, err
	}
	if r.numbers, err = newNumbers(job, a.model.Name(), r.w, r.h); err != nil {
		return nil, err
	}
	r.numbers.bars, r.numbers.outside = a.newVideoBars(job.Request), a.newOutsideMeter()
	r.numbers.posters.after = posterAt * secondsOf(info.End-info.FirstPTS)
	r.scorer.wanted = wantedScores(job.Request)
	defer r.scorer.stop()
	if r.stored, err = stored.Open(job.Grid); err != nil {
		return nil, closing(r.numbers, err)
	}
	if r.stored != nil {
		r.numbers.outside = nil // which asks the network
	}
	defer func() { _ = errors.Join(r.audio.Close(), r.stored.Close()) }()
	if r.outputs, err = r.openOutputs(ctx); err != nil {
		return nil, closing(r.numbers, err)
	}
	decoded, predicted := make(chan *frame, inFlight), make(chan *frame, inFlight)
	stage := func(f func() error) { g.Go(func() error { return recovering(f) }) }
	stage(func() error { defer close(decoded); return r.decode(ctx, decoded) })
	stage(func() error { defer close(predicted); return r.predict(ctx, decoded, predicted) })
	stage(func() error { return r.composite(ctx, predicted) })
	if how.colors {
		stage(func() error { return r.opaque(ctx) })
	}
	if err := g.Wait(); err != nil {
		r.outputs.abort()
		return nil, closing(r.numbers, err)
	}
	return r.answer()
}

// inspectFile judges the container of a local file.
func (a *Analyzer) inspectFile(ctx context.Context, path string, format saccade.Format) (webm.Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return webm.Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return webm.Info{}, err
	}
	return InspectVideo(ctx, f, st.Size(), format, a.cfg.Limits)
}

// decode reads frames and makes the model's small copies. Screen recordings
// do not change most of the time: a duplicate shares the copy of the frame that
// it repeats.
func (r *videoRun) decode(ctx context.Context, out chan<- *frame) error {
	duplicates := change.NewDuplicates()
	var last *frame
	var shrink pix.Shrinker
	for {
		d, err := r.dec.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if last == nil {
			r.first = d.PTS
		}
		r.last = d.PTS
		f := &frame{decoded: d, box: letterboxOf(d), at: secondsOf(d.PTS - r.first), duplicate: duplicates.Next(d.Image)}
		if f.stream, err = r.streams.of(d.Active.Size()); err != nil {
			return err
		}
		if f.duplicate = f.duplicate && last != nil && f.stream == last.stream && f.box == last.box; f.duplicate {
			f.small = last.small
		} else {
			f.small = r.small(f.stream.Size())
			shrink.YCbCr(f.small, active(d))
		}
		r.scorer.next(f)
		if s, ok := f.stream.(attention.Ahead); ok && r.stored == nil {
			scored := last == nil || f.scoring != last.scoring // by what the network sees, too
			if err := s.Begin(ctx, f.small, d.PTS, scored); err != nil {
				return err
			}
		}
		last = f
		select {
		case out <- f:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// small returns memory for the model's copy of a frame, used before if it fits.
func (r *videoRun) small(w, h int) *pix.RGB {
	select {
	case p := <-r.smalls:
		if p.W == w && p.H == h {
			return p
		}
	default:
	}
	return pix.New(w, h)
}

// predict turns frames into densities and numbers.
func (r *videoRun) predict(ctx context.Context, in <-chan *frame, out chan<- *frame) error {
	total := max(1, r.info.Frames)
	var last, own saccade.Density // of the whole frame, and as the model has it
	var done *pix.RGB             // copy of the frame before
	for f := range in {
		var err error
		if r.stored != nil {
			f.density, err = r.stored.Next()
		} else if own, err = r.predictFrame(f, own, last); err == nil {
			last = f.density
		}
		if err != nil {
			return err
		}
		if f.maps, err = r.numbers.Frame(f); err != nil {
			return err
		}
		if done != nil && done != f.small { // duplicates share one
			select {
			case r.smalls <- done:
			default:
			}
		}
		done = f.small
		r.progress(saccade.Progress{Fraction: min(0.99, float64(f.decoded.Index+1)/float64(total)), Stage: saccade.StagePredicting})
		select {
		case out <- f:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// predictFrame predicts a frame: its density is that of the frame before where nobody
// could see the difference. own and last are what the model said before, of what it saw
// and of the whole frame.
func (r *videoRun) predictFrame(f *frame, own, last saccade.Density) (saccade.Density, error) {
	d, err := f.stream.Next(f.small, f.decoded.PTS)
	if err != nil {
		return own, err
	}
	if !f.duplicate || !converged(d, own) {
		own = d.Clone()
		last = f.box.Density(own, last.W, last.H)
	}
	f.density = last
	return own, nil
}

// converged reports whether nobody could see the difference of two densities:
// no cell differs by more than 3 % of itself and of chance. While a video does
// not change, the recurrent state drifts by less than that; the density of the
// last change is kept then, so that its composite can be, too.
func converged(d, last saccade.Density) bool {
	if len(d.V) != len(last.V) {
		return false
	}
	const tolerance = 0.03
	chance := 1 / float32(len(d.V))
	for i, v := range d.V {
		if diff := v - last.V[i]; max(diff, -diff) > tolerance*(v+chance) {
			return false
		}
	}
	return true
}

// composite hands every frame to all outputs.
func (r *videoRun) composite(ctx context.Context, in <-chan *frame) error {
	var last *frame // the last one that was composited; its memory holds the composite
	for f := range in {
		if last == nil {
			r.outputs.setColor(f.decoded.Color)
		}
		if f.rendersAs(last) {
			if err := r.outputs.repeat(f.decoded.PTS); err != nil {
				return err
			}
			f.decoded.Release()
			continue
		}
		if err := r.outputs.write(f); err != nil {
			return err
		}
		if last != nil {
			last.decoded.Release()
		}
		last = f
	}
	if err := ctx.Err(); err != nil || last == nil { // without a frame, the decoder says why
		return err
	}
	r.progress(saccade.Progress{Fraction: 0.99, Stage: saccade.StageRendering})
	return r.outputs.close()
}

// answer puts the answer together.
func (r *videoRun) answer() (*saccade.Outputs[saccade.File], error) {
	end := r.info.End
	if r.last >= end { // the container announced less
		end = r.last + max(r.info.Frame, time.Millisecond)
	}
	duration := secondsOf(end - r.first)
	if err := errors.Join(r.numbers.Finish(duration), r.numbers.Close()); err != nil {
		return nil, err
	}
	out := r.numbers.Outputs()
	out.Input = &saccade.InputOutput[saccade.File]{Width: r.w, Height: r.h, Frames: r.numbers.frames, Duration: duration, Poster: r.numbers.posters.answer,
		OutsideTraining: r.numbers.outside.answer()}
	for _, o := range r.outputs {
		if o.name == artifact.InputWebM {
			out.Input.Video = o.name
			continue
		}
		maps.Link(out, o.kind, o.name)
	}
	linkGrid(out, r.job)
	if err := writeMarkers(out, r.job); err != nil {
		return nil, err
	}
	r.progress(saccade.Progress{Fraction: 1, Stage: saccade.StageRendering})
	return out, nil
}

// recovering turns a panic into an error: one video must not take the process,
// and with it all the others, down.
func recovering(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("pipeline: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// closing closes what an error leaves open and returns the error.
func closing(c io.Closer, err error) error {
	_ = c.Close() // the first error is the one to tell
	return err
}
