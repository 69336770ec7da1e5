package pix

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// rawPNG builds a PNG from rows as they are stored, filters included.
func rawPNG(f *pngFile, plte, trns, rows []byte) []byte {
	ihdr := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(f.w)), uint32(f.h))
	ihdr = append(ihdr, byte(f.depth), byte(f.color), 0, 0, 0)
	if f.interlaced {
		ihdr[12] = 1
	}
	var z bytes.Buffer
	zw := zlib.NewWriter(&z)
	_, _ = zw.Write(rows)
	_ = zw.Close()
	out := append([]byte(pngSignature), pngChunk("IHDR", ihdr)...)
	if plte != nil {
		out = append(out, pngChunk("PLTE", plte)...)
	}
	if trns != nil {
		out = append(out, pngChunk("tRNS", trns)...)
	}
	return append(append(out, pngChunk("IDAT", z.Bytes())...), pngChunk("IEND", nil)...)
}

func pngChunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// noise is rows of random samples with random filters.
func noise(f *pngFile, rnd *rand.Rand) []byte {
	passes := []pass{{0, 0, 1, 1}}
	if f.interlaced {
		passes = adam7
	}
	var out []byte
	for _, p := range passes {
		for range f.rows(p) {
			out = append(out, byte(rnd.IntN(5)))
			for range ((f.w-p.x+p.dx-1)/p.dx*f.depth*f.channels() + 7) / 8 {
				out = append(out, byte(rnd.IntN(256)))
			}
		}
	}
	return out
}

// The standard library is the judge: every color type and depth, with and
// without interlacing and transparency.
func TestPNGAsTheStandardLibrary(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	palette := make([]byte, 3*256)
	for i := range palette {
		palette[i] = byte(rnd.IntN(256))
	}
	for _, kind := range []struct {
		color, depth int
		trns         []byte
	}{
		{0, 1, nil}, {0, 2, nil}, {0, 4, nil}, {0, 8, nil}, {0, 16, nil}, {0, 1, []byte{0, 1}}, {0, 4, []byte{0, 7}}, {0, 8, []byte{0, 9}},
		{2, 8, nil}, {2, 16, nil}, {2, 8, []byte{0, 1, 0, 2, 0, 3}}, {3, 1, nil}, {3, 2, nil}, {3, 4, []byte{1, 2, 3}}, {3, 8, []byte{0, 100, 200}},
		{4, 8, nil}, {4, 16, nil}, {6, 8, nil}, {6, 16, nil},
	} {
		for _, size := range []image.Point{{1, 1}, {2, 3}, {37, 19}, {64, 8}} {
			for _, interlaced := range []bool{false, true} {
				f := &pngFile{w: size.X, h: size.Y, depth: kind.depth, color: kind.color, interlaced: interlaced}
				var plte []byte
				if kind.color == pngPalette {
					plte = palette[:3<<kind.depth]
				}
				b := rawPNG(f, plte, kind.trns, noise(f, rnd))
				std, err := png.Decode(bytes.NewReader(b))
				if err != nil {
					t.Fatalf("%+v: %v", kind, err)
				}
				got, err := readPNG(b)
				if err != nil {
					t.Fatalf("%+v: %v", kind, err)
				}
				if diff := cmp.Diff(highBytes(std), got.Pix); diff != "" {
					t.Fatalf("color %d, depth %d, %v, interlaced %v, trns %v: %s", kind.color, kind.depth, size, interlaced, kind.trns, diff)
				}
			}
		}
	}
}

// highBytes are the pixels as NRGBA, of 16 bits the upper 8.
func highBytes(m image.Image) []byte {
	var out []byte
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			var c color.NRGBA
			switch p := m.At(x, y).(type) {
			case color.NRGBA64:
				c = color.NRGBA{uint8(p.R >> 8), uint8(p.G >> 8), uint8(p.B >> 8), uint8(p.A >> 8)}
			case color.RGBA64:
				c = color.NRGBA{uint8(p.R >> 8), uint8(p.G >> 8), uint8(p.B >> 8), uint8(p.A >> 8)}
			case color.Gray16:
				c = color.NRGBA{uint8(p.Y >> 8), uint8(p.Y >> 8), uint8(p.Y >> 8), 255}
			case color.NRGBA:
				c = p
			default:
				c = color.NRGBAModel.Convert(p).(color.NRGBA)
			}
			out = append(out, c.R, c.G, c.B, c.A)
		}
	}
	return out
}

// chunksOf takes a PNG apart into whole chunks.
func chunksOf(b []byte) (list [][]byte) {
	for i := len(pngSignature); i < len(b); {
		end := i + 12 + int(binary.BigEndian.Uint32(b[i:]))
		list = append(list, b[i:end])
		i = end
	}
	return list
}

func joined(chunks ...[]byte) []byte {
	return append([]byte(pngSignature), bytes.Join(chunks, nil)...)
}

func TestPNGAsForgivingAsABrowser(t *testing.T) {
	f := &pngFile{w: 40, h: 30, depth: 8, color: pngRGB}
	rows := noise(f, rand.New(rand.NewPCG(5, 6)))
	good := rawPNG(f, nil, nil, rows)
	want, err := readPNG(good)
	if err != nil {
		t.Fatal(err)
	}
	c := chunksOf(good)
	ihdr, idat, iend := c[0], c[1], c[2]
	body := idat[8 : len(idat)-4]
	broken := func(chunk []byte) []byte {
		out := bytes.Clone(chunk)
		out[len(out)-1] ^= 0x55
		return out
	}
	text, plte := pngChunk("tEXt", []byte("Comment\x00hello")), pngChunk("PLTE", []byte{1, 2, 3})
	adler := bytes.Clone(body)
	adler[len(adler)-1] ^= 0x55
	gray := &pngFile{w: 40, h: 30, depth: 8, color: pngGray}
	for name, b := range map[string][]byte{
		"profile with a wrong checksum": joined(ihdr, broken(pngChunk("iCCP", []byte("x\x00\x00abc"))), idat, iend),
		"rows with a wrong checksum":    joined(ihdr, broken(idat), iend),
		"header with a wrong checksum":  joined(broken(ihdr), idat, iend),
		"wrong sum of the stream":       joined(ihdr, pngChunk("IDAT", adler), iend),
		"no sum of the stream":          joined(ihdr, pngChunk("IDAT", body[:len(body)-4]), iend),
		"no end":                        joined(ihdr, idat),
		"no checksum at the end":        joined(ihdr, idat[:len(idat)-4]),
		"surplus behind the end":        append(bytes.Clone(good), "surplus"...),
		"text between the rows":         joined(ihdr, pngChunk("IDAT", body[:50]), text, pngChunk("IDAT", body[50:]), iend),
		"text before the header":        joined(text, ihdr, idat, iend),
		"palette behind the rows":       joined(ihdr, idat, plte, iend),
		"empty chunks of rows":          joined(ihdr, pngChunk("IDAT", nil), idat, pngChunk("IDAT", nil), iend),
		"an unknown critical chunk":     joined(ihdr, pngChunk("QqQq", []byte{1}), idat, iend),
		"too many rows":                 rawPNG(f, nil, nil, append(bytes.Clone(rows), rows...)),
		"a header of more bytes":        joined(pngChunk("IHDR", append(bytes.Clone(ihdr[8:21]), 0, 0)), idat, iend),
	} {
		got, err := readPNG(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: other pixels", name)
		}
	}
	changed := bytes.Clone(good)
	changed[len(changed)/2] ^= 0x55
	if _, err := readPNG(changed); err == nil {
		t.Error("a changed byte between the rows, and nothing was said")
	}
	if _, err := readPNG(rawPNG(gray, []byte{1, 2, 3}, nil, noise(gray, rand.New(rand.NewPCG(7, 8))))); err != nil {
		t.Errorf("palette in a gray image: %v", err)
	}
}

// Of a file that is cut off the rows are shown that are there.
func TestPNGCutOff(t *testing.T) {
	f := &pngFile{w: 40, h: 30, depth: 8, color: pngRGB}
	good := rawPNG(f, nil, nil, noise(f, rand.New(rand.NewPCG(5, 6))))
	want, err := readPNG(good)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readPNG(good[:len(good)*95/100])
	if err != nil {
		t.Fatal(err)
	}
	if half := len(want.Pix) * 9 / 10; !bytes.Equal(got.Pix[:half], want.Pix[:half]) {
		t.Error("cut off: other pixels")
	}
	if last := got.Pix[len(got.Pix)-4:]; last[3] != 0 {
		t.Errorf("cut off: the last pixel is %v, want none", last)
	}
	if _, err := readPNG(good[:len(good)*3/4]); err == nil {
		t.Error("a quarter is missing, and nothing was said")
	}
}
