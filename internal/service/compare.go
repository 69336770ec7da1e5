package service

import (
	"context"
	"errors"
	"fmt"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
)

// Comparison is what to compare: two finished analyses of one account.
type Comparison struct {
	Base, Candidate *saccade.Analysis
	AOIs            []saccade.AOI       // to measure on both; nil: what each has
	Conditions      []saccade.Condition // checks
}

// maxConditions is how many checks one comparison may have.
const maxConditions = 200

// Compare sets two analyses beside each other, from the numbers that they left
// behind; nothing is predicted. An analysis that has not succeeded is conflict, a
// video beside an image invalid_input_configuration, and so is a check that cannot
// be read.
func (s *Service) Compare(ctx context.Context, c Comparison) (*saccade.Comparison, error) {
	for _, side := range []struct {
		field string
		*saccade.Analysis
	}{{"base", c.Base}, {"candidate", c.Candidate}} {
		if side.Status != saccade.StatusSuccess {
			return nil, saccade.Errorf(saccade.CodeConflict, "Only analyses that have succeeded can be compared; the status of this one is %q.", side.Status).About(side.field)
		}
	}
	if (c.Base.Request.Kind == saccade.KindVideo) != (c.Candidate.Request.Kind == saccade.KindVideo) {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "A video can be compared with a video, an image or a page with an image or a page.").About("candidate")
	}
	if err := saccade.ValidateAOIs(c.AOIs); err != nil {
		return nil, err
	}
	checks, err := readConditions(c.Conditions)
	if err != nil {
		return nil, err
	}
	base, err := s.side(ctx, c.Base, c.AOIs)
	if err != nil {
		return nil, err
	}
	candidate, err := s.side(ctx, c.Candidate, c.AOIs)
	if err != nil {
		return nil, err
	}
	warnings, err := bind(checks, base.AOIs, candidate.AOIs)
	if err != nil {
		return nil, err
	}
	name := c.Candidate.Request.Title
	if name == "" {
		name = c.Candidate.ID
	}
	pair, err := compare.Pair(name, base, candidate, checks)
	if err != nil {
		return nil, err
	}
	pair.Medium = c.Candidate.Request.Medium
	return compare.Document([]saccade.ComparedPair{pair}, warnings), nil
}

// readConditions reads the checks; an error names the one at fault.
func readConditions(conditions []saccade.Condition) ([]*compare.Check, error) {
	if len(conditions) > maxConditions {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "At most %d conditions are possible.", maxConditions).About("conditions")
	}
	var checks []*compare.Check
	for i, c := range conditions {
		check, err := compare.ParseCheck(c.Level, c.Check)
		if err != nil {
			return nil, conditionError(i, err)
		}
		checks = append(checks, check)
	}
	return checks, nil
}

// bind holds the checks against the areas that either side has.
func bind(checks []*compare.Check, sides ...[]saccade.AOIResult) (warnings []string, err error) {
	var names []string
	for _, side := range sides {
		for _, a := range side {
			names = append(names, a.Name)
		}
	}
	for i, c := range checks {
		if err := c.Bind(names, func(string) string { return "add it to aois" }); err != nil {
			return nil, conditionError(i, err)
		}
		if w := c.Warning(); w != "" {
			warnings = append(warnings, w)
		}
	}
	return warnings, nil
}

// conditionError is what is wrong with one of the conditions.
func conditionError(i int, err error) error {
	e := saccade.Errorf(saccade.CodeInvalidInput, "%v.", err)
	var syntax *compare.SyntaxError
	if errors.As(err, &syntax) {
		e = saccade.Errorf(saccade.CodeInvalidInput, "Please correct the check at character %d: %s; %s.", syntax.At, syntax.Message, syntax.Mend)
	}
	return e.About(fmt.Sprintf("conditions[%d].check", i))
}

// Side measures a finished analysis, with the areas that it has. One that has not
// succeeded is conflict.
func (s *Service) Side(ctx context.Context, a *saccade.Analysis) (*compare.Side, error) {
	if a.Status != saccade.StatusSuccess {
		return nil, saccade.Errorf(saccade.CodeConflict, "Numbers are there once the analysis has succeeded; its status is %q.", a.Status)
	}
	return s.side(ctx, a, nil)
}

// side measures one analysis.
func (s *Service) side(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI) (*compare.Side, error) {
	n := compare.Numbers{Name: a.ID, Kind: a.Request.Kind, AOIs: aois}
	if a.Outputs != nil {
		if a.Outputs.Input != nil {
			n.Duration = a.Outputs.Input.Duration
		}
		if aois == nil {
			for _, r := range a.Outputs.AOIs {
				n.AOIs = append(n.AOIs, r.AOI)
			}
		}
	}
	frames, err := s.Open(ctx, a, artifact.FramesJSON)
	if err != nil {
		return nil, err
	}
	defer func() { _ = frames.Close() }()
	density, err := s.Open(ctx, a, artifact.DensityNPY)
	if err != nil {
		return nil, err
	}
	defer func() { _ = density.Close() }()
	n.Frames, n.Density = frames, density
	side, err := compare.Measure(ctx, n)
	if err != nil {
		return nil, err
	}
	side.Outside = a.Outputs != nil && a.Outputs.Input.Outside()
	return side, nil
}
