package pipeline

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
)

// The density file is a NumPy .npy file, format version 1.0
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
// little-endian float32, C order, shape (h, w) for an image and (frames, h, w)
// for a video. Every map sums to 1.

// npyHeader is the fixed length of our header, so that the number of frames
// can be filled in at the end without moving the data.
const npyHeader = 128

// densityWriter writes densities one after the other.
type densityWriter struct {
	f      *os.File
	buf    *bufio.Writer
	w, h   int
	n      int
	still  bool
	packed []byte
}

func newDensityWriter(path string, still bool) (*densityWriter, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	d := &densityWriter{f: f, buf: bufio.NewWriterSize(f, 1<<18), still: still}
	if _, err := d.buf.Write(make([]byte, npyHeader)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return d, nil
}

// Write appends one density; all of a file have the same size.
func (d *densityWriter) Write(m saccade.Density) error {
	if d.n == 0 {
		d.w, d.h = m.W, m.H
		d.packed = make([]byte, 4*len(m.V))
	}
	if m.W != d.w || m.H != d.h {
		return fmt.Errorf("density.npy: map of %dx%d after maps of %dx%d", m.W, m.H, d.w, d.h)
	}
	for i, v := range m.V {
		binary.LittleEndian.PutUint32(d.packed[4*i:], math.Float32bits(v))
	}
	d.n++
	_, err := d.buf.Write(d.packed)
	return err
}

// Close fills in the header and closes the file.
func (d *densityWriter) Close() error {
	shape := fmt.Sprintf("(%d, %d, %d)", d.n, d.h, d.w)
	if d.still {
		shape = fmt.Sprintf("(%d, %d)", d.h, d.w)
	}
	head := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", shape)
	b := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(b[8:], npyHeader-10)
	b = append(b, head+strings.Repeat(" ", npyHeader-10-len(head)-1)+"\n"...)
	err := d.buf.Flush()
	if err == nil {
		_, err = d.f.WriteAt(b, 0)
	}
	return errors.Join(err, d.f.Close())
}

// densityReader reads a file that a densityWriter wrote.
type densityReader struct {
	r       io.Reader
	w, h, n int
	still   bool // one map of an image
	buf     []byte
}

var npyShape = regexp.MustCompile(`^\{'descr': '<f4', 'fortran_order': False, 'shape': \(((?:\d{1,9}(?:, )?){2,3})\), \} *\n$`)

// maxDensityCells bounds what a header may ask for (far above any model's grid).
const maxDensityCells = 1 << 22

func newDensityReader(r io.Reader) (*densityReader, error) {
	head := make([]byte, npyHeader)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, fmt.Errorf("density.npy: %w", err)
	}
	m := npyShape.FindSubmatch(head[10:])
	if string(head[:8]) != "\x93NUMPY\x01\x00" || binary.LittleEndian.Uint16(head[8:]) != npyHeader-10 || m == nil {
		return nil, errors.New("density.npy: not a density file of this program")
	}
	var dims []int
	for _, s := range strings.Split(string(m[1]), ", ") {
		v, err := strconv.Atoi(s)
		if err != nil {
			return nil, fmt.Errorf("density.npy: shape: %w", err)
		}
		dims = append(dims, v)
	}
	still := len(dims) == 2
	if still {
		dims = append([]int{1}, dims...)
	}
	d := &densityReader{r: r, still: still, n: dims[0], h: dims[1], w: dims[2]}
	if d.w < 1 || d.h < 1 || d.w*d.h > maxDensityCells {
		return nil, errors.New("density.npy: impossible shape")
	}
	d.buf = make([]byte, 4*d.w*d.h)
	return d, nil
}

// Next reads the next density; io.EOF after the last.
func (d *densityReader) Next() (saccade.Density, error) {
	if d.n == 0 {
		return saccade.Density{}, io.EOF
	}
	d.n--
	if _, err := io.ReadFull(d.r, d.buf); err != nil {
		return saccade.Density{}, fmt.Errorf("density.npy: %w", err)
	}
	m := saccade.Density{W: d.w, H: d.h, V: make([]float32, d.w*d.h)}
	for i := range m.V {
		m.V[i] = math.Float32frombits(binary.LittleEndian.Uint32(d.buf[4*i:]))
	}
	return m, nil
}
