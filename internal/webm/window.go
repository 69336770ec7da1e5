package webm

import (
	"errors"
	"io"
)

// window reads ahead a little, so that neighbouring headers cost one read.
type window struct {
	r    io.ReaderAt
	size int64
	buf  []byte
	at   int64
	n    int
	err  error
}

// bytes gives up to n bytes (n <= windowSize) at off, fewer at the end. They
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

// read gives n bytes at off in memory of their own, fewer at the end.
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
