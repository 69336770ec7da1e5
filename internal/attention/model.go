package attention

import (
	"fmt"
	"os"

	"github.com/saccade-dev/saccade/internal/pix"
)

// KernelsVariable is the environment variable that chooses the kernels of the
// network by name instead of by what is fastest here.
const KernelsVariable = "SACCADE_KERNELS"

// ByName returns the predictor of a name: "saccade-1" or "baseline". Another
// name is an error that lists both.
func ByName(name string) (Predictor, error) {
	switch name {
	case NeuralName:
		return NewNeural(os.Getenv(KernelsVariable))
	case BaselineName:
		return NewBaseline(), nil
	}
	return nil, fmt.Errorf("there is no model %q; there are %s and %s", name, NeuralName, BaselineName)
}

// Check reports whether a predictor works: it predicts one made-up frame, which
// costs far less than an image and leaves nothing behind, and validates the
// density.
func Check(p Predictor) error {
	s, err := p.NewStream(64, 64, PriorNone)
	if err != nil {
		return err
	}
	frame := pix.New(s.Size())
	for i := range frame.Pix {
		frame.Pix[i] = byte(i * 7)
	}
	d, err := s.Next(frame, 0)
	if err != nil {
		return err
	}
	return d.Validate()
}
