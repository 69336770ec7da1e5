package artifact

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/saccade-dev/saccade"
)

// GridFile holds the densities in 8 bits a cell, to be shown by players. All numbers
// are little-endian:
//
//	offset 0   "SGRD"
//	offset 4   uint32: version of the layout, 1
//	offset 8   uint32: rows h
//	offset 12  uint32: columns w
//	offset 16  the frames, each of 12 + h*w bytes:
//	           float64  the frame's own time stamp, seconds; 0 of an image
//	           float32  the largest value of its density
//	           h*w bytes v, row by row from the top left: density = max * (v/255)^2
//
// The file ends behind a whole frame. While an analysis runs it grows frame by frame.
const GridFile saccade.File = "attention.grid"

const (
	gridMagic   = "SGRD"
	gridVersion = 1
	gridHead    = 16 // bytes before the first frame
	gridRow     = 12 // bytes of a frame before its cells
)

// GridWriter writes a [GridFile].
type GridWriter struct {
	to   io.Writer
	w, h int    // 0 before the first frame
	buf  []byte // a frame
}

// NewGridWriter returns a writer; nothing is written before the first frame.
func NewGridWriter(to io.Writer) *GridWriter { return &GridWriter{to: to} }

// Write appends the density of a frame, by one write, so that whoever reads along sees
// whole frames. All of a file have the same size. The stored value of a cell is off by
// no more than max*(r+1/1020)/255, where r is the root of its share of the maximum.
func (g *GridWriter) Write(at float64, d saccade.Density) error {
	if g.w == 0 {
		g.w, g.h = d.W, d.H
		head := make([]byte, gridHead, gridHead+gridRow+len(d.V))
		copy(head, gridMagic)
		binary.LittleEndian.PutUint32(head[4:], gridVersion)
		binary.LittleEndian.PutUint32(head[8:], uint32(d.H))
		binary.LittleEndian.PutUint32(head[12:], uint32(d.W))
		if _, err := g.to.Write(head); err != nil {
			return err
		}
		g.buf = make([]byte, gridRow+len(d.V))
	}
	if d.W != g.w || d.H != g.h || len(d.V) != g.w*g.h {
		return fmt.Errorf("attention.grid: map of %dx%d after maps of %dx%d", d.W, d.H, g.w, g.h)
	}
	var top float32
	for _, v := range d.V {
		top = max(top, v)
	}
	binary.LittleEndian.PutUint64(g.buf, math.Float64bits(at))
	binary.LittleEndian.PutUint32(g.buf[8:], math.Float32bits(top))
	cells := g.buf[gridRow:]
	for i, v := range d.V {
		cells[i] = 0
		if top > 0 {
			cells[i] = uint8(255*math.Sqrt(float64(v)/float64(top)) + 0.5)
		}
	}
	_, err := g.to.Write(g.buf)
	return err
}

// GridReader reads a [GridFile] frame by frame.
type GridReader struct {
	W, H int // columns and rows

	r    io.Reader
	buf  []byte
	read int
	last float64
}

// NewGridReader reads the header. It refuses sizes that are no model's.
func NewGridReader(r io.Reader) (*GridReader, error) {
	g := &GridReader{r: bufio.NewReaderSize(r, 1<<16)}
	var head [gridHead]byte
	if _, err := io.ReadFull(g.r, head[:]); err != nil {
		return nil, fmt.Errorf("attention.grid: %w", whole(err))
	}
	var err error
	if g.W, g.H, err = gridSize(head); err != nil {
		return nil, fmt.Errorf("attention.grid: %w", err)
	}
	g.buf = make([]byte, gridRow+g.W*g.H)
	return g, nil
}

// gridSize reads columns and rows from a header.
func gridSize(head [gridHead]byte) (w, h int, err error) {
	if string(head[:4]) != gridMagic {
		return 0, 0, errors.New("no grid")
	}
	if v := binary.LittleEndian.Uint32(head[4:]); v != gridVersion {
		return 0, 0, fmt.Errorf("version %d, want %d", v, gridVersion)
	}
	rows, columns := binary.LittleEndian.Uint32(head[8:]), binary.LittleEndian.Uint32(head[12:])
	if rows == 0 || columns == 0 || uint64(rows)*uint64(columns) > maxCells {
		return 0, 0, fmt.Errorf("size %dx%d is none of a density", columns, rows)
	}
	return int(columns), int(rows), nil
}

// Next returns the time stamp of the next frame and its density, whose sum is 1 but for
// the rounding to 8 bits; io.EOF after the last frame. Time stamps do not go back.
func (g *GridReader) Next() (at float64, d saccade.Density, err error) {
	fail := func(err error) (float64, saccade.Density, error) {
		return 0, saccade.Density{}, fmt.Errorf("attention.grid: frame %d: %w", g.read, err)
	}
	if _, err := io.ReadFull(g.r, g.buf); errors.Is(err, io.EOF) {
		return 0, saccade.Density{}, io.EOF
	} else if err != nil {
		return fail(err)
	}
	if g.read == maxFrames {
		return fail(fmt.Errorf("more than %d frames", maxFrames))
	}
	at = math.Float64frombits(binary.LittleEndian.Uint64(g.buf))
	top := math.Float32frombits(binary.LittleEndian.Uint32(g.buf[8:]))
	switch {
	case math.IsNaN(at) || math.IsInf(at, 0) || g.read > 0 && at < g.last:
		return fail(fmt.Errorf("time %v after %v", at, g.last))
	case !(top >= 0 && top <= 2):
		return fail(fmt.Errorf("the maximum is %v", top))
	}
	d = saccade.Density{W: g.W, H: g.H, V: make([]float32, g.W*g.H)}
	for i, v := range g.buf[gridRow:] {
		root := float64(v) / 255
		d.V[i] = float32(float64(top) * root * root)
	}
	g.read, g.last = g.read+1, at
	return at, d, nil
}

// WholeGrid returns how many bytes of a [GridFile] that is being written are header and
// whole frames; 0 before the first frame is there. size is how long the file is.
func WholeGrid(r io.ReaderAt, size int64) (int64, error) {
	var head [gridHead]byte
	if size < gridHead {
		return 0, nil
	}
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return 0, err
	}
	w, h, err := gridSize(head)
	if err != nil {
		return 0, fmt.Errorf("attention.grid: %w", err)
	}
	frame := int64(gridRow + w*h)
	if size < gridHead+frame {
		return 0, nil
	}
	return size - (size-gridHead)%frame, nil
}
