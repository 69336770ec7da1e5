package webm

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"time"
)

// ErrNoDuration says that a file has no Duration element of eight bytes that
// could be overwritten.
var ErrNoDuration = errors.New("webm: the file has no Duration to set")

// ExtendDuration overwrites the declared Duration of a finished file when it is
// shorter than d. Muxers do not count the time for which the last frame stays;
// this does.
func ExtendDuration(f interface {
	io.ReaderAt
	io.WriterAt
}, size int64, d time.Duration) error {
	s := scanner{win: window{r: f, size: size, buf: make([]byte, windowSize)}, scale: 1e6}
	if err := s.docType(); err != nil {
		return err
	}
	for s.durAt == 0 && s.pos < size && s.win.err == nil && s.stats.frames == 0 {
		if !s.step() {
			break
		}
	}
	if s.win.err != nil {
		return s.win.err
	}
	if s.durAt == 0 || s.durLen != 8 {
		return ErrNoDuration
	}
	ticks := float64(d) / float64(s.scale)
	if s.declared >= ticks {
		return nil
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], math.Float64bits(ticks))
	_, err := f.WriteAt(b[:], s.durAt)
	return err
}
