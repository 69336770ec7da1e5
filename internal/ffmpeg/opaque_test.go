package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/webm"
)

// TestOpaque: what is opaque in every sample of every frame is found, and the
// frames are the same without its alpha; one see-through corner for one frame
// is found as well.
func TestOpaque(t *testing.T) {
	scene := func(size, alpha string) []string {
		return []string{"-f", "lavfi", "-i", "testsrc2=s=" + size + ":r=10:d=0.4,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='" + alpha + "'"}
	}
	codecs := map[string][]string{
		"vp8": {"-c:v", "libvpx", "-auto-alt-ref", "0", "-deadline", "realtime", "-pix_fmt", "yuva420p", "-b:v", "1M"},
		"vp9": {"-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuva420p"},
	}
	corner := func(x, y string) string { return "if(eq(N,3)*between(X," + x + ")*between(Y," + y + "),0,255)" }
	tl := tool(t, nil)
	for name, tc := range map[string]struct {
		size, alpha string
		want        bool
	}{
		"opaque":        {"160x180", "255", true},
		"nearly opaque": {"160x180", "254", true},
		"veiled":        {"160x180", "240", false},
		"top left":      {"160x180", corner("0,15", "0,15"), false},
		"bottom right":  {"158x178", corner("142,157", "162,177"), false},
		"odd rows":      {"64x131", corner("0,63", "115,130"), false},
		"middle":        {"64x131", corner("0,63", "58,73"), false},
		"few rows":      {"64x34", corner("0,15", "18,33"), false},
	} {
		for codec, args := range codecs {
			if codec == "vp8" && name != "opaque" && name != "bottom right" {
				continue
			}
			t.Run(name+" "+codec, func(t *testing.T) {
				path := makeFile(t, "in.webm", with(scene(tc.size, tc.alpha), args)...)
				info := scan(t, path)
				if !info.Transparent {
					t.Fatal("the file has no alpha")
				}
				if got, err := tl.Opaque(t.Context(), path, info); err != nil || got != tc.want {
					t.Fatalf("%v, %v; want %v", got, err, tc.want)
				}
				if !tc.want {
					return
				}
				if diff := cmp.Diff(samples(t, tl, path, info), samples(t, tl, path, opaqueInfo(info))); diff != "" {
					t.Error("the frames differ without their alpha")
				}
			})
		}
	}
}

func opaqueInfo(i webm.Info) webm.Info {
	i.Transparent = false
	return i
}

// samples are the planes of all frames.
func samples(t *testing.T, tl *Tool, path string, info webm.Info) (all [][]byte) {
	t.Helper()
	d, err := tl.Decode(t.Context(), path, info, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for {
		f, err := d.Next()
		if err != nil {
			return all
		}
		all = append(all, bytes.Join([][]byte{f.Image.Y, f.Image.Cb, f.Image.Cr}, nil))
		f.Release()
	}
}

// TestOpaqueNeedsProof: where alpha does not decode, or frames lack it, nothing
// is proven; an end of the context is an error.
func TestOpaqueNeedsProof(t *testing.T) {
	tl := tool(t, nil)
	path := makeFile(t, "in.webm", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=10:d=1,format=yuva420p", "-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8")
	info := scan(t, path)
	more := info
	more.Frames++ // a frame without alpha
	if got, err := tl.Opaque(t.Context(), path, more); got || err != nil {
		t.Errorf("a frame too few: %v, %v", got, err)
	}
	sizes := info
	sizes.Sizes = []webm.SizeChange{{Width: 160, Height: 90}}
	if got, err := tl.Opaque(t.Context(), path, sizes); got || err != nil {
		t.Errorf("several sizes: %v, %v", got, err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	additional := bytes.LastIndex(b, []byte{0x75, 0xA1})
	for i := additional + 12; i < len(b) && i < additional+40; i++ {
		b[i] ^= 0x5A
	}
	broken := makeFile(t, "other.webm", "-f", "lavfi", "-i", "color=s=16x16:d=0.1")
	if err := os.WriteFile(broken, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := tl.Opaque(t.Context(), broken, info); got || err != nil {
		t.Errorf("damaged alpha: %v, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tl.Opaque(ended, path, info); !errors.Is(err, context.Canceled) {
		t.Errorf("an ended context: %v", err)
	}
}

// TestFolded: the filters end with few rows, whatever the height.
func TestFolded(t *testing.T) {
	for h := 1; h < 2400; h++ {
		f, rows := folded(320, h)
		if rows > fewRows || rows < min(h, fewRows/2) || strings.Count(f, "split") != strings.Count(f, "blend") {
			t.Fatalf("height %d: %d rows by %s", h, rows, f)
		}
	}
}
