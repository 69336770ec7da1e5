package ffmpeg

import (
	"context"
	"image"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// disc is a frame with a disc at x, so that frames differ and predict one another.
func disc(x int) *image.YCbCr {
	img := testImage(320, 180, false).(*image.YCbCr)
	for y := range 180 {
		for i := range 320 {
			if (i-x)*(i-x)+(y-90)*(y-90) < 900 {
				img.Y[y*img.YStride+i] = 220
			}
		}
	}
	return img
}

// digests returns a digest of every frame as a decoder shows it.
func digests(t *testing.T, decoder, path string, seek ...string) []string {
	t.Helper()
	args := append(append([]string{"-v", "error"}, seek...), "-c:v", decoder, "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-")
	out, err := exec.Command("ffmpeg", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var sums []string
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, "#") {
			f := strings.Fields(line)
			sums = append(sums, f[len(f)-1])
		}
	}
	return sums
}

// step is a frame that is written, or the one before that is repeated.
type step struct {
	x     int // where the disc is
	write bool
	at    int // ms
}

// discs encodes the steps beside the audio of a file; without repeats, only the
// frames that are written.
func discs(t *testing.T, steps []step, heard string, repeats bool) string {
	t.Helper()
	tl, out := tool(t, nil), filepath.Join(t.TempDir(), "out.webm")
	a, err := tl.Audio(context.Background(), heard, scan(t, heard), filepath.Dir(out))
	if err != nil {
		t.Fatal(err)
	}
	e, err := tl.Encode(context.Background(), EncodeOptions{Out: out, Width: 320, Height: 180, Audio: a, End: 50 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	for _, s := range steps {
		at := time.Duration(s.at) * time.Millisecond
		switch {
		case s.write:
			err = e.Write(disc(s.x), at)
		case repeats:
			err = e.Repeat(disc(s.x), at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEncodeRepeats repeats frames between others, over long pauses and at the
// end, beside audio. Two decoders must show each of them again and again, and
// the frames behind them just as they would without.
func TestEncodeRepeats(t *testing.T) {
	heard := makeFile(t, "audio.webm", with([]string{"-f", "lavfi", "-i", "testsrc=s=64x48:d=0.1", "-f", "lavfi", "-i", "sine=d=50"}, vp9, []string{"-c:a", "libopus"})...)
	steps := []step{
		{50, true, 0}, {50, false, 33}, {50, false, 33}, {80, true, 66}, {110, true, 100}, {110, false, 133}, {110, false, 20_000},
		{110, false, 40_000}, {140, true, 45_000}, {141, true, 45_033}, {141, false, 45_066}, {141, false, 49_900},
	}
	with, without := discs(t, steps, heard, true), discs(t, steps, heard, false)
	if diff := cmp.Diff(ms(0, 33, 34, 66, 100, 133, 20_000, 40_000, 45_000, 45_033, 45_066, 49_900), packetTimes(t, with)); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
	var want []string
	plain := digests(t, "vp9", without)
	for _, s := range steps {
		if s.write {
			want, plain = append(want, plain[0]), plain[1:]
		} else {
			want = append(want, want[len(want)-1])
		}
	}
	for _, decoder := range []string{"vp9", "libvpx-vp9"} {
		if diff := cmp.Diff(want, digests(t, decoder, with)); diff != "" {
			t.Errorf("%s shows (-want +got):\n%s", decoder, diff)
		}
		if got := digests(t, decoder, with, "-ss", "45.005"); !slices.Equal(got, want[8:]) {
			t.Errorf("%s shows %v after a seek, want %v", decoder, got, want[8:])
		}
	}
	if diff := cmp.Diff(packets(t, without, "a"), packets(t, with, "a")); diff != "" {
		t.Errorf("audio (-without +with):\n%s", diff)
	}
	if i := scan(t, with); i.Frames != len(steps) || i.Declared < 50*time.Second || !i.HasAudio {
		t.Errorf("got %+v", i)
	}
	gone(t, with, filepath.Base(with))
}

// packets lists time, size and content of all packets of a kind.
func packets(t *testing.T, path, kind string) []string {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", kind, "-show_data_hash", "md5",
		"-show_entries", "packet=pts_time,size,data_hash", "-of", "csv=p=0", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.Fields(string(out))
}

func TestEncodeRepeatsAlpha(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out.webm")
	e, err := tool(t, nil).Encode(context.Background(), EncodeOptions{Out: out, Width: 64, Height: 48, Alpha: true})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Abort()
	img := testImage(64, 48, true)
	for i := range 3 {
		if err := e.Repeat(img, time.Duration(i)*40*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ms(0, 40, 80), packetTimes(t, out)); diff != "" {
		t.Error(diff)
	}
	if !scan(t, out).HasAlpha {
		t.Error("the transparency is lost")
	}
}
