package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// copyTree copies what git knows of the tree into an empty directory, and returns it:
// another place, without git.
func copyTree(t *testing.T) string {
	t.Helper()
	const root = "../.."
	names, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skipf("this tree has no git: %v", err)
	}
	to := t.TempDir()
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		b, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, not committed yet
		}
		err = errors.Join(err, os.MkdirAll(filepath.Join(to, filepath.Dir(name)), 0o700), os.WriteFile(filepath.Join(to, name), b, 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// made makes a release of the version 1.2.0 and returns its directory.
func made(t *testing.T, root, cache string, which []target) string {
	t.Helper()
	r := release{root: root, out: t.TempDir(), version: "v1.2.0", time: time.Unix(1_795_896_711, 0).UTC(), cache: cache, targets: which}
	if err := r.make(t.Context()); err != nil {
		t.Fatal(err)
	}
	return r.out
}

// sums are the checksums of the files of a directory, read from them.
func sums(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = fmt.Sprintf("%x", sha256.Sum256(b))
	}
	return out
}

// TestOneTargetTwice: two builds in two directories are the same bytes, and hold what a
// release holds.
func TestOneTargetTwice(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program twice")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	one := []target{{"linux", "amd64"}}
	first := made(t, root, "", one)
	if a, b := sums(t, first), sums(t, made(t, copyTree(t), "", one)); !maps.Equal(a, b) {
		t.Errorf("two builds differ:\n%v\n%v", a, b)
	}
	want := []string{"SHA256SUMS", "saccade-v1.2.0-linux-amd64.cdx.json", "saccade-v1.2.0-linux-amd64.tar.gz", "saccade_1.2.0_amd64.deb"}
	if got := slices.Sorted(maps.Keys(sums(t, first))); !slices.Equal(got, want) {
		t.Errorf("files are %v, want %v", got, want)
	}
	checkSums(t, first)
	checkTarball(t, filepath.Join(first, want[2]))
	checkBill(t, filepath.Join(first, want[1]))
}

// checkSums holds SHA256SUMS against the files.
func checkSums(t *testing.T, dir string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]string{}
	for line := range strings.Lines(string(b)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		listed[name] = sum
	}
	have := sums(t, dir)
	delete(have, "SHA256SUMS")
	if !maps.Equal(listed, have) {
		t.Errorf("SHA256SUMS lists %v, there is %v", listed, have)
	}
}

// unpack reads a .tar.gz: the files in its one directory.
func unpack(t *testing.T, path string) map[string][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(h.Name, "/")
		if out[name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// checkTarball: the program is there and says its version; so are its texts.
func checkTarball(t *testing.T, path string) {
	t.Helper()
	files := unpack(t, path)
	for _, name := range []string{"saccade", "README.md", "CHANGELOG.md", "LICENSE", "THIRD-PARTY-LICENSES.txt", "saccade.1", "saccade.cdx.json", "completions/_saccade", "completions/saccade.bash", "completions/saccade.fish"} {
		if len(files[name]) == 0 {
			t.Errorf("%s is missing", name)
		}
	}
	for _, name := range []string{"Go", "preact (in the app)", "modernc.org/sqlite v", "github.com/jackc/pgx/v5 v"} {
		if !bytes.Contains(files["THIRD-PARTY-LICENSES.txt"], []byte("\n"+name)) {
			t.Errorf("the license of %s is missing", name)
		}
	}
	if !bytes.Contains(files["saccade.1"], []byte(`.SH "SACCADE TOKEN CREATE"`)) {
		t.Error("the manual says nothing of token create")
	}
	if host() != (target{"linux", "amd64"}) {
		return
	}
	program := filepath.Join(t.TempDir(), "saccade")
	if err := os.WriteFile(program, files["saccade"], 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program, "version").CombinedOutput(); err != nil || string(out) != "saccade v1.2.0\n" {
		t.Errorf("it says %q: %v", out, err)
	}
	if man, err := exec.LookPath("man"); err == nil {
		page := filepath.Join(t.TempDir(), "saccade.1")
		if err := os.WriteFile(page, files["saccade.1"], 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(man, "--warnings", "-l", page)
		cmd.Env = append(os.Environ(), "MANPAGER=cat", "LC_ALL=C.UTF-8", "MANWIDTH=120")
		var said bytes.Buffer
		cmd.Stderr = &said
		if out, err := cmd.Output(); err != nil || said.Len() > 0 || !bytes.Contains(out, []byte("saccade")) {
			t.Errorf("the manual: %v %s", err, said.Bytes())
		}
	}
}

// checkBill: the bill of materials names the modules of go.mod that the program needs.
func checkBill(t *testing.T, path string) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var bill struct {
		Format   string `json:"bomFormat"`
		Metadata struct {
			Timestamp string
			Component struct{ Version string }
		}
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(b, &bill); err != nil {
		t.Fatal(err)
	}
	if bill.Format != "CycloneDX" || bill.Metadata.Component.Version != "v1.2.0" || bill.Metadata.Timestamp != "" {
		t.Errorf("the bill is %s of %s, at %q", bill.Format, bill.Metadata.Component.Version, bill.Metadata.Timestamp)
	}
	named := map[string]bool{}
	for _, c := range bill.Components {
		named[c.Name] = c.Version != ""
	}
	for _, name := range []string{"std", "modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/alecthomas/kong"} {
		if !named[name] {
			t.Errorf("the bill does not name %s among %d", name, len(named))
		}
	}
}

// TestManualNeedsCommands: help that has changed its form is noticed.
func TestManualNeedsCommands(t *testing.T) {
	if _, err := (release{version: "v1"}).manual(t.Context(), "/bin/echo"); err == nil {
		t.Error("a program without commands got a manual")
	}
}

func TestFlags(t *testing.T) {
	for _, args := range [][]string{nil, {"-version", "v1"}, {"-version", "v1", "-time", "0"}, {"-version", "v1", "-time", "1", "-targets", "plan9-mips"}, {"-nonsense"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%v was accepted", args)
		}
	}
}

// TestReleaseTwice: every target, the second time in another directory and with an empty
// build cache; then the arm64 program at work.
func TestReleaseTwice(t *testing.T) {
	if os.Getenv("SACCADE_RELEASE") == "" {
		t.Skip("make release-check runs this: it builds everything from nothing")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	first := made(t, root, "", targets)
	if a, b := sums(t, first), sums(t, made(t, copyTree(t), t.TempDir(), targets)); !maps.Equal(a, b) {
		t.Errorf("two builds differ:\n%v\n%v", a, b)
	}
	checkSums(t, first)
	qemu, err := exec.LookPath("qemu-aarch64-static")
	if err != nil {
		t.Skip("no qemu-aarch64-static here: the arm64 program was built, not run")
	}
	program := filepath.Join(t.TempDir(), "saccade")
	if err := os.WriteFile(program, unpack(t, filepath.Join(first, "saccade-v1.2.0-linux-arm64.tar.gz"))["saccade"], 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(qemu, program, "version").CombinedOutput(); err != nil || string(out) != "saccade v1.2.0\n" {
		t.Errorf("arm64 says %q: %v", out, err)
	}
	image := filepath.Join(root, "docs", "heat.jpg")
	out, err := exec.Command(qemu, program, "analyze", image, "--out", t.TempDir()).CombinedOutput()
	if err != nil {
		t.Errorf("arm64 analyzes an image: %v\n%s", err, out)
	}
	t.Logf("arm64 under qemu: %s", out)
}
