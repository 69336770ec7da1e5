package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/saccade-dev/saccade/internal/webm"
)

// Opaque reports whether no frame of a transparent video (Info.Transparent) can be seen
// through: every sample of its alpha is at least 252 (see overWhite). The browsers' recorders write
// such alpha beside every frame of a canvas. Decoding the colors alone, which is done by
// clearing Info.Transparent, yields the same frames then and costs far less.
//
// It decodes the alpha alone, and says no where that is not proof: where a frame has
// none, does not decode, or changes its size. The error is the context's, or that of a
// system that cannot confine ffmpeg.
func (t *Tool) Opaque(ctx context.Context, path string, info webm.Info) (bool, error) {
	if err := t.requireSandbox(ctx); err != nil || info.Sizes != nil {
		return false, err
	}
	src, err := openSource(path, info)
	if err != nil {
		return false, err
	}
	fold, rows := folded(info.Width, info.Height)
	args := append([]string{"-hide_banner", "-nostdin", "-v", "error", "-threads", "1", "-noautorotate"}, t.untrusted()...)
	args = append(args, "-map", "0:v:0", "-vf", fold, t.sync, "passthrough", "-f", "rawvideo", "pipe:1")
	p, r, feed, err := t.pump(ctx, src, webm.AlphaPlane, args)
	if err != nil {
		return false, err
	}
	n, clear := opaqueBytes(r)
	if !clear {
		p.stop(errStopped)
	}
	exit := p.wait()
	fed := errors.Join(<-feed, r.Close())
	text, _ := p.stderr.text()
	if err := ctx.Err(); err != nil {
		return false, err
	}
	return clear && exit == nil && fed == nil && text == "" && n == info.Frames*info.Width*rows, nil
}

// opaqueBytes reads samples of alpha to their end, or to one that can be seen through.
func opaqueBytes(r io.Reader) (n int, opaque bool) {
	for buf := make([]byte, 64<<10); ; {
		k, err := r.Read(buf)
		if seeThrough(buf[:k], 0) < k {
			return n, false
		}
		if n += k; err != nil {
			return n, err == io.EOF
		}
	}
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

// pump starts ffmpeg between two pipes: it is fed planes of the source, which is closed
// at their end, and what it writes can be read. The last result yields what ended the feeding.
func (t *Tool) pump(ctx context.Context, src sourceFile, of webm.Planes, args []string) (*process, *os.File, chan error, error) {
	r, w, err := connect(false)
	if err != nil {
		return nil, nil, nil, errors.Join(fmt.Errorf("pipe from ffmpeg: %w", err), src.Close())
	}
	ours, theirs, err := connect(true)
	if err != nil {
		return nil, nil, nil, errors.Join(fmt.Errorf("pipe to ffmpeg: %w", err), src.Close(), r.Close(), w.Close())
	}
	p, err := t.start(ctx, job{args: args, stdin: theirs, stdout: w, nice: decoderNice})
	if err != nil {
		return nil, nil, nil, errors.Join(err, src.Close(), ours.Close(), r.Close())
	}
	feed := make(chan error, 1)
	go func() {
		err := src.CopyVideo(p.ctx, ours, of)
		feed <- errors.Join(err, ours.Close(), src.Close())
	}()
	return p, r, feed, nil
}
