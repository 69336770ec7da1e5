package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// EncodeOptions describes the WebM file to write.
type EncodeOptions struct {
	Out                  string        // file; replaced, and removed when the encoder fails
	Width, Height        int           // pixels, 1 or more, odd ones too
	AudioFrom            string        // WebM whose sound is copied; "": silent
	Alpha                bool          // frames are *image.NYCbCrA and the file has transparency
	AspectNum, AspectDen uint64        // pixel aspect ratio; 0: square
	End                  time.Duration // when the last frame ends (Info.End); 0: one interval behind it
}

// Encoder writes one WebM file (VP9). Write and Close belong to one goroutine;
// Abort may come from any.
type Encoder struct {
	tool   *Tool
	opt    EncodeOptions
	proc   *process
	pipe   *os.File
	colour webm.Colour
	raw    *webm.RawWriter
	frames int
	stays  []time.Duration // when the picture before is shown once more
	last   time.Duration   // ms
	before time.Duration   // of the frame before last
	err    error           // final
	fate   atomic.Int32    // open, complete or aborted, whichever came first
}

// Fates of an encoder.
const (
	open int32 = iota
	complete
	aborted
)

// Ends of an encoder that are not ffmpeg's own words.
var (
	errAborted = errors.New("encoder was aborted")
	errEnded   = errors.New("the encoder ended early")
	errClosed  = errors.New("encoder is closed")
)

// ErrDiskFull is in the chain of errors that say there is no room to write.
var ErrDiskFull = errors.New("no space left on device")

// Encode starts an encoder. The caller must Close or Abort it. Starting takes
// a tenth of a second, which passes while the first frame is being made.
func (t *Tool) Encode(ctx context.Context, o EncodeOptions) (*Encoder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.Width*o.Height > t.cfg.MaxPixels || o.Width < 1 || o.Height < 1 {
		return nil, webm.TooBig(o.Width, o.Height, t.cfg.MaxPixels)
	}
	var err error
	if o.Out, err = filepath.Abs(o.Out); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Dir(o.Out)); err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	j := job{write: filepath.Dir(o.Out)}
	if o.AudioFrom != "" {
		if o.AudioFrom, err = filepath.Abs(o.AudioFrom); err != nil {
			return nil, err
		}
		j.read = []string{o.AudioFrom}
	}
	w, r, err := connect(true)
	if err != nil {
		return nil, fmt.Errorf("pipe to ffmpeg: %w", err)
	}
	j.stdin, j.args = r, t.encodeArgs(o)
	e := &Encoder{tool: t, opt: o, pipe: w, colour: webm.Colour{Range: webm.RangeLimited}}
	if e.proc, err = t.start(ctx, j); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	return e, nil
}

// encodeArgs is ffmpeg's command line. Time stamps pass through untouched:
// neither input is shifted to zero (-copyts), nothing is shifted for the
// sound's lead-in, and the encoder's time base is the millisecond.
func (t *Tool) encodeArgs(o EncodeOptions) []string {
	args := []string{"-hide_banner", "-nostdin", "-v", "error", "-y", "-copyts",
		"-f", "matroska", "-protocol_whitelist", "file,pipe", "-codec_whitelist", "rawvideo",
		"-probesize", "32", "-analyzeduration", "0", "-thread_queue_size", strconv.Itoa(encoderQueue), "-i", "pipe:0"}
	if o.AudioFrom != "" {
		args = append(args, "-vn")
		args = append(args, t.untrusted(o.AudioFrom)...)
	}
	args = append(args, "-map", "0:v:0")
	if o.AudioFrom != "" {
		args = append(args, "-map", "1:a?", "-c:a", "copy")
	}
	pix := "yuv420p"
	if o.Alpha {
		pix = "yuva420p"
	}
	args = append(args, t.sync, "passthrough", "-enc_time_base", "1:1000", "-c:v", "libvpx-vp9", "-pix_fmt", pix)
	args = append(args, VP9Args(o.Width, o.Height, t.cfg.Threads)...)
	return append(args, "-map_metadata", "-1", "-map_chapters", "-1", "-avoid_negative_ts", "disabled",
		"-f", "webm", "file:"+o.Out)
}

// encoderQueue is how many pictures may wait in the encoder's process, so that
// a frame that takes it longer does not hold up what comes before.
const encoderQueue = 8

// keyInterval is the most frames between two places that a player can seek to.
const keyInterval = 120

// VP9Args are the encoder's settings, for whoever compares with ffmpeg alone: the fastest that still look good, with
// constrained quality so that calm pictures stay small and busy ones bounded.
// -speed is -cpu-used by another name that lets libvpx's fastest level through.
func VP9Args(width, height, threads int) []string {
	columns := 0 // log2; a tile needs 256 pixels
	for columns < 4 && width>>(columns+1) >= 256 && 1<<columns < threads {
		columns++
	}
	rate := max(200_000, 4*width*height)
	return []string{"-deadline", "realtime", "-speed", "9", "-row-mt", "1", "-lag-in-frames", "0", "-auto-alt-ref", "0",
		"-threads", strconv.Itoa(threads), "-tile-columns", strconv.Itoa(columns), "-g", strconv.Itoa(keyInterval),
		"-crf", "36", "-static-thresh", "500", "-b:v", strconv.Itoa(rate)}
}

// Tag sets the colour tags of the output, which are known when the first frame
// is: it must come before the first Write. The range is taken as limited.
func (e *Encoder) Tag(c webm.Colour) {
	e.colour = c
	e.colour.Range = webm.RangeLimited
}

// Write hands over the next frame and waits while the encoder is busy. img is
// an *[image.YCbCr], with Alpha an *[image.NYCbCrA], limited range 4:2:0 of the
// file's size; it may be reused afterwards. Times must not go back; one that
// repeats is moved on by a millisecond, since a WebM frame needs its own.
func (e *Encoder) Write(img image.Image, pts time.Duration) error {
	if e.err != nil {
		return e.err
	}
	if e.raw == nil {
		raw, err := webm.NewRawWriter(e.pipe, webm.RawHeader{Width: e.opt.Width, Height: e.opt.Height, Alpha: e.opt.Alpha,
			Colour: e.colour, AspectNum: e.opt.AspectNum, AspectDen: e.opt.AspectDen})
		if err != nil {
			return e.fail(err)
		}
		e.raw = raw
	}
	if err := e.raw.Write(img, e.tick(pts)); err != nil {
		return e.fail(err)
	}
	return nil
}

// Repeat is Write for the picture that was written last, unchanged. But for
// files with transparency it costs nothing: the picture is not encoded again,
// and [webm.Stay] lets it stay when the file is closed.
func (e *Encoder) Repeat(img image.Image, pts time.Duration) error {
	if e.err != nil || e.frames == 0 || e.opt.Alpha {
		return e.Write(img, pts)
	}
	e.stays = append(e.stays, e.tick(pts))
	return nil
}

// tick counts a frame and gives its time in the file.
func (e *Encoder) tick(pts time.Duration) time.Duration {
	pts = max(pts.Truncate(time.Millisecond), 0)
	if e.frames > 0 && pts <= e.last {
		pts = e.last + time.Millisecond
	}
	e.before, e.last = e.last, pts
	e.frames++
	return pts
}

// Close finishes the file and waits for it. On an error the file is gone.
// Closing again repeats the answer.
func (e *Encoder) Close() error {
	switch {
	case errors.Is(e.err, errClosed):
		return nil
	case e.err != nil:
		return e.err
	case e.frames == 0:
		return e.fail(errors.New("no frame was written"))
	}
	_ = e.pipe.Close()
	exit := e.proc.wait()
	text, _ := e.proc.stderr.text()
	if exit != nil || full(text) {
		return e.fail(errEnded)
	}
	if err := errors.Join(e.stay(), e.hold()); err != nil {
		return e.fail(err)
	}
	if text != "" {
		e.tool.log.Info("ffmpeg encode", "frames", e.frames, "stderr", text)
	}
	if !e.fate.CompareAndSwap(open, complete) {
		return e.fail(errAborted)
	}
	e.err = errClosed
	return nil
}

// stay puts the repeated pictures into the file, by way of a second one.
func (e *Encoder) stay() (err error) {
	if len(e.stays) == 0 {
		return nil
	}
	src, err := os.Open(e.opt.Out)
	if err != nil {
		return err
	}
	defer src.Close()
	st, err := src.Stat()
	if err != nil {
		return err
	}
	dst, err := os.CreateTemp(filepath.Dir(e.opt.Out), "stay-*.webm")
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, dst.Close()); err == nil {
			err = os.Rename(dst.Name(), e.opt.Out)
		}
		if err != nil {
			_ = os.Remove(dst.Name())
		}
	}()
	return errors.Join(webm.Stay(dst, src, st.Size(), e.stays), dst.Chmod(st.Mode()))
}

// hold makes the file as long as the last frame stays on the screen.
func (e *Encoder) hold() error {
	end := e.opt.End
	if end <= e.last {
		end = e.last + max(time.Millisecond, e.last-e.before)
	}
	f, err := os.OpenFile(e.opt.Out, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	if e.opt.AudioFrom == "" {
		return webm.SetDuration(f, st.Size(), end)
	}
	// The sound may end last; the original's header knows where.
	src, err := scanFile(e.opt.AudioFrom)
	if err != nil {
		return err
	}
	if late := src.Declared - max(src.AudioEnd, end); late >= 0 && late < time.Second {
		return webm.SetDuration(f, st.Size(), src.Declared)
	}
	return webm.ExtendDuration(f, st.Size(), end)
}

// Abort kills the encoder and removes the file. It may be called at any time,
// also while Write or Close waits, and again; a finished file stays, so that
// Abort can be deferred.
func (e *Encoder) Abort() {
	if !e.fate.CompareAndSwap(open, aborted) && e.fate.Load() == complete {
		return
	}
	e.proc.kill(errAborted)
	_ = e.pipe.Close()
	_ = os.Remove(e.opt.Out)
}

// fail ends the process, removes the file and settles the error.
func (e *Encoder) fail(err error) error {
	if hungUp(err) {
		err = errEnded // by itself: let it say why
	} else {
		e.proc.stop(errStopped)
	}
	_ = e.pipe.Close()
	exit := e.proc.wait()
	_ = os.Remove(e.opt.Out)
	text, _ := e.proc.stderr.text()
	report := fmt.Errorf("ffmpeg encode: %w after %d frames, exit: %v, stderr: %s", err, e.frames, exit, text)
	switch {
	case exit != nil && !crashed(exit) && !errors.Is(exit, errStopped) && !errors.Is(exit, errTimeout):
		e.err = exit // the caller's context, or Abort
	case full(text), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), strings.Contains(fmt.Sprint(exit), "file size limit"): // SIGXFSZ
		e.err = saccade.Errorf(saccade.CodeServer, "There is no space left to store the result. Please free some disk space and try again.").With(fmt.Errorf("%w: %w", ErrDiskFull, report))
	default:
		e.err = report
	}
	return e.err
}

// hungUp reports whether a write failed because nobody will read it.
func hungUp(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// full reports whether ffmpeg met a full disk or a quota.
func full(text string) bool {
	for _, s := range []string{"No space left on device", "Disk quota exceeded", "File too large"} {
		if strings.Contains(text, s) {
			return true
		}
	}
	return false
}
