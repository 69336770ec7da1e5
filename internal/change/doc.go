// Package change says what changes between neighboring frames of a video: nothing at
// all ([Duplicates]), or the whole scene ([Cuts]).
//
// The contract: a detector is given all frames of one video in their order, belongs to
// one goroutine and keeps no frame of its caller.
package change
