//go:build !amd64

package score

// Everything is left to plain Go here.

func slideBlocks(_, _, _, _ []float32, _ float32) int { return 0 }

func sobelBlocks(_, _, _, _ []float32) int { return 0 }

func weighBlocks(_, _ []float32, _ float32) int { return 0 }

func codeBlockFast(*[64]int16, []byte, int, *quantization) (uint64, bool) { return 0, false }

func lumaBlocks(_, _ []byte) int { return 0 }
