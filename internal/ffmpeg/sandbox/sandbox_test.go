package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// crowded is a variable for the helper: other goroutines keep its threads busy.
const crowded = "CROWDED"

// TestMain serves the re-execution, as cmd/saccade does.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Command {
		if os.Getenv(crowded) != "" {
			for range 16 { // threads, between which the helper's work wanders
				go func() {
					for {
						runtime.Gosched()
					}
				}()
			}
		}
		os.Exit(Main(os.Args[2:]))
	}
	if len(os.Args) == 2 && os.Args[1] == probeCommand {
		os.Exit(runProbe())
	}
	goleak.VerifyTestMain(m)
}

// confined runs a program under limits with one readable file and one writable
// directory.
func confined(t *testing.T, read, write, program string, args ...string) (string, error) {
	t.Helper()
	return confinedWith(t, Limits{Read: []string{read}, Write: []string{write}}, program, args...)
}

// confinedWith runs a program under limits, with the usual numbers.
func confinedWith(t *testing.T, l Limits, program string, args ...string) (string, error) {
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
	needs, err := Learn(t.Context(), path, os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	l.Memory, l.FileSize, l.CPU, l.Nice, l.Needs = 2<<30, 1<<20, 10, 1, needs
	cmd := exec.Command(self, append(l.Args(path), args...)...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func TestDenies(t *testing.T) {
	if _, ok := Level(); !ok {
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

// TestDevices: a device can be opened and asked things (ioctl) where it is given, and only there.
func TestDevices(t *testing.T) {
	detail, ok := Level()
	if !ok {
		t.Skip("this system has no Landlock")
	}
	_, version, _ := strings.Cut(detail, "Landlock ABI ")
	older := strings.ContainsRune("1234", rune(version[0])) && version[1] == ' ' // that leave ioctl to all who may open
	for name, tc := range map[string]struct {
		devices []string
		args    []string
		want    string // in what stty says of what is no terminal
	}{
		"given":       {[]string{"/dev/zero"}, []string{"-F", "/dev/zero"}, "Inappropriate ioctl"},
		"another":     {[]string{"/dev/zero"}, []string{"-F", "/dev/full"}, "Permission denied"},
		"none":        {nil, []string{"-F", "/dev/zero"}, "Permission denied"},
		"none to ask": {nil, []string{"-F", "/dev/urandom"}, "Permission denied"}, // all may read it
	} {
		if older && name == "none to ask" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			out, err := confinedWith(t, Limits{Devices: tc.devices}, "stty", tc.args...)
			if err == nil || !strings.Contains(out, tc.want) {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	out := filepath.Join(t.TempDir(), "device")
	if err := os.WriteFile(out, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := confinedWith(t, Limits{Devices: []string{out}}, "dd", "if="+out, "of="+out, "conv=notrunc"); err != nil {
		t.Errorf("a device cannot be written: %s", text)
	}
}

func TestLimits(t *testing.T) {
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
func TestIsNicer(t *testing.T) {
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

func TestMainRefuses(t *testing.T) {
	for name, args := range map[string][]string{"no program": {"-as=1", "--"}, "unknown option": {"-x", "--", "/bin/true"}} {
		if got := Main(args); got != Failed {
			t.Errorf("%s: status %d", name, got)
		}
	}
}

// What the helper understands is what it was told.
func TestArgs(t *testing.T) {
	want := Limits{Memory: 1, FileSize: 2, CPU: 3, Nice: 4, Needs: Needs{Run: []string{"/a"}, Libraries: []string{"/b", "/c d"}, First: []string{"/h", "/i"}}, Read: []string{"/e=f"}, Write: []string{"/g"}, Devices: []string{"/dev/j"}}
	args := append(want.Args("/bin/true"), "-x", "--")
	got, argv, err := parse(args[1:])
	if err != nil || args[0] != Command {
		t.Fatal(args, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/bin/true", "-x", "--"}, argv); diff != "" {
		t.Error(diff)
	}
}
