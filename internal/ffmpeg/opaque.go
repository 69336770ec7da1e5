package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade/internal/codec"
	"github.com/saccade-dev/saccade/internal/ffmpeg/planes"
	"github.com/saccade-dev/saccade/internal/webm"
)

// Opaque reports whether no frame of a transparent video (Info.Transparent) can be seen
// through: every sample of its alpha is at least 252 (see planes.OverWhite). The browsers' recorders write
// such alpha beside every frame of a canvas. Decoding the colors alone, which is done by
// clearing Info.Transparent, yields the same frames then and costs far less.
//
// It decodes the alpha alone, and says no where that is not proof: where a frame has
// none, does not decode, or changes its size. The error is the context's, or that of a
// system that cannot confine ffmpeg.
//
// Of VP9, frames that add nothing to those before (codec.Stills) are left out at the end
// of each group, where all that is decoded is 254 or 255. What is predicted from such
// samples alone is 254 or 255, too, whatever the modes and motion vectors: the negative
// taps of a filter sum up to less than half of its unit, the mean of two is one of them
// or between, and the loop filter moves no sample past its neighbors.
func (t *Tool) Opaque(ctx context.Context, path string, info webm.Info) (bool, error) {
	if err := t.requireSandbox(ctx); err != nil || info.Sizes != nil {
		return false, err
	}
	keep, err := telling(ctx, path, info)
	if err != nil {
		return false, err
	}
	if n := count(keep); n < len(keep) {
		if is, err := t.alpha(ctx, path, info, keep, planes.Lasting); is != unsure || err != nil {
			return is == yes, err
		}
	}
	is, err := t.alpha(ctx, path, info, slices.Repeat([]bool{true}, info.Frames), planes.Opaque)
	return is == yes, err
}

// answer is what a look at the alpha says.
type answer int

const (
	unsure answer = iota
	no
	yes
)

// telling says which frames of a video's alpha must be decoded to know about all of
// them: each group of frames up to the last one that is not still.
func telling(ctx context.Context, path string, info webm.Info) (keep []bool, err error) {
	if info.Codec != "vp9" {
		return nil, nil
	}
	src, err := openSource(path, info)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	var stills codec.Stills
	group := 0 // where the group begins
	err = src.CopyAlpha(ctx, io.Discard, func(coded []byte) bool {
		kind := stills.Next(coded)
		keep = append(keep, kind != codec.Still)
		switch kind {
		case codec.Key:
			group = len(keep) - 1
		case codec.Unknown: // it may refer to all of them
			for i := range keep[group:] {
				keep[group+i] = true
			}
		}
		return false
	})
	if err != nil || len(keep) != info.Frames {
		return nil, err
	}
	return keep, nil
}

// alpha decodes the frames of the alpha that are to be kept, and looks for samples below
// the least ones.
func (t *Tool) alpha(ctx context.Context, path string, info webm.Info, keep []bool, least uint64) (answer, error) {
	src, err := openSource(path, info)
	if err != nil {
		return unsure, err
	}
	fold, rows := folded(info.Width, info.Height)
	args := append([]string{"-hide_banner", "-nostdin", "-v", "error", "-threads", "1", "-noautorotate"}, t.untrusted()...)
	args = append(args, "-map", "0:v:0", "-vf", fold, t.sync, "passthrough", "-f", "rawvideo", "pipe:1")
	next := 0
	p, r, feed, err := t.pump(ctx, src, func(ctx context.Context, w io.Writer) error {
		return src.CopyAlpha(ctx, w, func([]byte) bool {
			next++
			return next > len(keep) || keep[next-1]
		})
	}, job{args: args, nice: decoderNice})
	if err != nil {
		return unsure, err
	}
	n, is := alphaBytes(r, least)
	if is != yes {
		p.stop(errStopped)
	}
	exit := p.wait()
	fed := errors.Join(<-feed, r.Close())
	text, _ := p.stderr.text()
	if err := ctx.Err(); err != nil {
		return unsure, err
	}
	if is == yes && (exit != nil || fed != nil || text != "" || n != count(keep)*info.Width*rows) {
		return unsure, nil
	}
	return is, nil
}

// alphaBytes reads samples of alpha to their end, or to one below the least: no, if it can
// be seen through.
func alphaBytes(r io.Reader, least uint64) (n int, is answer) {
	for buf := make([]byte, 64<<10); ; {
		k, err := r.Read(buf)
		if planes.Below(buf[:k], 0, least) < k {
			if planes.SeeThrough(buf[:k], 0) < k {
				return n, no
			}
			return n, unsure
		}
		if n += k; err == io.EOF {
			return n, yes
		} else if err != nil {
			return n, unsure
		}
	}
}

func count(keep []bool) (n int) {
	for _, k := range keep {
		if k {
			n++
		}
	}
	return n
}

// fewRows are so few that the pipe costs nothing.
const fewRows = 64

// folded are filters that take luma and lay its halves onto each other, the darker sample
// on top, until few rows are left: what is dark anywhere is dark there.
func folded(w, h int) (filters string, rows int) {
	var f strings.Builder
	f.WriteString("extractplanes=y")
	for i := 0; h > fewRows; i++ {
		half := (h + 1) / 2
		fmt.Fprintf(&f, ",split[a%[1]d][b%[1]d];[a%[1]d]crop=%[2]d:%[3]d:0:0[c%[1]d];[b%[1]d]crop=%[2]d:%[3]d:0:%[4]d[d%[1]d];[c%[1]d][d%[1]d]blend=all_mode=darken",
			i, w, half, h-half)
		h = half
	}
	return f.String(), h
}

// pump starts ffmpeg between two pipes: it is fed what is copied from the source, which is
// closed at the end, and what it writes can be read. The last result yields what ended the feeding.
func (t *Tool) pump(ctx context.Context, src sourceFile, copied func(context.Context, io.Writer) error, j job) (*process, *os.File, chan error, error) {
	r, w, err := connect(false)
	if err != nil {
		return nil, nil, nil, errors.Join(fmt.Errorf("pipe from ffmpeg: %w", err), src.Close())
	}
	ours, theirs, err := connect(true)
	if err != nil {
		return nil, nil, nil, errors.Join(fmt.Errorf("pipe to ffmpeg: %w", err), src.Close(), r.Close(), w.Close())
	}
	j.stdin, j.stdout = theirs, w
	p, err := t.start(ctx, j)
	if err != nil {
		return nil, nil, nil, errors.Join(err, src.Close(), ours.Close(), r.Close())
	}
	feed := make(chan error, 1)
	go func() {
		err := copied(p.ctx, ours)
		feed <- errors.Join(err, ours.Close(), src.Close())
	}()
	return p, r, feed, nil
}
