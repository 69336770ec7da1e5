package attention

import (
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Examiner is a [Predictor] that can say more of an image than its density: the
// densities that were averaged into it, and features of the image as a whole.
type Examiner interface {
	Predictor

	// Examine predicts an image exactly as Image does, and returns the views
	// behind the density where they are asked for. It takes as long.
	Examine(p *pix.RGB, prior Prior, views bool) (Examined, error)

	// FrameViews predicts the frame p of a video on its own, at two small sizes,
	// as it is and mirrored: four densities on the grid of a stream of this
	// size of frame. It costs about as much as three frames of a stream.
	FrameViews(p *pix.RGB, prior Prior) ([]saccade.Density, error)

	// Features returns the features of an image as a whole, see [FeatureCount], and
	// the image at the size at which the network saw it, which is that of a frame of
	// a stream. It costs as much as such a frame.
	Features(p *pix.RGB) ([]float32, *pix.RGB, error)
}

// Examined is what an [Examiner] returns of an image.
type Examined struct {
	Density saccade.Density
	Views   []saccade.Density // the same grid; each alone is a prediction of the image, at one scale, as it is or mirrored
}

// FeatureStream is a [Stream] that keeps the features of the frame that it looked at last.
type FeatureStream interface {
	Stream

	// Features returns those of the newest frame of those that Next has had and the
	// network looked at: what [Examiner] returns of it as an image.
	Features() []float32
}

// FeatureCount is the length of the features of an image: the mean of each of the
// 64 channels of the decoder at stride 16 over the image, at the size of a frame of
// a video, then their standard deviations.
const FeatureCount = 128

// frameArea is the area of the smaller of the two sizes of FrameViews.
const frameArea = 288 * 160

var _ Examiner = (*Neural)(nil)

// Image implements [Predictor].
func (n *Neural) Image(p *pix.RGB, prior Prior) (saccade.Density, error) {
	e, err := n.Examine(p, prior, false)
	return e.Density, err
}

// Examine implements [Examiner].
func (n *Neural) Examine(p *pix.RGB, prior Prior, views bool) (Examined, error) {
	if err := checkImage(p); err != nil {
		return Examined{}, err
	}
	fine, coarse := n.acquire(workingSize(p.W, p.H, fineArea)), n.acquire(workingSize(p.W, p.H, coarseArea))
	defer n.release(fine, coarse)
	bias, err := n.net.bias(fine.w, fine.h, prior, p)
	if err != nil {
		return Examined{}, err
	}
	var out Examined
	large, small, err := pairs(p, fine, coarse)
	if err != nil {
		return Examined{}, err
	}
	if views {
		out.Views = fine.views(bias, large, small.resampled(fine.w, fine.h))
	}
	logits := large.mean()
	for i, v := range resample(small.mean(), coarse.w, coarse.h, fine.w, fine.h) {
		logits[i] = (logits[i] + v) / 2
	}
	fine.apply(logits, bias)
	out.Density = saccade.Density{W: fine.w, H: fine.h, V: slices.Clone(fine.density)}
	return out, nil
}

// FrameViews implements [Examiner].
func (n *Neural) FrameViews(p *pix.RGB, prior Prior) ([]saccade.Density, error) {
	if err := checkImage(p); err != nil {
		return nil, err
	}
	fine, coarse := n.acquire(workingSize(p.W, p.H, videoArea)), n.acquire(workingSize(p.W, p.H, frameArea))
	defer n.release(fine, coarse)
	bias, err := n.net.videoBias(fine.w, fine.h, prior, p)
	if err != nil {
		return nil, err
	}
	large, small, err := pairs(p, fine, coarse)
	if err != nil {
		return nil, err
	}
	return fine.views(bias, large, small.resampled(fine.w, fine.h)), nil
}

// Features implements [Examiner].
func (n *Neural) Features(p *pix.RGB) ([]float32, *pix.RGB, error) {
	if err := checkImage(p); err != nil {
		return nil, nil, err
	}
	r := n.acquire(workingSize(p.W, p.H, videoArea))
	defer n.release(r)
	small := p.Scale(r.in.W, r.in.H)
	r.in.RGB = small.Pix
	r.encode.Run()
	r.in.RGB = nil
	return r.features(), small, nil
}

// Features implements [FeatureStream].
func (s *neuralStream) Features() []float32 { return s.r.features() }

// pair is the logits of an image and those of its mirror image, turned back.
type pair struct {
	w, h            int
	plain, mirrored []float32
}

// both predicts an image of any size, as it is and mirrored.
func (r *runner) both(p *pix.RGB) pair {
	p = p.Scale(r.in.W, r.in.H)
	r.in.RGB = p.Pix
	r.imageMode()
	out := pair{w: r.w, h: r.h, plain: slices.Clone(r.logits)}
	p.Mirror()
	r.imageMode()
	r.in.RGB = nil
	out.mirrored = slices.Clone(r.logits)
	for y := range r.h {
		slices.Reverse(out.mirrored[y*r.w:][:r.w])
	}
	return out
}

// pairs predicts an image at two sizes, side by side.
func pairs(p *pix.RGB, fine, coarse *runner) (large, small pair, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = recovering(func() { small = coarse.both(p) })
	}()
	large = fine.both(p)
	<-done
	return large, small, err
}

// mean returns the mean of both.
func (p pair) mean() []float32 {
	out := slices.Clone(p.plain)
	for i, v := range p.mirrored {
		out[i] = (out[i] + v) / 2
	}
	return out
}

// resampled returns the pair on another grid.
func (p pair) resampled(w, h int) pair {
	return pair{w: w, h: h, plain: resample(p.plain, p.w, p.h, w, h), mirrored: resample(p.mirrored, p.w, p.h, w, h)}
}

// views returns the densities of pairs on the runner's grid under one prior.
func (r *runner) views(bias []float32, pairs ...pair) []saccade.Density {
	var out []saccade.Density
	for _, p := range pairs {
		for _, logits := range [][]float32{p.plain, p.mirrored} {
			r.apply(logits, bias)
			out = append(out, saccade.Density{W: r.w, H: r.h, V: slices.Clone(r.density)})
		}
	}
	return out
}

// features pools the decoder's map at stride 16 of what was encoded last.
func (r *runner) features() []float32 {
	m, n := r.d16, r.channels
	sum, squares := make([]float64, n), make([]float64, n)
	for at := 0; at < len(m.Data); at += m.C {
		for k, v := range m.Data[at : at+n] {
			sum[k] += float64(v)
			squares[k] += float64(v) * float64(v)
		}
	}
	out, count := make([]float32, 2*n), float64(m.H*m.W)
	for k := range n {
		mean := sum[k] / count
		out[k], out[n+k] = float32(mean), float32(math.Sqrt(max(squares[k]/count-mean*mean, 0)))
	}
	return out
}
