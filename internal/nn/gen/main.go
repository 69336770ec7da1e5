// Command gen writes the assembly of package nn: every kernel is described once, in kernels of this package, against a
// small machine interface, and printed for AVX2, AVX-512 and NEON. Run it with go generate in internal/nn.
package main

import (
	"fmt"
	"go/format"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	dir := "."
	if len(os.Args) > 1 {
		dir = os.Args[1]
	}
	for name, text := range files() {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// files returns every generated file by name.
func files() map[string][]byte {
	all := map[string][]byte{}
	for name, m := range map[string]machine{"avx2_amd64": newX86(false), "avx512_amd64": newX86(true), "neon_arm64": newARM()} {
		_, arch, _ := strings.Cut(name, "_")
		all["kernels_"+name+".s"] = listAll(m)
		code, err := format.Source(stubs(m, arch))
		if err != nil {
			panic(err) // the generator itself is wrong
		}
		all["kernels_"+name+".go"] = code
	}
	return all
}

// listAll writes all kernels for one machine.
func listAll(m machine) []byte {
	for rows := 1; rows <= m.gemmRows(); rows++ {
		gemm(m, rows)
	}
	for _, k := range []int{3, 5} {
		for _, stride := range []int{1, 2} {
			for _, outs := range m.dwOuts() {
				depthwise(m, k, stride, outs)
			}
		}
	}
	elementwise(m)
	rowwise(m)
	normalize(m)
	return m.text().Bytes()
}
