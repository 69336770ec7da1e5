package ffmpeg

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"math"
	"testing"

	"github.com/saccade-dev/saccade/internal/ffmpeg/planes"
	"github.com/saccade-dev/saccade/internal/webm"
)

// TestDecodeRotates: a frame that is white on top, marked as turned.
func TestDecodeRotates(t *testing.T) {
	plain := makeFile(t, "in.webm", with([]string{"-f", "lavfi", "-i", "color=black:s=64x32:d=0.2,drawbox=w=64:h=16:color=white:t=fill"}, vp9, []string{"-live", "1"})...)
	tests := map[string]struct {
		roll  float64 // counter-clockwise
		w, h  int
		white image.Point // a pixel in the white half
	}{
		"upright":           {0, 64, 32, image.Pt(32, 4)},
		"clockwise":         {-90, 32, 64, image.Pt(28, 32)},
		"upside down":       {180, 64, 32, image.Pt(32, 28)},
		"counter-clockwise": {90, 32, 64, image.Pt(4, 32)},
		"askew":             {45, 64, 32, image.Pt(32, 4)},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := decode(context.Background(), tl, patch(t, plain, func(b []byte) []byte { return turned(t, b, tc.roll) }), Alone)
			f := firstFrame(t, d, err)
			if f.Image.Rect.Dx() != tc.w || f.Image.Rect.Dy() != tc.h {
				t.Fatalf("size %v", f.Image.Rect.Size())
			}
			opposite := image.Pt(tc.w-1-tc.white.X, tc.h-1-tc.white.Y)
			at := func(p image.Point) byte { return f.Image.Y[f.Image.YOffset(p.X, p.Y)] }
			if at(tc.white) < 200 || at(opposite) > 50 {
				t.Errorf("luma %d at %v, %d at %v", at(tc.white), tc.white, at(opposite), opposite)
			}
		})
	}
}

// turned inserts a Projection with the roll into the video track of a file
// that ffmpeg wrote with -live, where only the track list has sizes.
func turned(t *testing.T, b []byte, roll float64) []byte {
	t.Helper()
	pose := append([]byte{0x76, 0x70, 0x8B, 0x76, 0x75, 0x88}, binary.BigEndian.AppendUint64(nil, math.Float64bits(roll))...)
	tracks := bytes.LastIndex(b, []byte{0x16, 0x54, 0xAE, 0x6B}) // the first is in the seek head
	entry := tracks + 5
	video := bytes.Index(b[entry:], []byte{0xE0}) + entry
	for b[video+2] != 0xB0 { // PixelWidth comes first
		video += bytes.Index(b[video+1:], []byte{0xE0}) + 1
	}
	if b[tracks+4]&0x80 == 0 || b[entry] != 0xAE || b[entry+1] != 1 || b[video+1]&0x80 == 0 {
		t.Fatal("ffmpeg lays its tracks out differently")
	}
	size := int(b[tracks+4]&0x7F) + len(pose)
	out := append([]byte{}, b[:tracks+4]...)
	out = append(out, 0x40|byte(size>>8), byte(size))
	n := binary.BigEndian.Uint64(b[entry+1:]) + uint64(len(pose))
	out = append(out, 0xAE)
	out = binary.BigEndian.AppendUint64(out, n)
	out = append(out, b[entry+9:video+1]...)
	out = append(out, b[video+1]+byte(len(pose)))
	out = append(out, pose...)
	return append(out, b[video+2:]...)
}

func TestDecodeNormalizesRange(t *testing.T) {
	// White and black in full range, tagged as browsers tag it.
	path := makeFile(t, "in.webm", with([]string{"-f", "lavfi", "-i", "color=white:s=64x48:d=0.2,format=yuv444p,scale=out_range=full:out_color_matrix=bt709"}, vp9,
		[]string{"-color_range", "pc", "-colorspace", "bt709"})...)
	d, err := decode(context.Background(), tool(t, nil), path, Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	f, err := d.Next()
	if err != nil {
		t.Fatal(err)
	}
	if y := f.Image.Y[0]; y < 233 || y > 236 {
		t.Errorf("white is %d, want 235", y)
	}
	if f.Color.Range != webm.RangeLimited || !f.Color.BT709() {
		t.Errorf("color %+v", f.Color)
	}
}

func TestToLimited(t *testing.T) {
	img := image.NewYCbCr(image.Rect(0, 0, 513, 1), image.YCbCrSubsampleRatio420)
	for i := range img.Y {
		img.Y[i] = byte(i)
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(i), byte(255-i)
	}
	planes.ToLimited(img)
	for i, got := range img.Y {
		if want := 16 + float64(i%256)*219/255; float64(got) < want-0.8 || float64(got) > want+0.8 {
			t.Errorf("luma %d became %d, want %.2f", i%256, got, want)
		}
	}
	for i := range img.Cb {
		want := 128 + (float64(i%256)-128)*224/255
		if got := float64(img.Cb[i]); got < want-0.8 || got > want+0.8 {
			t.Errorf("chroma %d became %v, want %.2f", i%256, got, want)
		}
	}
	if img.Cb[128] != 128 || img.Y[0] != 16 || img.Y[255] != 235 {
		t.Errorf("grey, black, white became %d, %d, %d", img.Cb[128], img.Y[0], img.Y[255])
	}
}
