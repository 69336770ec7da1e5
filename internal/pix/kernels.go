package pix

// kernels are the inner loops of shrinking that may be written for a
// processor. Each does as many samples from the start as it can and returns
// their number; plain Go does the rest, so that a kernel that does none is
// right, too. What it does must equal plain Go bit for bit.
type kernels struct {
	// singles adds to every sum the weighted samples below one another.
	singles func(sum []uint32, src []byte, stride int, weights []uint32) int
	// pairs is singles with every two neighboring samples added up.
	pairs func(sum []uint32, src []byte, stride int, weights []uint32) int
	// columns writes columns of the answer.
	columns func(dst []byte, sum []uint32, quads []quad, inverse uint64) int
	// limited turns planes into sRGB.
	limited func(dst, y, cb, cr []byte) int
}

// plainGo leaves everything to plain Go.
func plainGo() kernels {
	none := func([]uint32, []byte, int, []uint32) int { return 0 }
	return kernels{
		singles: none, pairs: none,
		columns: func([]byte, []uint32, []quad, uint64) int { return 0 },
		limited: func(_, _, _, _ []byte) int { return 0 },
	}
}
