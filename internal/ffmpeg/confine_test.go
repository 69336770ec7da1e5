package ffmpeg

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func TestRequireRefusesWithoutSandbox(t *testing.T) {
	tl := tool(t, func(c *Config) { c.Require = true })
	tl.confined, tl.detail = false, "no Landlock"
	if err := tl.CheckSandbox(t.Context()); !errors.Is(err, ErrUnconfined) || !strings.Contains(err.Error(), "no Landlock") {
		t.Errorf("CheckSandbox: %v", err)
	}
	if _, err := decode(t.Context(), tl, filepath.Join("..", "..", "examples", "sample.webm"), Alone); !errors.Is(err, ErrUnconfined) {
		t.Errorf("Decode: %v", err)
	}
	tl.cfg.Require = false
	if err := tl.CheckSandbox(t.Context()); err != nil {
		t.Errorf("CheckSandbox, allowed: %v", err)
	}
}
