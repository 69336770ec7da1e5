package change

import (
	"hash/maphash"
	"image"
)

// Duplicates finds frames that equal the one before, sample by sample. It
// keeps no frame, since frames are drawn on, but hashes (64 bits, seeded at
// random). Frames of a movement differ in a few rows already and are not hashed
// as a whole, so that the first of several equal frames after a movement may go
// unnoticed.
type Duplicates struct {
	seed  maphash.Seed
	rows  uint64 // hash of some rows of the frame before
	whole uint64 // hash of all of it
	known bool   // whether whole is
}

// sketchRows is one in how many rows of luma is compared first.
const sketchRows = 16

// NewDuplicates returns a detector for one video.
func NewDuplicates() *Duplicates {
	return &Duplicates{seed: maphash.MakeSeed()}
}

// Next reports whether m is known to equal the frame before.
func (d *Duplicates) Next(m *image.YCbCr) bool {
	var lines, all maphash.Hash
	lines.SetSeed(d.seed)
	for y := sketchRows / 2; y < m.Rect.Dy(); y += sketchRows {
		_, _ = lines.Write(m.Y[y*m.YStride:][:m.Rect.Dx()]) // never fails (hash/maphash)
	}
	rows := d.rows
	if d.rows = lines.Sum64(); d.rows != rows {
		d.known = false
		return false
	}
	all.SetSeed(d.seed)
	for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} {
		_, _ = all.Write(plane)
	}
	whole, known := d.whole, d.known
	d.whole, d.known = all.Sum64(), true
	return known && d.whole == whole
}
