package pix

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// flatJPEG writes a JPEG of blocks of one color each, with any sampling: the
// only encoder at hand that knows the rare ones. level returns the value of a
// component at a pixel.
type flatJPEG struct {
	w, h     int
	sampling [][2]int // horizontal, vertical
	restart  int
	level    func(comp, x, y int) int
	markers  []int // of restart markers, their places in the file
}

// The Huffman tables: 12 sizes of differences as in T.81, K.3; and end of block
// alone.
var (
	flatDC = append([]byte{0x00, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0}, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	flatAC = append([]byte{0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0)
)

type bitWriter struct {
	out []byte
	acc uint64
	n   int
}

func (w *bitWriter) put(v uint32, n int) {
	w.acc = w.acc<<n | uint64(v)
	for w.n += n; w.n >= 8; w.n -= 8 {
		b := byte(w.acc >> (w.n - 8))
		if w.out = append(w.out, b); b == 0xff {
			w.out = append(w.out, 0)
		}
	}
}

func (w *bitWriter) flush() {
	if w.n > 0 {
		w.put(1<<(8-w.n)-1, 8-w.n)
	}
}

func segment(marker byte, body ...byte) []byte {
	out := binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(len(body)+2))
	return append(out, body...)
}

func (f *flatJPEG) encode() []byte {
	quant := append([]byte{0}, bytes.Repeat([]byte{8}, 64)...) // a mean of 1 is a level of 1
	out := append([]byte{0xff, 0xd8}, segment(0xdb, quant...)...)
	sof := []byte{8, byte(f.h >> 8), byte(f.h), byte(f.w >> 8), byte(f.w), byte(len(f.sampling))}
	sos := []byte{byte(len(f.sampling))}
	hMax, vMax := 1, 1
	for i, s := range f.sampling {
		sof = append(sof, byte(i+1), byte(s[0]<<4|s[1]), 0)
		sos = append(sos, byte(i+1), 0)
		hMax, vMax = max(hMax, s[0]), max(vMax, s[1])
	}
	out = append(out, segment(0xc0, sof...)...)
	out = append(append(out, segment(0xc4, flatDC...)...), segment(0xc4, flatAC...)...)
	if f.restart > 0 {
		out = append(out, segment(0xdd, byte(f.restart>>8), byte(f.restart))...)
	}
	out = append(out, segment(0xda, append(sos, 0, 63, 0)...)...)
	w := &bitWriter{out: out}
	pred := make([]int, len(f.sampling))
	if len(f.sampling) == 1 {
		hMax, vMax = 1, 1
	}
	across, down := ceilDiv(f.w, 8*hMax), ceilDiv(f.h, 8*vMax)
	for mcu := range across * down {
		if f.restart > 0 && mcu > 0 && mcu%f.restart == 0 {
			w.flush()
			f.markers = append(f.markers, len(w.out))
			w.out = append(w.out, 0xff, 0xd0+byte((mcu/f.restart-1)%8))
			clear(pred)
		}
		for i, s := range f.sampling {
			for b := range s[0] * s[1] {
				if len(f.sampling) == 1 && b > 0 {
					break // one plane alone is not interleaved
				}
				x := 8*hMax*(mcu%across) + b%s[0]*8*hMax/s[0]
				y := 8*vMax*(mcu/across) + b/s[0]*8*vMax/s[1]
				dc := f.level(i, x, y) - 128
				putDC(w, dc-pred[i])
				pred[i] = dc
			}
		}
	}
	w.flush()
	return append(w.out, 0xff, 0xd9)
}

// putDC writes a difference and the end of the block.
func putDC(w *bitWriter, d int) {
	size := 0
	for v := max(d, -d); v > 0; v >>= 1 {
		size++
	}
	codes := [12][2]uint32{{0, 2}, {2, 3}, {3, 3}, {4, 3}, {5, 3}, {6, 3}, {14, 4}, {30, 5}, {62, 6}, {126, 7}, {254, 8}, {510, 9}}
	w.put(codes[size][0], int(codes[size][1]))
	if d < 0 {
		d += 1<<size - 1
	}
	w.put(uint32(d), size)
	w.put(0, 1)
}

// columns of 32 pixels of four grays; chroma says nothing.
func columns(comp, x, _ int) int {
	if comp > 0 {
		return 128
	}
	return 40 + 60*(x/32%4)
}

func wantColumns(t *testing.T, name string, m *image.NRGBA, from, to int) {
	t.Helper()
	for y := from; y < to; y += 4 {
		for x := 0; x < m.Rect.Dx(); x += 8 {
			if got, want := m.NRGBAAt(x, y), uint8(40+60*(x/32%4)); got.R != want || got.G != want || got.A != 255 {
				t.Fatalf("%s: pixel %d,%d is %v, want gray %d", name, x, y, got, want)
			}
		}
	}
}

func TestJPEGOfAnySampling(t *testing.T) {
	for _, s := range [][][2]int{
		{{1, 1}}, {{2, 2}}, {{1, 1}, {1, 1}, {1, 1}}, {{2, 2}, {1, 1}, {1, 1}}, {{2, 1}, {1, 1}, {1, 1}}, {{1, 2}, {1, 1}, {1, 1}},
		{{2, 2}, {1, 1}, {1, 2}}, {{2, 2}, {2, 1}, {1, 2}}, {{4, 1}, {1, 1}, {2, 1}}, {{4, 2}, {2, 1}, {1, 1}}, {{3, 1}, {1, 1}, {1, 1}},
		{{1, 1}, {2, 2}, {1, 1}}, {{1, 4}, {1, 1}, {1, 2}},
	} {
		// A side that is no multiple of an MCU.
		f := flatJPEG{w: 157, h: 93, sampling: s, level: columns}
		m, _, err := Decode(f.encode())
		if err != nil {
			t.Errorf("%v: %v", s, err)
			continue
		}
		if m.Rect != image.Rect(0, 0, 157, 93) {
			t.Errorf("%v: size %v", s, m.Rect)
		}
		if s[0][0] != 3 { // columns of 32 do not fall on blocks there
			wantColumns(t, fmt.Sprint(s), m, 0, 93)
		}
	}
}

func TestJPEGLostRestartMarkers(t *testing.T) {
	make := func() ([]byte, []int) {
		f := flatJPEG{w: 160, h: 96, sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}}, restart: 4, level: columns}
		b := f.encode()
		return b, f.markers
	}
	whole, at := make()
	cut := func(b []byte, from, n int) []byte { return append(bytes.Clone(b[:from]), b[from+n:]...) }
	for name, b := range map[string][]byte{
		"as written":     whole,
		"first lost":     cut(whole, at[0], 2),
		"fifth lost":     cut(whole, at[4], 2),
		"two lost":       cut(cut(whole, at[7], 2), at[2], 2),
		"last lost":      cut(whole, at[len(at)-1], 2),
		"garbage before": append(append(bytes.Clone(whole[:at[3]]), 0x12, 0x34, 0x56), whole[at[3]:]...),
		"no end":         whole[:len(whole)-2],
		"surplus":        append(bytes.Clone(whole), bytes.Repeat([]byte("surplus"), 100)...),
	} {
		m, _, err := Decode(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		wantColumns(t, name, m, 0, 96)
	}
	// An interval is lost with its marker: the others stay in their places.
	m, _, err := Decode(cut(whole, at[4]+1, at[5]-at[4]-1))
	if err != nil {
		t.Fatal(err)
	}
	wantColumns(t, "an interval lost", m, 0, 32)
	wantColumns(t, "an interval lost", m, 64, 96)
}

func TestJPEGCutOff(t *testing.T) {
	b := (&flatJPEG{w: 640, h: 480, sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}}, level: columns}).encode()
	m, _, err := Decode(b[:len(b)*19/20])
	if err != nil {
		t.Fatal(err)
	}
	wantColumns(t, "nearly all", m, 0, 320)
	if _, _, err := Decode(b[:len(b)*3/4]); err == nil {
		t.Error("three quarters of an image were taken for an image")
	}
}

// ours decodes without the standard library.
func ours(t *testing.T, b []byte) *image.NRGBA {
	t.Helper()
	f, err := parseJPEG(b, false)
	if err != nil {
		t.Fatal(err)
	}
	m, part := f.decode()
	if part != 1 || f.damaged {
		t.Errorf("%.0f %% read, damaged %v", 100*part, f.damaged)
	}
	return m
}

// The standard library is the judge of our own decoder.
func TestJPEGAsTheStandardLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	photo, gray := image.NewNRGBA(image.Rect(0, 0, 173, 91)), image.NewGray(image.Rect(0, 0, 60, 43))
	for y := range 91 {
		for x := range 173 {
			photo.SetNRGBA(x, y, color.NRGBA{uint8(x + rnd.IntN(40)), uint8(2*y + rnd.IntN(60)), uint8(x * y / 64), 255})
		}
	}
	for i := range gray.Pix {
		gray.Pix[i] = uint8(i*3 + rnd.IntN(9))
	}
	files := map[string][]byte{}
	for name, m := range map[string]image.Image{"color": photo, "gray": gray} {
		for _, q := range []string{"\x0a", "\x5a", "\x64"} {
			var buf bytes.Buffer
			if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: int(q[0])}); err != nil {
				t.Fatal(err)
			}
			files[name+" "+q] = buf.Bytes()
		}
	}
	for _, name := range []string{"quarters_progressive.jpg", "quarters_cmyk.jpg", "photo_progressive.jpg"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = b
	}
	for name, b := range files {
		std, err := jpeg.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatal(name, err)
		}
		want, got := toNRGBA(std), ours(t, b)
		worst := 0
		for i, v := range want.Pix {
			worst = max(worst, int(v)-int(got.Pix[i]), int(got.Pix[i])-int(v))
		}
		if want.Rect != got.Rect || worst > 4 {
			t.Errorf("%q: %v, values differ by up to %d, want %v and 4", name, got.Rect, worst, want.Rect)
		}
	}
}

// Hundreds of scans over an image of many blocks must not keep us busy.
func TestJPEGScansAreBounded(t *testing.T) {
	b := (&flatJPEG{w: 8000, h: 6000, sampling: [][2]int{{1, 1}}, level: func(int, int, int) int { return 128 }}).encode()
	at := bytes.Index(b, []byte{0xff, 0xda})
	scan := b[at : len(b)-2]
	for _, n := range []int{2, maxScans, 250} {
		many := append(append(bytes.Clone(b[:at]), bytes.Repeat(scan, n)...), 0xff, 0xd9)
		start := time.Now()
		f, err := parseJPEG(many, false)
		if err != nil {
			t.Fatal(err)
		}
		// A sequential image is read once, however often it comes.
		if f.decoded != f.wanted || f.scans > maxScans+1 {
			t.Errorf("%d scans: %d of %d MCUs, %d scans read", n, f.decoded, f.wanted, f.scans)
		}
		t.Logf("%d scans of 48 million pixels: %v", n, time.Since(start))
	}
}

// A restart marker after every MCU that never comes: the data must be looked
// through once, not once for each of 390,625 intervals.
func TestJPEGWithoutItsMarkers(t *testing.T) {
	f := flatJPEG{w: 5000, h: 5000, sampling: [][2]int{{1, 1}}, level: func(int, int, int) int { return 128 }}
	b := f.encode()
	sos := bytes.Index(b, []byte{0xff, 0xda})
	dri := append(bytes.Clone(b[:sos]), segment(0xdd, 0, 1)...)
	long := append(append(dri, b[sos:len(b)-2]...), bytes.Repeat([]byte{0x11}, 8<<20)...)
	start := time.Now()
	if _, err := parseJPEG(long, false); err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(start))
}

// Whatever bytes are changed, nothing panics.
func TestChangedFiles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 10))
	jpg := (&flatJPEG{w: 90, h: 70, sampling: [][2]int{{2, 2}, {2, 1}, {1, 2}}, restart: 3, level: columns}).encode()
	progressive, err := os.ReadFile("testdata/photo_progressive.jpg")
	if err != nil {
		t.Fatal(err)
	}
	f := &pngFile{w: 20, h: 10, depth: 4, color: pngPalette, interlaced: true}
	png := rawPNG(f, []byte{1, 2, 3, 4, 5, 6}, []byte{7}, noise(f, rnd))
	for range 1000 {
		for _, b := range [][]byte{jpg, progressive, png} {
			c := bytes.Clone(b)
			for range 1 + rnd.IntN(6) {
				c[rnd.IntN(len(c))] = byte(rnd.IntN(256))
			}
			if size, err := Size(c); err != nil || size.X*size.Y > 1<<20 {
				continue
			}
			_, _, _ = Decode(c)
		}
	}
}
