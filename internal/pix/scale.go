package pix

import (
	"encoding/binary"
	"image"

	"github.com/saccade-dev/saccade/internal/pix/rows"
)

// Scale returns the image at w x h pixels: the average of the covered area
// where it gets smaller, bilinear where it gets larger, each axis for itself.
func (p *RGB) Scale(w, h int) *RGB {
	dst := New(w, h)
	p.ScaleInto(dst)
	return dst
}

// ScaleInto is [RGB.Scale] into an existing image, whose size decides.
func (p *RGB) ScaleInto(dst *RGB) { new(Scaler).Scale(dst, p) }

// Scaler is [RGB.ScaleInto] for many images: it keeps what depends on the sizes alone.
// The zero value is ready; it belongs to one goroutine.
type Scaler struct {
	size   image.Point // of what it makes
	scaler *scaler
}

// Scale scales one image.
func (c *Scaler) Scale(dst, p *RGB) {
	if p.W == 0 || p.H == 0 || dst.W == 0 || dst.H == 0 {
		return
	}
	from, size := image.Pt(p.W, p.H), image.Pt(dst.W, dst.H)
	if from == size {
		copy(dst.Pix, p.Pix)
		return
	}
	if c.scaler == nil || c.size != size || c.scaler.from != from {
		c.size, c.scaler = size, newScaler(from, size, 3)
	}
	for y := range dst.H {
		c.scaler.row(dst.Pix[3*y*dst.W:][:3*dst.W], p.Pix, 3*p.W, y)
	}
}

// scaler makes one plane smaller or larger, row by row of the answer. It first
// adds up the covered rows, then the covered columns of that sum.
type scaler struct {
	from     image.Point // size of the source
	channels int
	paired   bool // one channel, and columns are taken two by two
	rows     []rowTaps
	cols     []colTaps
	quads    *rows.Columns // the same as cols, where it is possible
	words    []uint16      // sum in 16 bits, where it fits and there are kernels for it
	sum      []uint32      // weighted sum of the covered rows, per column or pair of columns
	kernels  rows.Kernels
}

// pairedRatio is how much narrower a plane must get before its columns are
// summed in pairs, which halves the work: the border between two columns of
// the answer may then share a pair out in proportion, not pixel by pixel.
const pairedRatio = 2.4

// rowTaps names the source rows of one row of the answer, from first on. The
// weights are small integers, so that eight bytes can be summed in two words.
type rowTaps struct {
	first   int
	weights []uint32
	inverse uint64 // 2^32 / sum of weights
}

// colTaps is the same for a column; its weights sum to 1<<colBits.
type colTaps struct {
	first   int
	weights []uint32
}

// quads turns columns of at most four weights into quads within width sources;
// nil if there are others.
func quads(cols []colTaps, width int) *rows.Columns {
	if width < 4 {
		return nil
	}
	out := make([]rows.Quad, len(cols))
	for i, t := range cols {
		if len(t.weights) > 4 {
			return nil
		}
		first := min(t.first, width-4)
		out[i].First = first
		for k, w := range t.weights {
			out[i].W[t.first-first+k] = uint64(w)
		}
	}
	return rows.NewColumns(out)
}

const (
	colBits   = rows.WeightBits
	maxWeight = 128 // 2 * 255 * 128 fits 16 bits
)

func newScaler(src, dst image.Point, channels int) *scaler {
	// A lane of the sum holds 16 bits: weights of one row must not exceed
	// maxWeight together. Larger ratios than that are summed in portions.
	unit := max(1, min(maxWeight/2, maxWeight/(src.Y/dst.Y+2)))
	s := &scaler{from: src, channels: channels, kernels: rows.Best(),
		paired: channels == 1 && src.X%2 == 0 && float64(src.X) >= pairedRatio*float64(dst.X)}
	for _, t := range taps(src.Y, dst.Y, func(x float64) int64 { return int64(x*float64(unit) + 0.5) }) {
		var total uint64
		for _, w := range t.weights {
			total += uint64(w)
		}
		s.rows = append(s.rows, rowTaps{t.first, t.weights, ((1 << 32) + total/2) / total})
	}
	if s.paired {
		src.X /= 2
		for i := range s.rows {
			s.rows[i].inverse /= 2
		}
	}
	s.cols = normalTaps(src.X, dst.X)
	if channels == 1 {
		s.quads = quads(s.cols, src.X)
	}
	s.sum = make([]uint32, src.X*channels)
	if s.quads != nil {
		s.words = make([]uint16, src.X, src.X+rows.Room)
	}
	return s
}

// taps lists the source positions of each of dst positions with their weights:
// the covered stretch when shrinking, the two neighbors when growing. quantum
// turns a position (in source pixels) into whole weight units; rounding
// positions rather than weights keeps every sum right.
func taps(src, dst int, quantum func(float64) int64) []colTaps {
	out := make([]colTaps, dst)
	ratio := float64(src) / float64(dst)
	for j := range out {
		lo, hi := float64(j)*ratio, float64(j+1)*ratio
		if ratio < 1 {
			lo = min(max((float64(j)+0.5)*ratio-0.5, 0), float64(src-1))
			hi = min(lo+1, float64(src))
		}
		first := min(int(lo), src-1)
		t := colTaps{first: first}
		for i := first; i < src && float64(i) < hi; i++ {
			from, to := max(lo, float64(i)), min(hi, float64(i+1))
			t.weights = append(t.weights, uint32(quantum(to)-quantum(from)))
		}
		out[j] = t.trimmed(src)
	}
	return out
}

// trimmed drops weights of 0 at both ends; a row without any weight (a stretch
// shorter than the quantum) takes its first pixel.
func (t colTaps) trimmed(src int) colTaps {
	for len(t.weights) > 0 && t.weights[len(t.weights)-1] == 0 {
		t.weights = t.weights[:len(t.weights)-1]
	}
	for len(t.weights) > 0 && t.weights[0] == 0 {
		t.first, t.weights = t.first+1, t.weights[1:]
	}
	if len(t.weights) == 0 {
		return colTaps{first: min(t.first, src-1), weights: []uint32{1}}
	}
	return t
}

// normalTaps is taps with weights that sum to 1<<colBits for every position.
func normalTaps(src, dst int) []colTaps {
	span := max(1, float64(src)/float64(dst))
	out := taps(src, dst, func(x float64) int64 { return int64(x/span*(1<<colBits) + 0.5) })
	for _, t := range out {
		var total uint32
		for _, w := range t.weights {
			total += w
		}
		t.weights[0] += (1 << colBits) - total // rounding of the two ends
	}
	return out
}

// row writes row y of the answer.
func (s *scaler) row(dst, src []byte, stride, y int) {
	r := &s.rows[y]
	var total uint32
	for _, w := range r.weights {
		total += w
	}
	if s.kernels.TakesWords(s.quads) && total <= maxWeight && r.inverse>>31 == 0 {
		s.narrowRow(dst, src[r.first*stride:], stride, r)
		return
	}
	s.sumRows(src, stride, r)
	switch s.channels {
	case 1:
		s.columns1(dst, r.inverse)
	default:
		s.columns3(dst, r.inverse)
	}
}

// narrowRow is row for sums that fit 16 bits.
func (s *scaler) narrowRow(dst, src []byte, stride int, r *rowTaps) {
	for x := s.kernels.Words(s.words, src, stride, r.weights, s.paired); x < len(s.words); x++ {
		var sum uint32
		for i, w := range r.weights {
			if s.paired {
				at := i*stride + 2*x
				sum += (uint32(src[at]) + uint32(src[at+1])) * w
			} else {
				sum += uint32(src[i*stride+x]) * w
			}
		}
		s.words[x] = uint16(sum)
	}
	all := s.quads.Quads
	dst = dst[:len(all)]
	for j := s.kernels.Narrow(dst, s.words, s.quads, r.inverse); j < len(all); j++ {
		q := &all[j]
		in := s.words[q.First:][:4:4]
		v := uint64(in[0])*q.W[0] + uint64(in[1])*q.W[1] + uint64(in[2])*q.W[2] + uint64(in[3])*q.W[3]
		dst[j] = uint8((v*r.inverse + sumHalf) >> sumShift)
	}
}

// sumRows adds up the weighted rows, in portions that fit the 16-bit lanes.
func (s *scaler) sumRows(src []byte, stride int, r *rowTaps) {
	clear(s.sum)
	for i := 0; i < len(r.weights); {
		n, total := i, uint32(0)
		for n < len(r.weights) && total+r.weights[n] <= maxWeight {
			total += r.weights[n]
			n++
		}
		part := src[(r.first+i)*stride:]
		if s.paired {
			s.sumPairs(part, stride, r.weights[i:n])
		} else {
			s.sumSingles(part, stride, r.weights[i:n])
		}
		i = n
	}
}

// lanes masks the even bytes of a word: four lanes of 16 bits.
const lanes = 0x00ff00ff00ff00ff

// sumSingles adds weighted rows whose weights sum to at most maxWeight: the
// even and the odd bytes of eight are summed in the lanes of one word each.
func (s *scaler) sumSingles(src []byte, stride int, weights []uint32) {
	width := len(s.sum)
	x := s.kernels.Singles(s.sum, src, stride, weights)
	for ; x+8 <= width; x += 8 {
		var even, odd uint64
		off := x
		for _, w := range weights {
			v := binary.LittleEndian.Uint64(src[off:])
			even += (v & lanes) * uint64(w)
			odd += (v >> 8 & lanes) * uint64(w)
			off += stride
		}
		d := s.sum[x : x+8 : x+8]
		d[0] += uint32(even & 0xffff)
		d[1] += uint32(odd & 0xffff)
		d[2] += uint32(even >> 16 & 0xffff)
		d[3] += uint32(odd >> 16 & 0xffff)
		d[4] += uint32(even >> 32 & 0xffff)
		d[5] += uint32(odd >> 32 & 0xffff)
		d[6] += uint32(even >> 48)
		d[7] += uint32(odd >> 48)
	}
	for ; x < width; x++ {
		for i, w := range weights {
			s.sum[x] += uint32(src[i*stride+x]) * w
		}
	}
}

// sumPairs is sumSingles with every two neighboring bytes added up.
func (s *scaler) sumPairs(src []byte, stride int, weights []uint32) {
	width := len(s.sum)
	x := s.kernels.Pairs(s.sum, src, stride, weights)
	for ; x+8 <= width; x += 8 {
		var a, b uint64
		off := 2 * x
		for _, w := range weights {
			in := src[off : off+16]
			v, u := binary.LittleEndian.Uint64(in), binary.LittleEndian.Uint64(in[8:])
			a += (v&lanes + v>>8&lanes) * uint64(w)
			b += (u&lanes + u>>8&lanes) * uint64(w)
			off += stride
		}
		d := s.sum[x : x+8 : x+8]
		d[0] += uint32(a & 0xffff)
		d[1] += uint32(a >> 16 & 0xffff)
		d[2] += uint32(a >> 32 & 0xffff)
		d[3] += uint32(a >> 48)
		d[4] += uint32(b & 0xffff)
		d[5] += uint32(b >> 16 & 0xffff)
		d[6] += uint32(b >> 32 & 0xffff)
		d[7] += uint32(b >> 48)
	}
	for ; x < width; x++ {
		for i, w := range weights {
			at := i*stride + 2*x
			s.sum[x] += (uint32(src[at]) + uint32(src[at+1])) * w
		}
	}
}

// A column's sum times its inverse has the bits of the inverse and of the weights
// behind the point.
const (
	sumShift = rows.Shift
	sumHalf  = rows.Half
	_        = uint(sumShift - 32 - colBits)
)

func (s *scaler) columns1(dst []byte, inverse uint64) {
	if s.quads != nil {
		all := s.quads.Quads
		dst = dst[:len(all)]
		for j := s.kernels.Columns(dst, s.sum, s.quads, inverse); j < len(all); j++ {
			q := &all[j]
			in := s.sum[q.First:][:4:4]
			v := uint64(in[0])*q.W[0] + uint64(in[1])*q.W[1] + uint64(in[2])*q.W[2] + uint64(in[3])*q.W[3]
			dst[j] = uint8((v*inverse + sumHalf) >> sumShift)
		}
		return
	}
	for j := range s.cols {
		t := &s.cols[j]
		in := s.sum[t.first:][:len(t.weights)]
		var v uint64
		for i, w := range t.weights {
			v += uint64(in[i]) * uint64(w)
		}
		dst[j] = uint8((v*inverse + sumHalf) >> sumShift)
	}
}

func (s *scaler) columns3(dst []byte, inverse uint64) {
	for j := range s.cols {
		t := &s.cols[j]
		in := s.sum[3*t.first:][:3*len(t.weights)]
		var r, g, b uint64
		for _, w := range t.weights {
			w := uint64(w)
			r += uint64(in[0]) * w
			g += uint64(in[1]) * w
			b += uint64(in[2]) * w
			in = in[3:]
		}
		d := dst[3*j : 3*j+3 : 3*j+3]
		d[0] = uint8((r*inverse + sumHalf) >> sumShift)
		d[1] = uint8((g*inverse + sumHalf) >> sumShift)
		d[2] = uint8((b*inverse + sumHalf) >> sumShift)
	}
}
