package nn

// machineSets returns the sets of this build, the fastest first. Every arm64 processor has NEON.
func machineSets() []machineSet {
	return []machineSet{{"neon", true, kernelsNEON}, {"go", true, GoKernels}}
}
