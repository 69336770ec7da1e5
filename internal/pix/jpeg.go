package pix

import (
	"bytes"
	"encoding/binary"
	"image"
)

// Limits of a JPEG's scans: what one pass over the image, or many over a
// progressive one, may cost. Real programs write one to about twenty.
const maxScans = 64

// zigzag is the natural place (row by row) of each coefficient of a block in
// the order of the file.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// jpegFile is a JPEG being read: Huffman coded, sequential or progressive, of 8
// bits, with any sampling of 1 to 4 components. Unlike the standard library's
// decoder it shows what there is, as browsers do: it goes on after a lost restart
// marker, after damage, and at an early end.
//
// The coefficients of the whole image are held, 2 bytes a sample, and turned
// into pixels at the end, row by row; each row is dropped then (ITU-T T.81).
type jpegFile struct {
	b           []byte
	w, h        int
	progressive bool
	comps       []component
	hMax, vMax  int
	mcuW, mcuH  int // of the image in MCUs
	quant       [4][64]uint16
	huff        [2][4]*huffman // DC, AC
	restart     int            // MCUs between two restart markers; 0: none
	adobe       int            // color transform of the Adobe segment; -1: none
	scans       int
	decoded     int // MCUs of the first scan of component 0 that were read
	wanted      int // MCUs that scan should have
	damaged     bool
}

// component is one plane of a JPEG.
type component struct {
	id, h, v, quant int
	blocksW         int // of the plane, padded to whole MCUs
	// Coefficients, 64 a block in natural order, by rows of MCUs; nil: none yet.
	coef [][]int16
	seen bool // a scan of it was read
}

// parseJPEG reads headers and scans. The errors are errEarlyEnd, errDamaged and
// errRare. With headOnly it stops at the frame header, which is all that size
// and kind need.
func parseJPEG(b []byte, headOnly bool) (*jpegFile, error) {
	f := &jpegFile{b: b, adobe: -1}
	var err error
	end := jpegSegments(b, func(marker byte, body []byte, after int) int {
		switch {
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			if f.w == 0 {
				err = f.frame(marker, body)
			}
			if err != nil || headOnly {
				return stop
			}
		case marker == 0xc4:
			f.huffmanTables(body)
		case marker == 0xdb:
			f.quantTables(body)
		case marker == 0xdd && len(body) >= 2:
			f.restart = int(binary.BigEndian.Uint16(body))
		case marker == 0xee && bytes.HasPrefix(body, []byte("Adobe")) && len(body) >= 12:
			f.adobe = int(body[11])
		case marker == 0xda:
			if f.scans++; f.w == 0 || f.scans > maxScans {
				return stop
			}
			return f.scan(body, after)
		}
		return after
	})
	switch {
	case err != nil:
		return nil, err
	case f.w > 0 && (headOnly || f.scans > 0):
		return f, nil
	case end >= len(b):
		return nil, errEarlyEnd
	}
	return nil, errDamaged
}

// stop ends jpegSegments.
const stop = -1

// jpegSegments calls visit for each marker segment in the file's order, with
// its body and the place behind it, and goes on at the place that it returns.
// Entropy-coded data and garbage between segments are skipped. It returns the
// place where it ended.
func jpegSegments(b []byte, visit func(marker byte, body []byte, after int) int) int {
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xff {
			next := bytes.IndexByte(b[i:], 0xff)
			if next < 0 {
				return len(b)
			}
			i += next
			continue
		}
		marker := b[i+1]
		switch {
		case marker == 0xff:
			i++
			continue
		case marker == 0 || marker == 1 || marker >= 0xd0 && marker <= 0xd8: // no body
			i += 2
			continue
		case marker == 0xd9:
			return i
		}
		n := int(binary.BigEndian.Uint16(b[i+2:]))
		end := i + 2 + n
		if n < 2 {
			i += 2
			continue
		}
		if end > len(b) {
			return len(b)
		}
		if i = visit(marker, b[i+4:end], end); i == stop {
			return end
		}
	}
	return len(b)
}

// frame reads SOF.
func (f *jpegFile) frame(marker byte, b []byte) error {
	if marker > 0xc2 || len(b) < 6 {
		return errRare // lossless, hierarchical, arithmetic
	}
	f.progressive = marker == 0xc2
	f.h, f.w = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	n := int(b[5])
	if b[0] != 8 || n < 1 || n > 4 || len(b) < 6+3*n || f.h == 0 || f.w == 0 {
		return errRare
	}
	for i := range n {
		c := component{id: int(b[6+3*i]), h: int(b[7+3*i] >> 4), v: int(b[7+3*i] & 15), quant: int(b[8+3*i])}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.quant > 3 {
			return errDamaged
		}
		f.hMax, f.vMax = max(f.hMax, c.h), max(f.vMax, c.v)
		f.comps = append(f.comps, c)
	}
	f.mcuW, f.mcuH = ceilDiv(f.w, 8*f.hMax), ceilDiv(f.h, 8*f.vMax)
	for i := range f.comps {
		c := &f.comps[i]
		c.blocksW = f.mcuW * c.h
	}
	return nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// quantTables reads DQT.
func (f *jpegFile) quantTables(b []byte) {
	for len(b) > 0 {
		id, wide := int(b[0]&15), int(b[0]>>4)
		size := 64 * (wide + 1)
		if b = b[1:]; id > 3 || wide > 1 || len(b) < size {
			return
		}
		for k := range 64 {
			if wide == 1 {
				f.quant[id][zigzag[k]] = binary.BigEndian.Uint16(b[2*k:])
			} else {
				f.quant[id][zigzag[k]] = uint16(b[k])
			}
		}
		b = b[size:]
	}
}

// huffman is a table of codes of up to 16 bits.
type huffman struct {
	first  [17]int32 // smallest code of a length
	beyond [17]int32 // one more than its largest code; 0: none
	index  [17]int   // of the smallest code in values
	values []byte
	fast   [256]uint16 // by the next 8 bits: length<<8 | value; 0: longer
}

// huffmanTables reads DHT; a table that makes no sense is left out.
func (f *jpegFile) huffmanTables(b []byte) {
	for len(b) >= 17 {
		class, id := int(b[0]>>4), int(b[0]&15)
		counts := b[1:17]
		n := 0
		for _, c := range counts {
			n += int(c)
		}
		if class > 1 || id > 3 || n > 256 || len(b) < 17+n {
			return
		}
		f.huff[class][id] = newHuffman(counts, bytes.Clone(b[17:17+n]))
		b = b[17+n:]
	}
}

func newHuffman(counts, values []byte) *huffman {
	h := &huffman{values: values}
	code, k := int32(0), 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		h.first[length], h.index[length] = code, k
		for i := range n {
			if length <= 8 {
				from := (int(code) + i) << (8 - length)
				for j := range 1 << (8 - length) {
					if from+j < 256 {
						h.fast[from+j] = uint16(length)<<8 | uint16(values[k+i])
					}
				}
			}
		}
		if code += int32(n); n > 0 {
			h.beyond[length] = code
		}
		k += n
		code <<= 1
	}
	return h
}

// decode returns the image, and which part of it was there.
func (f *jpegFile) decode() (*image.NRGBA, float64) {
	img := image.NewNRGBA(image.Rect(0, 0, f.w, f.h))
	f.paint(img)
	if f.wanted == 0 {
		return img, 0
	}
	return img, float64(f.decoded) / float64(f.wanted)
}
