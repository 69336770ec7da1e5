package nn

import "golang.org/x/sys/cpu"

// machineSets returns the sets of this build, the fastest first.
func machineSets() []machineSet {
	avx2 := cpu.X86.HasAVX2 && cpu.X86.HasFMA
	return []machineSet{
		{"avx512", avx2 && cpu.X86.HasAVX512F && cpu.X86.HasAVX512VL, kernelsAVX512},
		{"avx2", avx2, kernelsAVX2},
		{"go", true, GoKernels},
	}
}
