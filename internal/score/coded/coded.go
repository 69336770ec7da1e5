// Package coded counts how many bytes an image takes as a JPEG without writing one: a
// measure of its detail.
//
// The contract: the size is that of what image/jpeg writes at quality 75 in 4:2:0, to the
// byte, of the image in the colors of JPEG with the color of the top left one of 2 x 2
// pixels. Tables and codes are read from a file that image/jpeg writes; the transform is
// the same.
package coded

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math/bits"
	"sync"
)

// quality is that of the JPEG.
const quality = 75

// Counter counts sizes, and keeps its memory for the next one. The zero value is ready;
// it belongs to one goroutine.
type Counter struct {
	frame frame420
	coder coder
}

// Size is the size of a JPEG in bytes, of an image of w x h pixels, at least one, of three
// bytes each; 0: a side is too long for one.
func (k *Counter) Size(pix []byte, w, h int) int {
	if w >= 1<<16 || h >= 1<<16 {
		return 0
	}
	m, c := &k.frame, &k.coder
	m.load(pix, w, h)
	c.reset(6 * m.columns)
	var last [3]int
	for y := range m.rows {
		for x := range m.columns {
			at := 16*y*m.stride + 16*x
			for _, off := range [4]int{0, 8, 8 * m.stride, 8*m.stride + 8} {
				last[0] = c.block(0, m.luma[at+off:], m.stride, last[0])
			}
			at = 8*y*m.stride/2 + 8*x
			last[1] = c.block(1, m.cb[at:], m.stride/2, last[1])
			last[2] = c.block(1, m.cr[at:], m.stride/2, last[2])
		}
		c.count()
	}
	return c.tables.head + c.end()
}

// frame420 is an image in the colors of JPEG, padded to whole blocks with its last
// samples.
type frame420 struct {
	columns, rows int // of 16 x 16 pixels
	stride        int // of luma; twice that of cb and cr
	luma, cb, cr  []byte
}

// load converts an image; of color the top left one of 2 x 2 pixels counts.
func (m *frame420) load(pix []byte, width, height int) {
	m.columns, m.rows = (width+15)/16, (height+15)/16
	m.stride = 16 * m.columns
	n := m.stride * 16 * m.rows
	m.luma, m.cb, m.cr = grown(m.luma, n), grown(m.cb, n/4), grown(m.cr, n/4)
	for y := range 16 * m.rows {
		row := m.luma[y*m.stride:][:m.stride]
		if y >= height {
			copy(row, m.luma[(height-1)*m.stride:])
			continue
		}
		lumaRow(row, pix[3*y*width:][:3*width])
		fill(row, width)
	}
	w, h := (width+1)/2, (height+1)/2
	for y := range 8 * m.rows {
		cb, cr := m.cb[y*m.stride/2:][:m.stride/2], m.cr[y*m.stride/2:][:m.stride/2]
		if y >= h {
			copy(cb, m.cb[(h-1)*m.stride/2:])
			copy(cr, m.cr[(h-1)*m.stride/2:])
			continue
		}
		src := pix[6*y*width:][:3*width]
		for x := range w {
			s := src[6*x:][:3]
			r, g, b := int32(s[0]), int32(s[1]), int32(s[2])
			cb[x] = uint8(min((-11056*r-21712*g+32768*b+257<<15-1)>>16, 255))
			cr[x] = uint8(min((32768*r-27440*g-5328*b+257<<15-1)>>16, 255))
		}
		fill(cb, w)
		fill(cr, w)
	}
}

// lumaRow converts a row of pixels.
func lumaRow(dst, src []byte) {
	for x := lumaBlocks(dst, src); 3*x < len(src); x++ {
		s := src[3*x:][:3]
		dst[x] = uint8((19595*int32(s[0]) + 38470*int32(s[1]) + 7471*int32(s[2]) + 1<<15) >> 16)
	}
}

// fill repeats the last one of n samples.
func fill(row []byte, n int) {
	for x := n; x < len(row); x++ {
		row[x] = row[n-1]
	}
}

// codeTables is what does not depend on the image. Coefficients stand column by column,
// place 8*x+y; zigzag order is that of the file.
type codeTables struct {
	head     int             // bytes that are no coefficients
	quant    [2]quantization // of luma and color
	first    [2][16]uint32   // codes of differences by their size; see codeOf
	others   [2][256]uint32  // by run of zeros and size
	place    [64]uint8       // of zigzag order
	inZigzag [8][256]uint64  // what a column's bits are in zigzag order
}

// quantization divides coefficients: (|c| + more) * inverse, without what is behind the
// point, is c/d rounded.
type quantization struct {
	more, inverse [64]float32 // d/2 + 1/2, 1/d
}

// jpegTables reads the tables that image/jpeg writes.
var jpegTables = sync.OnceValue(func() *codeTables {
	t := new(codeTables)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewYCbCr(image.Rect(0, 0, 1, 1), image.YCbCrSubsampleRatio420), &jpeg.Options{Quality: quality}); err != nil {
		panic("coded: " + err.Error())
	}
	z := 0
	for d := range 15 { // diagonals
		for i := max(d-7, 0); i <= min(d, 7); i++ {
			x, y := i, d-i
			if d%2 == 1 {
				x, y = y, x
			}
			t.place[z] = uint8(8*x + y)
			for v := range 256 {
				t.inZigzag[x][v] |= uint64(v>>y&1) << z
			}
			z++
		}
	}
	all := b.Bytes()
	for at := 2; t.head == 0; {
		end := at + 2 + int(all[at+2])<<8 + int(all[at+3])
		t.read(all[at+1], all[at+4:end])
		if all[at+1] == 0xda { // the scan follows
			t.head = end + 2 // with the mark of the end
		}
		at = end
	}
	return t
})

// read takes the tables of one segment.
func (t *codeTables) read(marker byte, b []byte) {
	switch marker {
	case 0xdb:
		for ; len(b) > 0; b = b[65:] {
			q := &t.quant[b[0]&1]
			for z, v := range b[1:65] {
				d := 8 * float32(v) // the transform is eight times too large
				q.more[t.place[z]], q.inverse[t.place[z]] = d/2+0.5, 1/d
			}
		}
	case 0xc4:
		for len(b) > 0 {
			into := t.first[b[0]&1][:]
			if b[0]>>4 == 1 {
				into = t.others[b[0]&1][:]
			}
			counts, values, code := b[1:17], b[17:], uint32(0)
			for i, n := range counts {
				for _, v := range values[:n] {
					size := uint32(v & 0xf)
					into[v] = (uint32(i+1)+size)<<codeBits | code<<size
					code++
				}
				values, code = values[n:], code<<1
			}
			b = values
		}
	}
}

// codeBits is how many bits the longest code has with its coefficient. Codes leave room
// for it, and have the length of both in their highest bits.
const codeBits = 26

// coder codes coefficients. A byte of eight ones counts twice: the file has a zero behind
// it.
type coder struct {
	tables *codeTables
	bits   uint64 // the lowest n are not whole bytes yet
	n      int
	out    []byte // coded bytes of one row of blocks
	at     int    // how many
	bytes  int    // counted before
	buf    [64]int16
}

// mostBits is more than a block may take: a code has at most 16 bits, a coefficient 12.
const mostBits = 64 * 28

// reset begins an image of rows of so many blocks.
func (c *coder) reset(blocks int) {
	*c = coder{tables: jpegTables(), out: grown(c.out, blocks*mostBits/8+8)}
}

// block codes 8 x 8 samples of luma (0) or color (1) and returns the first coefficient;
// last is that of the block before.
func (c *coder) block(kind int, src []byte, stride, last int) int {
	t := c.tables
	zeros := codeBlock(&c.buf, src, stride, &t.quant[kind])
	var m uint64
	for x := range t.inZigzag {
		m |= t.inZigzag[x][uint8(^zeros>>(8*x))]
	}
	first := int(c.buf[0])
	v, size := sized(first - last)
	out, at := c.out[c.at:], 0
	acc, n := c.bits, c.n
	emit := func(code uint32, v uint64) {
		length := int(code >> codeBits)
		acc = acc<<(length&63) | uint64(code&(1<<codeBits-1)) | v
		n += length
		binary.BigEndian.PutUint64(out[at:], acc<<(-n&63))
		at, n = at+n>>3, n&7
	}
	emit(t.first[kind][size&15], v)
	codes := &t.others[kind]
	before := 0
	for m &^= 1; m != 0; m &= m - 1 {
		z := bits.TrailingZeros64(m)
		run := z - before - 1
		before = z
		for ; run > 15; run -= 16 {
			emit(codes[0xf0], 0)
		}
		v, size := sized(int(c.buf[t.place[z&63]]))
		emit(codes[uint8(run<<4|size)], v)
	}
	if before < 63 {
		emit(codes[0], 0)
	}
	c.bits, c.n, c.at = acc, n, c.at+at
	return first
}

// sized returns how many bits a coefficient takes, and which.
func sized(v int) (code uint64, size int) {
	sign := v >> 63
	size = bits.Len(uint((v ^ sign) - sign))
	return uint64(v+sign) & (1<<(size&63) - 1), size
}

// count counts what is coded.
func (c *coder) count() {
	c.bytes += c.at + bytes.Count(c.out[:c.at], []byte{0xff})
	c.at = 0
}

// end pads the last byte with ones and returns the number of bytes.
func (c *coder) end() int {
	if c.n > 0 {
		c.out[c.at] = uint8(c.bits<<(8-c.n)) | 0xff>>c.n
		c.at++
	}
	c.count()
	return c.bytes
}

// grown returns n values of any content, in the memory of v if they fit.
func grown(v []byte, n int) []byte {
	if cap(v) < n {
		return make([]byte, n)
	}
	return v[:n]
}
