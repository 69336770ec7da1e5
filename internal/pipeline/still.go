package pipeline

import (
	"hash/maphash"
	"image"
)

// stillness finds frames that equal the one before, sample by sample. It keeps
// no frame, since frames are drawn on, but hashes (64 bits, seeded at random).
// Moving pictures differ in a few rows already and are not hashed as a whole,
// so that the first of several equal frames after a movement may go unnoticed.
type stillness struct {
	seed  maphash.Seed
	rows  uint64 // hash of some rows of the frame before
	whole uint64 // hash of all of it
	known bool   // whether whole is
}

// sketchRows is one in how many rows of luma tell moving pictures.
const sketchRows = 16

func newStillness() *stillness { return &stillness{seed: maphash.MakeSeed()} }

// Next reports whether m is known to equal the frame before.
func (s *stillness) Next(m *image.YCbCr) bool {
	var lines, all maphash.Hash
	lines.SetSeed(s.seed)
	for y := sketchRows / 2; y < m.Rect.Dy(); y += sketchRows {
		_, _ = lines.Write(m.Y[y*m.YStride:][:m.Rect.Dx()]) // never fails (hash/maphash)
	}
	rows := s.rows
	if s.rows = lines.Sum64(); s.rows != rows {
		s.known = false
		return false
	}
	all.SetSeed(s.seed)
	for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} {
		_, _ = all.Write(plane)
	}
	whole, known := s.whole, s.known
	s.whole, s.known = all.Sum64(), true
	return known && s.whole == whole
}
