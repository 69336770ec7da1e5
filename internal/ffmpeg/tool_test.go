package ffmpeg

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestProbeOfOlderPrograms: a program before 5.1 knows an option by its older name.
func TestProbeOfOlderPrograms(t *testing.T) {
	real, err := exec.LookPath("ffmpeg")
	if err != nil {
		t.Skip("ffmpeg is not installed")
	}
	old := filepath.Join(t.TempDir(), "ffmpeg")
	script := `#!/bin/sh
case "$*" in *fps_mode*) echo "Unrecognized option 'fps_mode'." >&2; exit 1;; esac
exec ` + real + ` "$@"
`
	if err := os.WriteFile(old, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	tl, err := New(Config{Path: old, Timeout: 1 << 40, MaxPixels: 1, Memory: 1 << 30, FileSize: 1 << 20, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	if tl.sync != "-vsync" || tl.Version() == "" {
		t.Errorf("%s, version %q", tl.sync, tl.Version())
	}
}
