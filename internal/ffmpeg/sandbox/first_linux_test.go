package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestReferences counts what readelf counts, for all libraries of ffmpeg.
func TestReferences(t *testing.T) {
	if _, err := exec.LookPath("readelf"); err != nil {
		t.Skip("readelf is not installed (apt install binutils)")
	}
	if runtime.GOARCH != "amd64" {
		t.Skip("the names of relocations below are those of x86-64")
	}
	known := 0
	for _, path := range libraries(t) {
		dynamic := readelf(t, "-dW", path)
		now := strings.Contains(dynamic, "BIND_NOW") || strings.Contains(dynamic, "Flags: NOW")
		want := 0
		for line := range strings.Lines(readelf(t, "-rW", path)) {
			f := strings.Fields(line)
			// Offset, info, type, value of the symbol, its name; without a symbol there is an addend alone.
			if len(f) < 5 || !strings.HasPrefix(f[2], "R_X86_64_") || !now && strings.HasPrefix(f[2], "R_X86_64_JUMP_SLO") {
				continue
			}
			want++
		}
		if got := references(path); got != want {
			t.Errorf("%s: %d references, readelf has %d", path, got, want)
		}
		known += want
	}
	if known == 0 {
		t.Error("readelf knows of no reference at all")
	}
}

// TestFirst: what comes first is the program's own, and the program runs with it.
func TestFirst(t *testing.T) {
	all := libraries(t)
	chosen := first(all)
	for _, path := range chosen {
		if !slices.Contains(all, path) {
			t.Errorf("%s is no library of ffmpeg", path)
		}
	}
	if len(all) > 100 && len(chosen) == 0 {
		t.Errorf("of %d libraries none comes first", len(all))
	}
	if got := first(nil); len(got) != 0 {
		t.Errorf("of no libraries, %q", got)
	}
	if got := first([]string{"/nowhere/liba.so", filepath.Join(t.TempDir(), "libb.so")}); len(got) != 0 {
		t.Errorf("of libraries that are not there, %q", got)
	}
}

// TestFirstIsTold: the program is started with them, the helper is not.
func TestFirstIsTold(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	env, err := exec.LookPath("env")
	if err != nil {
		t.Skip("env is not installed")
	}
	if env, err = filepath.EvalSymlinks(env); err != nil {
		t.Fatal(err)
	}
	needs, err := Learn(t.Context(), env, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	needs.First = libraryOf(t, env)
	l := Limits{Memory: 2 << 30, CPU: 10, Needs: needs}
	out, err := exec.Command(self, l.Args(env)...).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "LD_PRELOAD="+strings.Join(needs.First, ":")+"\n") || strings.Contains(string(out), "cannot be preloaded") {
		t.Errorf("%v\n%s", err, out)
	}
}

// libraryOf returns a library of a program.
func libraryOf(t *testing.T, program string) []string {
	t.Helper()
	paths := listed(t, program)
	if len(paths) == 0 {
		t.Skipf("%s has no libraries", program)
	}
	return paths[:1]
}

// libraries are those of ffmpeg.
func libraries(t *testing.T) []string {
	t.Helper()
	path, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	return listed(t, path)
}

func listed(t *testing.T, program string) []string {
	t.Helper()
	out, err := exec.Command("ldd", program).Output()
	if err != nil {
		t.Skipf("ldd: %v", err)
	}
	return libraryPaths(string(out))
}

func readelf(t *testing.T, option, path string) string {
	t.Helper()
	out, err := exec.Command("readelf", option, path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
