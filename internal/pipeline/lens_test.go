package pipeline_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// asWebP turns an image file into a WebP with ffmpeg.
func asWebP(t *testing.T, path string) []byte {
	t.Helper()
	out := filepath.Join(t.TempDir(), "in.webp")
	if b, err := exec.Command("ffmpeg", "-v", "error", "-i", path, out).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, b)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestLens: the same image in three formats draws the eye to its box.
func TestLens(t *testing.T) {
	path := drawing(t, 400, 250)
	asPNG, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(asPNG))
	if err != nil {
		t.Fatal(err)
	}
	var asJPEG bytes.Buffer
	if err := jpeg.Encode(&asJPEG, m, nil); err != nil {
		t.Fatal(err)
	}
	a := newAnalyzer(t)
	for name, b := range map[string][]byte{"PNG": asPNG, "JPEG": asJPEG.Bytes(), "WebP": asWebP(t, path)} {
		d, err := a.Lens(context.Background(), b)
		if err != nil || d.Validate() != nil {
			t.Fatalf("%s: %v, %v", name, err, d.Validate())
		}
		var right float64
		for y := range d.H {
			for x := d.W / 2; x < d.W; x++ {
				right += float64(d.At(x, y))
			}
		}
		if right < 0.5 {
			t.Errorf("%s: %.2f of the attention is on the right, where the box is", name, right)
		}
	}
}

func TestLensRefuses(t *testing.T) {
	var large bytes.Buffer
	if err := png.Encode(&large, image.NewPaletted(image.Rect(0, 0, 2001, pipeline.LensPixels/2000), color.Palette{color.White, color.Black})); err != nil {
		t.Fatal(err)
	}
	good := asWebP(t, drawing(t, 64, 64))
	huge := bytes.Clone(good[:min(30, len(good))]) // the size stands in the first 30 bytes
	copy(huge[26:], "\xff\x3f\xff\x3f")
	// A small canvas around a frame that is not: the decoder would make room for the frame.
	lying := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x07\x00\x00VP8 \x0a\x00\x00\x00\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f")
	lying[4] = byte(len(lying) - 8)
	a := newAnalyzer(t)
	for name, b := range map[string][]byte{
		"a frame larger than its canvas": lying, "empty": nil, "text": []byte("hello"), "half a WebP": good[:len(good)/2], "the head of a WebP": good[:12], "huge": huge, "large": large.Bytes(),
		"a WebM": []byte("\x1aE\xdf\xa3" + strings.Repeat("\x00", 100)), "noise": append([]byte("RIFF\xff\xff\xff\xffWEBPVP8X"), bytes.Repeat([]byte{0xff}, 200)...),
	} {
		if _, err := a.Lens(context.Background(), b); !saccade.IsCode(err, saccade.CodeUnreadableImage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLensSeesTheSizeOfTheFrame(t *testing.T) {
	lying := []byte("RIFF\x28\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x07\x00\x00VP8 \x0a\x00\x00\x00\x10\x00\x00\x9d\x01\x2a\xff\x3f\xff\x3f")
	_, err := newAnalyzer(t).Lens(context.Background(), lying)
	if err == nil || !strings.Contains(err.Error(), "16383 x 16383") {
		t.Errorf("got %v", err)
	}
}
