package pix

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"image"
	"io"
	"slices"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// Color types of a PNG.
const (
	pngGray      = 0
	pngRGB       = 2
	pngPalette   = 3
	pngGrayAlpha = 4
	pngRGBA      = 6
)

// pngFile is a PNG taken apart: what its header says, and its compressed rows.
// The order of the chunks does not matter, and whatever else is in the file is
// passed over, as browsers do. A wrong checksum alone is no damage, since
// programs write such; but where a chunk's is wrong and the stream's does not fit either,
// the pixels are not what they were.
type pngFile struct {
	w, h       int
	depth      int // bits of a sample
	color      int
	interlaced bool
	palette    [256][4]byte // NRGBA; entries that the file lacks are opaque black
	trans      []byte       // body of tRNS
	data       []pngData    // the IDAT chunks
}

// pngData is an IDAT chunk: its body, and the checksum behind it as far as the
// file goes.
type pngData struct{ body, sum []byte }

// wrong reports whether the checksum is there and does not fit.
func (d pngData) wrong() bool {
	sum := crc32.Update(crc32.ChecksumIEEE([]byte("IDAT")), crc32.IEEETable, d.body)
	return len(d.sum) == 4 && binary.BigEndian.Uint32(d.sum) != sum
}

// errRare is a file that follows the format but uses what we cannot read.
var errRare = errors.New("a rare kind of file")

// errEarlyEnd is a file that ends before its image is complete.
var errEarlyEnd = io.ErrUnexpectedEOF

// errDamaged is a file whose content makes no sense.
var errDamaged = errors.New("damaged")

// parsePNG takes a file apart. The errors are errEarlyEnd, errDamaged and
// errRare.
func parsePNG(b []byte) (*pngFile, error) {
	f := &pngFile{}
	for i := range f.palette {
		f.palette[i] = [4]byte{3: 255}
	}
	var plte []byte
	pngChunks(b, func(kind string, body, sum []byte) bool {
		switch kind {
		case "IHDR":
			if f.w == 0 && len(body) >= 13 {
				f.header(body)
			}
		case "PLTE":
			plte = body
		case "tRNS":
			f.trans = body
		case "IDAT":
			f.data = append(f.data, pngData{body, sum})
		case "CgBI": // of Xcode: no zlib header, and blue first
			f.color = -1
		}
		return kind != "IEND"
	})
	switch {
	case f.w == 0 && f.h == 0 && len(b) < len(pngSignature)+8+13:
		return nil, errEarlyEnd
	case f.w <= 0 || f.h <= 0:
		return nil, errDamaged
	case !f.possible():
		return nil, errRare
	}
	for i := 0; i+3 <= len(plte) && i < 3*256; i += 3 {
		copy(f.palette[i/3][:3], plte[i:])
	}
	if f.color == pngPalette {
		for i, a := range f.trans[:min(len(f.trans), 256)] {
			f.palette[i][3] = a
		}
	}
	return f, nil
}

// header reads the body of IHDR; sizes that no image has become 0.
func (f *pngFile) header(b []byte) {
	w, h := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if w < 1<<31 && h < 1<<31 {
		f.w, f.h = int(w), int(h)
	}
	if f.color >= 0 {
		f.color = int(b[9])
	}
	f.depth, f.interlaced = int(b[8]), b[12] == 1
}

// possible reports whether depth and color type are a pair that exists.
func (f *pngFile) possible() bool {
	depths := map[int]string{pngGray: "\x01\x02\x04\x08\x10", pngRGB: "\x08\x10", pngPalette: "\x01\x02\x04\x08", pngGrayAlpha: "\x08\x10", pngRGBA: "\x08\x10"}
	return f.depth > 0 && f.depth <= 16 && bytes.IndexByte([]byte(depths[f.color]), byte(f.depth)) >= 0
}

// pngChunks calls visit for each chunk in the file's order until it returns
// false. A chunk that the end of the file cuts is passed with what is there.
func pngChunks(b []byte, visit func(kind string, body, sum []byte) bool) {
	for i := len(pngSignature); i+8 <= len(b); {
		n := int64(binary.BigEndian.Uint32(b[i:]))
		end := min(int64(i)+8+n, int64(len(b)))
		next := int(end) + 4
		if !visit(string(b[i+4:i+8]), b[i+8:end], b[end:min(next, len(b))]) {
			return
		}
		i = next
	}
}

// channels of a pixel as it is stored.
func (f *pngFile) channels() int {
	return map[int]int{pngGray: 1, pngRGB: 3, pngPalette: 1, pngGrayAlpha: 2, pngRGBA: 4}[f.color]
}

// pass is one of the seven interlaced images, or the only one.
type pass struct{ x, y, dx, dy int }

var adam7 = []pass{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}}

// decode returns the image and which part of its rows was there. The error
// says why the rest was not; the image is then complete as far as it goes,
// and transparent from there. Samples of 16 bits lose their low byte row by row,
// so that no more than the image itself is held.
func (f *pngFile) decode() (*image.NRGBA, float64, error) {
	img := image.NewNRGBA(image.Rect(0, 0, f.w, f.h))
	stream := f.stream()
	inflated := flate.NewReader(stream)
	defer func() { _ = inflated.Close() }()
	sum := adler32.New()
	in := io.TeeReader(inflated, sum)
	passes := []pass{{0, 0, 1, 1}}
	if f.interlaced {
		passes = adam7
	}
	bits := f.depth * f.channels()
	total, done := 0, 0
	for _, p := range passes {
		total += f.rows(p)
	}
	line := make([]byte, 4*f.w)
	for _, p := range passes {
		w := (f.w - p.x + p.dx - 1) / p.dx
		size := (w*bits + 7) / 8
		step := max(1, bits/8)
		cur, prev := make([]byte, step+size), make([]byte, step+size)
		for k := range f.rows(p) {
			// The byte before the row is its filter; it lies where the
			// filters look for the pixel left of the first.
			if _, err := io.ReadFull(in, cur[step-1:]); err != nil {
				return img, float64(done) / float64(total), pngError(err)
			}
			filter := cur[step-1]
			cur[step-1] = 0
			if !unfilter(filter, cur, prev, step) {
				return img, float64(done) / float64(total), errDamaged
			}
			f.expand(line[:4*w], cur[step:])
			place7(img, line[:4*w], p, p.y+k*p.dy)
			cur, prev = prev, cur
			clear(cur[:step])
			done++
		}
	}
	if slices.ContainsFunc(f.data, pngData.wrong) && !ends(in, stream, sum) {
		return img, 0, errDamaged
	}
	return img, 1, nil
}

// stream is what the IDAT chunks hold together, behind the zlib header.
func (f *pngFile) stream() *bufio.Reader {
	parts := make([]io.Reader, len(f.data))
	for i, d := range f.data {
		parts[i] = bytes.NewReader(d.body)
	}
	r := bufio.NewReader(io.MultiReader(parts...))
	_, _ = r.Discard(2)
	return r
}

// ends reports whether the rows end here and the Adler-32 behind them fits.
func ends(rows, behind io.Reader, sum hash.Hash32) bool {
	var b [4]byte
	if n, err := rows.Read(b[:1]); n > 0 || err != io.EOF {
		return false
	}
	_, err := io.ReadFull(behind, b[:])
	return err == nil && binary.BigEndian.Uint32(b[:]) == sum.Sum32()
}

// rows of a pass; 0 for one without pixels.
func (f *pngFile) rows(p pass) int {
	if p.x >= f.w || p.y >= f.h {
		return 0
	}
	return (f.h - p.y + p.dy - 1) / p.dy
}

// place7 puts the pixels of one row of a pass in their places.
func place7(img *image.NRGBA, line []byte, p pass, y int) {
	row := img.Pix[y*img.Stride:]
	if p.dx == 1 {
		copy(row[4*p.x:], line)
		return
	}
	for i, x := 0, p.x; i+4 <= len(line); i, x = i+4, x+p.dx {
		copy(row[4*x:4*x+4], line[i:i+4])
	}
}

// pngError says whether data was missing or wrong.
func pngError(err error) error {
	var corrupt flate.CorruptInputError
	if errors.As(err, &corrupt) {
		return errDamaged
	}
	return errEarlyEnd
}

// unfilter undoes the filter of a row in place. Both rows begin with a pixel of
// zeros, of step bytes. It reports whether the filter exists.
func unfilter(filter byte, cur, prev []byte, step int) bool {
	switch filter {
	case 0:
	case 1:
		for i := step; i < len(cur); i++ {
			cur[i] += cur[i-step]
		}
	case 2:
		for i := step; i < len(cur); i++ {
			cur[i] += prev[i]
		}
	case 3:
		for i := step; i < len(cur); i++ {
			cur[i] += byte((int(cur[i-step]) + int(prev[i])) / 2)
		}
	case 4:
		for i := step; i < len(cur); i++ {
			cur[i] += paeth(cur[i-step], prev[i], prev[i-step])
		}
	default:
		return false
	}
	return true
}

// paeth returns whichever of left, above and upper left is nearest to left +
// above - upper left (PNG specification, 9.4).
func paeth(a, b, c byte) byte {
	pa, pb := int(b)-int(c), int(a)-int(c)
	pc := pa + pb
	pa, pb, pc = max(pa, -pa), max(pb, -pb), max(pc, -pc)
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

// expand turns a row as it is stored into NRGBA.
func (f *pngFile) expand(dst, src []byte) {
	switch {
	case f.color == pngPalette:
		f.samples(dst, src, func(d []byte, v int) { copy(d, f.palette[v][:]) })
	case f.color == pngGray && f.depth < 16:
		top := 1<<f.depth - 1
		clear := f.key(0)
		f.samples(dst, src, func(d []byte, v int) {
			g := byte(v * 255 / top)
			d[0], d[1], d[2], d[3] = g, g, g, alpha(v == clear)
		})
	case f.color == pngGray:
		clear := f.key(0)
		for i, j := 0, 0; i < len(dst); i, j = i+4, j+2 {
			dst[i], dst[i+1], dst[i+2] = src[j], src[j], src[j]
			dst[i+3] = alpha(sample(src[j:], 2) == clear)
		}
	case f.color == pngGrayAlpha:
		n := f.depth / 8
		for i, j := 0, 0; i < len(dst); i, j = i+4, j+2*n {
			dst[i], dst[i+1], dst[i+2], dst[i+3] = src[j], src[j], src[j], src[j+n]
		}
	case f.color == pngRGBA && f.depth == 8:
		copy(dst, src)
	case f.color == pngRGBA:
		for i := range dst {
			dst[i] = src[2*i]
		}
	default:
		f.expandRGB(dst, src)
	}
}

// expandRGB is expand for three samples a pixel, of which one color may be
// declared transparent.
func (f *pngFile) expandRGB(dst, src []byte) {
	n := f.depth / 8
	r, g, b := f.key(0), f.key(1), f.key(2)
	for i, j := 0, 0; i < len(dst); i, j = i+4, j+3*n {
		dst[i], dst[i+1], dst[i+2], dst[i+3] = src[j], src[j+n], src[j+2*n], 255
		if r >= 0 && sample(src[j:], n) == r && sample(src[j+n:], n) == g && sample(src[j+2*n:], n) == b {
			dst[i+3] = 0
		}
	}
}

// samples calls put for each pixel of a row with one sample a pixel, of at most
// 8 bits.
func (f *pngFile) samples(dst, src []byte, put func(d []byte, v int)) {
	mask := byte(1<<f.depth - 1)
	for i, bit := 0, 0; i < len(dst); i, bit = i+4, bit+f.depth {
		v := src[bit/8] >> (8 - f.depth - bit%8) & mask
		put(dst[i:i+4:i+4], int(v))
	}
}

// key is a sample of the color that is declared transparent; -1 without one.
func (f *pngFile) key(i int) int {
	if len(f.trans) < 2*f.channels() {
		return -1
	}
	v := int(binary.BigEndian.Uint16(f.trans[2*i:]))
	if f.depth < 16 {
		v &= 1<<f.depth - 1
	}
	return v
}

func sample(b []byte, n int) int {
	if n == 1 {
		return int(b[0])
	}
	return int(b[0])<<8 | int(b[1])
}

func alpha(transparent bool) byte {
	if transparent {
		return 0
	}
	return 255
}
