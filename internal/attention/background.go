package attention

import (
	"errors"
	"os"
	"sync"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Background is [ByName] for programs that have something else to do first, like starting
// a decoder: the network is read meanwhile, and the methods of the predictor wait for that. An
// error of reading it is theirs. What is returned for the network is an [Examiner], too.
func Background(name string) (Predictor, error) {
	if name != NeuralName {
		return ByName(name)
	}
	kernels := os.Getenv(KernelsVariable)
	if _, err := nn.Choose(kernels); err != nil {
		return nil, err
	}
	b := background{sync.OnceValues(func() (n *Neural, err error) {
		panicked := recovering(func() { n, err = NewNeural(kernels) })
		return n, errors.Join(err, panicked)
	})}
	go func() { _, _ = b.wait() }()
	return b, nil
}

// background is a [Neural] that is read while somebody else works.
type background struct {
	wait func() (*Neural, error)
}

var _ Examiner = background{}

// Name implements [Predictor].
func (background) Name() string { return NeuralName }

// Image implements [Predictor].
func (b background) Image(p *pix.RGB, prior Prior) (saccade.Density, error) {
	n, err := b.wait()
	if err != nil {
		return saccade.Density{}, err
	}
	return n.Image(p, prior)
}

// NewStream implements [Predictor].
func (b background) NewStream(w, h int, prior Prior) (Stream, error) {
	n, err := b.wait()
	if err != nil {
		return nil, err
	}
	return n.NewStream(w, h, prior)
}

// Examine implements [Examiner].
func (b background) Examine(p *pix.RGB, prior Prior, views bool) (Examined, error) {
	n, err := b.wait()
	if err != nil {
		return Examined{}, err
	}
	return n.Examine(p, prior, views)
}

// FrameViews implements [Examiner].
func (b background) FrameViews(p *pix.RGB, prior Prior) ([]saccade.Density, error) {
	n, err := b.wait()
	if err != nil {
		return nil, err
	}
	return n.FrameViews(p, prior)
}

// Features implements [Examiner].
func (b background) Features(p *pix.RGB) ([]float32, *pix.RGB, error) {
	n, err := b.wait()
	if err != nil {
		return nil, nil, err
	}
	return n.Features(p)
}
