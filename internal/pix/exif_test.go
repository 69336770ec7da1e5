package pix

import (
	"bytes"
	"testing"
)

func FuzzOrientation(f *testing.F) {
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x22Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"))
	f.Add([]byte("II*\x00\xff\xff\xff\xff"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x04eXIfMM\x00*....\xff\xff\xff\xffIEND"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, o := range []int{orientation(b, FormatPNG), orientation(b, FormatJPEG), Orientation(b)} {
			if o < 1 || o > 8 {
				t.Fatalf("orientation %d", o)
			}
		}
		if n := jpegScans(b); n < 0 || n > maxScans+1 || n > bytes.Count(b, []byte{0xda}) {
			t.Fatalf("%d scans", n)
		}
		if f, err := parseJPEG(b, false); err == nil && f.w*f.h < 1<<20 {
			f.decode()
		}
	})
}
