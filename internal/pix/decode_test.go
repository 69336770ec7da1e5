package pix_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// The colors of the four quarters of the test image, left to right and top
// to bottom.
var quarterColors = [4]color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 0, 255}}

// paintQuarters fills m with the four colors.
func paintQuarters(m interface {
	image.Image
	Set(x, y int, c color.Color)
}) {
	b := m.Bounds()
	for y := range b.Dy() {
		for x := range b.Dx() {
			q := 2*y/b.Dy()*2 + 2*x/b.Dx()
			m.Set(x, y, quarterColors[q])
		}
	}
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := png.Encode(&buf, m); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, m, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// quarters names the color in the middle of each quarter: r, g, b, y or ?.
func quarters(m *image.NRGBA) string {
	var out strings.Builder
	w, h := m.Rect.Dx(), m.Rect.Dy()
	for i := range 4 {
		c := m.NRGBAAt((1+2*(i%2))*w/4, (1+2*(i/2))*h/4)
		name := "?"
		for k, want := range quarterColors {
			if near(c.R, want.R) && near(c.G, want.G) && near(c.B, want.B) && c.A == 255 {
				name = "rgby"[k : k+1]
			}
		}
		out.WriteString(name)
	}
	return out.String()
}

func near(a, b uint8) bool { return max(a, b)-min(a, b) <= 12 }

func TestDecodeReadsEveryKind(t *testing.T) {
	r := image.Rect(0, 0, 48, 32)
	nrgba, rgba64, nrgba64 := image.NewNRGBA(r), image.NewRGBA64(r), image.NewNRGBA64(r)
	pal := image.NewPaletted(r, color.Palette{quarterColors[0], quarterColors[1], quarterColors[2], quarterColors[3]})
	paintQuarters(nrgba)
	paintQuarters(rgba64)
	paintQuarters(nrgba64)
	paintQuarters(pal)
	nrgba64.SetNRGBA64(0, 0, color.NRGBA64{1, 2, 3, 0x8000}) // forces an alpha channel of 16 bits
	file := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"png 8 bit":        encodePNG(t, nrgba),
		"png 16 bit":       encodePNG(t, rgba64),
		"png 16 bit alpha": encodePNG(t, nrgba64),
		"png palette":      encodePNG(t, pal),
		"png interlaced":   file("quarters_interlaced.png"),
		"jpeg":             encodeJPEG(t, nrgba),
		"jpeg progressive": file("quarters_progressive.jpg"),
		"jpeg cmyk":        file("quarters_cmyk.jpg"),
	} {
		m, format, err := pix.Decode(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !strings.HasPrefix(name, format) {
			t.Errorf("%s: format %q", name, format)
		}
		if size, err := pix.Size(b); err != nil || size != r.Size() {
			t.Errorf("%s: size %v %v", name, size, err)
		}
		if m.Rect != r || quarters(m) != "rgby" {
			t.Errorf("%s: %v with quarters %s, want %v with rgby", name, m.Rect, quarters(m), r)
		}
	}
}

func TestDecodeGrayAndTransparency(t *testing.T) {
	gray := image.NewGray16(image.Rect(0, 0, 2, 1))
	gray.SetGray16(1, 0, color.Gray16{0x80ff})
	m, _, err := pix.Decode(encodePNG(t, gray))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := m.NRGBAAt(1, 0), (color.NRGBA{0x80, 0x80, 0x80, 255}); got != want {
		t.Errorf("gray of 16 bits: %v, want %v", got, want)
	}
	pal := image.NewPaletted(image.Rect(0, 0, 2, 1), color.Palette{color.NRGBA{200, 100, 50, 255}, color.NRGBA{200, 100, 50, 128}})
	pal.SetColorIndex(1, 0, 1)
	if m, _, err = pix.Decode(encodePNG(t, pal)); err != nil {
		t.Fatal(err)
	}
	if got := m.NRGBAAt(1, 0); got.A != 128 || got.R < 198 || got.R > 202 {
		t.Errorf("half transparent palette entry: %v", got)
	}
	if got, want := pix.FromImage(m).Pix, []byte{200, 100, 50, 227, 177, 152}; !cmp.Equal(got[:3], want[:3]) || !near(got[3], want[3]) {
		t.Errorf("over white: %v, want about %v", got, want)
	}
}

// withExif puts an orientation behind the start of a JPEG.
func withExif(jpg []byte, o uint16, order binary.AppendByteOrder) []byte {
	tiff := []byte("II*\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		tiff = []byte("MM\x00*")
	}
	tiff = order.AppendUint32(tiff, 8)
	tiff = order.AppendUint16(tiff, 2)
	tiff = append(order.AppendUint16(order.AppendUint16(tiff, 0x010f), 2), 0, 0, 0, 0, 0, 0, 0, 0)
	tiff = order.AppendUint16(order.AppendUint16(tiff, 0x0112), 3)
	tiff = order.AppendUint16(order.AppendUint32(tiff, 1), o)
	tiff = append(tiff, 0, 0, 0, 0, 0, 0)
	body := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, jpg[:2]...)
	out = append(out, 0xff, 0xe1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(body)+2))
	return append(append(out, body...), jpg[2:]...)
}

func TestDecodeTurnsUpright(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 64, 32))
	paintQuarters(src)
	jpg := encodeJPEG(t, src)
	for o, want := range map[uint16]string{
		0: "rgby", 1: "rgby", 2: "gryb", 3: "ybgr", 4: "byrg",
		5: "rbgy", 6: "bryg", 7: "ygbr", 8: "gyrb", 9: "rgby",
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			m, _, err := pix.Decode(withExif(jpg, o, order))
			if err != nil {
				t.Fatal(err)
			}
			size := image.Pt(64, 32)
			if o >= 5 && o <= 8 {
				size = image.Pt(32, 64)
			}
			if got := quarters(m); got != want || m.Rect.Size() != size {
				t.Errorf("orientation %d (%v): %s of %v, want %s of %v", o, order, got, m.Rect.Size(), want, size)
			}
		}
	}
}

// chunk builds one PNG chunk.
func chunk(kind string, body []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(append(out, kind...), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

func TestDecodeTurnsPNGUpright(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 64, 32))
	paintQuarters(src)
	b := encodePNG(t, src)
	exif := withExif([]byte{0xff, 0xd8}, 6, binary.BigEndian)[12:]
	ihdr := 8 + 25
	b = append(append(append([]byte{}, b[:ihdr]...), chunk("eXIf", exif)...), b[ihdr:]...)
	m, _, err := pix.Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := quarters(m); got != "bryg" {
		t.Errorf("eXIf 6: %s, want bryg", got)
	}
}

// pngHeader is a PNG that claims a size and holds nothing.
func pngHeader(w, h uint32) []byte {
	b := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	b = append(b, 8, 6, 0, 0, 0)
	return append([]byte("\x89PNG\r\n\x1a\n"), append(chunk("IHDR", b), chunk("IDAT", []byte{0})...)...)
}

// manyScans repeats the scan of a JPEG n times.
func manyScans(jpg []byte, n int) []byte {
	at := bytes.Index(jpg, []byte{0xff, 0xda})
	scan := jpg[at : len(jpg)-2]
	return append(append(append([]byte{}, jpg[:at]...), bytes.Repeat(scan, n)...), 0xff, 0xd9)
}

func TestDecodeRefuses(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	paintQuarters(src)
	p, j := encodePNG(t, src), encodeJPEG(t, src)
	broken := bytes.Clone(p)
	copy(broken[50:], bytes.Repeat([]byte{0xff}, 8)) // in the first rows
	for name, c := range map[string]struct {
		b    []byte
		says string
	}{
		"nothing":         {nil, "empty"},
		"text":            {[]byte("hello there"), "neither a PNG nor a JPEG"},
		"gif":             {[]byte("GIF89a......"), "a GIF file"},
		"webp":            {[]byte("RIFF....WEBPVP8 "), "a WebP file"},
		"png cut":         {p[:60], "cut off"},
		"png head only":   {p[:8], "cut off"},
		"png damaged":     {broken, "damaged"},
		"jpeg cut":        {j[:len(j)/2], "cut off"},
		"jpeg head only":  {j[:3], "cut off"},
		"bomb":            {pngHeader(20000, 20000), "50 million"},
		"wide bomb":       {pngHeader(20001, 10), "no side may exceed 20000"},
		"tall bomb":       {pngHeader(10, 1<<30), "no side may exceed 20000"},
		"no pixels":       {pngHeader(0, 10), "damaged"},
		"thousand scans":  {manyScans(j, 1000), "scans"},
		"jpeg then chaos": {append(bytes.Clone(j[:40]), bytes.Repeat([]byte{0x55}, 100)...), ""},
	} {
		if _, err := pix.Size(c.b); strings.Contains(name, "bomb") && !saccade.IsCode(err, saccade.CodeUnreadableImage) {
			t.Errorf("%s: size %v", name, err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := pix.Decode(c.b)
		runtime.ReadMemStats(&after)
		if !saccade.IsCode(err, saccade.CodeUnreadableImage) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want unreadable_input_image with %q", name, err, c.says)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
			t.Errorf("%s: %d bytes were allocated to refuse it", name, n)
		}
	}
}

func TestDecodeExtremeShapes(t *testing.T) {
	for _, size := range []image.Point{{1, 1}, {20000, 10}, {10, 20000}} {
		src := image.NewNRGBA(image.Rect(0, 0, size.X, size.Y))
		m, _, err := pix.Decode(encodePNG(t, src))
		if err != nil {
			t.Errorf("%v: %v", size, err)
			continue
		}
		if p := pix.FromImage(m).Scale(384, 224); p.Pix[0] != 255 {
			t.Errorf("%v: scaled to %d, want white", size, p.Pix[0])
		}
	}
}

func TestBlank(t *testing.T) {
	page := image.NewNRGBA(image.Rect(0, 0, 100, 80)) // transparent: white
	for i := range page.Pix {
		page.Pix[i] = 255
	}
	if !pix.FromImage(page).Blank() || !pix.FromImage(image.NewNRGBA(image.Rect(0, 0, 1, 1))).Blank() {
		t.Error("a white image must be blank")
	}
	if err := pix.RefuseBlank(pix.FromImage(page)); !saccade.IsCode(err, saccade.CodeBlankImage) {
		t.Errorf("blank: %v, want blank_input_image", err)
	}
	page.SetNRGBA(99, 79, color.NRGBA{240, 255, 255, 255})
	if pix.FromImage(page).Blank() {
		t.Error("a single other pixel makes it an image")
	}
	if err := pix.RefuseBlank(pix.FromImage(page)); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	src := image.NewNRGBA(image.Rect(0, 0, 24, 16))
	paintQuarters(src)
	p, j := encodePNG(f, src), encodeJPEG(f, src)
	for _, b := range [][]byte{p, j, p[:40], j[:100], withExif(j, 6, binary.BigEndian), manyScans(j, 3), pngHeader(20000, 2500), nil} {
		f.Add(b)
	}
	files, _ := filepath.Glob("testdata/quarters_*")
	for _, name := range files {
		if b, err := os.ReadFile(name); err == nil {
			f.Add(b)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, format, err := pix.Decode(b)
		if err != nil {
			if !saccade.IsCode(err, saccade.CodeUnreadableImage) {
				t.Fatalf("error without code: %v", err)
			}
			return
		}
		if format != pix.FormatPNG && format != pix.FormatJPEG || m.Rect.Min != (image.Point{}) || m.Rect.Empty() {
			t.Fatalf("format %q, bounds %v", format, m.Rect)
		}
		if len(m.Pix) < m.Rect.Dy()*m.Stride || m.Rect.Dx()*m.Rect.Dy() > pix.MaxPixels {
			t.Fatalf("bounds %v do not fit the pixels", m.Rect)
		}
	})
}

func BenchmarkDecodePNG1440x900(b *testing.B) {
	m := image.NewNRGBA(image.Rect(0, 0, 1440, 900))
	for i := range m.Pix {
		m.Pix[i] = uint8(i * i >> 9)
	}
	data := encodePNG(b, m)
	for b.Loop() {
		if _, _, err := pix.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
