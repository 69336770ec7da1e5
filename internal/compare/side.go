package compare

import (
	"context"
	"io"
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/score"
)

// Side is one design as it was measured.
type Side struct {
	saccade.ComparedSide
	Density      saccade.Density // of a video the mean over time
	Focus        *int            // 0..100, of a video the mean over time; nil: not measured
	Clarity      *int
	Excitingness *int
	AOIs         []saccade.AOIResult
	Outside      bool // of what the model learned from
}

// Numbers are the files that an analysis left behind, and what they do not say.
type Numbers struct {
	Frames   io.Reader // frames.json
	Density  io.Reader // density.npy
	Name     string    // of the design: a file, an address, an id
	Kind     saccade.Kind
	Duration float64       // of a video in seconds, for a frames.json that does not say it
	AOIs     []saccade.AOI // to measure, whatever was measured before
}

// Measure reads the numbers of an analysis. Memory does not grow with the length
// of a video. The error is a *saccade.Error where the areas are not valid.
func Measure(ctx context.Context, n Numbers) (*Side, error) {
	if err := saccade.ValidateShapes(n.AOIs); err != nil {
		return nil, err
	}
	in, err := artifact.NewReader(n.Frames, n.Density)
	if err != nil {
		return nil, err
	}
	head := in.Head()
	s := &Side{ComparedSide: saccade.ComparedSide{Name: n.Name, Kind: n.Kind, Model: head.Model, Width: head.Width, Height: head.Height}}
	var sum sums
	areas := score.NewAreas(n.AOIs)
	err = in.Walk(score.ViewingSeconds, n.Duration, func(f artifact.Shown) error {
		sum.add(f)
		if !in.Image() {
			areas.Add(f.Density, f.From, max(0, f.To-f.From))
		}
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	s.Density = sum.density()
	s.Focus, s.Clarity, s.Excitingness = sum.focus.mean(), sum.clarity.mean(), sum.excitingness.mean()
	if in.Image() {
		s.AOIs = score.ImageAreas(s.Density, n.AOIs)
		return s, nil
	}
	s.AOIs, s.Frames, s.Duration = areas.Results(), sum.frames, sum.end
	for i := range s.AOIs {
		s.AOIs[i].Timeline = nil
	}
	return s, nil
}

// sums gathers means over time.
type sums struct {
	w, h                         int
	cells                        []float64
	frames                       int
	end                          float64
	focus, clarity, excitingness course
}

func (s *sums) add(f artifact.Shown) {
	if s.cells == nil {
		s.w, s.h, s.cells = f.Density.W, f.Density.H, make([]float64, len(f.Density.V))
	}
	weight := max(f.To-f.From, 1e-6)
	for i, v := range f.Density.V {
		s.cells[i] += weight * float64(v)
	}
	s.frames++
	s.end = f.To
	s.focus.add(f.From, &f.Row.Focus)
	s.clarity.add(f.From, f.Row.Clarity)
	s.excitingness.add(f.From, f.Row.Excitingness)
}

// density is the mean over time.
func (s *sums) density() saccade.Density {
	d := saccade.Density{W: s.w, H: s.h, V: make([]float32, len(s.cells))}
	var total float64
	for _, v := range s.cells {
		total += v
	}
	for i, v := range s.cells {
		d.V[i] = float32(v / total)
	}
	return d
}

// course is the mean of a score over time, as the outputs of a video have it:
// every value counts until the next, the last as long as the one before.
type course struct {
	sum, time, last, since, dt float64
	n                          int
}

func (c *course) add(at float64, v *int) {
	if v == nil {
		return
	}
	if c.n > 0 {
		c.dt = at - c.since
		c.sum += c.dt * c.last
		c.time += c.dt
	}
	c.last, c.since = float64(*v), at
	c.n++
}

// mean returns nil where nothing was measured.
func (c *course) mean() *int {
	if c.n == 0 {
		return nil
	}
	m := int(math.Round(c.last))
	if total := c.time + c.dt; total > 0 {
		m = int(math.Round((c.sum + c.dt*c.last) / total))
	}
	return &m
}
