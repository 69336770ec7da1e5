package advice

import (
	"fmt"
	"strings"

	"github.com/saccade-dev/saccade"
)

// summary says what was measured, paragraph by paragraph.
func (f *facts) summary() string {
	var b strings.Builder
	b.WriteString("## Summary\n\n")
	for _, part := range []string{
		f.aboutInput(), f.caution(), f.aboutFirst(), f.aboutSpread(), f.aboutCourse(), f.aboutScores(), f.aboutAreas(), f.aboutGoal(),
	} {
		if part != "" {
			b.WriteString(part + "\n\n")
		}
	}
	b.WriteString(caveat)
	return b.String()
}

// caveat ends every text.
const caveat = "*All figures are predictions of a model of attention for people who look freely; it knows neither their task nor their interests.*\n"

// caution warns of an input that the model cannot judge.
func (f *facts) caution() string {
	if !f.input.Outside() {
		return ""
	}
	return "**" + saccade.OutsideCaution + "**"
}

func (f *facts) aboutInput() string {
	what := map[saccade.Kind]string{saccade.KindVideo: "a video", saccade.KindImage: "an image", saccade.KindPage: "a web page"}[f.request.Kind]
	if what == "" {
		what = "an image"
	}
	s := "Analyzed: "
	if f.request.Title != "" {
		s += quote(f.request.Title) + ", "
	}
	s += what
	if f.input.Width > 0 {
		s += fmt.Sprintf(" of %d × %d pixels", f.input.Width, f.input.Height)
	}
	if f.input.Duration > 0 {
		s += fmt.Sprintf(", %s long (%d frames)", seconds(f.input.Duration), f.input.Frames)
	}
	s += "."
	if d := f.request.Meta["description"]; d != "" {
		s += " Described as " + quote(d) + "."
	}
	return s
}

// maxFixations is how many fixations a text lists.
const maxFixations = 4

func (f *facts) aboutFirst() string {
	if len(f.fixations) == 0 {
		return ""
	}
	g := f.fixations[0]
	s := fmt.Sprintf("**Seen first:** %s, which holds %s of all attention%s.", at(g), percent(g.Mass), f.inArea(g))
	var then []string
	for _, g := range f.fixations[1:min(len(f.fixations), maxFixations)] {
		t := fmt.Sprintf("%s (%s", place(g.X, g.Y), percent(g.Mass))
		if g.Time > 0 {
			t += ", after about " + seconds(g.Time)
		}
		then = append(then, t+f.inArea(g)+")")
	}
	if len(then) > 0 {
		s += " Then " + list(then) + "."
	}
	return s
}

// inArea names the smallest area that holds the place.
func (f *facts) inArea(g saccade.GazePoint) string {
	if i := f.areaAt(g); i >= 0 {
		return ", in " + quote(f.aois[i].Name)
	}
	return ""
}

// areaAt is the smallest area that holds the place; -1: none.
func (f *facts) areaAt(g saccade.GazePoint) int {
	best := -1
	for i, a := range f.aois {
		if inside(a.Corners(), g.X, g.Y) && (best < 0 || a.AreaShare < f.aois[best].AreaShare) {
			best = i
		}
	}
	return best
}

// inside is the even-odd rule.
func inside(c []saccade.Point, x, y float64) bool {
	in := false
	for i, j := 0, len(c)-1; i < len(c); j, i = i, i+1 {
		a, b := c[i], c[j]
		if (a[1] > y) != (b[1] > y) && x < (b[0]-a[0])*(y-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

func (f *facts) aboutSpread() string {
	var s []string
	if f.spread != nil {
		best, least := 0, 0
		for i, v := range f.spread.thirds {
			if v > f.spread.thirds[best] {
				best = i
			}
			if v < f.spread.thirds[least] {
				least = i
			}
		}
		s = append(s, fmt.Sprintf("Half of all attention falls on %s of the area; of the nine ninths of the image the strongest is %s with %s, the weakest %s with %s.",
			percent(f.spread.half), ninths[best], percent(f.spread.thirds[best]), ninths[least], percent(f.spread.thirds[least])))
		if f.spread.screen > 0 {
			s = append(s, fmt.Sprintf("The first screenful (the top %s of the page) holds %s of the attention.", percent(f.spread.screen), percent(f.spread.fold)))
		}
	}
	if f.focus != nil {
		s = append(s, fmt.Sprintf("Focus is %d of 100: attention is gathered more than in %d %% of the reference pages.", *f.focus, *f.focus))
	}
	if len(s) == 0 {
		return ""
	}
	return "**Spread:** " + strings.Join(s, " ")
}

func (f *facts) aboutCourse() string {
	if len(f.frames) < 2 {
		return ""
	}
	m := measureCourse(f.frames)
	s := fmt.Sprintf("**Over time:** %d cuts; the place of most attention jumps %d times between them.", m.cuts, m.jumps)
	if m.high.focus > m.low.focus {
		s += fmt.Sprintf(" Attention is gathered most from %s to %s (focus %.0f) and least from %s to %s (focus %.0f).",
			seconds(m.high.from), seconds(m.high.to), m.high.focus, seconds(m.low.from), seconds(m.low.to), m.low.focus)
	}
	return s
}

func (f *facts) aboutScores() string {
	var s []string
	if f.clarity != nil {
		s = append(s, fmt.Sprintf("**Clarity** is %d of 100: clearer than %d %% of the reference pages.", *f.clarity, *f.clarity))
	}
	if f.excitingness != nil {
		s = append(s, fmt.Sprintf("**Excitingness** is %d of 100: visually more stimulating than %d %% of the reference pages, a rough estimate.", *f.excitingness, *f.excitingness))
	}
	return strings.Join(s, " ")
}

// maxAreas is how many areas a table lists.
const maxAreas = 12

func (f *facts) aboutAreas() string {
	if len(f.aois) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("**Areas of interest**\n\n| area | attention | of the image | attention for its size | seen by half of the viewers |\n|---|---|---|---|---|\n")
	for _, a := range f.aois[:min(len(f.aois), maxAreas)] {
		when := "never"
		if a.FirstSeen != nil {
			when = "after " + seconds(*a.FirstSeen)
		}
		ratio := "–"
		if a.AreaShare > 0 {
			ratio = times(a.Share / a.AreaShare)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", quote(a.Name), percent(a.Share), percent(a.AreaShare), ratio, when)
	}
	if more := len(f.aois) - maxAreas; more > 0 {
		fmt.Fprintf(&b, "\n%d more areas draw less than these.", more)
	}
	return strings.TrimRight(b.String(), "\n")
}

func (f *facts) aboutGoal() string {
	goal := f.request.Meta["goal"]
	if goal == "" {
		return ""
	}
	s := "**Goal:** stated as " + quote(goal) + "."
	if f.goalAOI < 0 {
		return s
	}
	a := f.aois[f.goalAOI]
	s += fmt.Sprintf(" Of the areas, %s answers to it: it draws %s of the attention, place %d of %d", quote(a.Name), percent(a.Share), f.goalAOI+1, len(f.aois))
	return s + ", and " + seen(a) + "."
}

// seen says when an area comes to attention: the time by which half of the
// viewers have looked at it.
func seen(a saccade.AOIResult) string {
	if a.FirstSeen == nil {
		return "fewer than half of the viewers ever look at it"
	}
	return "half of the viewers have looked at it after " + seconds(*a.FirstSeen)
}
