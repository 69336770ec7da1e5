package analyze

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
	begun bool
}

// sketchRows is one in how many rows of luma tell moving pictures.
const sketchRows = 16

// Next reports whether m is known to equal the frame before.
func (s *stillness) Next(m *image.YCbCr) bool {
	if !s.begun {
		s.begun, s.seed = true, maphash.MakeSeed()
	}
	rows, whole := s.rows, s.whole
	s.rows = s.hash(m, sketchRows)
	if s.rows != rows {
		s.known = false
		return false
	}
	known := s.known
	s.whole, s.known = s.hash(m, 1), true
	return known && s.whole == whole
}

// hash is that of one in so many rows of luma; of all planes for every row.
func (s *stillness) hash(m *image.YCbCr, every int) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	if every == 1 {
		for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} {
			_, _ = h.Write(plane) // never fails (hash/maphash)
		}
		return h.Sum64()
	}
	for y := every / 2; y < m.Rect.Dy(); y += every {
		_, _ = h.Write(m.Y[y*m.YStride:][:m.Rect.Dx()])
	}
	return h.Sum64()
}
