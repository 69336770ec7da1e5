package ffmpeg

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
)

// TestLearned: a program is asked once, and again when it, or what was kept, is another.
func TestLearned(t *testing.T) {
	dir := t.TempDir()
	cfg := DefaultConfig()
	cfg.Cache = filepath.Join(dir, "cache", "saccade")
	asked, err := New(cfg)
	if err != nil {
		t.Skipf("ffmpeg: %v", err)
	}
	memory := asked.saved()
	before, err := os.ReadFile(memory)
	if err != nil {
		t.Fatal(err)
	}
	recalled := &Tool{cfg: cfg, path: asked.path, helper: asked.helper, log: asked.log}
	if !recalled.recall() {
		t.Fatal("nothing was remembered")
	}
	if diff := cmp.Diff(asked, recalled, cmp.AllowUnexported(Tool{}), cmpopts.IgnoreFields(Tool{}, "log", "tones"), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	for name, spoil := range map[string]func() error{
		"gone":    func() error { return os.Remove(memory) },
		"damaged": func() error { return os.WriteFile(memory, before[:20], 0o600) },
		"empty":   func() error { return os.WriteFile(memory, []byte("{}"), 0o600) },
		"another time": func() error {
			return os.WriteFile(memory, []byte(strings.Replace(string(before), asked.path+" ", asked.path+" 1", 1)), 0o600)
		},
		"other library": func() error {
			return os.WriteFile(memory, []byte(strings.Replace(string(before), `"marks":["`, `"marks":["/elsewhere`, 1)), 0o600)
		},
	} {
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		if recalled.recall() {
			t.Errorf("%s: it is believed", name)
		}
		if _, err := New(cfg); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(memory); err != nil || string(after) != string(before) {
			t.Errorf("%s: it is not put right: %v", name, err)
		}
	}
	files, err := os.ReadDir(cfg.Cache)
	if err != nil || len(files) != 1 {
		t.Errorf("%d files, %v", len(files), err)
	}
}

// TestLearnedChangedProgram: a program that was replaced is asked anew.
func TestLearnedChangedProgram(t *testing.T) {
	dir := t.TempDir()
	tl := &Tool{cfg: Config{Cache: dir, Sandbox: true}, path: filepath.Join(dir, "program"), helper: filepath.Join(dir, "saccade"), version: "1", sync: "-fps_mode", needs: sandbox.Needs{Libraries: []string{dir}}}
	for _, path := range []string{tl.path, tl.helper} {
		if err := os.WriteFile(path, []byte("x"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	tl.needs.Libraries = []string{t.TempDir()}
	tl.save()
	if !tl.recall() {
		t.Fatal("nothing was remembered")
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(tl.needs.Libraries[0], later, later); err != nil {
		t.Fatal(err)
	}
	if tl.recall() {
		t.Error("a changed library went unnoticed")
	}
	tl.save()
	if err := os.WriteFile(tl.path, []byte("xy"), 0o700); err != nil {
		t.Fatal(err)
	}
	if tl.recall() {
		t.Error("a changed program went unnoticed")
	}
	tl.save()
	if err := os.WriteFile(tl.helper, []byte("xy"), 0o700); err != nil {
		t.Fatal(err)
	}
	if tl.recall() {
		t.Error("another version of ours believes what was asked by a former one")
	}
	tl.cfg.Sandbox = false
	tl.save()
	if tl.recall() {
		t.Error("remembered without the directories of libraries")
	}
	blocked := &Tool{cfg: Config{Cache: filepath.Join(tl.path, "below"), Sandbox: true}, path: tl.path, helper: tl.helper, version: "1", sync: "-vsync"}
	if blocked.save(); blocked.recall() {
		t.Error("remembered where nothing can be written")
	}
}
