package ffmpeg

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// confined runs a program the way ffmpeg is run.
func confined(t *testing.T, read, write, program string, args ...string) (string, error) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed", program)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		t.Fatal(err)
	}
	loader, dirs, err := resolve(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	argv := []string{SandboxCommand, "-as=2147483648", "-fsize=1048576", "-cpu=10", "-nice=1", "-run=" + loader, "-read=" + read, "-write=" + write}
	for _, dir := range dirs {
		argv = append(argv, "-lib="+dir)
	}
	cmd := exec.Command(self, append(append(argv, "--", path), args...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestSandboxDenies(t *testing.T) {
	if _, ok := sandboxLevel(); !ok {
		t.Skip("this system has no Landlock; nothing but resource limits to test")
	}
	dir := t.TempDir()
	given, other := filepath.Join(dir, "given"), filepath.Join(dir, "other")
	for _, f := range []string{given, other} {
		if err := os.WriteFile(f, []byte("text"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out := t.TempDir()
	tests := map[string]struct {
		program string
		args    []string
		ok      bool
	}{
		"reads its input":          {"cat", []string{given}, true},
		"reads a neighbour":        {"cat", []string{other}, false},
		"reads the password file":  {"cat", []string{"/etc/passwd"}, false},
		"lists the input's folder": {"ls", []string{dir}, false},
		"writes to its folder":     {"cp", []string{given, filepath.Join(out, "x")}, true},
		"writes elsewhere":         {"cp", []string{given, filepath.Join(dir, "x")}, false},
		"overwrites its input":     {"cp", []string{"/dev/null", given}, false},
		"writes too much":          {"head", []string{"-c", "1048577", "/dev/zero"}, false},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			text, err := confined(t, given, out, tc.program, tc.args...)
			if (err == nil) != tc.ok {
				t.Errorf("%v: %s", err, text)
			}
		})
	}
}

func TestSandboxLimits(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("resource limits are set on Linux only")
	}
	out, err := confined(t, "/dev/null", t.TempDir(), "sh", "-c", "ulimit -v; ulimit -c; ulimit -n; ulimit -t; ulimit -f")
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := strings.Fields(out); strings.Join(got, " ") != "2097152 0 64 10 2048" {
		t.Errorf("limits are %v", got)
	}
}

// Niceness is that of one thread of the helper, of which there are several.
func TestSandboxIsNicer(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the helper changes its niceness on Linux only")
	}
	own, err := exec.Command("nice").Output()
	if err != nil {
		t.Skipf("nice does not tell the niceness: %v", err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(own)))
	if err != nil {
		t.Fatal(err)
	}
	want := strconv.Itoa(min(n+1, 19))
	t.Setenv(crowded, "yes")
	for range 12 {
		out, err := confined(t, "/dev/null", t.TempDir(), "nice")
		if got := strings.TrimSpace(out); err != nil || got != want {
			t.Fatalf("niceness is %s, want %s: %v", got, want, err)
		}
	}
}

func TestSandboxMainRefuses(t *testing.T) {
	for name, args := range map[string][]string{"no program": {"-as=1", "--"}, "unknown option": {"-x", "--", "/bin/true"}} {
		if got := SandboxMain(args); got != exitSandbox {
			t.Errorf("%s: status %d", name, got)
		}
	}
}

func TestConfigValidate(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	err := Config{}.Validate()
	if err == nil {
		t.Fatal("an empty configuration is accepted")
	}
	for _, name := range []string{"Path", "Timeout", "MaxPixels", "Memory", "FileSize", "Threads"} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Path = filepath.Join(t.TempDir(), "ffmpeg")
	if _, err := New(cfg); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "apt install ffmpeg") {
		t.Errorf("got %v", err)
	}
}

func TestTailCountsAndForgets(t *testing.T) {
	var l tail
	for range 1000 {
		for _, part := range []string{"Error while deco", "ding stream #0:0: Invalid data\n", "something else\n"} {
			if _, err := l.Write([]byte(part)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := l.Write(bytes.Repeat([]byte("x"), 100_000)); err != nil {
		t.Fatal(err)
	}
	if text, damaged := l.text(); damaged != 1000 || len(text) > maxTail || len(l.partial) > maxLine {
		t.Errorf("%d complaints, %d bytes kept, %d of a line", damaged, len(text), len(l.partial))
	}
}

func TestCoder(t *testing.T) {
	const codecs = `ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers
Codecs:
 D..... = Decoding supported
 -------
 DEV.L. av1                  Alliance for Open Media AV1 (decoders: libaom-av1 av1 ) (encoders: libaom-av1)
 D.V.L. vp8                  On2 VP8
 ..V.L. vp9                  Google VP9
`
	for _, tc := range []struct {
		codec, list, name string
		want              bool
	}{
		{"av1", "decoders", "libaom-av1", true}, {"av1", "decoders", "libdav1d", false}, {"av1", "encoders", "libaom-av1", true},
		{"vp8", "decoders", "vp8", true}, {"vp8", "decoders", "libvpx", false}, {"vp8", "encoders", "vp8", false},
		{"vp9", "decoders", "vp9", false}, {"h264", "decoders", "h264", false},
	} {
		if got := coder(codecs, tc.codec, tc.list, tc.name); got != tc.want {
			t.Errorf("%s among the %s of %s: %v", tc.name, tc.list, tc.codec, got)
		}
	}
}

func TestRequireRefusesWithoutSandbox(t *testing.T) {
	tl := tool(t, func(c *Config) { c.Require = true })
	tl.confined, tl.detail = false, "no Landlock"
	if err := tl.CheckSandbox(t.Context()); !errors.Is(err, ErrUnconfined) || !strings.Contains(err.Error(), "no Landlock") {
		t.Errorf("CheckSandbox: %v", err)
	}
	if _, err := decode(t.Context(), tl, filepath.Join("..", "..", "examples", "sample.webm"), 0); !errors.Is(err, ErrUnconfined) {
		t.Errorf("Decode: %v", err)
	}
	tl.cfg.Require = false
	if err := tl.CheckSandbox(t.Context()); err != nil {
		t.Errorf("CheckSandbox, allowed: %v", err)
	}
}
