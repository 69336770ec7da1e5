package ffmpeg

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Check is one finding on the health of the decoder.
type Check struct {
	Name   string
	OK     bool
	Detail string // what was found, or what to do
}

// Doctor examines the program and proves the confinement by trying to break
// it. It takes a fraction of a second.
func (t *Tool) Doctor(ctx context.Context) []Check {
	checks := []Check{{"ffmpeg", true, fmt.Sprintf("%s at %s", t.version, t.path)}}
	if len(t.missing) > 0 {
		checks = append(checks, Check{"codecs", false, "missing: " + strings.Join(t.missing, ", ") + "; install a full build, for example by \"apt install ffmpeg\""})
	} else {
		checks = append(checks, Check{"codecs", true, "VP8, VP9 and AV1 decode; VP9 encodes"})
	}
	detail, ok := t.Confined()
	if !t.cfg.Sandbox {
		return append(checks, Check{"sandbox", false, detail})
	}
	if err := t.tryOut(ctx); err != nil {
		return append(checks, Check{"sandbox", false, fmt.Sprintf("ffmpeg does not run confined: %v", err)})
	}
	if !ok {
		return append(checks, Check{"sandbox", false, detail})
	}
	if err := t.breakOut(ctx); err != nil {
		return append(checks, Check{"sandbox", false, fmt.Sprintf("%s, but %v", detail, err)})
	}
	return append(checks, Check{"sandbox", true, detail + "; a forbidden file could not be read"})
}

// Check reports whether ffmpeg runs, confined as far as this system can.
func (t *Tool) Check(ctx context.Context) error { return t.tryOut(ctx) }

// tryOut runs ffmpeg confined, without input.
func (t *Tool) tryOut(ctx context.Context) error {
	p, err := t.start(ctx, job{args: []string{"-v", "error", "-nostdin", "-f", "lavfi", "-i", "nullsrc=s=16x16:d=0.04", "-f", "null", "-"}})
	if err != nil {
		return err
	}
	if err := p.wait(); err != nil {
		text, _ := p.stderr.text()
		return fmt.Errorf("%w: %s", err, text)
	}
	return nil
}

// breakOut lets confined ffmpeg open a file that it was not given.
func (t *Tool) breakOut(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "saccade-doctor-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	secret := filepath.Join(dir, "secret")
	if err := os.WriteFile(secret, make([]byte, 256), 0o600); err != nil {
		return err
	}
	p, err := t.start(ctx, job{args: []string{"-v", "error", "-nostdin", "-f", "rawvideo", "-s", "8x8", "-pix_fmt", "gray", "-i", "file:" + secret, "-f", "null", "-"}})
	if err != nil {
		return err
	}
	if p.wait() == nil {
		return fmt.Errorf("a file outside the sandbox could be read")
	}
	return nil
}
