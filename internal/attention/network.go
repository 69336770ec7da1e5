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
	Motion *float32    `json:"motion"` // exponent of motion in the density, nil for motionExponent

	// Response is the time constant in seconds with which a video's density follows.
	Response float64 `json:"response"`
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
	gru         *nn.GRU // nil without a recurrent branch
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
	if c.Motion == nil {
		c.Motion = new(float32)
		*c.Motion = motionExponent
	}
	ok = ok && *c.Motion >= 0 && *c.Motion <= 10 && c.Response >= 0 && c.Response <= 1
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
	for _, m := range []Prior{PriorNatural, PriorWeb, PriorVideo} {
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
