package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// Frame is one decoded picture, upright, limited range (16..235) 4:2:0.
type Frame struct {
	Index  int           // from 0
	PTS    time.Duration // the container's, whole milliseconds; need not begin at 0
	Image  *image.YCbCr
	Colour webm.Colour // Range is always limited; Matrix tells BT.601 from BT.709

	buf  []byte
	home chan *Frame
}

// Release gives the memory back for a later frame. The frame must not be used
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
const decoderNice = 4

// maxIdle is how many released frames a decoder keeps for reuse.
const maxIdle = 8

// Decoder yields the frames of one video. It belongs to one goroutine.
type Decoder struct {
	tool    *Tool
	info    webm.Info
	proc    *process
	pipe    *os.File
	raw     *webm.RawReader
	head    webm.RawHeader
	idle    chan *Frame
	next    int   // index
	limit   int64 // latest time stamp, ns
	started bool
	err     error // final
}

// Decode starts decoding the file at path. It judges the container first, so
// that errors are those of [webm.Scan], and CodeInvalidInput when the video
// exceeds MaxDuration or MaxPixels. threads are those of ffmpeg's decoder; 0
// means as many as configured, and 1 serves best beside an encoder of the same
// video, which has more to do. The caller must Close the decoder.
func (t *Tool) Decode(ctx context.Context, path string, threads int) (*Decoder, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	info, err := scanFile(path)
	if err != nil {
		return nil, err
	}
	if err := info.CheckPixels(t.cfg.MaxPixels); err != nil {
		return nil, err
	}
	d := &Decoder{tool: t, info: info, idle: make(chan *Frame, maxIdle)}
	if t.cfg.MaxDuration > 0 {
		if err := info.CheckLimits(t.cfg.MaxDuration); err != nil {
			return nil, err
		}
		// The last frame may begin where the limit ends, not later.
		d.limit = int64(info.FirstPTS + t.cfg.MaxDuration + time.Millisecond)
	}
	r, w, err := connect(false)
	if err != nil {
		return nil, fmt.Errorf("pipe from ffmpeg: %w", err)
	}
	j := job{args: t.decodeArgs(info, path, threads), stdout: w, read: []string{path}, nice: decoderNice}
	if d.proc, err = t.start(ctx, j); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	d.pipe, d.raw = r, webm.NewRawReader(r)
	return d, nil
}

func scanFile(path string) (webm.Info, error) {
	f, err := os.Open(path)
	if err != nil {
		return webm.Info{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return webm.Info{}, err
	}
	return webm.Scan(f, st.Size())
}

const (
	videoCodecs = "vp8,vp9,av1,libdav1d,libaom-av1"
	audioCodecs = "opus,libopus,vorbis,libvorbis"
)

// untrusted are the input options for a file of the user's: one demuxer, no
// network, no other codecs.
func (t *Tool) untrusted(path string) []string {
	return []string{
		"-f", "matroska", "-protocol_whitelist", "file,pipe", "-codec_whitelist", videoCodecs + "," + audioCodecs,
		"-max_pixels", strconv.Itoa(t.cfg.MaxPixels), "-i", "file:" + path,
	}
}

// decodeArgs is ffmpeg's command line. The time base is fixed to milliseconds
// because ffmpeg's own choice, the frame rate, rounds variable times. The
// filters do nothing, and cost nothing, unless the stream's format or size
// differs from what was promised.
func (t *Tool) decodeArgs(i webm.Info, path string, threads int) []string {
	if threads <= 0 {
		threads = t.cfg.Threads
	}
	args := []string{"-hide_banner", "-nostdin", "-v", "error", "-copyts", "-threads", strconv.Itoa(threads), "-noautorotate"}
	args = append(args, t.untrusted(path)...)
	filters := map[int]string{90: "transpose=clock,", 180: "hflip,vflip,", 270: "transpose=cclock,"}[i.Rotation]
	w, h := i.Size()
	filters += fmt.Sprintf("scale=%d:%d:flags=bicubic,format=yuv420p", w, h)
	return append(args, "-map", "0:v:0", "-vf", filters, t.sync, "passthrough", "-enc_time_base", "1:1000",
		"-c:v", "rawvideo", "-f", "matroska", "-write_crc32", "0", "pipe:1")
}

// Info is what the container told.
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
	f := d.frame()
	pts, err := d.raw.Next(f.buf)
	if err != nil {
		f.Release()
		return nil, d.finish(err)
	}
	if d.limit > 0 && int64(pts) > d.limit {
		f.Release()
		d.err = webm.TooLong(pts-d.info.FirstPTS, d.tool.cfg.MaxDuration)
		return nil, errors.Join(d.err, d.Close())
	}
	if d.head.Colour.Range == webm.RangeFull {
		toLimited(f.Image)
	}
	f.Index, f.PTS, f.home = d.next, pts, d.idle
	d.next++
	return f, nil
}

// start reads the stream's header.
func (d *Decoder) start() error {
	head, err := d.raw.Header()
	if err != nil {
		return err
	}
	w, h := d.info.Size()
	if head.Width != w || head.Height != h || head.Alpha {
		return fmt.Errorf("ffmpeg yields %d x %d pictures instead of %d x %d", head.Width, head.Height, w, h)
	}
	d.head, d.started = head, true
	return nil
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
	colour := d.head.Colour
	colour.Range = webm.RangeLimited
	return &Frame{buf: buf, home: d.idle, Colour: colour, Image: &image.YCbCr{
		Y: buf[: w*h : w*h], Cb: buf[w*h:][: cw*ch : cw*ch], Cr: buf[w*h+cw*ch:],
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
	return nil
}

// finish turns the end of the stream into the verdict on the video.
func (d *Decoder) finish(stream error) error {
	broken := !errors.Is(stream, io.EOF) && !errors.Is(stream, io.ErrUnexpectedEOF)
	if broken {
		d.proc.stop(errStopped) // it would wait for a reader forever
	}
	exit := d.proc.wait()
	_ = d.pipe.Close()
	text, damaged := d.proc.stderr.text()
	report := fmt.Errorf("%d of %d frames, %d complaints, stream: %v, exit: %v, stderr: %s", d.next, d.info.Frames, damaged, stream, exit, text)
	switch {
	case errors.Is(exit, errTimeout):
		d.err = unreadable("Decoding the video took too long. Please try a shorter or smaller one.").With(report)
	case exit != nil && !crashed(exit) && !errors.Is(exit, errStopped):
		d.err = exit // the caller's context
	case broken, unconfined(exit), killed(exit):
		d.err = fmt.Errorf("ffmpeg decode: %w", report)
	default:
		d.err = d.verdict(exit, report)
	}
	if text != "" {
		d.tool.log.Info("ffmpeg decode", "report", report)
	}
	return d.err
}

// verdict decides whether the frames that came are the video; io.EOF if so.
func (d *Decoder) verdict(exit, report error) error {
	text, damaged := d.proc.stderr.text()
	all := d.info.Frames
	switch {
	case strings.Contains(text, "specified max pixel count"):
		return saccade.Errorf(saccade.CodeInvalidInput, "The video's pictures have more than %d pixels in all (4096 x 2304, say). Please scale it down.", d.tool.cfg.MaxPixels).With(report)
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
