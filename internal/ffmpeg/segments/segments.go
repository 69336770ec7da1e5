// Package segments deals the frames of a video to several writers, which take them side
// by side: segments of so many frames in turn, each writer in a goroutine of its own. What
// goes where depends on the number of the frame alone. Frames are copied, and no more of
// them wait than Config allows: then the caller waits, as it would for one writer.
package segments

import (
	"errors"
	"fmt"
	"image"
	"runtime/debug"
	"sync"
	"time"

	"github.com/saccade-dev/saccade/internal/ffmpeg/planes"
	"github.com/saccade-dev/saccade/internal/webm/dealt"
)

// Writer takes the frames of its segments in their order. The first one comes at 0, any other
// one as much later than the one before as it is in the video behind its predecessor there: pauses in
// which others have their turn are left out. The frame is valid until Write returns.
type Writer interface {
	Write(img image.Image, at time.Duration) error
}

// Config says how frames are dealt.
type Config struct {
	Writers int                         // 1 or more
	First   int                         // frames of the first segment of all, 1 or more: while it lasts, other writers have none
	Frames  int                         // of any other one, 1 or more
	Size    image.Point                 // of a frame, pixels
	Memory  int                         // bytes of frames that may wait; at least two do
	Open    func(n int) (Writer, error) // called by Write when the first segment of writer n, from 0, begins
}

// Dealer deals frames. But for Stop it belongs to one goroutine.
type Dealer struct {
	cfg    Config
	lanes  []*lane
	free   chan *image.YCbCr // memory that was used before
	room   int               // frames that may still be allocated
	most   int               // frames that may wait
	frames int               // dealt so far
	last   time.Duration     // time of the last one
	starts []time.Duration   // of the segments
	closed bool
	wg     sync.WaitGroup

	once   sync.Once
	failed chan struct{} // closed when err is set
	err    error
}

// lane is one writer and what waits for it.
type lane struct {
	queue chan waiting // has room for all frames that may wait
	at    time.Duration
}

// waiting is one frame that waits.
type waiting struct {
	img *image.YCbCr
	at  time.Duration
}

// New returns a dealer, which must be finished.
func New(cfg Config) *Dealer {
	n := cfg.Size.X*cfg.Size.Y + 2*((cfg.Size.X+1)/2)*((cfg.Size.Y+1)/2)
	// What a writer has not taken when its segment ends, it takes while the others have theirs. Of writers that
	// are busy all the time the last one has (n-1)/n of a segment left then, the one before (n-2)/n and so on.
	most := max(2, min((cfg.Writers-1)*cfg.Frames/2+cfg.Frames/8, cfg.Memory/max(1, n)))
	return &Dealer{cfg: cfg, free: make(chan *image.YCbCr, most), room: most, most: most, failed: make(chan struct{})}
}

// Order returns how the frames were dealt so far.
func (d *Dealer) Order() dealt.Order {
	return dealt.Order{Files: len(d.lanes), First: d.cfg.First, Frames: d.cfg.Frames, Starts: d.starts}
}

// Write deals the next frame, an *[image.YCbCr] of the configured size and 4:2:0, and waits for
// room; the frame may be reused afterwards. Times ascend. It returns the error of any writer.
func (d *Dealer) Write(img image.Image, at time.Duration) error {
	if d.closed {
		return errors.New("segments: a frame behind the end")
	}
	y, ok := img.(*image.YCbCr)
	if !ok || y.Rect.Size() != d.cfg.Size || y.SubsampleRatio != image.YCbCrSubsampleRatio420 {
		return fmt.Errorf("segments: a %T of %v does not fit %v", img, img.Bounds().Size(), d.cfg.Size)
	}
	l, err := d.lane(at)
	if err != nil {
		return err
	}
	mem, err := d.memory()
	if err != nil {
		return err
	}
	planes.Copy(mem, y)
	l.queue <- waiting{mem, l.at}
	d.frames, d.last = d.frames+1, at
	return nil
}

// lane returns where a frame at a time goes; a segment begins where it is due.
func (d *Dealer) lane(at time.Duration) (*lane, error) {
	segment, n := dealt.Order{Files: d.cfg.Writers, First: d.cfg.First, Frames: d.cfg.Frames}.Segment(d.frames)
	if n == len(d.lanes) {
		w, err := d.cfg.Open(n)
		if err != nil {
			return nil, err
		}
		l := &lane{queue: make(chan waiting, d.most)}
		d.lanes = append(d.lanes, l)
		d.wg.Go(func() { d.run(w, l) })
	} else {
		d.lanes[n].at += at - d.last
	}
	if segment == len(d.starts) {
		d.starts = append(d.starts, at)
	}
	return d.lanes[n], nil
}

// memory returns memory for a frame, when there is some.
func (d *Dealer) memory() (*image.YCbCr, error) {
	select {
	case <-d.failed:
		return nil, d.err
	case mem := <-d.free:
		return mem, nil
	default:
	}
	if d.room > 0 {
		d.room--
		return image.NewYCbCr(image.Rectangle{Max: d.cfg.Size}, image.YCbCrSubsampleRatio420), nil
	}
	select {
	case <-d.failed:
		return nil, d.err
	case mem := <-d.free:
		return mem, nil
	}
}

// run hands frames to a writer until there are no more, or one has failed.
func (d *Dealer) run(w Writer, l *lane) {
	defer func() {
		if p := recover(); p != nil {
			d.Stop(fmt.Errorf("segments: panic: %v\n%s", p, debug.Stack()))
		}
	}()
	for {
		select {
		case <-d.failed:
			return
		case f, ok := <-l.queue:
			if !ok {
				return
			}
			if err := w.Write(f.img, f.at); err != nil {
				d.Stop(err)
				return
			}
			d.free <- f.img
		}
	}
}

// Stop lets Write and Finish fail, with the error of the first call, and what waits go. It may
// be called by anyone and at any time. A writer that is busy is waited for: it must be made to fail.
func (d *Dealer) Stop(err error) {
	d.once.Do(func() {
		d.err = err
		close(d.failed)
	})
}

// Finish waits until all frames were taken, or one was refused, and returns that error.
// Calling it again repeats the answer.
func (d *Dealer) Finish() error {
	if !d.closed {
		d.closed = true
		for _, l := range d.lanes {
			close(l.queue)
		}
	}
	d.wg.Wait()
	return d.err
}
