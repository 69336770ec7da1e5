package movie

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// Delays of a GIF in hundredths of a second: browsers show what is to be shown for less
// than the shortest one for the usual one.
const (
	shortest = 2
	usual    = 10
)

// scanGIF reads the blocks of a GIF.
func scanGIF(ctx context.Context, r io.Reader) (webm.Info, error) {
	g := gif{r: bufio.NewReaderSize(r, 64<<10), delay: usual}
	info := webm.Info{Format: saccade.FormatGIF, Codec: "gif", AspectNum: 1, AspectDen: 1, Transparent: true, HasAlpha: true}
	err := g.header(&info)
	for err == nil && len(g.times) < maxFrames {
		if err = ctx.Err(); err == nil {
			err = g.block()
		}
	}
	cut := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	if err != nil && !cut && !errors.Is(err, errTrailer) {
		return webm.Info{}, err
	}
	switch {
	case info.Width == 0 || info.Height == 0:
		return webm.Info{}, unreadable("The GIF is damaged: it has no size. Please export it again.")
	case len(g.times) == 0:
		return webm.Info{}, unreadable("The GIF holds no complete frame. Please export it again.")
	}
	info.Truncated = cut
	info.Frames, info.Times = len(g.times), g.times
	info.LastPTS, info.End, info.Duration = g.times[len(g.times)-1], g.now, g.now
	info.Frame = min(time.Second, g.now-info.LastPTS)
	return info, nil
}

// errTrailer ends a GIF, whether it says so or goes on with what is no block.
var errTrailer = errors.New("end of the GIF")

// gif reads a GIF block by block.
type gif struct {
	r     *bufio.Reader
	delay int           // of the next frame, hundredths of a second
	now   time.Duration // when the next frame is shown
	times []time.Duration
}

// header reads the size of the screen, and skips its colors.
func (g *gif) header(info *webm.Info) error {
	var h [13]byte
	if _, err := io.ReadFull(g.r, h[:]); err != nil {
		return err
	}
	info.Width, info.Height = int(binary.LittleEndian.Uint16(h[6:])), int(binary.LittleEndian.Uint16(h[8:]))
	return g.colors(h[10])
}

// colors skips a table of colors, where the flags announce one.
func (g *gif) colors(flags byte) error {
	if flags&0x80 == 0 {
		return nil
	}
	_, err := g.r.Discard(3 << (flags&7 + 1))
	return err
}

// block reads one block: a frame, or an extension.
func (g *gif) block() error {
	kind, err := g.r.ReadByte()
	switch {
	case err != nil:
		return err
	case kind == '!':
		return g.extension()
	case kind == ',':
		return g.frame()
	}
	return errTrailer
}

// extension reads an extension; of one that controls a frame, its delay.
func (g *gif) extension() error {
	label, err := g.r.ReadByte()
	if err != nil {
		return err
	}
	if head, _ := g.r.Peek(4); label == 0xF9 && len(head) == 4 && head[0] >= 3 {
		g.delay = int(binary.LittleEndian.Uint16(head[2:]))
	}
	return g.data()
}

// frame skips a frame, and notes when it is shown if it is complete.
func (g *gif) frame() error {
	var h [9]byte
	if _, err := io.ReadFull(g.r, h[:]); err != nil {
		return err
	}
	if err := g.colors(h[8]); err != nil {
		return err
	}
	if _, err := g.r.ReadByte(); err != nil { // the width of the codes
		return err
	}
	if err := g.data(); err != nil {
		return err
	}
	if g.delay < shortest {
		g.delay = usual
	}
	g.times = append(g.times, g.now)
	g.now += time.Duration(g.delay) * 10 * time.Millisecond
	g.delay = usual // an extension is about one frame
	return nil
}

// data skips pieces of data up to an empty one.
func (g *gif) data() error {
	for {
		n, err := g.r.ReadByte()
		if n == 0 || err != nil {
			return err
		}
		if _, err := g.r.Discard(int(n)); err != nil {
			return err
		}
	}
}
