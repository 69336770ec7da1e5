//go:build !amd64

package attention

// fast measures no cell.
func (r cellRow) fast() (from, to int) { return 0, 0 }
