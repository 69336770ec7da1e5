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

// File is what the Duration is set in.
type File interface {
	io.ReaderAt
	io.WriterAt
}

// SetDuration overwrites the declared Duration of a finished file of size
// bytes. Muxers do not count the time for which the last frame stays.
func SetDuration(f File, size int64, d time.Duration) error {
	return setDuration(f, size, func(time.Duration) time.Duration { return d })
}

// ExtendDuration is SetDuration if the declared Duration is shorter.
func ExtendDuration(f File, size int64, d time.Duration) error {
	return setDuration(f, size, func(old time.Duration) time.Duration { return max(old, d) })
}

func setDuration(f File, size int64, choose func(old time.Duration) time.Duration) error {
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
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], math.Float64bits(float64(choose(s.time(s.declared)))/float64(s.scale)))
	_, err := f.WriteAt(b[:], s.durAt)
	return err
}
