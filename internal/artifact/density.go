package artifact

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
)

// npyMagic opens a NumPy file of format 1.0; the length of the header follows
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
const npyMagic = "\x93NUMPY\x01\x00"

// npyHeader is where the data starts in our files: fixed, so that the number
// of frames can be filled in at the end.
const npyHeader = 128

// File is what a [DensityWriter] writes to; *os.File is one.
type File interface {
	io.Writer
	io.WriterAt
}

// DensityWriter writes a density.npy.
type DensityWriter struct {
	to     File
	buf    *bufio.Writer
	w, h   int
	n      int
	image  bool
	packed []byte
}

// NewDensityWriter starts a file: of one map if it is of an image, else of a
// map a frame.
func NewDensityWriter(to File, image bool) *DensityWriter {
	d := &DensityWriter{to: to, buf: bufio.NewWriterSize(to, 1<<18), image: image}
	_, _ = d.buf.Write(make([]byte, npyHeader)) // into the buffer
	return d
}

// Write appends one density; all of a file have the same size.
func (d *DensityWriter) Write(m saccade.Density) error {
	if d.n == 0 {
		d.w, d.h = m.W, m.H
		d.packed = make([]byte, 4*len(m.V))
	}
	switch {
	case m.W != d.w || m.H != d.h:
		return fmt.Errorf("density.npy: map of %dx%d after maps of %dx%d", m.W, m.H, d.w, d.h)
	case d.image && d.n > 0:
		return errors.New("density.npy: a second map of an image")
	}
	for i, v := range m.V {
		binary.LittleEndian.PutUint32(d.packed[4*i:], math.Float32bits(v))
	}
	d.n++
	_, err := d.buf.Write(d.packed)
	return err
}

// Close fills in the header. It does not close the file.
func (d *DensityWriter) Close() error {
	shape := fmt.Sprintf("(%d, %d, %d)", d.n, d.h, d.w)
	if d.image {
		shape = fmt.Sprintf("(%d, %d)", d.h, d.w)
	}
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", shape)
	b := binary.LittleEndian.AppendUint16([]byte(npyMagic), npyHeader-uint16(len(npyMagic))-2)
	b = append(b, head+strings.Repeat(" ", npyHeader-len(b)-len(head)-1)+"\n"...)
	if err := d.buf.Flush(); err != nil {
		return err
	}
	_, err := d.to.WriteAt(b, 0)
	return err
}

// DensityReader reads a density.npy map by map.
type DensityReader struct {
	Frames int  // how many maps there are
	W, H   int  // columns and rows of each
	Image  bool // the one map of an image; else a map a frame

	r    io.Reader
	read int
	buf  []byte
}

var (
	npyType  = regexp.MustCompile(`'descr'\s*:\s*'<f4'`)
	npyOrder = regexp.MustCompile(`'fortran_order'\s*:\s*False`)
	npyShape = regexp.MustCompile(`'shape'\s*:\s*\(\s*(\d+\s*(?:,\s*\d+\s*){1,2}),?\s*\)`)
)

// NewDensityReader reads the header: of a float32 array in C order, as NumPy
// writes it too.
func NewDensityReader(r io.Reader) (*DensityReader, error) {
	d := &DensityReader{r: bufio.NewReaderSize(r, 1<<18)}
	if err := d.header(); err != nil {
		return nil, fmt.Errorf("density.npy: %w", err)
	}
	d.buf = make([]byte, 4*d.W*d.H)
	return d, nil
}

func (d *DensityReader) header() error {
	var head [len(npyMagic) + 2]byte
	if _, err := io.ReadFull(d.r, head[:]); err != nil {
		return err
	}
	if string(head[:len(npyMagic)]) != npyMagic {
		return errors.New("no NumPy file of format 1.0")
	}
	text := make([]byte, binary.LittleEndian.Uint16(head[len(npyMagic):]))
	if _, err := io.ReadFull(d.r, text); err != nil {
		return err
	}
	shape := npyShape.FindSubmatch(text)
	if !npyType.Match(text) || !npyOrder.Match(text) || shape == nil {
		return errors.New("no float32 array in C order")
	}
	var dims []int
	for s := range strings.SplitSeq(string(shape[1]), ",") {
		v, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || v < 1 || v > maxCells {
			return fmt.Errorf("a side is %q", s)
		}
		dims = append(dims, v)
	}
	if d.Image = len(dims) == 2; d.Image {
		dims = append([]int{1}, dims...)
	}
	d.Frames, d.H, d.W = dims[0], dims[1], dims[2]
	if d.Frames > maxFrames || d.W*d.H > maxCells {
		return fmt.Errorf("shape %v is none of a density", dims)
	}
	return nil
}

// Next returns the next density, which is valid ([saccade.Density.Validate]);
// io.EOF after the last.
func (d *DensityReader) Next() (saccade.Density, error) {
	var none saccade.Density
	if d.read == d.Frames {
		return none, io.EOF
	}
	if _, err := io.ReadFull(d.r, d.buf); err != nil {
		return none, fmt.Errorf("density.npy: map %d: %w", d.read, whole(err))
	}
	m := saccade.Density{W: d.W, H: d.H, V: make([]float32, d.W*d.H)}
	for i := range m.V {
		m.V[i] = math.Float32frombits(binary.LittleEndian.Uint32(d.buf[4*i:]))
	}
	if err := m.Validate(); err != nil {
		return none, fmt.Errorf("density.npy: map %d: %w", d.read, err)
	}
	d.read++
	return m, nil
}
