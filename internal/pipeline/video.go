package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/internal/webm"
)

// inFlight is how many frames may wait between two stages of the pipeline.
const inFlight = 4

// InspectVideo judges a video by its size and container, without decoding it:
// *saccade.Error when it is not one that can be analysed.
func InspectVideo(r io.ReaderAt, size int64, limits Limits) (webm.Info, error) {
	info, err := webm.Scan(r, size)
	if err != nil {
		return info, err
	}
	if err := info.CheckPixels(limits.Pixels); err != nil {
		return info, err
	}
	return info, info.CheckLimits(seconds(limits.Duration))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// shot is a frame on its way through the pipeline.
type shot struct {
	frame   *ffmpeg.Frame
	small   *pix.RGB // the frame at the model's size; of a video, until it is predicted
	at      float64  // seconds since the first frame
	same    bool     // every sample equals the frame before
	density saccade.Density
	maps    scoreMaps // latest maps of the scores, where asked for
}

// looksLike reports whether s gives the same pictures as a shot before it.
func (s *shot) looksLike(o *shot) bool {
	return o != nil && s.same && s.maps == o.maps && &s.density.V[0] == &o.density.V[0]
}

// page is the picture that the scores of pages are measured on.
func (s *shot) page() *pix.RGB {
	if s.frame == nil {
		return s.small
	}
	p := pix.New(score.WorkSize(s.frame.Image.Rect.Dx(), s.frame.Image.Rect.Dy()))
	pix.ShrinkYCbCr(p, s.frame.Image)
	return p
}

// videoRun is the state of one video's analysis.
type videoRun struct {
	a        *Analyzer
	job      Job
	info     webm.Info
	dec      *ffmpeg.Decoder
	stream   attention.Stream
	w, h     int
	numbers  *numbers
	films    films
	progress func(saccade.Progress)
	smalls   chan *pix.RGB // copies that have been predicted, for later frames
}

// runVideo decodes, predicts, draws and encodes in three stages that run side
// by side and hand frames on.
func (a *Analyzer) runVideo(ctx context.Context, job Job, progress func(saccade.Progress)) (_ *saccade.Outputs[saccade.File], err error) {
	info, err := a.inspectFile(job.Path)
	if err != nil {
		return nil, err
	}
	g, ctx := errgroup.WithContext(ctx)
	threads := 0
	if len(pictures(job.Request.Outputs)) > 0 {
		threads = 1 // encoders need the other ones
	}
	dec, err := a.video.Decode(ctx, job.Path, threads)
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	r := &videoRun{a: a, job: job, info: info, dec: dec, progress: progress, smalls: make(chan *pix.RGB, inFlight)}
	r.w, r.h = dec.Size()
	if r.stream, err = a.model.NewStream(r.w, r.h, a.prior(job.Request)); err != nil {
		return nil, err
	}
	if r.numbers, err = newNumbers(job, a.model.Name(), r.w, r.h); err != nil {
		return nil, err
	}
	if r.films, err = r.openFilms(ctx); err != nil {
		return nil, closing(r.numbers, err)
	}
	decoded, predicted := make(chan *shot, inFlight), make(chan *shot, inFlight)
	stage := func(f func() error) { g.Go(func() error { return surviving(f) }) }
	stage(func() error { defer close(decoded); return r.decode(ctx, decoded) })
	stage(func() error { defer close(predicted); return r.predict(ctx, decoded, predicted) })
	stage(func() error { return r.draw(ctx, predicted) })
	if err := g.Wait(); err != nil {
		r.films.abort()
		return nil, closing(r.numbers, err)
	}
	return r.outputs()
}

// inspectFile judges the container of a local file.
func (a *Analyzer) inspectFile(path string) (webm.Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return webm.Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return webm.Info{}, err
	}
	return InspectVideo(f, st.Size(), a.cfg.Limits)
}

// decode reads frames and makes the model's small copies. Screen recordings
// stand still most of the time: a frame that equals the one before shares that
// one's copy.
func (r *videoRun) decode(ctx context.Context, out chan<- *shot) error {
	w, h := r.stream.Size()
	var first time.Duration
	still := newStillness()
	var small *pix.RGB
	var shrink pix.Shrinker
	for {
		f, err := r.dec.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		s := &shot{frame: f, same: still.Next(f.Image)}
		if small == nil {
			first = f.PTS
		}
		if !s.same {
			select {
			case small = <-r.smalls:
			default:
				small = pix.New(w, h)
			}
			shrink.YCbCr(small, f.Image)
		}
		s.small, s.at = small, (f.PTS - first).Seconds()
		select {
		case out <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// predict turns frames into densities and numbers.
func (r *videoRun) predict(ctx context.Context, in <-chan *shot, out chan<- *shot) error {
	total := max(1, r.info.Frames)
	var last saccade.Density
	var seen *pix.RGB
	for s := range in {
		d, err := r.stream.Next(s.small, s.frame.PTS)
		if err != nil {
			return err
		}
		if !s.same || !settled(d, last) {
			last = d.Clone()
		}
		s.density = last
		if s.maps, err = r.numbers.Frame(s); err != nil {
			return err
		}
		if seen != nil && seen != s.small { // equal frames share one
			select {
			case r.smalls <- seen:
			default:
			}
		}
		seen = s.small
		r.progress(saccade.Progress{Fraction: min(0.99, float64(s.frame.Index+1)/float64(total)), Stage: saccade.StagePredicting})
		select {
		case out <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// settled reports whether nobody could see the difference of two densities: no
// cell differs by more than 3 % of itself and of chance. While a video stands
// still, the recurrent state still breathes by less than that; the density
// that was told last is kept then, so that the picture can be, too.
func settled(d, last saccade.Density) bool {
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

// draw hands every frame to all films.
func (r *videoRun) draw(ctx context.Context, in <-chan *shot) error {
	var drawn *shot // the last one that was drawn; its frame holds the picture
	for s := range in {
		if drawn == nil {
			r.films.tag(s.frame.Colour)
		}
		if s.looksLike(drawn) {
			if err := r.films.repeat(s.frame.PTS); err != nil {
				return err
			}
			s.frame.Release()
			continue
		}
		if err := r.films.write(s); err != nil {
			return err
		}
		if drawn != nil {
			drawn.frame.Release()
		}
		drawn = s
	}
	if err := ctx.Err(); err != nil || drawn == nil { // without a frame, the decoder says why
		return err
	}
	r.progress(saccade.Progress{Fraction: 0.99, Stage: saccade.StageRendering})
	return r.films.close()
}

// outputs puts the answer together.
func (r *videoRun) outputs() (*saccade.Outputs[saccade.File], error) {
	if err := errors.Join(r.numbers.Finish(r.info.Duration.Seconds()), r.numbers.Close()); err != nil {
		return nil, err
	}
	out := r.numbers.Outputs()
	out.Input = &saccade.InputOutput[saccade.File]{Width: r.w, Height: r.h, Frames: r.numbers.frames, Duration: r.info.Duration.Seconds()}
	for _, f := range r.films {
		link(out, f.output, f.name)
	}
	r.progress(saccade.Progress{Fraction: 1, Stage: saccade.StageRendering})
	return out, nil
}

// surviving turns a panic into an error: one video must not take the process,
// and with it all the others, down.
func surviving(f func() error) (err error) {
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
