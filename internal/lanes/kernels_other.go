//go:build !amd64

package lanes

// Everything is left to plain Go here.

// Fast reports whether there are kernels.
var Fast = false

func slideBlocks(_, _, _, _ []float32, _ float32) int { return 0 }

func sobelBlocks(_, _, _, _ []float32) int { return 0 }

func weighBlocks(_, _ []float32, _ float32) int { return 0 }

func packBlocks([]float32, *[8][]float32) int { return 0 }

func unpackBlocks(*[8][]float32, []float32) int { return 0 }

func boxLaneBlocks(_, _ []float32, _, _, _ int, _ float32) int { return 0 }

func minusBlocks(_, _ []float32, _ float32) int { return 0 }

func timesBlocks(_, _, _ []float32) int { return 0 }

func weighAllBlocks([]float32, [][]float32, []float32) int { return 0 }

func contrastBlocks(_, _, _, _ []float32) int { return 0 }

func spreadBlocks(_, _, _ []float32) int { return 0 }

func directionBlocks(_, _, _, _, _ []float32) int { return 0 }

func areaBlocks([]float32, *[8][]float32) int { return 0 }

func volumeBlocks([]float32, *[8][]float32, []float32) int { return 0 }

func rootBlocks([]float32) int { return 0 }

func lerpMaxBlocks(_, _, _ []float32, _ float32) int { return 0 }

func sumBlocks(_, _, _ []float32, _ *[3]float64) int { return 0 }

func squareBlocks(_, _ []float32, _ [2]float64, _ *[2]float64) int { return 0 }

func lengthBlocks([]float32, *float64) (done, strong int) { return 0, 0 }

func chromaBlocks([]float32, []uint8, []float32, []float32, []float32) (done, warm int) { return 0, 0 }

func levelBlocks([]uint8, []float32, float32, float32, uint8) int { return 0 }

func (*Medians) medianFast([]uint8, *[5][]uint8, int) bool { return false }

func informationBlocks([]float32, float64, *float64) int { return 0 }

func shareBlocks([]float32, float64, *float64) int { return 0 }

func momentBlocks([]float32, float64, float64, *[2]float64) int { return 0 }

func slopeBlocks(_, _, _ []float32, _ int) (done, even, bent int) { return 0, 0, 0 }

func productBlocks([]float32, int, *[Lags]float64, *[Lags]float64, *[Lags]float64) int { return 0 }
