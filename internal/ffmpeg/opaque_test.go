package ffmpeg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/codec"
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
	d, err := tl.Decode(t.Context(), path, info, Alone)
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

// calmClip makes a clip whose transparency is coded in real time, in groups of twenty frames.
func calmClip(t *testing.T, frames int, alpha string) (string, webm.Info) {
	t.Helper()
	path := makeFile(t, "in.webm", "-f", "lavfi", "-i",
		fmt.Sprintf("testsrc2=s=320x176:r=10:d=%d.%d,format=yuva420p,geq=lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)':a='%s'", frames/10, frames%10, alpha),
		"-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-lag-in-frames", "0", "-deadline", "realtime", "-cpu-used", "8", "-g", "20", "-pix_fmt", "yuva420p", "-b:v", "1M")
	return path, scan(t, path)
}

// TestOpaqueStill: what repeats is not decoded, and what changes late is found all the same.
func TestOpaqueStill(t *testing.T) {
	tl := tool(t, nil)
	for name, tc := range map[string]struct {
		alpha string
		want  bool
		few   bool // not all frames are decoded
	}{
		"opaque":         {"255", true, true},
		"253":            {"253", true, true},
		"veiled":         {"251", false, true},
		"late corner":    {"if(eq(N,37)*gt(X,311)*gt(Y,167),0,255)", false, false},
		"last frame":     {"if(eq(N,39)*lt(X,8)*lt(Y,8),200,255)", false, false},
		"end of a group": {"if(eq(N,19)*between(X,100,120)*between(Y,60,80),128,255)", false, false},
		"flicker":        {"if(mod(N,2)*gt(X,160),254,255)", true, false},
	} {
		t.Run(name, func(t *testing.T) {
			path, info := calmClip(t, 40, tc.alpha)
			keep, err := telling(t.Context(), path, info)
			if err != nil || len(keep) != 40 {
				t.Fatalf("%d frames, %v", len(keep), err)
			}
			if n := count(keep); tc.few && n > 32 {
				t.Errorf("%d of 40 frames are decoded", n)
			}
			if got, err := tl.Opaque(t.Context(), path, info); err != nil || got != tc.want {
				t.Errorf("%v, %v; want %v", got, err, tc.want)
			}
		})
	}
}

// TestStillFramesAddNothing: a frame that is said to add nothing shows what was shown there since
// the last key frame.
func TestStillFramesAddNothing(t *testing.T) {
	path, info := calmClip(t, 60, "if(between(mod(N,11),6,8)*between(X,32*mod(N,5),32*mod(N,5)+20)*between(Y,16,60),40,250)")
	src, err := openSource(path, info)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var stream bytes.Buffer
	var s codec.Stills
	var kinds []codec.Kind
	if err := src.CopyAlpha(t.Context(), &stream, func(coded []byte) bool {
		kinds = append(kinds, s.Next(coded))
		return true
	}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", "matroska", "-i", "pipe:0", "-vf", "extractplanes=y", "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1")
	cmd.Stdin = &stream
	all, err := cmd.Output()
	if size := info.Width * info.Height; err != nil || len(all) != size*len(kinds) {
		t.Fatalf("%d bytes, %v", len(all), err)
	}
	frames := slices.Collect(slices.Chunk(all, info.Width*info.Height))
	still, changed := 0, 0
	var darkest, lightest []byte // since the key frame
	for i, f := range frames {
		if kinds[i] == codec.Key {
			darkest, lightest = bytes.Clone(f), bytes.Clone(f)
		}
		beyond, moved := 0, false
		for k, v := range f {
			beyond = max(beyond, int(darkest[k])-int(v), int(v)-int(lightest[k]))
			darkest[k], lightest[k] = min(darkest[k], v), max(lightest[k], v)
			moved = moved || i > 0 && v < 128 != (frames[i-1][k] < 128)
		}
		if moved {
			changed++
		}
		if kinds[i] != codec.Still {
			continue
		}
		if still++; beyond > 12 { // the loop filter smooths on
			t.Errorf("frame %d is said to be still and differs by %d", i, beyond)
		}
	}
	if still < 10 || changed < 10 {
		t.Errorf("%d frames are still and %d change", still, changed)
	}
}

// TestLastingSamples: the narrow loop filter of VP9 (specification 0.6, section 8.8.4.3)
// leaves samples of 254 and 255 within these, and others within a step of one. The wide ones are means.
func TestLastingSamples(t *testing.T) {
	clamp := func(v int) int { return min(max(v, -128), 127) }
	for low := range 255 {
		for c := range 32 {
			var v [4]int // p1, p0, q0, q1
			for i := range v {
				v[i] = low + c>>i&1 - 128
			}
			filter := clamp(3 * (v[2] - v[1]))
			if steep := c>>4 == 1; steep {
				filter = clamp(clamp(v[0]-v[3]) + 3*(v[2]-v[1]))
			}
			one, two := clamp(filter+4)>>3, clamp(filter+3)>>3
			out := [4]int{v[0], clamp(v[1] + two), clamp(v[2] - one), v[3]}
			if c>>4 == 0 {
				out[0], out[3] = clamp(v[0]+(one+1)>>1), clamp(v[3]-(one+1)>>1)
			}
			for _, o := range out {
				if o+128 < low || o+128 > low+1 {
					t.Fatalf("%v becomes %v", v, out)
				}
			}
		}
	}
}
