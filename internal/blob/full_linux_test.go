package blob_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// TestFullDisk fills a real file system of 1 MiB; where none may be mounted, a
// child process runs into a limit of the size of files.
func TestFullDisk(t *testing.T) {
	root := filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(root, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=1m"); err != nil {
		t.Logf("no small file system can be mounted (%v): using a limit of the size of files", err)
		fullInChild(t, root)
		return
	}
	defer func() {
		if err := syscall.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	}()
	fillUp(t, root)
}

// fillUp puts until nothing fits any more.
func fillUp(t testing.TB, root string) {
	d := newDisk(t, root)
	if _, err := d.Put(t.Context(), "uploads/a/small", strings.NewReader("fits")); err != nil {
		t.Fatal(err)
	}
	_, err := d.Put(t.Context(), "uploads/a/big", strings.NewReader(strings.Repeat("x", 2<<20)))
	if !saccade.IsCode(err, saccade.CodeOverCapacity) {
		t.Fatalf("a full disk gives %v, want over_capacity", err)
	}
	if _, err := d.Stat(t.Context(), "uploads/a/big"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("half an object: %v", err)
	}
	if left := tempFiles(t, root); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
	if _, err := d.Put(t.Context(), "uploads/a/small2", strings.NewReader("fits again")); err != nil {
		t.Errorf("after the failure: %v", err)
	}
}

const fullChild = "SACCADE_TEST_BLOB_FULL"

func fullInChild(t *testing.T, root string) {
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullInChild$", "-test.v")
	cmd.Env = append(os.Environ(), fullChild+"="+root)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS: TestFullInChild") {
		t.Fatal(err)
	}
}

func TestFullInChild(t *testing.T) {
	root := os.Getenv(fullChild)
	if root == "" {
		root = t.TempDir()
		fullInChild(t, root)
		return
	}
	signal.Ignore(syscall.SIGXFSZ) // the write fails with EFBIG instead
	limit := syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	fillUp(t, root)
	fmt.Println("filled", root)
}
