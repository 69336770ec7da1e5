package nn

import "slices"

// Workspace owns the memory of the plans of one stream: maps that live on, and one scratch buffer that every step uses
// again, so that it stays in the cache. Build all plans, then call Ready once, then run them.
type Workspace struct {
	kernels *Kernels
	steps   []step
	free    [][]float32
	scratch []float32
	zeros   []float32
}

// step is one layer bound to its maps. Its scratch memory holds anything when run is called.
type step interface {
	needs() (scratch, zeros int) // floats
	bind(scratch, zeros []float32)
	run()
}

// NewWorkspace returns an empty workspace for layers packed for the same kernels.
func NewWorkspace(k *Kernels) *Workspace { return &Workspace{kernels: k} }

// Map returns a map. A step that writes it must run before those that read it: its memory may have served another map
// that was released.
func (w *Workspace) Map(height, width, channels int) *Map {
	n := height * width * channels
	for i, f := range w.free {
		if cap(f) >= n {
			w.free = slices.Delete(w.free, i, i+1)
			return &Map{height, width, channels, f[:n]}
		}
	}
	return &Map{height, width, channels, alloc(n)}
}

// Keep returns a zero map whose memory no other map ever shares, so that what is in it lasts from run to run.
func (w *Workspace) Keep(height, width, channels int) *Map {
	return &Map{height, width, channels, alloc(height * width * channels)}
}

// Release lets later maps use the memory of one that no later step reads.
func (w *Workspace) Release(m *Map) { w.free = append(w.free, m.Data[:0:cap(m.Data)]) }

// Ready allocates the scratch memory and binds all steps to it.
func (w *Workspace) Ready() {
	var scratch, zeros int
	for _, s := range w.steps {
		a, b := s.needs()
		scratch, zeros = max(scratch, a), max(zeros, b)
	}
	w.scratch, w.zeros = alloc(scratch), alloc(zeros)
	for _, s := range w.steps {
		s.bind(w.scratch, w.zeros)
	}
}

// Plan is a sequence of steps.
type Plan struct {
	space *Workspace
	steps []step
}

// Plan returns an empty plan.
func (w *Workspace) Plan() *Plan { return &Plan{space: w} }

// add appends a step.
func (p *Plan) add(s step) {
	p.steps = append(p.steps, s)
	p.space.steps = append(p.space.steps, s)
}

// Run runs all steps in order.
func (p *Plan) Run() {
	for _, s := range p.steps {
		s.run()
	}
}

// carve hands out parts of a scratch buffer, each starting on a cache line: first by size, then for real.
type carve struct {
	buf  []float32
	used int
}

// take returns the next n floats, nil while sizes are being counted.
func (c *carve) take(n int) []float32 {
	start := c.used
	c.used += (n + 15) &^ 15
	if c.buf == nil {
		return nil
	}
	return c.buf[start : start+n : start+n]
}
