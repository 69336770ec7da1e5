package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A run counts what its children took, and a command that fails says why.
func TestMeasure(t *testing.T) {
	if _, err := os.Stat("/proc/self/smaps_rollup"); err != nil {
		t.Skipf("memory is read from /proc: %v", err)
	}
	u, err := measure(context.Background(), 1, []string{"sh", "-c", `sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; sleep 0.3`}, true)
	if err != nil {
		t.Fatal(err)
	}
	if u.cpu < 20*time.Millisecond || u.cpu > u.wall || u.wall < 300*time.Millisecond || u.memory < 50_000 {
		t.Errorf("%+v", u)
	}
	if _, err := measure(context.Background(), 1, []string{"sh", "-c", "echo broken >&2; exit 3"}, false); err == nil || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a command that fails: %v", err)
	}
}

// Every clip that is made here can be made and read, and every command names it.
func TestClips(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	dir := t.TempDir()
	for _, s := range clips("nowhere") {
		for i := range s.args { // a few frames are enough here
			s.args[i] = strings.ReplaceAll(s.args[i], "duration=6", "duration=0.1")
		}
		c, err := s.file(context.Background(), dir)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		if c.width < 1280 || c.height < 720 {
			t.Errorf("%s is %dx%d", s.name, c.width, c.height)
		}
		for _, cmd := range commands("bin/saccade", c, 2, dir) {
			if !strings.Contains(strings.Join(cmd.args, " "), c.path) {
				t.Errorf("%s: %q does not name the clip", s.name, cmd.args)
			}
		}
	}
}
