package attention

import (
	"fmt"
	"os"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// KernelsVariable is the environment variable that chooses the kernels of the
// network by name instead of by what is fastest here.
const KernelsVariable = "SACCADE_KERNELS"

// ByName makes the predictor of a name: "saccade-1" or "baseline".
func ByName(name string) (Predictor, error) {
	switch name {
	case NeuralName:
		return NewNeural(os.Getenv(KernelsVariable))
	case BaselineName:
		return NewBaseline(), nil
	}
	return nil, fmt.Errorf("there is no model %q; there are %s and %s", name, NeuralName, BaselineName)
}

// Check proves that a predictor works: a small picture has a valid density.
func Check(p Predictor) error {
	picture := pix.New(64, 64)
	for i := range picture.Pix {
		picture.Pix[i] = byte(i * 7)
	}
	d, err := p.Image(picture, PriorNone)
	if err != nil {
		return err
	}
	return saccade.Density.Validate(d)
}
