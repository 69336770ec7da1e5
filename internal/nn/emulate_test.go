package nn

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// TestNEONEmulated runs the conformance and layer tests for arm64 under qemu on other machines.
func TestNEONEmulated(t *testing.T) {
	if testing.Short() || runtime.GOARCH == "arm64" || os.Getenv("SACCADE_EMULATED") != "" {
		t.Skip("short tests, or this is an arm64 machine already")
	}
	qemu, err := exec.LookPath("qemu-aarch64-static")
	if err != nil {
		t.Skip("qemu-aarch64-static is not installed (apt install qemu-user-static)")
	}
	binary := filepath.Join(t.TempDir(), "nn.test")
	build := exec.Command("go", "test", "-c", "-o", binary, ".")
	build.Env = append(os.Environ(), "GOARCH=arm64", "GOOS=linux", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := exec.Command(qemu, binary, "-test.v", "-test.run", "^Test(Kernels|Choose|Block|Decoder|GRU|Stem)$")
	run.Env = append(os.Environ(), "SACCADE_EMULATED=1")
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}
