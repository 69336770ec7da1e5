package webm

import (
	"bytes"

	"github.com/saccade-dev/saccade/internal/webm/window"
)

// starts remembers where clusters begin, by their time stamps, to know a piece
// of a recording that was sent twice.
type starts struct {
	at       map[uint64]int64
	compared int
}

const (
	maxStarts   = 1 << 16 // clusters that are remembered
	maxCompared = 256     // pairs that are compared in one file
	compareSize = 4 << 10 // bytes of each that are compared
)

// again reports whether the cluster at a position, whose time stamp is known,
// begins with the same bytes as one before of the same time. It reads the file
// only where two clusters have one time stamp, and at most maxCompared times.
func (s *starts) again(w *window.Window, stamp uint64, at int64) bool {
	before, ok := s.at[stamp]
	if !ok {
		if s.at == nil {
			s.at = map[uint64]int64{}
		}
		if len(s.at) < maxStarts {
			s.at[stamp] = at
		}
		return false
	}
	if before == at || s.compared >= maxCompared {
		return false
	}
	s.compared++
	n := compareSize
	if e, ok := parseElement(w.Bytes(at, maxHeader)); ok && e.size != unknownSize {
		n = int(min(compareSize, int64(e.head)+e.size))
	}
	a, b := w.Read(before, n), w.Read(at, n)
	return len(a) == len(b) && bytes.Equal(a, b)
}
