package webm

import (
	"bytes"
	"errors"
	"io"
)

// window reads ahead a little, so that neighboring headers cost one read.
type window struct {
	r    io.ReaderAt
	size int64
	buf  []byte
	at   int64
	n    int
	err  error
}

const (
	windowSize = 1 << 10
	searchSize = 64 << 10
)

func newWindow(r io.ReaderAt, size int64, n int) window {
	return window{r: r, size: size, buf: make([]byte, n)}
}

// bytes returns up to n bytes (n <= len(w.buf)) at off, fewer at the end. They
// are valid until the next call.
func (w *window) bytes(off int64, n int) []byte {
	if n <= 0 || off < 0 || off >= w.size {
		return nil
	}
	n = int(min(int64(n), w.size-off))
	if off < w.at || off+int64(n) > w.at+int64(w.n) {
		w.at, w.n = off, w.fill(w.buf, off)
	}
	b := w.buf[off-w.at : w.n]
	return b[:min(n, len(b))]
}

// find returns the position of the first of the marks at or behind off, or the
// file's size when there is none. All calls with rising positions together
// read every byte once.
func (w *window) find(off int64, marks ...[]byte) int64 {
	const overlap = 3 // a mark has four bytes
	for off < w.size && w.err == nil {
		if off < w.at || off+overlap >= w.at+int64(w.n) {
			w.at, w.n = off, w.fill(w.buf, off)
		}
		b := w.buf[off-w.at : w.n]
		first := -1
		for _, m := range marks {
			if i := bytes.Index(b, m); i >= 0 && (first < 0 || i < first) {
				first, b = i, b[:min(len(b), i+overlap)]
			}
		}
		if first >= 0 {
			return off + int64(first)
		}
		if len(b) <= overlap {
			break
		}
		off += int64(len(b)) - overlap
	}
	return w.size
}

// read returns n bytes at off in memory of their own, fewer at the end.
func (w *window) read(off int64, n int) []byte {
	b := make([]byte, min(int64(max(n, 0)), max(w.size-off, 0)))
	return b[:w.fill(b, off)]
}

func (w *window) fill(b []byte, off int64) int {
	if rest := w.size - off; int64(len(b)) > rest {
		b = b[:rest]
	}
	n, err := w.r.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n
}
