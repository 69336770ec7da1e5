package score

import "sync"

// scratch is memory that measurements use in turn: nothing of it lives on in what they
// answer.
type scratch struct {
	coded frame420
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// grown returns n values of any content, in the memory of v if they fit.
func grown[T any](v []T, n int) []T {
	if cap(v) < n {
		return make([]T, n)
	}
	return v[:n]
}
