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
	"github.com/saccade-dev/saccade/internal/ffmpeg/segments"
	"github.com/saccade-dev/saccade/internal/ffmpeg/vaapi"
	"github.com/saccade-dev/saccade/internal/webm"
)

// EncodeOptions describes the WebM file to write.
type EncodeOptions struct {
	Out                  string        // file; replaced, and removed when the encoder fails
	Width, Height        int           // pixels, 1 or more, odd ones too
	Audio                *Audio        // the audio; nil: silent
	Alpha                bool          // frames are *image.NYCbCrA and the file has transparency
	AspectNum, AspectDen uint64        // pixel aspect ratio; 0: square
	Start                time.Duration // of the first frame (Info.FirstPTS)
	End                  time.Duration // when the last frame ends (Info.End); 0: one interval behind it
	Beside               int           // other encoders that work at the same time, and share the threads

	keys string // ffmpeg's expression of where key frames must be; "": where the encoder likes
}

// Encoder writes one WebM file (VP9). Write and Close belong to one goroutine;
// Abort may come from any.
type Encoder struct {
	ctx     context.Context
	tool    *Tool
	opt     EncodeOptions
	device  *vaapi.Device // nil: the processor
	codings codings
	dealer  *segments.Dealer // nil: there is one process
	color   webm.Color
	frames  int
	repeats []time.Duration // when the frame before is shown once more
	last    time.Duration   // ms
	before  time.Duration   // of the frame before last
	err     error           // final
	fate    atomic.Int32    // open, complete or aborted, whichever came first
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
	return t.encode(ctx, o, t.deviceFor(o))
}

// encode starts an encoder on a device, or with nil on the processor.
func (t *Tool) encode(ctx context.Context, o EncodeOptions, on *vaapi.Device) (*Encoder, error) {
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
	e := &Encoder{ctx: ctx, tool: t, opt: o, device: on, color: webm.Color{Range: webm.RangeLimited}}
	if n := t.encoders(o); n > 1 && on == nil {
		e.dealer = segments.New(segments.Config{Writers: n, First: firstFrames, Frames: segmentFrames, Size: image.Pt(o.Width, o.Height), Memory: segmentMemory, Open: e.coding})
	}
	if err := e.start(0); err != nil {
		return nil, err
	}
	return e, nil
}

// encodeArgs is ffmpeg's command line. Time stamps pass through untouched:
// the input is not shifted to zero (-copyts), and the encoder's time base is
// the millisecond. The same frames make the same file to the byte (bitexact: no random
// ids), so that an attempt that has been overtaken changes nothing that is seen already.
func (t *Tool) encodeArgs(o EncodeOptions, on *vaapi.Device) []string {
	device, level := on.Before()
	args := append([]string{"-hide_banner", "-nostdin", "-v", level, "-y", "-copyts"}, device...)
	args = append(args, "-f", "matroska", "-protocol_whitelist", "file,pipe", "-codec_whitelist", "rawvideo",
		"-probesize", "32", "-analyzeduration", "0", "-thread_queue_size", strconv.Itoa(encoderQueue), "-i", "pipe:0")
	args = append(args, "-map", "0:v:0", t.sync, "passthrough", "-enc_time_base", "1:1000")
	pix := "yuv420p"
	if o.Alpha {
		pix = "yuva420p"
	}
	if on != nil {
		args = append(args, on.Encoder(minQuantizer, keyInterval)...)
	} else {
		args = append(append(args, "-c:v", "libvpx-vp9", "-pix_fmt", pix), VP9Args(o.Width, o.Height, t.cfg.Threads)...)
	}
	if o.keys != "" {
		args = append(args, "-force_key_frames", o.keys)
	}
	return append(args, "-map_metadata", "-1", "-map_chapters", "-1", "-avoid_negative_ts", "disabled",
		"-fflags", "+bitexact", "-f", "webm", "file:"+o.Out)
}

// encoderQueue is how many frames may wait in the encoder's process. More wait before
// it (package pipeline), where one copy serves all encoders.
const encoderQueue = 2

// keyInterval is the most frames between two places that a player can seek to.
const keyInterval = 120

// VP9Args are the encoder's settings, for whoever compares with ffmpeg alone: the fastest that still look good. The rate is
// what busy frames may take; calm ones stay far below, since none is coded finer than at minQuantizer. Of the encoder's ways
// to hold a rate this is the quickest, and spreads the quality evenly over time. Threads share the work by tiles only, two up
// to three threads, then more, so that a file depends on the number of threads no further: where
// they share it by rows (-row-mt), this way of holding the rate does not always make the same file.
// -speed is -cpu-used by another name that lets libvpx's fastest level through.
func VP9Args(width, height, threads int) []string {
	columns := tileColumns(width, threads)
	threads = min(threads, 1<<columns)
	rate := strconv.Itoa(max(200_000, 4*width*height))
	return []string{"-deadline", "realtime", "-speed", "9", "-row-mt", "0", "-lag-in-frames", "0", "-auto-alt-ref", "0",
		"-threads", strconv.Itoa(threads), "-tile-columns", strconv.Itoa(columns), "-g", strconv.Itoa(keyInterval),
		"-qmin", strconv.Itoa(minQuantizer), "-b:v", rate, "-minrate", rate, "-maxrate", rate}
}

// tileColumns is how many tiles a frame has, as a logarithm to the base 2; each needs 256 pixels.
func tileColumns(width, threads int) int {
	columns := 0
	for columns < 4 && width>>(columns+1) >= 256 && 2<<columns <= max(2, threads) {
		columns++
	}
	return columns
}

// minQuantizer is the finest step of coding, 0 to 63.
const minQuantizer = 34

// Tag sets the color tags of the output, which are known when the first frame
// is: it must come before the first Write. The range is taken as limited.
func (e *Encoder) Tag(c webm.Color) {
	e.color = c
	e.color.Range = webm.RangeLimited
}

// Write hands over the next frame and waits while the encoder is busy. img is
// an *[image.YCbCr], with Alpha an *[image.NYCbCrA], limited range 4:2:0 of the
// file's size; it may be reused afterwards. Times must not go back; one that
// repeats is moved on by a millisecond, since a WebM frame needs its own.
func (e *Encoder) Write(img image.Image, pts time.Duration) error {
	if e.err != nil {
		return e.err
	}
	at := e.tick(pts) - e.opt.Start
	var to segments.Writer = e.codings.list[0]
	if e.dealer != nil {
		to = e.dealer
	}
	if err := to.Write(img, at); err != nil {
		return e.fail(err)
	}
	return nil
}

// Repeat is Write for the frame that was written last, unchanged. But for files with
// transparency, and devices the slots of whose frames are unknown, it costs nothing: the frame is not encoded again,
// and [webm.Mux] repeats it when the file is closed.
func (e *Encoder) Repeat(img image.Image, pts time.Duration) error {
	if e.err != nil || e.frames == 0 || e.opt.Alpha || e.device != nil && !e.device.Repeats {
		return e.Write(img, pts)
	}
	e.repeats = append(e.repeats, e.tick(pts))
	return nil
}

// tick counts a frame and returns its time in the file.
func (e *Encoder) tick(pts time.Duration) time.Duration {
	pts = max(pts.Truncate(time.Millisecond), e.opt.Start)
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
	if err := e.finish(); err != nil {
		return e.fail(err)
	}
	if err := e.mux(); err != nil {
		return e.fail(err)
	}
	for _, c := range e.codings.list {
		if text, _ := c.proc.stderr.text(); text != "" {
			e.tool.log.Info("ffmpeg encode", "frames", e.frames, "err", text)
		}
		if c.out != e.opt.Out {
			_ = os.Remove(c.out)
		}
	}
	if !e.fate.CompareAndSwap(open, complete) {
		return e.fail(errAborted)
	}
	e.err = errClosed
	return nil
}

// mux puts the output together from what the processes wrote, the repeated frames
// and the audio, by way of another file.
func (e *Encoder) mux() (err error) {
	coded, err := openSource(e.opt.Out, webm.Info{})
	if err != nil {
		return err
	}
	defer coded.Close()
	parts := webm.Parts{Video: coded.Source, Start: e.opt.Start, Repeats: e.repeats, End: e.end()}
	if e.dealer != nil {
		parts.Dealt = e.dealer.Order()
	}
	for _, c := range e.codings.list[1:] { // a few
		more, err := openSource(c.out, webm.Info{})
		if err != nil {
			return err
		}
		defer more.Close()
		parts.More = append(parts.More, more.Source)
	}
	if a := e.opt.Audio; a != nil {
		audio, err := openSource(a.path, a.info)
		if err != nil {
			return err
		}
		defer audio.Close()
		parts.Audio, parts.Delay = &audio.Source, a.delay
		parts.End = max(parts.End, a.info.AudioEnd+a.delay)
	}
	dst, err := os.CreateTemp(filepath.Dir(e.opt.Out), "mux-*.webm")
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
	st, err := coded.Stat()
	if err != nil {
		return err
	}
	return errors.Join(webm.Mux(e.ctx, dst, parts), dst.Chmod(st.Mode()))
}

// end is when the last frame leaves the screen.
func (e *Encoder) end() time.Duration {
	if e.opt.End > e.last {
		return e.opt.End
	}
	return e.last + max(time.Millisecond, e.last-e.before)
}

// Abort kills the encoder and removes the file. It may be called at any time,
// also while Write or Close waits, and again; a finished file stays, so that
// Abort can be deferred.
func (e *Encoder) Abort() {
	if !e.fate.CompareAndSwap(open, aborted) && e.fate.Load() == complete {
		return
	}
	if e.dealer != nil {
		e.dealer.Stop(errAborted)
	}
	e.codings.kill(errAborted)
}

// fail ends all processes, removes their files and settles the error.
func (e *Encoder) fail(err error) error {
	c := e.codings.list[0] // whose end is told
	if from := (*codingError)(nil); errors.As(err, &from) {
		c = from.coding
	}
	if hungUp(err) {
		err = errEnded // by itself: let it say why
		_ = c.pipe.Close()
		_ = c.proc.wait()
	}
	e.codings.kill(errStopped)
	if e.dealer != nil {
		e.dealer.Stop(err)
		_ = e.dealer.Finish()
	}
	exit := c.proc.wait()
	text, _ := c.proc.stderr.text()
	report := fmt.Errorf("ffmpeg encode: %w after %d frames, exit: %v, stderr: %s", err, e.frames, exit, text)
	switch {
	case exit != nil && !crashed(exit) && !errors.Is(exit, errStopped) && !errors.Is(exit, errTimeout):
		e.err = exit // the caller's context, or Abort
	case full(text), errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), strings.Contains(fmt.Sprint(exit), "file size limit"): // SIGXFSZ
		e.err = saccade.Errorf(saccade.CodeOverCapacity, "There is no space left to store the result. Please free some disk space and try again.").With(fmt.Errorf("%w: %w", ErrDiskFull, report))
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
