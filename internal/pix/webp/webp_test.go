package webp_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix/webp"
)

// asWebP has ffmpeg make a WebP of its test source.
func asWebP(t testing.TB, source string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed; these tests need it (apt install ffmpeg)")
	}
	out := filepath.Join(t.TempDir(), "in.webp")
	args = append(append([]string{"-v", "error", "-f", "lavfi", "-i", source}, args...), out)
	if b, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const redAndWhite = "color=white:s=64x32,drawbox=w=32:h=32:color=red:t=fill"

// TestDecode: colors come as they were, and what is transparent stays so.
func TestDecode(t *testing.T) {
	one := []string{"-frames:v", "1", "-c:v", "libwebp", "-quality", "95"}
	clear := "color=red:s=64x32,format=rgba,geq=r=255:g=0:b=0:a='255*lt(X,32)'"
	for name, tc := range map[string]struct {
		b     []byte
		right [4]byte
	}{
		"lossy":                 {asWebP(t, redAndWhite, one...), [4]byte{255, 255, 255, 255}},
		"lossless":              {asWebP(t, redAndWhite, append(one, "-lossless", "1")...), [4]byte{255, 255, 255, 255}},
		"lossy, transparent":    {asWebP(t, clear, one...), [4]byte{255, 0, 0, 0}},
		"lossless, transparent": {asWebP(t, clear, append(one, "-lossless", "1")...), [4]byte{255, 0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := webp.Decode(tc.b)
			if err != nil {
				t.Fatal(err)
			}
			left, right := m.NRGBAAt(8, 16), m.NRGBAAt(56, 16)
			if m.Rect.Size() != image.Pt(64, 32) || left.R < 248 || left.G > 8 || left.B > 8 || left.A != 255 {
				t.Errorf("%v, left %v", m.Rect, left)
			}
			if right.A != tc.right[3] || right.A > 0 && min(right.R, right.G, right.B) < 250 {
				t.Errorf("right %v, want %v", right, tc.right)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	good := asWebP(t, redAndWhite, "-frames:v", "1", "-c:v", "libwebp")
	animated := asWebP(t, "testsrc2=s=32x32:r=5:d=1", "-c:v", "libwebp_anim")
	huge := bytes.Clone(good)
	binary.LittleEndian.PutUint32(huge[bytes.Index(huge, []byte("\x9d\x01\x2a"))+3:], 16383|16383<<16)
	for name, tc := range map[string]struct {
		b    []byte
		says string
	}{
		"empty": {nil, "empty"}, "a PNG": {[]byte("\x89PNG\r\n\x1a\n0000"), "no WebP"}, "a GIF": {[]byte("GIF89a000000"), "a GIF"},
		"animated": {animated, "animation"}, "half": {good[:len(good)/2], "cut off"}, "the head": {good[:12], "cut off"}, "huge": {huge, "16383 x 16383"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := webp.Decode(tc.b)
			if !saccade.IsCode(err, saccade.CodeUnreadableImage) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
		})
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("RIFF\x24\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
	f.Add([]byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x12\x00\x00\x00\x07\x00\x00\x07\x00\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if size, err := webp.Size(b); err != nil || size.X*size.Y > 1<<16 {
			return // not what this is about
		}
		m, err := webp.Decode(b)
		var e *saccade.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("not an error of the file: %v", err)
		}
		if err == nil && m.Rect.Empty() {
			t.Fatal("no pixels")
		}
	})
}
