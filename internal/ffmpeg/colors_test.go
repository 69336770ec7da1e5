package ffmpeg

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/webm"
)

// decoded is what a decoder yields.
type decoded struct {
	Samples [][32]byte // hashes
	Times   []time.Duration
	Color   webm.Color
}

func all(t *testing.T, d *Decoder) (out decoded) {
	t.Helper()
	for {
		f, err := d.Next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out.Samples = append(out.Samples, sha256.Sum256(f.buf))
		out.Times = append(out.Times, f.PTS)
		out.Color = f.Color
		f.Release()
	}
}

// TestDecodeColors: the colors of a transparent video are what they are without the alpha, in
// samples, times and tags, and what is said of the alpha is true, whether it was decoded before them
// or by a process of its own.
func TestDecodeColors(t *testing.T) {
	tl := tool(t, nil)
	for name, tc := range map[string]struct {
		alpha string
		args  []string
		want  bool
		few   bool // frames of the alpha come first
	}{
		"opaque":        {"255", nil, true, true},
		"other tags":    {"255", []string{"-color_range", "pc", "-colorspace", "bt709"}, true, true},
		"nearly opaque": {"254", nil, true, true},
		"253":           {"253", nil, true, true},
		"veiled":        {"200", nil, false, true},
		"late":          {"255,lutyuv=a=0:enable='eq(n,77)'", nil, false, false},
		"last frame":    {"255,lutyuv=a=200:enable='eq(n,79)'", nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"-f", "lavfi", "-i", "testsrc2=s=320x176:r=10:d=8,format=yuva420p,lutyuv=a=" + tc.alpha, "-c:v", "libvpx-vp9",
				"-auto-alt-ref", "0", "-lag-in-frames", "0", "-deadline", "realtime", "-cpu-used", "8", "-g", "80", "-b:v", "1M", "-qmin", "20", "-qmax", "40", "-pix_fmt", "yuva420p"}, tc.args...)
			path := makeFile(t, "in.webm", args...)
			info := scan(t, path)
			plain, err := tl.Decode(t.Context(), path, opaqueInfo(info), Alone)
			if err != nil {
				t.Fatal(err)
			}
			defer plain.Close()
			d, err := tl.DecodeColors(t.Context(), path, info, Alone)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if diff := cmp.Diff(all(t, plain), all(t, d)); diff != "" {
				t.Error("the colors differ from those that are decoded alone")
			}
			if few := d.alpha.shift > 0; few != tc.few {
				t.Errorf("%v of alpha came first", d.alpha.shift)
			}
			if is, err := d.Opaque(t.Context()); err != nil || is != tc.want {
				t.Errorf("opaque: %v, %v", is, err)
			}
		})
	}
}

// TestDecodeColorsAlone: without alpha that comes first, and before the first frame, Opaque decides by itself or waits.
func TestDecodeColorsAlone(t *testing.T) {
	tl := tool(t, nil)
	path := makeFile(t, "in.webm", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=0.5,format=yuva420p", "-c:v", "libvpx", "-auto-alt-ref", "0", "-pix_fmt", "yuva420p")
	d, err := tl.DecodeColors(t.Context(), path, scan(t, path), Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := d.Opaque(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("before the first frame: %v", err)
	}
	if n := len(all(t, d).Times); n != 5 {
		t.Errorf("%d frames", n)
	}
	if is, err := d.Opaque(t.Context()); err != nil || !is {
		t.Errorf("opaque: %v, %v", is, err)
	}
}
