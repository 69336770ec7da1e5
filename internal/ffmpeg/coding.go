package ffmpeg

import (
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/saccade-dev/saccade/internal/ffmpeg/segments"
	"github.com/saccade-dev/saccade/internal/webm"
)

const (
	// segmentFrames is how many frames in turn one of several processes takes. Each segment begins with a key frame: fewer
	// make larger files, more let more frames wait and one process work alone for longer at the end.
	segmentFrames = 90
	// firstFrames is how many frames the first process takes before the second one gets any.
	firstFrames = 20
	// segmentMemory bounds the frames that wait for the processes of an encoder, in bytes.
	segmentMemory = 256 << 20
	// maxCodings is from where on what comes before takes longer than they.
	maxCodings = 4
)

// encoders returns how many processes encode one output side by side. One uses as many threads
// as a frame has tiles; several make sense only where threads are left, with fewer than four for each process the
// output is not ready sooner, and each costs memory. Frames with transparency have one.
func (t *Tool) encoders(o EncodeOptions) int {
	if o.Alpha {
		return 1
	}
	tiles := max(4, 1<<tileColumns(o.Width, t.cfg.Threads))
	return max(1, min(t.cfg.Threads/(tiles*(1+max(0, o.Beside))*max(1, t.cfg.Videos)), maxCodings))
}

// coding is one process that writes what it encodes to a file of its own.
type coding struct {
	out    string
	proc   *process
	pipe   *os.File
	header func() webm.RawHeader // asked when the first frame comes
	raw    *webm.RawWriter
}

// codingError is an error of one process, which may say more itself.
type codingError struct {
	*coding
	error
}

// Unwrap returns the error alone.
func (e *codingError) Unwrap() error { return e.error }

// Write hands over a frame, at a time in the process's file.
func (c *coding) Write(img image.Image, at time.Duration) (err error) {
	if c.raw == nil {
		if c.raw, err = webm.NewRawWriter(c.pipe, c.header()); err != nil {
			return &codingError{c, err}
		}
	}
	if err := c.raw.Write(img, at); err != nil {
		return &codingError{c, err}
	}
	return nil
}

// header describes the frames to a process.
func (e *Encoder) header() webm.RawHeader {
	return webm.RawHeader{Width: e.opt.Width, Height: e.opt.Height, Alpha: e.opt.Alpha,
		Color: e.color, AspectNum: e.opt.AspectNum, AspectDen: e.opt.AspectDen}
}

// codings are all processes of an encoder.
type codings struct {
	mu   sync.Mutex
	list []*coding // in their order; only the goroutine of Write adds to it
}

// start adds a process, which is the n-th from 0.
func (e *Encoder) start(n int) error {
	o := e.opt
	if n > 0 {
		o.Out = fmt.Sprintf("%s-part%d.webm", strings.TrimSuffix(o.Out, ".webm"), n)
	}
	if e.dealer != nil {
		o.keys = keysOf(n)
	}
	w, r, err := connect(true)
	if err != nil {
		return fmt.Errorf("pipe to ffmpeg: %w", err)
	}
	e.codings.mu.Lock()
	defer e.codings.mu.Unlock()
	if e.fate.Load() == aborted { // which kills those that it finds
		return errors.Join(errAborted, w.Close(), r.Close())
	}
	p, err := e.tool.start(e.ctx, job{args: e.tool.encodeArgs(o, e.device), stdin: r, write: filepath.Dir(o.Out), device: e.device})
	if err != nil {
		return errors.Join(err, w.Close())
	}
	e.codings.list = append(e.codings.list, &coding{out: o.Out, proc: p, pipe: w, header: e.header})
	return nil
}

// keysOf is where segments begin among the frames of a process.
func keysOf(n int) string {
	shift := 0
	if n == 0 { // whose first segment is shorter
		shift = segmentFrames - firstFrames
	}
	return fmt.Sprintf("expr:not(mod(n+%d,%d))", shift, segmentFrames)
}

// coding returns a process by its number. The first one writes to the output, the others, which start
// when it is their turn, to files beside it.
func (e *Encoder) coding(n int) (segments.Writer, error) {
	if n == len(e.codings.list) {
		if err := e.start(n); err != nil {
			return nil, err
		}
	}
	return e.codings.list[n], nil
}

// finish lets all processes end, and waits for them.
func (e *Encoder) finish() error {
	if e.dealer != nil {
		if err := e.dealer.Finish(); err != nil {
			return err
		}
	}
	for _, c := range e.codings.list {
		_ = c.pipe.Close()
	}
	for _, c := range e.codings.list {
		exit := c.proc.wait()
		text, _ := c.proc.stderr.text()
		if exit != nil || full(text) {
			return &codingError{c, errEnded}
		}
	}
	return nil
}

// kill ends all processes for a reason and removes their files.
func (c *codings) kill(reason error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, o := range c.list {
		o.proc.stop(reason)
	}
	for _, o := range c.list {
		_ = o.proc.wait()
		_ = o.pipe.Close()
		_ = os.Remove(o.out)
	}
}
