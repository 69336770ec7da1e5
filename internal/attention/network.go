package attention

import (
	"encoding/json"
	"fmt"

	"github.com/saccade-dev/saccade/internal/nn"
)

// config is the shape of a network "saccade-1" as its weights file states it.
type config struct {
	Arch   string      `json:"arch"`
	Stem   int         `json:"stem"`
	Act    string      `json:"act"`
	Blocks []blockSpec `json:"blocks"`
	Lat    []int       `json:"lat"`
	Dec    []int       `json:"dec"`
	State  int         `json:"state"`
	Mean   []float32   `json:"mean"`
	Std    []float32   `json:"std"`
	Prior  []int       `json:"prior"`
	Media  []Prior     `json:"media"`
}

// blockSpec is one inverted residual block: kernel, stride, expanded and output
// channels, hidden channels of squeeze-and-excite.
type blockSpec struct{ K, S, E, O, Se int }

// network is a packed network of the architecture "saccade-1": an encoder of
// inverted residual blocks, a decoder that joins its maps at strides 32 to 4,
// and an optional recurrent unit at stride 16. It is immutable.
type network struct {
	kernels     *nn.Kernels
	config      config
	stem        *nn.Stem
	blocks      []*nn.Block
	taps        [4]int // the last block at strides 4, 8, 16, 32
	lat         [4]*nn.Pointwise
	ctx         *nn.Separable
	d16, d8, d4 *nn.Separable
	gru         *nn.GRU // nil without a time branch
	head        *nn.Head
	priors      map[Prior][]float32 // logits, config.Prior[0] rows
}

// parse reads and checks a config.
func parse(text string) (config, error) {
	var c config
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return c, fmt.Errorf("attention: config of the weights: %w", err)
	}
	if c.Arch != "saccade-1" {
		return c, fmt.Errorf("attention: weights are for %q, this program runs \"saccade-1\"", c.Arch)
	}
	ok := len(c.Lat) == 4 && len(c.Dec) == 3 && len(c.Mean) == 3 && len(c.Std) == 3 && len(c.Prior) == 2 &&
		len(c.Blocks) <= 64 && c.State >= 0 && c.State <= 1024
	widths := append(append([]int{c.Stem}, c.Lat...), append(c.Dec, c.Prior...)...)
	stride := 2
	for _, b := range c.Blocks {
		ok = ok && (b.K == 3 || b.K == 5) && (b.S == 1 || b.S == 2) && b.Se >= 0 && b.Se <= 4096
		widths = append(widths, b.E, b.O)
		stride *= max(b.S, 1)
	}
	for _, w := range widths {
		ok = ok && w > 0 && w <= 4096
	}
	for _, s := range c.Std {
		ok = ok && s > 0
	}
	if !ok || stride != 32 || (c.Act != "hswish" && c.Act != "relu6") {
		return c, fmt.Errorf("attention: config of the weights is not a network \"saccade-1\": %s", text)
	}
	return c, nil
}

// load packs the network in a weights file for one set of kernels.
func load(file []byte, k *nn.Kernels) (*network, error) {
	w, err := nn.Open(file)
	if err != nil {
		return nil, err
	}
	c, err := parse(w.Metadata("config"))
	if err != nil {
		return nil, err
	}
	n := &network{kernels: k, config: c, priors: map[Prior][]float32{}}
	l := nn.NewLoader(k, w)
	act := nn.HardSwish
	if c.Act == "relu6" {
		act = nn.ReLU6
	}
	widths := n.encoder(l, act)
	n.decoder(l, act, widths)
	for _, m := range c.Media {
		p, err := w.Floats("prior." + string(m))
		if err != nil {
			return nil, err
		}
		if len(p) != c.Prior[0]*c.Prior[1] {
			return nil, fmt.Errorf("attention: prior %q has %d numbers, not %v", m, len(p), c.Prior)
		}
		n.priors[m] = p
	}
	return n, l.Err()
}

// encoder packs stem and blocks and returns the channels of the four taps.
func (n *network) encoder(l *nn.Loader, act nn.Act) (widths [4]int) {
	c := n.config
	n.stem = l.Stem("stem", c.Stem, c.Mean, c.Std, act)
	width, tap := c.Stem, -1
	for i, b := range c.Blocks {
		if b.S == 2 {
			tap++
		}
		n.blocks = append(n.blocks, l.Block(fmt.Sprintf("blocks.%d", i), nn.BlockSpec{
			Kernel: b.K, Stride: b.S, In: width, Expand: b.E, Out: b.O, Squeeze: b.Se, Act: act}))
		width = b.O
		if tap >= 0 {
			n.taps[tap], widths[tap] = i, width
		}
	}
	return widths
}

// decoder packs the decoder for taps of these widths.
func (n *network) decoder(l *nn.Loader, act nn.Act, widths [4]int) {
	c := n.config
	for i, name := range []string{"lat4", "lat8", "lat16", "lat32"} {
		n.lat[i] = l.Pointwise(name, nn.Layout{widths[i]}, nn.Layout{c.Lat[i]}, act)
	}
	n.ctx = l.Separable("ctx", 5, nn.Layout{c.Lat[3]}, c.Lat[3], act)
	n.d16 = l.Separable("d16", 5, nn.Layout{c.Lat[3], c.Lat[2]}, c.Dec[0], act)
	n.d8 = l.Separable("d8", 5, nn.Layout{c.Dec[0], c.Lat[1]}, c.Dec[1], act)
	n.d4 = l.Separable("d4", 5, nn.Layout{c.Dec[1], c.Lat[0]}, c.Dec[2], act)
	if c.State > 0 {
		n.gru = l.GRU("gru", c.Dec[0], c.State)
	}
	n.head = l.Head("head", c.Dec[2], 3)
}

// runner is a network bound to one size of picture, with its buffers and, for a
// video, its state. It belongs to one goroutine.
type runner struct {
	in                   nn.Input
	encode, time, decode *nn.Plan
	d16, state, timed    *nn.Map // decoder at stride 16, recurrent state, d16 as the rest of the decoder reads it
	prior                []float32
	logits, density      []float32 // H/4 x W/4
}

// newRunner binds the network to pictures of w x h pixels, multiples of 32.
func (n *network) newRunner(w, h int, prior Prior) *runner {
	space := nn.NewWorkspace(n.kernels)
	r := &runner{in: nn.Input{W: w, H: h}, encode: space.Plan(), time: space.Plan(), decode: space.Plan()}
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
	l32 := r.encode.Pointwise(n.lat[3], taps[3])
	c32 := r.encode.Separable(n.ctx, l32, space.Map(l32.H, l32.W, l32.C), nn.Copied(l32))
	r.d16 = r.encode.Separable(n.d16, nil, n.output(space, taps[2], 0), space.Doubled(c32), nn.Projected(n.lat[2], taps[2]))
	if n.gru != nil {
		r.state = space.Map(r.d16.H, r.d16.W, nn.Layout{n.config.State}.Padded())
		r.timed = r.time.GRU(n.gru, r.d16, r.state)
	} else {
		r.timed = space.Map(r.d16.H, r.d16.W, r.d16.C)
	}
	d8 := r.decode.Separable(n.d8, nil, n.output(space, taps[1], 1), space.Doubled(r.timed), nn.Projected(n.lat[1], taps[1]))
	d4 := r.decode.Separable(n.d4, nil, n.output(space, taps[0], 2), space.Doubled(d8), nn.Projected(n.lat[0], taps[0]))
	r.logits = r.decode.Head(n.head, d4)
	r.prior = n.priorFor(prior, w/4, h/4)
	r.density = r.decode.Softmax(r.logits, &r.prior)
	space.Ready()
	return r
}

// output returns the map of decoder stage i at the size of a tap.
func (n *network) output(space *nn.Workspace, tap *nn.Map, i int) *nn.Map {
	return space.Map(tap.H, tap.W, nn.Layout{n.config.Dec[i]}.Padded())
}

// image runs everything but the time branch.
func (r *runner) image() {
	r.encode.Run()
	copy(r.timed.Data, r.d16.Data)
	r.decode.Run()
}

// priorFor returns the prior's logits at w x h, nil for none.
func (n *network) priorFor(prior Prior, w, h int) []float32 {
	src := n.priors[prior]
	if src == nil {
		return nil
	}
	sh, sw := n.config.Prior[0], n.config.Prior[1]
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
