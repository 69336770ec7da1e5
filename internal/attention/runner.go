package attention

import (
	"fmt"

	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

// runner is a network bound to one size of image, with its buffers and, for a
// video, its recurrent state. It belongs to one goroutine.
type runner struct {
	in                        nn.Input
	encode, recurrent, decode *nn.Plan
	softmax                   *nn.Plan
	d16, state, temporal      *nn.Map   // decoder at stride 16, recurrent state, temporal features: d16 as the later stages read it
	w, h                      int       // of the density: a quarter of the image
	channels                  int       // of d16
	logits                    []float32 // without prior
	z, density                []float32 // log density up to a constant, and its softmax
}

// newRunner binds the network to images of w x h pixels, multiples of 32.
func (n *network) newRunner(w, h int) *runner {
	space := nn.NewWorkspace(n.kernels)
	r := &runner{in: nn.Input{W: w, H: h}, w: w / 4, h: h / 4, channels: n.config.Dec[0]}
	r.encode, r.recurrent, r.decode, r.softmax = space.Plan(), space.Plan(), space.Plan(), space.Plan()
	taps := r.encoder(n, space)
	l32 := r.encode.Pointwise(n.lat[3], taps[3])
	c32 := r.encode.Separable(n.ctx, l32, space.Map(l32.H, l32.W, l32.C), nn.Copied(l32))
	r.d16 = r.encode.Separable(n.d16, nil, n.output(space, taps[2], 0), space.Doubled(c32), nn.Projected(n.lat[2], taps[2]))
	if n.gru != nil {
		r.state = space.Keep(r.d16.H, r.d16.W, nn.Layout{n.config.State}.Padded())
		r.temporal = r.recurrent.GRU(n.gru, r.d16, r.state)
	} else {
		r.temporal = space.Map(r.d16.H, r.d16.W, r.d16.C)
	}
	d8 := r.decode.Separable(n.d8, nil, n.output(space, taps[1], 1), space.Doubled(r.temporal), nn.Projected(n.lat[1], taps[1]))
	d4 := r.decode.Separable(n.d4, nil, n.output(space, taps[0], 2), space.Doubled(d8), nn.Projected(n.lat[0], taps[0]))
	r.logits = r.decode.Head(n.head, d4)
	r.z = make([]float32, len(r.logits))
	r.density = r.softmax.Softmax(r.z)
	space.Ready()
	return r
}

// output returns the map of decoder stage i at the size of a tap.
func (n *network) output(space *nn.Workspace, tap *nn.Map, i int) *nn.Map {
	return space.Map(tap.H, tap.W, nn.Layout{n.config.Dec[i]}.Padded())
}

// encoder adds stem and blocks and returns the maps at strides 4, 8, 16, 32.
func (r *runner) encoder(n *network, space *nn.Workspace) []*nn.Map {
	x := r.encode.Stem(n.stem, &r.in)
	var taps []*nn.Map
	for i, b := range n.blocks {
		y := r.encode.Block(b, x)
		if len(taps) == 0 || taps[len(taps)-1] != x {
			space.Release(x)
		}
		x = y
		if i == n.taps[len(taps)] {
			taps = append(taps, x)
		}
	}
	return taps
}

// see runs the part of the network without memory on a frame.
func (r *runner) see(p *pix.RGB) {
	r.in.RGB = p.Pix
	r.encode.Run()
}

// imageMode runs the network without the recurrent branch and leaves the result
// in logits.
func (r *runner) imageMode() {
	r.encode.Run()
	copy(r.temporal.Data, r.d16.Data)
	r.decode.Run()
}

// apply writes the softmax of logits and bias to density.
func (r *runner) apply(logits, bias []float32) {
	for i, v := range logits {
		r.z[i] = v + bias[i]
	}
	r.softmax.Run()
}

// bias returns the prior's logits on a grid of w x h cells; p is only read
// for [PriorAuto], which mixes those of photographs and of pages.
func (n *network) bias(w, h int, prior Prior, p *pix.RGB) ([]float32, error) {
	switch prior {
	case PriorNone:
		return make([]float32, w*h), nil
	case PriorNatural, PriorVideo, PriorWeb:
		return n.resized(n.priors[prior], w, h), nil
	case PriorAuto:
		return n.mixed(w, h, PriorNatural, p), nil
	}
	return nil, fmt.Errorf("attention: unknown prior %q", prior)
}

// videoBias is bias for the frame p of a video.
func (n *network) videoBias(w, h int, prior Prior, p *pix.RGB) ([]float32, error) {
	if prior == PriorAuto {
		return n.mixed(w, h, PriorVideo, p), nil
	}
	return n.bias(w, h, prior, p)
}

// mixed returns the mean, in the log domain, of a prior and of that of pages,
// weighted by how likely p is a page.
func (n *network) mixed(w, h int, prior Prior, p *pix.RGB) []float32 {
	share := float32(PageProbability(p))
	z, page := n.resized(n.priors[prior], w, h), n.resized(n.priors[PriorWeb], w, h)
	for i := range z {
		z[i] += share * (page[i] - z[i])
	}
	return z
}

// resized returns a prior on a grid of w x h cells.
func (n *network) resized(prior []float32, w, h int) []float32 {
	return resample(prior, n.config.Prior[1], n.config.Prior[0], w, h)
}

// resample returns sw x sh cells interpolated bilinearly at the centers of
// w x h cells.
func resample(src []float32, sw, sh, w, h int) []float32 {
	out := make([]float32, w*h)
	for y := range h {
		y0, y1, fy := between(y, h, sh)
		for x := range w {
			x0, x1, fx := between(x, w, sw)
			top := src[y0*sw+x0]*(1-fx) + src[y0*sw+x1]*fx
			low := src[y1*sw+x0]*(1-fx) + src[y1*sw+x1]*fx
			out[y*w+x] = top*(1-fy) + low*fy
		}
	}
	return out
}

// between returns the two of from samples that enclose the center of cell i of
// to cells, and its distance f from the first, 0..1.
func between(i, to, from int) (a, b int, f float32) {
	at := max((float32(i)+0.5)*float32(from)/float32(to)-0.5, 0)
	a = min(int(at), from-1)
	return a, min(a+1, from-1), at - float32(a)
}
