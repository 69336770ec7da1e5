package attention

import (
	"fmt"
	"slices"

	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

// runner is a network bound to one size of picture, with its buffers and, for a
// video, its state. It belongs to one goroutine.
type runner struct {
	in                   nn.Input
	encode, time, decode *nn.Plan
	soften               *nn.Plan
	d16, state, timed    *nn.Map   // decoder at stride 16, recurrent state, d16 as the rest of the decoder reads it
	w, h                 int       // of the answer: a quarter of the picture
	logits               []float32 // without prior
	z, density           []float32 // log density up to a constant, and what soften makes of it
}

// newRunner binds the network to pictures of w x h pixels, multiples of 32.
func (n *network) newRunner(w, h int) *runner {
	space := nn.NewWorkspace(n.kernels)
	r := &runner{in: nn.Input{W: w, H: h}, w: w / 4, h: h / 4}
	r.encode, r.time, r.decode, r.soften = space.Plan(), space.Plan(), space.Plan(), space.Plan()
	taps := r.encoder(n, space)
	l32 := r.encode.Pointwise(n.lat[3], taps[3])
	c32 := r.encode.Separable(n.ctx, l32, space.Map(l32.H, l32.W, l32.C), nn.Copied(l32))
	r.d16 = r.encode.Separable(n.d16, nil, n.output(space, taps[2], 0), space.Doubled(c32), nn.Projected(n.lat[2], taps[2]))
	if n.gru != nil {
		r.state = space.Keep(r.d16.H, r.d16.W, nn.Layout{n.config.State}.Padded())
		r.timed = r.time.GRU(n.gru, r.d16, r.state)
	} else {
		r.timed = space.Map(r.d16.H, r.d16.W, r.d16.C)
	}
	d8 := r.decode.Separable(n.d8, nil, n.output(space, taps[1], 1), space.Doubled(r.timed), nn.Projected(n.lat[1], taps[1]))
	d4 := r.decode.Separable(n.d4, nil, n.output(space, taps[0], 2), space.Doubled(d8), nn.Projected(n.lat[0], taps[0]))
	r.logits = r.decode.Head(n.head, d4)
	r.z = make([]float32, len(r.logits))
	r.density = r.soften.Softmax(r.z)
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

// still runs the network without the time branch; the answer is in logits.
func (r *runner) still() {
	r.encode.Run()
	copy(r.timed.Data, r.d16.Data)
	r.decode.Run()
}

// look returns the logits of a still of any size, averaged with those of its
// mirror image.
func (r *runner) look(p *pix.RGB) []float32 {
	p = p.Scale(r.in.W, r.in.H)
	r.in.RGB = p.Pix
	r.still()
	logits := slices.Clone(r.logits)
	p.Mirror()
	r.still()
	r.in.RGB = nil
	for y := range r.h {
		mirrored := r.logits[y*r.w:][:r.w]
		for x, v := range logits[y*r.w:][:r.w] {
			logits[y*r.w+x] = (v + mirrored[r.w-1-x]) / 2
		}
	}
	return logits
}

// answer turns the sum of logits and bias into the density.
func (r *runner) answer(logits, bias []float32) {
	for i, v := range logits {
		r.z[i] = v + bias[i]
	}
	r.soften.Run()
}

// bias returns the prior's logits on a grid of w x h cells; p decides
// [PriorAuto], which mixes the two in the log domain.
func (n *network) bias(w, h int, prior Prior, p *pix.RGB) ([]float32, error) {
	switch prior {
	case PriorNone:
		return make([]float32, w*h), nil
	case PriorNatural, PriorWeb:
		return n.resized(n.priors[prior], w, h), nil
	case PriorAuto:
		web := float32(WebShare(p))
		z, page := n.resized(n.priors[PriorNatural], w, h), n.resized(n.priors[PriorWeb], w, h)
		for i := range z {
			z[i] += web * (page[i] - z[i])
		}
		return z, nil
	}
	return nil, fmt.Errorf("attention: unknown prior %q", prior)
}

// resized is a prior on a grid of w x h cells.
func (n *network) resized(prior []float32, w, h int) []float32 {
	return resample(prior, n.config.Prior[1], n.config.Prior[0], w, h)
}

// resample interpolates sw x sh cells bilinearly between their centres.
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

// between returns which two of from samples the centre of cell i of to cells
// lies between, and how far it is from the first.
func between(i, to, from int) (a, b int, f float32) {
	at := max((float32(i)+0.5)*float32(from)/float32(to)-0.5, 0)
	a = min(int(at), from-1)
	return a, min(a+1, from-1), at - float32(a)
}
