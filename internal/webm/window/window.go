// Package window reads a file through a small buffer that looks ahead, for
// parsers that go forward and look at a few bytes here and there. What lies
// behind the end reads as nothing; the first fault of the file stays in Err.
package window

import (
	"bytes"
	"errors"
	"io"
)

// Window reads ahead a little, so that neighboring headers cost one read.
type Window struct {
	Size int64 // of the file, bytes
	Err  error // of the first read that failed, io.EOF excepted
	r    io.ReaderAt
	room int // length of buf
	buf  []byte
	at   int64
	n    int
}

// New returns a window of room bytes on a file of size bytes; memory is taken
// when it is first read.
func New(r io.ReaderAt, size int64, room int) Window { return Window{Size: size, r: r, room: room} }

// load fills the buffer from a position on.
func (w *Window) load(off int64) {
	if w.buf == nil {
		w.buf = make([]byte, w.room)
	}
	w.at, w.n = off, w.Fill(w.buf, off)
}

// Bytes returns up to n bytes (n <= the room) at off, fewer at the end. They
// are valid until the next call.
func (w *Window) Bytes(off int64, n int) []byte {
	if n <= 0 || off < 0 || off >= w.Size {
		return nil
	}
	n = int(min(int64(n), w.Size-off))
	if off < w.at || off+int64(n) > w.at+int64(w.n) {
		w.load(off)
	}
	b := w.buf[off-w.at : w.n]
	return b[:min(n, len(b))]
}

// Find returns the position of the first of the marks at or behind off, or the
// file's size when there is none. All calls with rising positions together
// read every byte once.
func (w *Window) Find(off int64, marks ...[]byte) int64 {
	const overlap = 3 // a mark has four bytes
	for off < w.Size && w.Err == nil {
		if off < w.at || off+overlap >= w.at+int64(w.n) {
			w.load(off)
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
	return w.Size
}

// Read returns n bytes at off in memory of their own, fewer at the end.
func (w *Window) Read(off int64, n int) []byte {
	b := make([]byte, min(int64(max(n, 0)), max(w.Size-off, 0)))
	return b[:w.Fill(b, off)]
}

// Fill reads at off and returns how many bytes there were: fewer at the end.
func (w *Window) Fill(b []byte, off int64) int {
	if rest := w.Size - off; int64(len(b)) > rest {
		b = b[:rest]
	}
	n, err := w.r.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		w.Err = err
	}
	return n
}
