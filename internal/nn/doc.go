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
// never used. One set returns bit-identical results from run to run; sets agree with one another to about 1e-5, because
// they add in different orders.
//
// What ran where: avx2 and go natively on amd64 (AMD, Intel), avx512 on an Intel Xeon with AVX-512 and under the Bochs
// emulator's Skylake-X (emulate/avx512.sh), neon under qemu-aarch64 (TestNEONEmulated). Each passed the conformance and
// layer tests and, on a whole network, the comparison with PyTorch. On one core of that Xeon, in the quickest of three
// runs, a frame of 384x224 and 130 million multiply-adds takes 3.2 ms at least with avx512, 4.9 with avx2 and 48 with go,
// 4.1, 6.2 and 81 on average (BenchmarkNet, the recurrent branch included); ONNX Runtime 1.30 on the same core, in turn and
// without that branch, 3.7 at least and 4.4 on average.
package nn

//go:generate go run ./gen
