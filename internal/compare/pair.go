package compare

import (
	"fmt"
	"math"
	"slices"

	"github.com/saccade-dev/saccade"
)

// Pair sets a base and a candidate beside each other. A nil base is a new
// design, a nil candidate one that was removed; not both may be nil. A video and
// an image are an invalid_input_configuration; a page and an image are not.
func Pair(name string, base, candidate *Side, checks []*Check) (saccade.ComparedPair, error) {
	p := saccade.ComparedPair{Name: name, Status: saccade.PairCompared}
	if base != nil {
		p.Base = &base.ComparedSide
	}
	if candidate == nil {
		p.Status = saccade.PairRemoved
		return p, nil
	}
	p.Candidate = &candidate.ComparedSide
	if base == nil {
		p.Status = saccade.PairNew
	} else if (base.Kind == saccade.KindVideo) != (candidate.Kind == saccade.KindVideo) {
		return p, saccade.Errorf(saccade.CodeInvalidInput,
			"The base is of kind %q and the candidate of kind %q. Compare a video with a video, an image or a page with an image or a page.", base.Kind, candidate.Kind)
	} else {
		p.Notes = notes(base, candidate)
	}
	p.Notes = append(p.Notes, outside(base, candidate)...)
	m := newMeasured(base, candidate)
	p.Quantities = m.quantities()
	for _, c := range checks {
		p.Checks = append(p.Checks, m.judge(c))
	}
	return p, nil
}

// Failed returns a pair of which a side could not be analyzed.
func Failed(name string, err error) saccade.ComparedPair {
	return saccade.ComparedPair{Name: name, Status: saccade.PairFailed, Error: saccade.AsError(err)}
}

// Document makes the document of pairs, with the verdict over all of them.
func Document(pairs []saccade.ComparedPair, warnings []string) *saccade.Comparison {
	d := &saccade.Comparison{Schema: saccade.ComparisonSchema, Verdict: saccade.VerdictPass, Pairs: pairs, Warnings: warnings}
	if d.Pairs == nil {
		d.Pairs = []saccade.ComparedPair{}
	}
	for _, p := range pairs {
		switch v := VerdictOf(p); {
		case v == saccade.VerdictFail:
			d.Verdict = v
		case v == saccade.VerdictWarn && d.Verdict == saccade.VerdictPass:
			d.Verdict = v
		}
	}
	return d
}

// VerdictOf returns the verdict on one pair.
func VerdictOf(p saccade.ComparedPair) saccade.Verdict {
	v := saccade.VerdictPass
	if p.Status == saccade.PairFailed {
		return saccade.VerdictFail
	}
	for _, c := range p.Checks {
		switch {
		case !c.Triggered():
		case c.Level == saccade.LevelError:
			return saccade.VerdictFail
		default:
			v = saccade.VerdictWarn
		}
	}
	return v
}

// notes says what to keep in mind about a pair.
func notes(a, b *Side) []string {
	var out []string
	if a.Model != b.Model {
		out = append(out, fmt.Sprintf("The sides were predicted by different models (%s, %s): the differences are those of the models too.", a.Model, b.Model))
	}
	if (a.Kind == saccade.KindPage) != (b.Kind == saccade.KindPage) {
		out = append(out, "One side is a page, the other an image: the prior of pages may be stronger on the former.")
	}
	ratio := float64(a.Width) * float64(b.Height) / (float64(a.Height) * float64(b.Width))
	if math.Abs(math.Log(ratio)) > 0.02 {
		out = append(out, fmt.Sprintf("The proportions differ (%d x %d, %d x %d): places are compared by fractions of width and height.", a.Width, a.Height, b.Width, b.Height))
	}
	if a.Kind == saccade.KindVideo && math.Abs(a.Duration-b.Duration) > 0.1 {
		out = append(out, fmt.Sprintf("The durations differ (%.1f s, %.1f s): means over time are compared.", a.Duration, b.Duration))
	}
	return out
}

// outside says which sides are unlike all that the model learned from.
func outside(base, candidate *Side) []string {
	var out []string
	if base != nil && base.Outside {
		out = append(out, "Of the base: "+saccade.OutsideCaution)
	}
	if candidate.Outside {
		out = append(out, "Of the candidate: "+saccade.OutsideCaution)
	}
	return out
}

// measured are the numbers of both sides by quantity.
type measured struct {
	order           []ref
	base, candidate map[ref]float64 // never, as a time, is +Inf
	image, isNew    bool
}

func newMeasured(base, candidate *Side) *measured {
	m := &measured{image: candidate.Kind != saccade.KindVideo, isNew: base == nil, base: map[ref]float64{}, candidate: map[ref]float64{}}
	if base != nil {
		m.read(m.base, base)
		m.order = append(m.order, ref{measure: moved})
		m.candidate[ref{measure: moved}] = Moved(base.Density, candidate.Density)
	}
	m.read(m.candidate, candidate)
	slices.SortStableFunc(m.order, func(a, b ref) int { return placeOf(a) - placeOf(b) })
	return m
}

// placeOf puts the scores first, then moved, then the areas.
func placeOf(r ref) int {
	if r.area != "" {
		return len(pageQuantities)
	}
	return slices.Index(pageQuantities, r.measure)
}

// read fills in the numbers of one side.
func (m *measured) read(into map[ref]float64, s *Side) {
	set := func(r ref, v float64) {
		into[r] = v
		if !slices.Contains(m.order, r) {
			m.order = append(m.order, r)
		}
	}
	for name, v := range map[string]*int{focus: s.Focus, clarity: s.Clarity, excitingness: s.Excitingness} {
		if v != nil {
			set(ref{measure: name}, float64(*v))
		}
	}
	for _, a := range s.AOIs {
		first := math.Inf(1)
		if a.FirstSeen != nil {
			first = *a.FirstSeen
		}
		set(ref{a.Name, "share"}, a.Share)
		set(ref{a.Name, "rank"}, float64(a.Rank))
		set(ref{a.Name, "first"}, first)
		set(ref{a.Name, "peak"}, a.PeakShare)
	}
}

// quantities returns the table. The peak of an image is its share and left out.
func (m *measured) quantities() []saccade.Quantity {
	var out []saccade.Quantity
	news := m.shareNews()
	for _, r := range m.order {
		if r.measure == "peak" && m.image {
			continue
		}
		q := m.quantity(r)
		if r.measure == "rank" && !news && isNews(q.Change) {
			q.Change = saccade.ChangeNoise // areas changed places within the noise of their shares
		}
		out = append(out, q)
	}
	return out
}

// shareNews reports whether the share of any area differs by more than noise.
func (m *measured) shareNews() bool {
	return slices.ContainsFunc(m.order, func(r ref) bool {
		return r.measure == "share" && isNews(m.quantity(r).Change)
	})
}

func isNews(c saccade.Change) bool { return c == saccade.ChangeHigher || c == saccade.ChangeLower }

func (m *measured) quantity(r ref) saccade.Quantity {
	q := saccade.Quantity{Name: r.String(), Unit: r.unit()}
	b, inBase := m.base[r]
	c, inCandidate := m.candidate[r]
	if r.measure == moved {
		q.Candidate, q.Difference, q.Noise = finite(c), finite(c), round(Noise(moved, 0))
		q.Change = change(c, q.Noise)
		return q
	}
	if inBase {
		q.Base = finite(b)
		if q.Base != nil {
			q.Noise = round(Noise(r.measure, b))
		}
	}
	if inCandidate {
		q.Candidate = finite(c)
	}
	switch {
	case m.isNew:
		q.Change = saccade.ChangeNew
	case !inBase:
		q.Change = saccade.ChangeNew
	case !inCandidate:
		q.Change = saccade.ChangeLower
	case b == c:
		q.Change = saccade.ChangeNone
		if q.Base != nil {
			q.Difference = finite(0)
		}
	default:
		q.Difference = finite(c - b)
		q.Change = change(c-b, q.Noise)
	}
	return q
}

// change judges a difference.
func change(difference, noise float64) saccade.Change {
	switch {
	case difference == 0:
		return saccade.ChangeNone
	case math.Abs(difference) <= noise+1e-12:
		return saccade.ChangeNoise
	case difference > 0:
		return saccade.ChangeHigher
	}
	return saccade.ChangeLower
}

// finite returns a number as it stands in the document; nil for never.
func finite(v float64) *float64 {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return nil
	}
	v = round(v)
	return &v
}

// round keeps four digits behind the point, well below any noise.
func round(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// judge evaluates a check.
func (m *measured) judge(c *Check) saccade.CheckResult {
	r := saccade.CheckResult{Level: c.Level, Check: c.Text}
	if m.isNew && (c.left.measure == moved || uses(c.right, isBase)) {
		r.Outcome, r.Message = saccade.CheckSkipped, "There is no base to compare with."
		return r
	}
	left, found := m.candidate[c.left]
	if !found {
		r.Outcome, r.Message = saccade.CheckNoValue, "There is no "+c.left.String()+" in the candidate."
		return r
	}
	r.Value = finite(left)
	limit, err := c.value(c.right, values{
		candidate: func(q ref) (float64, bool) { v, ok := m.candidate[q]; return v, ok },
		base:      func() (float64, bool) { v, ok := m.base[c.left]; return v, ok },
	})
	if err != nil {
		r.Outcome, r.Message = saccade.CheckNoValue, fmt.Sprintf("The right side has no value: %v.", err)
		return r
	}
	r.Limit = finite(limit)
	r.Outcome = saccade.CheckFalse
	sentence := "%s is %s; the check would be true if it were %s %s."
	if c.holds(left, limit) {
		r.Outcome, sentence = saccade.CheckTrue, "%s is %s, which is %s %s."
	}
	unit := c.left.unit()
	r.Message = fmt.Sprintf(sentence, c.left, amount(left, unit), c.op, amount(limit, unit))
	if b, ok := m.base[c.left]; ok && uses(c.right, isBase) {
		r.Message += fmt.Sprintf(" In the base it is %s.", amount(b, unit))
		if r.Outcome == saccade.CheckTrue && change(left-b, Noise(c.left.measure, b)) == saccade.ChangeNoise {
			r.Message += " The difference is inside the noise."
		}
	}
	return r
}
