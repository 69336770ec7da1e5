package pipeline

import (
	"image"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pix"
)

// A stage that is shared may change its size within a video. Its frames keep
// their proportions then, with bars around them, and attention and scores are
// measured on what is between the bars: every size has a stream of its own, and
// its maps are put into those of the whole frame.

// maxStreams is how many sizes of a video keep the state of their stream.
const maxStreams = 4

// streams are the streams of one video, by the size of what they see.
type streams struct {
	model  attention.Predictor
	prior  attention.Prior
	bySize map[image.Point]attention.Stream
}

// of returns the stream for frames of a size.
func (s *streams) of(size image.Point) (attention.Stream, error) {
	if st := s.bySize[size]; st != nil {
		return st, nil
	}
	st, err := s.model.NewStream(size.X, size.Y, s.prior)
	if err != nil {
		return nil, err
	}
	if s.bySize == nil || len(s.bySize) >= maxStreams {
		s.bySize = map[image.Point]attention.Stream{}
	}
	s.bySize[size] = st
	return st, nil
}

// active is the part of a frame between the bars: all of it, as a rule.
func active(f *ffmpeg.Frame) *image.YCbCr {
	if f.Active == f.Image.Rect {
		return f.Image
	}
	return f.Image.SubImage(f.Active).(*image.YCbCr)
}

// letterbox is the place of the active part in a frame, as fractions of it;
// the zero value is the whole frame.
type letterbox struct{ left, top, right, bottom float64 }

func letterboxOf(f *ffmpeg.Frame) letterbox {
	if f.Active == f.Image.Rect {
		return letterbox{}
	}
	w, h := float64(f.Image.Rect.Dx()), float64(f.Image.Rect.Dy())
	return letterbox{float64(f.Active.Min.X) / w, float64(f.Active.Min.Y) / h, float64(f.Active.Max.X) / w, float64(f.Active.Max.Y) / h}
}

// share says how much of a cell of a row falls into another row's cell.
type share struct {
	to   int
	part float64
}

// shares divides n cells that lie between two fractions of a row of m cells
// among these.
func shares(n, m int, from, to float64) [][]share {
	out := make([][]share, n)
	step := (to - from) / float64(n) * float64(m)
	for i := range out {
		a := from*float64(m) + float64(i)*step
		b := a + step
		for k := max(int(a), 0); k < m && float64(k) < b; k++ {
			if part := (min(b, float64(k+1)) - max(a, float64(k))) / step; part > 0 {
				out[i] = append(out[i], share{k, part})
			}
		}
	}
	return out
}

// spread adds the values of a grid of w x h cells to those of a larger one,
// cell by cell in proportion to the area that they share.
func (l letterbox) spread(dst []float32, dw, dh int, src []float32, w, h int) {
	columns, rows := shares(w, dw, l.left, l.right), shares(h, dh, l.top, l.bottom)
	for y, row := range rows {
		for x, column := range columns {
			v := float64(src[y*w+x])
			for _, r := range row {
				for _, c := range column {
					dst[r.to*dw+c.to] += float32(v * r.part * c.part)
				}
			}
		}
	}
}

// density returns the density of a whole frame, on a grid of w x h cells, from
// that of what is between the bars. Nothing falls onto the bars.
func (l letterbox) density(d saccade.Density, w, h int) saccade.Density {
	if l == (letterbox{}) || w == 0 {
		return d.Clone()
	}
	out := saccade.NewDensity(w, h)
	clear(out.V)
	l.spread(out.V, w, h, d.V, d.W, d.H)
	out.Normalize()
	return out
}

// plane returns the map of a whole frame from that of what is between the bars:
// of the same size, zero on the bars.
func (l letterbox) plane(p *pix.Plane) *pix.Plane {
	if p == nil || l == (letterbox{}) {
		return p
	}
	out := pix.NewPlane(p.W, p.H)
	for y := range p.H {
		v := ((float64(y)+0.5)/float64(p.H) - l.top) / (l.bottom - l.top)
		for x := range p.W {
			u := ((float64(x)+0.5)/float64(p.W) - l.left) / (l.right - l.left)
			if u >= 0 && u < 1 && v >= 0 && v < 1 {
				out.V[y*p.W+x] = p.V[int(v*float64(p.H))*p.W+int(u*float64(p.W))]
			}
		}
	}
	return out
}
