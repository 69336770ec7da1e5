package attention

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/pix"
)

// TestBackground holds every method of a predictor that is read meanwhile against the one
// that was read first.
func TestBackground(t *testing.T) {
	got, err := Background(NeuralName)
	if err != nil {
		t.Fatal(err)
	}
	want := neural(t)
	b, ok := got.(Examiner)
	if !ok || got.Name() != want.Name() {
		t.Fatalf("%T is called %s and must examine images like %s", got, got.Name(), want.Name())
	}
	p := pix.New(96, 64)
	for i := range p.Pix {
		p.Pix[i] = byte(i * 7)
	}
	for name, f := range map[string]func(Examiner) (any, error){
		"Image":      func(e Examiner) (any, error) { return e.Image(p, PriorWeb) },
		"Examine":    func(e Examiner) (any, error) { return e.Examine(p, PriorNatural, true) },
		"FrameViews": func(e Examiner) (any, error) { return e.FrameViews(p, PriorNone) },
		"Features":   func(e Examiner) (any, error) { f, _, err := e.Features(p); return f, err },
		"NewStream": func(e Examiner) (any, error) {
			s, err := e.NewStream(96, 64, PriorNone)
			if err != nil {
				return nil, err
			}
			d, err := s.Next(pix.New(s.Size()), 0)
			return d.Clone(), err
		},
		"NewStream without area": func(e Examiner) (any, error) {
			_, err := e.NewStream(0, 1, PriorNone)
			return err.Error(), nil
		},
	} {
		g, err := f(b)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		w, err := f(want)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(w, g); d != "" {
			t.Errorf("%s (-first +meanwhile):\n%s", name, d)
		}
	}
}

func TestBackgroundRefuses(t *testing.T) {
	t.Setenv(KernelsVariable, "abacus")
	if _, err := Background(NeuralName); err == nil {
		t.Error("kernels that do not exist are no error")
	}
	if m, err := Background(BaselineName); err != nil || m.Name() != BaselineName {
		t.Errorf("%v, %v; the baseline has no kernels", m, err)
	}
	if _, err := Background("crystal ball"); err == nil {
		t.Error("a model that does not exist is no error")
	}
}
