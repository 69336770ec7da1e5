package remote

import (
	"context"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/gate"
)

// Comparer analyzes the sides of comparisons on a server. The numbers come back, so
// that differences and checks are those of package compare, whatever the server is.
type Comparer struct {
	*Session
	Temp string // directory for what is downloaded
}

// Analyze implements [gate.Analyzer].
func (c Comparer) Analyze(ctx context.Context, in gate.Input, areas []compare.Area) (*gate.Measured, error) {
	kind := saccade.KindImage
	if in.Path == "" {
		kind = saccade.KindPage
	}
	aois, err := gate.AOIs(areas, kind)
	if err != nil {
		return nil, err
	}
	input := Input{Input: in.Path, Title: in.Name, Medium: in.Medium}
	if in.Path == "" {
		input.Input, input.AOIs = in.Address, aois
	}
	for _, o := range gate.Outputs() {
		input.Predictions = append(input.Predictions, string(o))
	}
	ref, err := c.Start(ctx, input, &State{})
	if err != nil {
		return nil, err
	}
	a, err := c.Await(ctx, ref, func(saccade.Progress) {})
	if err != nil {
		return nil, err
	}
	if err := a.Failure(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(c.Temp, "remote-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	result, err := c.Fetch(ctx, a, filepath.Join(dir, "result"))
	if err != nil {
		return nil, err
	}
	if a.Type != "" { // not every server says it
		kind = a.Type
	}
	if in.Path == "" && a.Outputs != nil {
		aois = gate.Found(a.Outputs.AOIs)
	}
	m, err := gate.Read(ctx, in.Name, kind, filepath.Dir(result), aois)
	if err != nil {
		return nil, err
	}
	m.Side.Outside = a.Outputs != nil && a.Outputs.Input.Outside()
	return m, nil
}
