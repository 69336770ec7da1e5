package blob_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/blobtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newDisk(t testing.TB, root string) *blob.Disk {
	t.Helper()
	d, err := blob.NewDisk(root)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDisk(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store {
		root := t.TempDir()
		t.Cleanup(func() {
			if left := tempFiles(t, root); len(left) > 0 {
				t.Errorf("temporary files are left: %v", left)
			}
		})
		return newDisk(t, root)
	})
}

// tempFiles lists all files that are no objects.
func tempFiles(t testing.TB, root string) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, ".tmp"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestNothingOutside: no key, however spelled, touches what lies beside the
// objects.
func TestNothingOutside(t *testing.T) {
	parent := t.TempDir()
	if err := os.WriteFile(filepath.Join(parent, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := newDisk(t, filepath.Join(parent, "objects"))
	if err := os.Symlink(parent, filepath.Join(parent, "objects", "link")); err != nil {
		t.Fatal(err)
	}
	for _, key := range append(blobtest.BadKeys(), "../secret", "x/../../secret", "..%2fsecret", "link/../secret") {
		_, _ = d.Put(t.Context(), key, strings.NewReader("gotcha"))
		_ = d.Delete(t.Context(), key)
	}
	if b, err := os.ReadFile(filepath.Join(parent, "secret")); err != nil || string(b) != "secret" {
		t.Errorf("the file outside: %q, %v", b, err)
	}
	entries, err := os.ReadDir(parent)
	if err != nil || len(entries) != 2 {
		t.Errorf("beside the objects lie %v, %v", entries, err)
	}
}

// TestLimitOfReader: the size cap is the caller's reader, as an HTTP handler
// sets it.
func TestLimitOfReader(t *testing.T) {
	root := t.TempDir()
	d := newDisk(t, root)
	body := http.MaxBytesReader(httptest.NewRecorder(), http.NoBody, 0)
	if _, err := d.Put(t.Context(), "uploads/a/empty", body); err != nil {
		t.Error(err)
	}
	for size, fits := range map[int]bool{999: true, 1000: true, 1001: false} {
		r := http.MaxBytesReader(httptest.NewRecorder(), readCloser{strings.NewReader(strings.Repeat("x", size))}, 1000)
		_, err := d.Put(t.Context(), "uploads/a/u", r)
		var tooLarge *http.MaxBytesError
		if fits != (err == nil) || !fits && !errors.As(err, &tooLarge) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if left := tempFiles(t, root); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestLeftOversAreSwept(t *testing.T) {
	root := t.TempDir()
	newDisk(t, root)
	old, young := filepath.Join(root, ".tmp", "put-old"), filepath.Join(root, ".tmp", "put-young")
	for _, file := range []string{old, young} {
		if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	long := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	newDisk(t, root)
	if left := tempFiles(t, root); len(left) != 1 || left[0] != "put-young" {
		t.Errorf("left: %v, want the young one only", left)
	}
}

func TestDirectoryThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{"", file, filepath.Join(file, "below")} {
		if _, err := blob.NewDisk(root); err == nil {
			t.Errorf("a store in %q", root)
		}
	}
}

func BenchmarkPut(b *testing.B) {
	d := newDisk(b, b.TempDir())
	content := strings.Repeat("x", 1<<20)
	b.SetBytes(1 << 20)
	for b.Loop() {
		if _, err := d.Put(context.Background(), "analyses/a/x", strings.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}
