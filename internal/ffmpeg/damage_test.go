package ffmpeg

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

// patch changes a file's bytes.
func patch(t *testing.T, path string, f func([]byte) []byte) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "patched.webm")
	if err := os.WriteFile(out, f(b), 0o600); err != nil {
		t.Fatal(err)
	}
	return out
}

// garble overwrites a part of the file (fractions of its length) with noise.
func garble(from, to float64) func([]byte) []byte {
	return func(b []byte) []byte {
		v := uint32(7)
		for i := int(from * float64(len(b))); i < int(to*float64(len(b))); i++ {
			v = v*1664525 + 1013904223
			b[i] = byte(v >> 24)
		}
		return b
	}
}

func TestDecodeDamage(t *testing.T) {
	long := makeFile(t, "long.webm", with(source("320x240", "4"), vp9, []string{"-g", "25", "-b:v", "2M"})...)
	tests := map[string]struct {
		edit        func([]byte) []byte
		code        saccade.Code // "": readable
		least, most int          // frames
	}{
		"whole":                   {func(b []byte) []byte { return b }, "", 100, 100},
		"truncated in the middle": {func(b []byte) []byte { return b[:len(b)/2] }, "", 40, 60},
		"truncated in the header": {func(b []byte) []byte { return b[:200] }, saccade.CodeUnreadableVideo, 0, 0},
		"all payload noise":       {garble(0.02, 0.98), saccade.CodeUnreadableVideo, 0, 0},
		"most payload noise":      {garble(0.2, 0.98), saccade.CodeUnreadableVideo, 0, 0},
		"a little noise":          {garble(0.50, 0.505), "", 75, 100},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := decode(context.Background(), tl, patch(t, long, tc.edit), Alone)
			var pts []time.Duration
			if err == nil {
				defer d.Close()
				pts, err = drain(d)
			}
			t.Logf("%d frames, %v", len(pts), err)
			switch {
			case tc.code != "" && !saccade.IsCode(err, tc.code):
				t.Errorf("want %s", tc.code)
			case tc.code == "" && (!errors.Is(err, io.EOF) || len(pts) < tc.least || len(pts) > tc.most):
				t.Errorf("want %d to %d frames and EOF", tc.least, tc.most)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	bytesFile := func(b string) func(*testing.T) string {
		return func(t *testing.T) string {
			p := filepath.Join(t.TempDir(), "in.webm")
			if err := os.WriteFile(p, []byte(b), 0o600); err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	made := func(args ...[]string) func(*testing.T) string {
		return func(t *testing.T) string { return makeFile(t, "in.webm", with(args...)...) }
	}
	tests := map[string]struct {
		file func(*testing.T) string
		code saccade.Code
		say  string
	}{
		"HLS playlist":    {bytesFile("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), saccade.CodeInvalidInput, "HLS"},
		"empty":           {bytesFile(""), saccade.CodeInvalidInput, "empty"},
		"audio only":      {made([]string{"-f", "lavfi", "-i", "sine=d=1", "-c:a", "libopus"}), saccade.CodeInvalidInput, "audio only"},
		"too long":        {made(slow(602), vp9), saccade.CodeInvalidInput, "at most 60 s"},
		"too many pixels": {made(source("4096x2320", "0.04"), vp9), saccade.CodeInvalidInput, "scale it down"},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := decode(context.Background(), tl, tc.file(t), Alone)
			if err == nil {
				defer d.Close()
				_, err = drain(d)
			}
			if !saccade.IsCode(err, tc.code) || !strings.Contains(err.Error(), tc.say) {
				t.Errorf("got %v, want %s with %q", err, tc.code, tc.say)
			}
		})
	}
}
