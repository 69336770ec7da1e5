// Package nn runs small convolutional networks on one core, without cgo.
//
// The contract: a network's weights are read once from a safetensors file (Open), packed once for one set of kernels
// (Loader), and then run by any number of steps, each bound to one size of input. Packed layers are immutable and may be
// shared between goroutines; a step owns its buffers and belongs to one goroutine. Running a step allocates nothing.
//
// Feature maps are NHWC float32 with the channels padded with zeros to a multiple of 8. Any size works; sizes whose rows
// divide by 12 are the fastest.
//
// Kernels come in four sets, "avx512", "avx2", "neon" and "go". The first three are assembly written by the generator in
// gen from one description; "go" runs everywhere and is the reference. Choose picks the best set that the processor has
// and that agrees with the reference in a short check made on the spot, so a set that computes wrongly on some machine is
// never used. One set gives bit-identical results from run to run; sets agree with one another to about 1e-5, because
// they add in different orders.
//
// What was run where: avx2 and go natively on amd64 (Zen 4); neon under qemu-aarch64 (TestNEONEmulated); avx512 under
// the Bochs emulator's Skylake-X (emulate/avx512.sh), not on silicon, so its speed is not known. Each passed the
// conformance and layer tests and, on a whole network, the comparison with PyTorch. On one core a frame of 384x224 and
// 130 million multiply-adds takes 4 ms with avx2 and about 60 ms with go; ONNX Runtime 1.30 takes 6 ms there.
package nn

//go:generate go run ./gen
