package webm

import (
	"bytes"
	"errors"
	"image"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sample makes a frame whose bytes count up, as part of a larger one when
// gaps are wanted between its rows.
func sample(w, h int, alpha, gaps bool) image.Image {
	r := image.Rect(0, 0, w, h)
	if gaps {
		r = image.Rect(0, 0, w+8, h+8)
	}
	count := func(planes ...[]byte) {
		for p, b := range planes {
			for i := range b {
				b[i] = byte(i*7 + p*50)
			}
		}
	}
	cut := image.Rect(0, 0, w, h)
	if gaps {
		cut = cut.Add(image.Pt(4, 2))
	}
	if alpha {
		m := image.NewNYCbCrA(r, image.YCbCrSubsampleRatio420)
		count(m.Y, m.Cb, m.Cr, m.A)
		return m.SubImage(cut)
	}
	m := image.NewYCbCr(r, image.YCbCrSubsampleRatio420)
	count(m.Y, m.Cb, m.Cr)
	return m.SubImage(cut)
}

// flatten lists the samples of a frame, plane by plane.
func flatten(img image.Image) []byte {
	y, a := planes(img)
	var out []byte
	r := y.Rect
	for v := r.Min.Y; v < r.Max.Y; v++ {
		for u := r.Min.X; u < r.Max.X; u++ {
			out = append(out, y.Y[y.YOffset(u, v)])
		}
	}
	for _, c := range [][]byte{y.Cb, y.Cr} {
		for v := r.Min.Y; v < r.Max.Y; v += 2 {
			for u := r.Min.X; u < r.Max.X; u += 2 {
				out = append(out, c[y.COffset(u, v)])
			}
		}
	}
	if a != nil {
		for v := r.Min.Y; v < r.Max.Y; v++ {
			for u := r.Min.X; u < r.Max.X; u++ {
				out = append(out, a.A[a.AOffset(u, v)])
			}
		}
	}
	return out
}

func TestRawRoundTrip(t *testing.T) {
	times := []time.Duration{0, 33 * ms, 34 * ms, 40 * time.Second, time.Hour}
	for name, tc := range map[string]struct {
		h    RawHeader
		gaps bool
	}{
		"even":           {RawHeader{Width: 64, Height: 48}, false},
		"odd":            {RawHeader{Width: 33, Height: 17}, false},
		"one pixel":      {RawHeader{Width: 1, Height: 1}, false},
		"gaps":           {RawHeader{Width: 33, Height: 17}, true},
		"alpha":          {RawHeader{Width: 33, Height: 17, Alpha: true}, false},
		"alpha and gaps": {RawHeader{Width: 32, Height: 16, Alpha: true}, true},
		"tags":           {RawHeader{Width: 8, Height: 8, Color: Color{1, 1, 13, 9}, AspectNum: 4, AspectDen: 3}, false},
	} {
		t.Run(name, func(t *testing.T) {
			img := sample(tc.h.Width, tc.h.Height, tc.h.Alpha, tc.gaps)
			var stream bytes.Buffer
			w, err := NewRawWriter(&stream, tc.h)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range times {
				if err := w.Write(img, p); err != nil {
					t.Fatal(err)
				}
			}
			r := NewRawReader(&stream)
			head, err := r.Header()
			if err != nil {
				t.Fatal(err)
			}
			want := tc.h
			if want.AspectNum == 0 {
				want.AspectNum, want.AspectDen = 1, 1
			}
			if diff := cmp.Diff(want, head); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			buf := make([]byte, head.FrameSize())
			for _, p := range times {
				pts, err := r.Next(buf)
				if err != nil || pts != p || !bytes.Equal(buf, flatten(img)) {
					t.Fatalf("at %v, want %v: %v", pts, p, err)
				}
			}
			if _, err := r.Next(buf); !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %v", err)
			}
		})
	}
}

func TestRawReaderBreaksOff(t *testing.T) {
	var stream bytes.Buffer
	w, err := NewRawWriter(&stream, RawHeader{Width: 4, Height: 4})
	if err != nil {
		t.Fatal(err)
	}
	head := stream.Len()
	if err := w.Write(sample(4, 4, false, false), 0); err != nil {
		t.Fatal(err)
	}
	for n := range stream.Len() {
		r := NewRawReader(bytes.NewReader(stream.Bytes()[:n]))
		_, err := r.Header()
		if err == nil {
			_, err = r.Next(make([]byte, 24))
		}
		want := io.ErrUnexpectedEOF
		if n == 0 || (n == head && err == io.EOF) || errors.Is(err, io.EOF) {
			want = io.EOF
		}
		if !errors.Is(err, want) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

func TestRawWriterRefuses(t *testing.T) {
	w, err := NewRawWriter(io.Discard, RawHeader{Width: 4, Height: 4})
	if err != nil {
		t.Fatal(err)
	}
	for name, img := range map[string]image.Image{
		"other size": sample(6, 4, false, false),
		"alpha":      sample(4, 4, true, false),
		"4:4:4":      image.NewYCbCr(image.Rect(0, 0, 4, 4), image.YCbCrSubsampleRatio444),
		"RGB":        image.NewRGBA(image.Rect(0, 0, 4, 4)),
	} {
		if w.Write(img, 0) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	if w.Write(sample(4, 4, false, false), -ms) == nil {
		t.Error("a negative time was accepted")
	}
	if _, err := NewRawWriter(io.Discard, RawHeader{}); err == nil {
		t.Error("an empty size was accepted")
	}
}

func FuzzRawReader(f *testing.F) {
	var stream bytes.Buffer
	w, err := NewRawWriter(&stream, RawHeader{Width: 4, Height: 4, Color: Color{1, 2, 0, 0}})
	if err != nil {
		f.Fatal(err)
	}
	for i := range 3 {
		if err := w.Write(sample(4, 4, false, false), time.Duration(i)*40*ms); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(stream.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		r := NewRawReader(bytes.NewReader(b))
		head, err := r.Header()
		if err != nil {
			return
		}
		if head.Width <= 0 || head.Height <= 0 || head.AspectDen == 0 {
			t.Fatalf("senseless: %+v", head)
		}
		if head.FrameSize() > 1<<20 {
			return
		}
		buf := make([]byte, head.FrameSize())
		for {
			if _, err := r.Next(buf); err != nil {
				return
			}
		}
	})
}
