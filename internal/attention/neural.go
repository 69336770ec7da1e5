package attention

import (
	"embed"
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

// NeuralName is the name of the trained network in results.
const NeuralName = "saccade-1"

const (
	fineArea   = 704 * 512 // pixels of an image at the fine scale
	coarseArea = 416 * 320 // and at the coarse one
	videoArea  = 384 * 224 // and of a frame
	minSide    = 32        // pixels; sides are multiples of it
	maxAspect  = 64        // of the working size, either way
	keepIdle   = 4         // runners kept for the next image
)

// weights holds saccade-1.safetensors, which train/ writes.
//
//go:embed weights
var weights embed.FS

// Neural is the predictor by the trained network "saccade-1": an encoder and
// decoder of separable convolutions over the image, scaled to a working size
// of its own aspect ratio, plus a learned prior per medium. Cells of the density
// are 4x4 pixels of the largest working size.
//
// A video frame that is looked at runs through the network once, with about 384x224
// pixels. An image runs through it with multi-scale and flip test-time augmentation (TTA):
// at a fine scale of about 704x512 pixels, where faces and words are large
// enough, and at a coarse one of 416x320, where the receptive field covers the
// whole, both also mirrored; the logits are averaged. That costs as much as
// eleven video frames and is worth more than any single size (docs/accuracy.md).
//
// On one machine the same image yields the same bits every time.
type Neural struct {
	net  *network
	lock sync.Mutex
	idle []*runner // for images, most recently used last
}

// NewNeural returns the predictor with the weights of this program. kernels
// names the set of kernels of package nn to use ("avx512", "avx2", "neon",
// "go"), the value of SACCADE_KERNELS; "" chooses the fastest that works here.
func NewNeural(kernels string) (*Neural, error) {
	k, err := nn.Choose(kernels)
	if err != nil {
		return nil, err
	}
	file, err := weights.ReadFile("weights/saccade-1.safetensors")
	if err != nil {
		return nil, errors.New("attention: this program was built without the weights of saccade-1")
	}
	return newNeural(file, k)
}

// newNeural returns the predictor with the weights in file.
func newNeural(file []byte, k *nn.Kernels) (*Neural, error) {
	net, err := load(file, k)
	if err != nil {
		return nil, err
	}
	return &Neural{net: net}, nil
}

// Name implements [Predictor].
func (*Neural) Name() string { return NeuralName }

// Kernels returns the name of the set of kernels in use.
func (n *Neural) Kernels() string { return n.net.kernels.Name() }

// NewStream implements [Predictor].
func (n *Neural) NewStream(w, h int, prior Prior) (Stream, error) {
	if w <= 0 || h <= 0 {
		return nil, fmt.Errorf("attention: a video of %d x %d pixels cannot be predicted", w, h)
	}
	if _, err := n.net.bias(1, 1, prior, pix.New(2, 2)); err != nil {
		return nil, err
	}
	w, h = workingSize(w, h, videoArea)
	return newNeuralStream(n.net, w, h, prior), nil
}

// workingSize returns the size of about area pixels whose sides are multiples of 32 and whose
// aspect ratio is nearest to w:h, within 64:1.
func workingSize(w, h, area int) (int, int) {
	aspect := min(max(float64(w)/float64(h), 1.0/maxAspect), maxAspect)
	ideal := math.Sqrt(float64(area)*aspect) / minSide
	bestW, bestH, least := minSide, minSide, math.Inf(1)
	for i := max(1, int(ideal)-1); i <= int(ideal)+2; i++ {
		other := float64(i) / aspect
		for j := max(1, int(other)); j <= int(other)+1; j++ {
			stretch := math.Abs(math.Log(float64(i) / float64(j) / aspect))
			size := math.Abs(math.Log(float64(i*j*minSide*minSide) / float64(area)))
			if cost := stretch + size/3; cost < least {
				bestW, bestH, least = i*minSide, j*minSide, cost
			}
		}
	}
	return bestW, bestH
}

// acquire returns a runner for images of w x h pixels, an idle one if there is.
func (n *Neural) acquire(w, h int) *runner {
	n.lock.Lock()
	for i, r := range n.idle {
		if r.in.W == w && r.in.H == h {
			n.idle = append(n.idle[:i], n.idle[i+1:]...)
			n.lock.Unlock()
			return r
		}
	}
	n.lock.Unlock()
	return n.net.newRunner(w, h)
}

// give puts runners back and drops those not used for longest.
func (n *Neural) release(runners ...*runner) {
	n.lock.Lock()
	defer n.lock.Unlock()
	n.idle = append(n.idle, runners...)
	if over := len(n.idle) - keepIdle; over > 0 {
		n.idle = append(n.idle[:0], n.idle[over:]...)
	}
}
