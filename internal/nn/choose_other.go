//go:build !amd64 && !arm64

package nn

// machineSets returns the sets of this build.
func machineSets() []machineSet { return []machineSet{{"go", true, GoKernels}} }
