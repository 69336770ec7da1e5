package blob_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade/internal/blob"
)

func TestDirSize(t *testing.T) {
	dir := t.TempDir()
	if n, err := blob.DirSize(dir); n != 0 || err != nil {
		t.Errorf("an empty directory: %d, %v", n, err)
	}
	if n, err := blob.DirSize(filepath.Join(dir, "none")); n != 0 || err != nil {
		t.Errorf("no directory: %d, %v", n, err)
	}
	below := filepath.Join(dir, "below")
	if err := os.Mkdir(below, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{"a": 5, "below/b": 70, "below/c": 0} {
		if err := os.WriteFile(filepath.Join(dir, name), make([]byte, size), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(below, "b"), filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if n, err := blob.DirSize(dir); n != 75 || err != nil {
		t.Errorf("%d bytes, %v; want 75", n, err)
	}
}
