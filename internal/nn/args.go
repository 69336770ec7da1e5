package nn

import "unsafe"

// Act is an activation function fused into a layer.
type Act uintptr

// The activations.
const (
	Linear      Act = iota // x
	ReLU                   // max(x, 0)
	ReLU6                  // min(max(x, 0), 6)
	HardSwish              // x * min(max(x+3, 0), 6) / 6
	HardSigmoid            // min(max(x+3, 0), 6) / 6
)

// gemmArgs is the argument of the matrix kernels, C = act(A*B + bias) + res, for tiles blocks of rows. Offsets are known
// to the generator (gen/gemm.go). Distances are in bytes. B is packed in panels of 16 columns and at most one of 8. A may
// consist of segments: the columns of each are contiguous, and segment follows segment at a fixed distance.
type gemmArgs struct {
	a, c, res      unsafe.Pointer // res may be nil
	b, bias        unsafe.Pointer
	lda, ldc       uintptr // res has the same distance of rows as c
	k4, k1         uintptr // columns of a segment: 4*k4 + k1
	segs, segDelta uintptr // segDelta: from the end of one segment to the start of the next
	n32, n16, n8   uintptr // panels: pairs of 16, single 16, 8
	panelBytes     uintptr // bytes of one panel of 16 columns
	act            Act
	tiles          uintptr // at least 1; spoiled by the kernel
	//lint:ignore U1000 scratch space of the assembly
	work [5]uintptr // the kernel's own
}

// dwArgs is the argument of the depthwise kernels, which make tiles*outs pixels of one output row. rows are the k input
// rows. Weights are packed in blocks of channels: bias, then the k*k weights of the block.
type dwArgs struct {
	rows       [5]unsafe.Pointer
	w, out     unsafe.Pointer
	ldx, ldo   uintptr // bytes from pixel to pixel
	full, tail uintptr // whole blocks of channels; 1 for a last block of 8, else 0
	act        Act
	tiles      uintptr // at least 1; spoiled by the kernel
	step       uintptr // bytes from tile to tile in the input
	//lint:ignore U1000 scratch space of the assembly
	work   [2]uintptr
	column uintptr // byte offset of the first input column
}

// eltArgs is the argument of the element-wise kernels over full vectors and a last half one (tail = 1).
type eltArgs struct {
	dst, a, b, c unsafe.Pointer
	full, tail   uintptr
	s            [2]float32
	parts        [16]float32 // partial results of reductions, one per lane
}

// rowArgs is the argument of the kernels over pixels and their channels.
type rowArgs struct {
	dst, src, vec unsafe.Pointer
	ldd, lds      uintptr // bytes from pixel to pixel
	count         uintptr // pixels, at least 1; spoiled by the kernel
	full, tail    uintptr // vectors per pixel; 1 for a last half one
	//lint:ignore U1000 scratch space of the assembly
	work [2]uintptr
}

// normArgs is the argument of the kernel that turns bytes into floats. Scale and shift repeat after 48 values.
type normArgs struct {
	dst, src, scale, shift unsafe.Pointer
	count                  uintptr // steps of three vectors, at least 1
}

// at returns the address of an element, which must exist.
func at(s []float32, i int) unsafe.Pointer { return unsafe.Pointer(&s[i]) }

// alloc returns n zero floats that start on a cache line.
func alloc(n int) []float32 {
	const line = 64
	s := make([]float32, n+line/4)
	skip := (line - int(uintptr(unsafe.Pointer(&s[0]))%line)) % line / 4
	return s[skip : skip+n : skip+n]
}

// pad rounds channels up to what a map stores.
func pad(c int) int { return (c + 7) &^ 7 }
