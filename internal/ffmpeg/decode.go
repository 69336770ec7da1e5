package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/ffmpeg/planes"
	"github.com/saccade-dev/saccade/internal/webm"
)

// Frame is one decoded frame, upright, limited range (16..235) 4:2:0.
type Frame struct {
	Index int           // from 0
	PTS   time.Duration // the container's, whole milliseconds; need not begin at 0
	Image *image.YCbCr
	// Active is the part of Image between the bars: all of it, unless
	// the size changed within the video; then there are black bars.
	Active image.Rectangle
	Color  webm.Color // Range is always limited; Matrix separates BT.601 from BT.709

	buf  []byte
	home chan *Frame
}

// Release returns the memory for a later frame. The frame must not be used
// afterwards. Frames that are not released are left to the collector.
func (f *Frame) Release() {
	if f == nil || f.home == nil {
		return
	}
	home := f.home
	f.home = nil
	select {
	case home <- f:
	default:
	}
}

// decoderNice is how much nicer a decoder is than an encoder. The encoder is
// the slowest stage and often runs on one of its threads only: the decoder
// fills those gaps then, instead of running ahead of it and waiting.
const decoderNice = 8

// Place is where a decoder works.
type Place int

const (
	Alone          Place = iota // nothing is encoded of its frames
	BesideEncoders              // encoders of the same video have more to do
)

// share returns how many threads a decoder has, and how much nicer it is. One beside no
// encoder is the slowest stage itself; what is made of its frames can wait.
func (p Place) share(threads int) (int, int) {
	if p == BesideEncoders {
		return max(1, threads/2), decoderNice
	}
	return threads, 0
}

// maxIdle is how many released frames a decoder keeps for reuse.
const maxIdle = 8

// Decoder yields the frames of one video. It belongs to one goroutine.
type Decoder struct {
	tool    *Tool
	info    webm.Info
	proc    *process
	pipe    *os.File
	feed    chan error // what ended the feeding of the process
	raw     *webm.RawReader
	head    webm.RawHeader
	idle    chan *Frame
	next    int           // index
	alpha   *leading      // what comes before the colors; nil: nothing
	limit   time.Duration // latest time since the first frame; 0: any
	most    int           // frames; 0: any
	started bool
	err     error // final
}

// Decode starts decoding the file at path, which info ([webm.Scan]) judges. It
// refuses, with CodeInvalidInput, what exceeds MaxDuration or MaxPixels.
// Transparency is read where Info.Transparent says so ([Tool.Opaque]).
// Beside encoders a decoder has half of the configured threads, and gives way to them. Where
// Config.Require holds and the system cannot confine ffmpeg, the error wraps
// ErrUnconfined. The caller must Close the decoder.
//
// ffmpeg never sees a WebM file: it reads one track from a pipe, as
// [webm.Source.CopyVideo] writes it, so that both agree about every time. A file of
// another format (Info.Format) it reads itself, confined to that file.
func (t *Tool) Decode(ctx context.Context, path string, info webm.Info, at Place) (*Decoder, error) {
	return t.decode(ctx, path, &Decoder{info: info}, at)
}

// decode starts a decoder of which info and alpha are set.
func (t *Tool) decode(ctx context.Context, path string, d *Decoder, at Place) (*Decoder, error) {
	info := d.info
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := t.requireSandbox(ctx); err != nil {
		return nil, err
	}
	if err := info.CheckPixels(t.cfg.MaxPixels); err != nil {
		return nil, err
	}
	d.tool, d.idle = t, make(chan *Frame, maxIdle)
	if t.cfg.MaxDuration > 0 {
		if err := info.CheckLimits(t.cfg.MaxDuration); err != nil {
			return nil, err
		}
		// The last frame may begin where the limit ends, not later.
		d.limit, d.most = t.cfg.MaxDuration+time.Millisecond, webm.FrameLimit(t.cfg.MaxDuration)
	}
	if info.Format != "" {
		return d, d.runMovie(ctx, path, at)
	}
	src, err := openSource(path, info)
	if err != nil {
		return nil, err
	}
	return d, d.run(ctx, src, at)
}

// sourceFile is an open file and what the scan said of it.
type sourceFile struct {
	webm.Source
	*os.File
}

func openSource(path string, info webm.Info) (sourceFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return sourceFile{}, err
	}
	st, err := f.Stat()
	if err != nil {
		return sourceFile{}, errors.Join(err, f.Close())
	}
	return sourceFile{webm.Source{R: f, Size: st.Size(), Info: info}, f}, nil
}

// run starts the process and feeds it from the source, which it closes. A transparency
// that is not asked for is left out.
func (d *Decoder) run(ctx context.Context, src sourceFile, at Place) (err error) {
	threads, nice := at.share(d.tool.cfg.Threads)
	of := webm.ColorPlanes
	if d.info.Transparent {
		of = webm.AllPlanes
	}
	copied := func(ctx context.Context, w io.Writer) error { return src.CopyVideo(ctx, w, of) }
	if d.alpha != nil {
		copied = func(ctx context.Context, w io.Writer) error { return d.alpha.feed(ctx, src, w) }
	}
	if d.proc, d.pipe, d.feed, err = d.tool.pump(ctx, src, copied, job{args: d.tool.decodeArgs(d.info, threads), nice: nice}); err != nil {
		return err
	}
	d.raw = webm.NewRawReader(d.pipe)
	return nil
}

const (
	videoCodecs = "vp8,vp9,av1,libdav1d,libaom-av1,libvpx,libvpx-vp9"
	audioCodecs = "opus,libopus,vorbis,libvorbis"
)

// untrusted are the input options for a stream of the user's: one demuxer, no
// files, no network, no other codecs.
func (t *Tool) untrusted() []string {
	return []string{
		"-f", "matroska", "-protocol_whitelist", "pipe", "-codec_whitelist", videoCodecs + "," + audioCodecs + "," + convertedCodecs,
		"-max_pixels", strconv.Itoa(t.cfg.MaxPixels), "-i", "pipe:0",
	}
}

// decodeArgs is ffmpeg's command line. The time base is fixed to milliseconds
// because ffmpeg's own choice, the frame rate, rounds variable times. The
// filters do nothing, and cost nothing, unless the stream's format or size
// differs from what was promised.
func (t *Tool) decodeArgs(i webm.Info, threads int) []string {
	args := []string{"-hide_banner", "-nostdin", "-v", "error", "-copyts", "-threads", strconv.Itoa(threads), "-noautorotate"}
	if c := t.decoder(i); c != "" {
		args = append(args, "-c:v", c)
	}
	args = append(args, t.untrusted()...)
	return append(args, "-map", "0:v:0", "-vf", t.toneMap(i)+filters(i), t.sync, "passthrough", "-enc_time_base", "1:1000",
		"-c:v", "rawvideo", "-f", "matroska", "-allow_raw_vfw", "1", "-write_crc32", "0", "pipe:1")
}

// decoder is the decoder for what ffmpeg's own ones do not do: they drop the
// transparency, and show every spatial layer as a frame. "" is ffmpeg's choice.
func (t *Tool) decoder(i webm.Info) string {
	switch {
	case i.Codec == "vp9" && (i.Transparent || i.Layers) && !slices.Contains(t.missing, "libvpx-vp9"):
		return "libvpx-vp9"
	case i.Codec == "vp8" && i.Transparent && !slices.Contains(t.missing, "libvpx"):
		return "libvpx"
	}
	return ""
}

// Info is what the container says.
func (d *Decoder) Info() webm.Info { return d.info }

// Size is the width and height of every frame.
func (d *Decoder) Size() (w, h int) { return d.info.Size() }

// Next yields the next frame. io.EOF comes behind the last one of a video that
// counts as readable (see the package); *[saccade.Error] with
// CodeUnreadableVideo or CodeInvalidInput for one that does not; the context's
// error when it ended. After an error every call repeats it.
func (d *Decoder) Next() (*Frame, error) {
	if d.err != nil {
		return nil, d.err
	}
	if !d.started {
		if err := d.start(); err != nil {
			return nil, d.finish(err)
		}
	}
	f, pts, err := d.read()
	if err != nil {
		f.Release()
		return nil, d.finish(err)
	}
	if err := d.check(pts); err != nil {
		f.Release()
		d.err = err
		return nil, errors.Join(d.err, d.Close())
	}
	if d.info.Times != nil { // frames beyond them are not asked for
		pts = d.info.Times[min(d.next, len(d.info.Times)-1)]
	}
	f.Index, f.PTS, f.home = d.next, pts+d.info.FirstPTS, d.idle
	d.complete(f)
	d.next++
	return f, nil
}

// check holds a frame against the limits, pts after the first one.
func (d *Decoder) check(pts time.Duration) error {
	switch {
	case d.limit > 0 && pts > d.limit:
		return webm.TooLong(pts, d.tool.cfg.MaxDuration)
	case d.most > 0 && d.next >= d.most:
		return webm.TooManyFrames(d.most)
	}
	return nil
}

// complete makes of the decoder's samples what Frame promises.
func (d *Decoder) complete(f *Frame) {
	full := d.head.Color.Range == webm.RangeFull
	if d.head.Alpha {
		planes.OverWhite(f.Image, f.buf[len(f.buf)-len(f.Image.Y):], full)
	}
	if full {
		planes.ToLimited(f.Image)
	}
	f.Active = f.Image.Rect
	if d.info.Sizes == nil {
		return
	}
	iw, ih := d.info.SizeAt(f.PTS)
	if f.Active = fit(f.Image.Rect.Dx(), f.Image.Rect.Dy(), iw, ih); f.Active != f.Image.Rect {
		planes.Blacken(f.Image, f.Active)
	}
}

// start reads the stream's header.
func (d *Decoder) start() error {
	head, err := d.raw.Header()
	if err != nil {
		return err
	}
	w, h := d.info.Size()
	if head.Width != w || head.Height != h || head.Alpha != d.info.Transparent {
		return fmt.Errorf("ffmpeg yields %d x %d frames instead of %d x %d", head.Width, head.Height, w, h)
	}
	d.head, d.started = head, true
	return d.judgeAlpha()
}

// frame takes an idle frame or makes one.
func (d *Decoder) frame() *Frame {
	select {
	case f := <-d.idle:
		f.home = d.idle
		return f
	default:
	}
	w, h := d.info.Size()
	cw, ch := (w+1)/2, (h+1)/2
	buf := make([]byte, d.head.FrameSize())
	color := d.head.Color
	color.Range = webm.RangeLimited
	return &Frame{buf: buf, home: d.idle, Color: color, Image: &image.YCbCr{
		Y: buf[: w*h : w*h], Cb: buf[w*h:][: cw*ch : cw*ch], Cr: buf[w*h+cw*ch:][: cw*ch : cw*ch],
		YStride: w, CStride: cw, SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, w, h),
	}}
}

// Close ends the process, if it still runs, and frees everything. It may be
// called again.
func (d *Decoder) Close() error {
	if d.err == nil {
		d.err = errors.New("decoder is closed")
	}
	d.proc.kill(errStopped)
	_ = d.pipe.Close()
	d.fed()
	return nil
}

// fed waits for the feeding goroutine, which ends with the process, and returns
// what went wrong with the source.
func (d *Decoder) fed() error {
	if d.feed == nil {
		return nil
	}
	err := <-d.feed
	d.feed = nil
	if hungUp(err) || d.proc.ctx.Err() != nil {
		return nil
	}
	return err
}

// finish turns the end of the stream into the verdict on the video.
func (d *Decoder) finish(stream error) error {
	broken := !errors.Is(stream, io.EOF) && !errors.Is(stream, io.ErrUnexpectedEOF)
	if broken {
		d.proc.stop(errStopped) // it would wait for a reader forever
	}
	exit := d.proc.wait()
	_ = d.pipe.Close()
	fed := d.fed()
	text, damaged := d.proc.stderr.text()
	report := fmt.Errorf("%d of %d frames, %d complaints, stream: %v, exit: %v, stderr: %s", d.next, d.info.Frames, damaged, stream, exit, text)
	switch {
	case errors.Is(exit, errTimeout):
		d.err = unreadable("Decoding the video took too long. Please try a shorter or smaller one.").With(report)
	case exit != nil && !crashed(exit) && !errors.Is(exit, errStopped):
		d.err = exit // the caller's context
	case broken, fed != nil, unconfined(exit), killed(exit):
		d.err = fmt.Errorf("ffmpeg decode: %w", errors.Join(report, fed))
	default:
		d.err = d.verdict(exit, report)
	}
	if text != "" {
		d.tool.log.Info("ffmpeg decode", "err", report)
	}
	return d.err
}

// verdict decides whether the frames that came are the video; io.EOF if so.
func (d *Decoder) verdict(exit, report error) error {
	text, damaged := d.proc.stderr.text()
	all := d.info.Frames
	switch {
	case strings.Contains(text, "specified max pixel count"):
		return saccade.Errorf(saccade.CodeInvalidInput, "The video's frames have more than %d pixels in all (4096 x 2304, say). Please scale it down.", d.tool.cfg.MaxPixels).With(report)
	case d.next == 0:
		return unreadable("No frame of the video can be decoded: the file is damaged. Please record or export it again.").With(report)
	case 2*d.next < all || 2*damaged > all:
		return unreadable("Most of the video cannot be decoded: the file is damaged. Please record or export it again.").With(report)
	case exit != nil && !d.info.Truncated && d.next < all:
		return unreadable("Only %d of %d frames of the video can be decoded: the file is damaged. Please record or export it again.", d.next, all).With(report)
	}
	return io.EOF
}

func unreadable(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeUnreadableVideo, format, args...)
}
