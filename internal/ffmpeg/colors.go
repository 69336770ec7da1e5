package ffmpeg

import (
	"context"
	"io"
	"slices"
	"time"

	"github.com/saccade-dev/saccade/internal/codec"
	"github.com/saccade-dev/saccade/internal/ffmpeg/planes"
	"github.com/saccade-dev/saccade/internal/webm"
)

// DecodeColors is Decode for the colors alone of a video with transparency
// (Info.Transparent); [Decoder.Opaque] reports whether they are all there is to see.
//
// Where few frames of the alpha tell of all of it, they are fed to the decoder before
// the colors, as one stream: both are VP9 of the same size, and the colors begin with
// a key frame, which refers to nothing before. That saves another process.
func (t *Tool) DecodeColors(ctx context.Context, path string, info webm.Info, at Place) (*Decoder, error) {
	colors := info
	colors.Transparent = false
	a := &leading{path: path, info: info, frames: make(chan int, 1), told: make(chan answer, 1)}
	if info.Format != "" { // ffmpeg reads the file itself
		a.frames <- 0
	}
	return t.decode(ctx, path, &Decoder{info: colors, alpha: a}, at)
}

// Opaque is [Tool.Opaque] for a decoder by DecodeColors. It waits until Next was called,
// or until the context ends, and may be called once, from another goroutine.
func (d *Decoder) Opaque(ctx context.Context) (bool, error) {
	select {
	case is := <-d.alpha.told:
		if is != unsure {
			return is == yes, nil
		}
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return d.tool.Opaque(ctx, d.alpha.path, d.alpha.info)
}

// leading are frames of the alpha that come before the colors.
type leading struct {
	path   string
	info   webm.Info // of the whole video
	frames chan int  // how many they are, a millisecond each
	shift  time.Duration
	first  *Frame // of the colors; nil once it was read
	at     time.Duration
	told   chan answer
}

// maxLeading is the most bytes of frames that come first.
const maxLeading = 8 << 20

// feed copies the frames that tell, if they are few, then the colors.
func (a *leading) feed(ctx context.Context, src sourceFile, w io.Writer) error {
	first := a.coded(ctx, src)
	a.frames <- len(first)
	return src.CopyColors(ctx, w, first)
}

// coded returns the frames of the alpha that come first, with the tags of the colors; none
// where that would not do.
func (a *leading) coded(ctx context.Context, src sourceFile) (frames [][]byte) {
	if a.info.Codec != "vp9" || a.info.Layers || a.info.Sizes != nil {
		return nil
	}
	color, alpha, err := src.First(ctx)
	if err != nil || !codec.SameFormat(color, alpha) {
		return nil
	}
	keep, err := telling(ctx, a.path, a.info)
	if err != nil || 4*count(keep) > len(keep) {
		return nil
	}
	i, size := 0, 0
	err = src.CopyAlpha(ctx, io.Discard, func(coded []byte) bool {
		if i++; i <= len(keep) && keep[i-1] && size <= maxLeading {
			size += len(coded)
			frames = append(frames, slices.Clone(coded))
			codec.TagAs(frames[len(frames)-1], color)
		}
		return false
	})
	if err != nil || size > maxLeading {
		return nil
	}
	return frames
}

// judgeAlpha reads the frames that come before the colors, and the first one of the colors.
func (d *Decoder) judgeAlpha() error {
	a := d.alpha
	if a == nil {
		return nil
	}
	n := <-a.frames
	if n == 0 {
		a.told <- unsure
		return nil
	}
	a.shift = time.Duration(n) * time.Millisecond
	is := yes
	for f := d.frame(); ; n-- {
		pts, err := d.raw.Next(f.buf)
		if err != nil {
			a.told <- unsure
			return err
		}
		if pts >= a.shift {
			a.first, a.at = f, pts
			break
		}
		if y := f.Image.Y; planes.Below(y, 0, planes.Lasting) < len(y) && is == yes {
			if is = unsure; planes.SeeThrough(y, 0) < len(y) {
				is = no
			}
		}
	}
	if n != 0 && is == yes {
		is = unsure
	}
	a.told <- is
	return nil
}

// read returns the next frame of the video and its time, not yet complete.
func (d *Decoder) read() (*Frame, time.Duration, error) {
	a := d.alpha
	if a == nil {
		f := d.frame()
		pts, err := d.raw.Next(f.buf)
		return f, pts, err
	}
	if f := a.first; f != nil {
		a.first = nil
		return f, a.at - a.shift, nil
	}
	f := d.frame()
	pts, err := d.raw.Next(f.buf)
	return f, pts - a.shift, err
}
