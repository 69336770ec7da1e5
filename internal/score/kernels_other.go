//go:build !amd64

package score

// Everything is left to plain Go here.

func slideBlocks(_, _, _, _ []float32, _ float32) int { return 0 }

func sobelBlocks(_, _, _, _ []float32) int { return 0 }

func weighBlocks(_, _ []float32, _ float32) int { return 0 }
