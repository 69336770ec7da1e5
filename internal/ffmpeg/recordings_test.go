package ffmpeg

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
)

// frames decodes a file; look sees every frame.
func frames(t *testing.T, path string, look func(*Frame)) int {
	t.Helper()
	d, err := decode(t.Context(), tool(t, nil), path, Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for n := 0; ; n++ {
		f, err := d.Next()
		if errors.Is(err, io.EOF) {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		look(f)
		f.Release()
	}
}

// TestDecodeAlpha: transparency is laid on white, in both codecs.
func TestDecodeAlpha(t *testing.T) {
	scene := []string{"-f", "lavfi", "-i", "color=gray:s=64x48:r=10:d=0.5,format=yuva420p,geq=lum=60:cb=100:cr=160:a='if(gt(X,31),255,0)'"}
	for name, codec := range map[string][]string{
		"vp8": {"-c:v", "libvpx", "-auto-alt-ref", "0", "-deadline", "realtime", "-pix_fmt", "yuva420p"},
		"vp9": {"-c:v", "libvpx-vp9", "-auto-alt-ref", "0", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuva420p"},
	} {
		t.Run(name, func(t *testing.T) {
			n := frames(t, makeFile(t, "in.webm", with(scene, codec)...), func(f *Frame) {
				left, right := f.Image.YCbCrAt(8, 24), f.Image.YCbCrAt(56, 24)
				if left.Y < 230 || left.Cb < 124 || left.Cb > 132 || right.Y < 50 || right.Y > 70 || right.Cb > 110 {
					t.Errorf("frame %d: %v on the left, %v on the right", f.Index, left, right)
				}
			})
			if n != 5 {
				t.Errorf("%d frames", n)
			}
		})
	}
}

// ivf reads the frames of an IVF file.
func ivf(t *testing.T, path string) (head []byte, frames [][]byte) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head = b[:32:32]
	for b = b[32:]; len(b) > 12; {
		n := int(binary.LittleEndian.Uint32(b))
		frames = append(frames, b[12:12+n])
		b = b[12+n:]
	}
	return head, frames
}

// TestDecodeLayers: of the spatial layers in a superframe the last one is
// shown, once. Each layer is a key frame here, so that two encoders make them.
func TestDecodeLayers(t *testing.T) {
	keys := []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p", "-g", "1", "-lag-in-frames", "0", "-auto-alt-ref", "0", "-f", "ivf"}
	_, small := ivf(t, makeFile(t, "small.ivf", with([]string{"-f", "lavfi", "-i", "color=black:s=64x48:r=10:d=1"}, keys)...))
	out, large := ivf(t, makeFile(t, "large.ivf", with([]string{"-f", "lavfi", "-i", "color=white:s=128x96:r=10:d=1"}, keys)...))
	for i := range large {
		const mark = 0xC0 | 1<<3 | 1 // two frames, two bytes each
		index := []byte{mark, byte(len(small[i])), byte(len(small[i]) >> 8), byte(len(large[i])), byte(len(large[i]) >> 8), mark}
		super := slices.Concat(small[i], large[i], index)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(super)))
		out = append(binary.LittleEndian.AppendUint64(out, uint64(i)), super...)
	}
	joined := filepath.Join(t.TempDir(), "svc.ivf")
	if err := os.WriteFile(joined, out, 0o600); err != nil {
		t.Fatal(err)
	}
	path := makeFile(t, "svc.webm", "-i", joined, "-c", "copy")
	n := frames(t, path, func(f *Frame) {
		if y := f.Image.Y[0]; y < 230 || f.Active != f.Image.Rect {
			t.Errorf("frame %d: luma %d of the lower layer, frame %v", f.Index, y, f.Active)
		}
	})
	if n != 10 || len(packetTimes(t, path)) != 10 {
		t.Errorf("%d frames", n)
	}
}

// TestDecodeKeepsProportions: a stage that changes its size gets bars.
func TestDecodeKeepsProportions(t *testing.T) {
	for name, codec := range map[string][]string{
		"vp8": {"-c:v", "libvpx", "-deadline", "realtime"}, "vp9": vp9,
		"av1": {"-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"},
	} {
		t.Run(name, func(t *testing.T) {
			a := makeFile(t, "a.webm", with([]string{"-f", "lavfi", "-i", "color=white:s=320x180:r=5:d=1"}, codec)...)
			b := makeFile(t, "b.webm", with([]string{"-f", "lavfi", "-i", "color=white:s=180x320:r=5:d=1"}, codec)...)
			list := filepath.Join(t.TempDir(), "list")
			if err := os.WriteFile(list, []byte("file '"+a+"'\nfile '"+b+"'\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			in := makeFile(t, "in.webm", "-f", "concat", "-safe", "0", "-i", list, "-c", "copy")
			n := frames(t, in, func(f *Frame) {
				want := image.Rect(0, 0, 320, 180)
				if f.Index >= 5 {
					want = image.Rect(110, 0, 210, 180)
				}
				if f.Active != want || f.Image.Rect != image.Rect(0, 0, 320, 180) {
					t.Fatalf("frame %d: frame %v in %v, want %v", f.Index, f.Active, f.Image.Rect, want)
				}
				for _, x := range []int{0, want.Min.X - 1, want.Min.X, 160, want.Max.X - 1, want.Max.X, 319} {
					if x < 0 || x >= 320 {
						continue
					}
					y, inside := f.Image.Y[f.Image.YOffset(x, 90)], x >= want.Min.X && x < want.Max.X
					if inside != (y > 220) || !inside && y != 16 {
						t.Errorf("frame %d: luma %d at %d", f.Index, y, x)
					}
				}
			})
			if n != 10 {
				t.Errorf("%d frames", n)
			}
		})
	}
}

func TestFit(t *testing.T) {
	for _, tc := range []struct {
		w, h, iw, ih int
		want         image.Rectangle
	}{
		{320, 180, 320, 180, image.Rect(0, 0, 320, 180)},
		{320, 180, 160, 90, image.Rect(0, 0, 320, 180)},
		{319, 181, 319, 181, image.Rect(0, 0, 319, 181)},
		{320, 180, 180, 320, image.Rect(110, 0, 210, 180)},
		{180, 320, 320, 180, image.Rect(0, 110, 180, 210)},
		{640, 360, 360, 640, image.Rect(218, 0, 420, 360)},
		{1, 1, 100, 1, image.Rect(0, 0, 1, 1)},
		{320, 180, 1, 10000, image.Rect(158, 0, 160, 180)},
		{320, 180, 0, 0, image.Rect(0, 0, 320, 180)},
	} {
		if got := fit(tc.w, tc.h, tc.iw, tc.ih); got != tc.want {
			t.Errorf("%d x %d in %d x %d: %v, want %v", tc.iw, tc.ih, tc.w, tc.h, got, tc.want)
		}
	}
}

func TestDecodeCountsFrames(t *testing.T) {
	d, err := decode(t.Context(), tool(t, nil), makeFile(t, "in.webm", with(source("64x48", "1"), vp9)...), Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	d.most = 7
	if pts, err := drain(d); len(pts) != 7 || !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("%d frames, %v", len(pts), err)
	}
}

// encoded encodes a few frames with the audio of a video.
func encoded(t *testing.T, in string) string {
	t.Helper()
	tl, out := tool(t, nil), filepath.Join(t.TempDir(), "out.webm")
	info := scan(t, in)
	a, err := tl.Audio(t.Context(), in, info, filepath.Dir(out))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	e, err := tl.Encode(t.Context(), EncodeOptions{Out: out, Width: 64, Height: 48, Audio: a, Start: info.FirstPTS, End: info.End})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	for i := range 5 {
		if err := e.Write(testImage(64, 48, false), info.FirstPTS+time.Duration(i)*100*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(e.Close(), a.Close()); err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	gone(t, out, "out.webm")
	return out
}

// asWebM makes a Matroska file call itself WebM, as recorders do.
func asWebM(t *testing.T, path string) string {
	return patch(t, path, func(b []byte) []byte {
		return bytes.Replace(b, []byte("matroska"), []byte("webm\x00\x00\x00\x00"), 1)
	})
}

// TestAudioIsCopied: packets, times and the codec's delay are the input's.
func TestAudioIsCopied(t *testing.T) {
	for name, args := range map[string][]string{
		"opus": {"-c:a", "libopus"}, "opus, long packets": {"-c:a", "libopus", "-frame_duration", "60"}, "vorbis": {"-c:a", "libvorbis"},
		"opus, late": {"-c:a", "libopus", "-output_ts_offset", "70"},
	} {
		t.Run(name, func(t *testing.T) {
			in := makeFile(t, "in.webm", with(source("64x48", "1"), []string{"-f", "lavfi", "-i", "sine=d=1", "-f", "lavfi", "-i", "sine=440:d=1", "-map", "0", "-map", "1", "-map", "2"}, vp9, args)...)
			out := encoded(t, in)
			if diff := cmp.Diff(packets(t, in, "a:0"), packets(t, out, "a")); diff != "" {
				t.Errorf("packets (-in +out):\n%s", diff)
			}
		})
	}
}

// TestAudioIsConverted: what WebM does not have becomes Opus, from the same time on.
func TestAudioIsConverted(t *testing.T) {
	for name, args := range map[string][]string{
		"PCM": {"-c:a", "pcm_s16le"}, "PCM, floats": {"-c:a", "pcm_f32le", "-ac", "6"}, "AAC": {"-c:a", "aac"}, "FLAC": {"-c:a", "flac"},
		"AAC, late": {"-c:a", "aac", "-output_ts_offset", "70"},
	} {
		t.Run(name, func(t *testing.T) {
			in := asWebM(t, makeFile(t, "in.mkv", with(source("64x48", "1"), []string{"-f", "lavfi", "-i", "sine=d=1"}, vp9, args)...))
			out := encoded(t, in)
			i := scan(t, out)
			if i.AudioCodec != "A_OPUS" {
				t.Fatalf("audio %q", i.AudioCodec)
			}
			if first := scan(t, in).FirstPTS; i.FirstPTS != first || i.AudioEnd < first+800*time.Millisecond || i.AudioEnd > first+1100*time.Millisecond || i.Shift != 0 {
				t.Errorf("%+v, input begins at %v", i, first)
			}
		})
	}
}

// TestAudioThatCannotBeDecoded is left out; the output is made all the same.
func TestAudioThatCannotBeDecoded(t *testing.T) {
	in := asWebM(t, makeFile(t, "in.mkv", with(source("64x48", "1"), []string{"-f", "lavfi", "-i", "sine=d=1", "-c:a", "aac"}, vp9)...))
	in = patch(t, in, func(b []byte) []byte { return bytes.Replace(b, []byte("A_AAC"), []byte("A_AC3"), 1) })
	if i := scan(t, encoded(t, in)); i.Frames != 5 {
		t.Errorf("%+v", i)
	}
}
