package nn

import (
	"fmt"
	"strings"
)

// KernelInfo describes one set of kernels on this machine.
type KernelInfo struct {
	Name   string
	Usable bool  // the processor has what the set needs
	Check  error // why the set is not used although it is usable; nil when it agrees with plain Go
}

// Sets returns every set of kernels of this build, the fastest first, and the result of checking those that this machine
// can run. It takes a few milliseconds.
func Sets() []KernelInfo {
	var infos []KernelInfo
	for _, s := range machineSets() {
		info := KernelInfo{Name: s.name, Usable: s.usable}
		if s.usable {
			info.Check = s.build().Check()
		}
		infos = append(infos, info)
	}
	return infos
}

// Choose returns the set of kernels with this name: "avx512", "avx2", "neon", "go", or "" for the fastest one that this
// machine can run and that agrees with plain Go. A set that is named and cannot be used is an error.
func Choose(name string) (*Kernels, error) {
	var names []string
	for _, s := range machineSets() {
		names = append(names, s.name)
		if name != "" && name != s.name {
			continue
		}
		if !s.usable {
			if name == "" {
				continue
			}
			return nil, fmt.Errorf("nn: this processor cannot run the kernels %q", name)
		}
		k := s.build()
		err := k.Check()
		if err == nil {
			return k, nil
		}
		if name != "" {
			return nil, err
		}
	}
	return nil, fmt.Errorf("nn: no kernels %q in this build, choose one of %s", name, strings.Join(names, ", "))
}

// machineSet is a set of kernels of this build.
type machineSet struct {
	name   string
	usable bool
	build  func() *Kernels
}
