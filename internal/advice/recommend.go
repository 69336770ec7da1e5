package advice

import (
	"fmt"
	"slices"
	"strings"
)

// finding is one recommendation: what to do, the measurements behind it, and
// how much it weighs (0..100).
type finding struct {
	do      string
	because string
	weight  int
}

// Thresholds of the rules. Scores are percentiles of the reference pages, so
// 35 and 25 mean "worse than about two thirds" and "than three quarters".
const (
	lowClarity     = 35
	lowFocus       = 35
	lowExcitement  = 25
	highExcitement = 90
	weakRatio      = 1.5  // an area that matters should draw this much more than its size alone
	missedRatio    = 0.7  // below it an area is passed over
	lateSeconds    = 4.0  // half of the viewers should have looked at an area that matters by then
	strongPlace    = 0.06 // share of one place from which it is worth naming
	evenPlaces     = 0.8  // the second place rivals the first above this ratio
	poorFold       = 0.5  // share of attention that the first screenful should hold
	fastCutting    = 1.5  // seconds a scene below which cuts leave no time
	restless       = 1.0  // jumps of attention a second
	smallTop       = 5    // recommendations listed at most
	smallestShare  = 0.005
)

// recommendations lists the findings of all rules, the weightiest first.
func (f *facts) recommendations() string {
	var all []finding
	for _, rule := range []func() []finding{
		f.weakGoal, f.missedAreas, f.strayPlace, f.splitAttention, f.clutter,
		f.thinFocus, f.belowFold, f.lateAreas, f.cutting, f.stimulation,
	} {
		all = append(all, rule()...)
	}
	slices.SortStableFunc(all, func(a, b finding) int { return b.weight - a.weight })
	var b strings.Builder
	b.WriteString("## Recommendations\n\n")
	if s := f.caution(); s != "" {
		b.WriteString(s + "\n\n")
	}
	for i, r := range all[:min(len(all), smallTop)] {
		fmt.Fprintf(&b, "%d. **%s** %s\n", i+1, r.do, r.because)
	}
	if len(all) == 0 {
		b.WriteString("By these measurements nothing needs to change" + f.strengths() + ".\n")
	}
	if s := f.missing(); s != "" {
		b.WriteString("\n" + s + "\n")
	}
	return b.String() + "\n" + caveat
}

// strengths names the scores behind a clean bill.
func (f *facts) strengths() string {
	var s []string
	if f.clarity != nil {
		s = append(s, fmt.Sprintf("clarity is %d", *f.clarity))
	}
	if f.focus != nil {
		s = append(s, fmt.Sprintf("focus %d", *f.focus))
	}
	if len(s) == 0 {
		return ""
	}
	return ": " + list(s) + " of 100"
}

// missing asks for what would make the advice sharper.
func (f *facts) missing() string {
	switch goal := f.request.Meta["goal"]; {
	case len(f.aois) == 0 && goal == "":
		return "No areas of interest and no goal were given (0 of each), so nothing could be held against what the design is for. Name the areas that matter to have them measured."
	case len(f.aois) == 0:
		return "No areas of interest were given (0), so the stated goal " + quote(goal) + " could not be held against the figures. Name the areas that serve it."
	}
	return ""
}

// weakGoal: the area that the goal speaks of does not stand out.
func (f *facts) weakGoal() []finding {
	if f.goalAOI < 0 {
		return nil
	}
	a := f.aois[f.goalAOI]
	weak := a.AreaShare > 0 && a.Share < weakRatio*a.AreaShare
	late := a.FirstSeen == nil || *a.FirstSeen > lateSeconds
	if !weak && !late {
		return nil
	}
	because := fmt.Sprintf("It answers to the goal, yet draws %s of the attention on %s of the image (%s what its size alone would give)",
		percent(a.Share), percent(a.AreaShare), times(a.Share/max(a.AreaShare, 1e-9)))
	because += ", and " + seen(a)
	if f.goalAOI > 0 {
		top := f.aois[0]
		because += fmt.Sprintf("; %s draws %s", quote(top.Name), percent(top.Share))
	}
	because += "."
	if len(f.fixations) > 0 {
		because += fmt.Sprintf(" Set it off more from what is around it, or move it nearer to where people look first, %s (%s).", place(f.fixations[0].X, f.fixations[0].Y), percent(f.fixations[0].Mass))
	} else {
		because += fmt.Sprintf(" Set it off more from what is around it, or give it more than %s of the image.", percent(a.AreaShare))
	}
	return []finding{{"Make " + quote(a.Name) + " stand out.", because, 95}}
}

// missedAreas: areas that get clearly less than their size would give.
func (f *facts) missedAreas() []finding {
	var out []finding
	for i, a := range f.aois {
		if i == f.goalAOI || a.AreaShare < smallestShare || a.Share >= missedRatio*a.AreaShare {
			continue
		}
		because := fmt.Sprintf("It draws %s of the attention on %s of the image, %s what its size alone would give.", percent(a.Share), percent(a.AreaShare), times(a.Share/a.AreaShare))
		out = append(out, finding{"Decide whether " + quote(a.Name) + " matters: it is passed over.", because + " If it does, give it contrast or a better place; if not, make it smaller.", 70 - min(i, 20)})
	}
	if len(out) > 2 {
		out = out[len(out)-2:] // the two that draw least; the table of the summary has all
	}
	return out
}

// strayPlace: the strongest place lies in no named area.
func (f *facts) strayPlace() []finding {
	if len(f.aois) == 0 || len(f.fixations) == 0 || f.fixations[0].Mass < strongPlace || f.areaAt(f.fixations[0]) >= 0 {
		return nil
	}
	return []finding{{"Look at what draws the first fixation.", fmt.Sprintf("The strongest place, %s, holds %s of the attention and lies in none of the %d named areas. Calm it if it does not serve the design, or put what matters there.",
		at(f.fixations[0]), percent(f.fixations[0].Mass), len(f.aois)), 80}}
}

// splitAttention: the first places rival each other.
func (f *facts) splitAttention() []finding {
	if len(f.fixations) < 2 || f.focus == nil || *f.focus >= 50 {
		return nil
	}
	a, b := f.fixations[0], f.fixations[1]
	if a.Mass < b.Mass {
		a, b = b, a
	}
	if b.Mass < evenPlaces*a.Mass {
		return nil
	}
	return []finding{{"Give the design one clear entry.", fmt.Sprintf("Attention is split: %s holds %s and %s holds %s, with a focus of %d of 100. Weaken one of the two or join them.",
		place(a.X, a.Y), percent(a.Mass), place(b.X, b.Y), percent(b.Mass), *f.focus), 65}}
}

// clutter: the image is busier than most, and where.
func (f *facts) clutter() []finding {
	if f.clarity == nil || *f.clarity >= lowClarity {
		return nil
	}
	because := fmt.Sprintf("Clarity is %d of 100: %d %% of the reference pages are clearer.", *f.clarity, 100-*f.clarity)
	if len(f.busy) > 0 {
		var where []string
		for _, b := range f.busy {
			where = append(where, fmt.Sprintf("%s (%s of the clutter)", ninths[b.ninth], percent(b.share)))
		}
		because += " It is busiest in the " + list(where) + "; start there: fewer elements, fewer colors, more space between groups."
	} else {
		because += " Fewer elements, fewer colors and more space between groups raise it."
	}
	return []finding{{"Clear up.", because, 60 + (lowClarity-*f.clarity)/2}}
}

// thinFocus: attention has no center of gravity.
func (f *facts) thinFocus() []finding {
	if f.focus == nil || *f.focus >= lowFocus {
		return nil
	}
	because := fmt.Sprintf("Focus is %d of 100: in %d %% of the reference pages attention is gathered more.", *f.focus, 100-*f.focus)
	if f.spread != nil {
		because += fmt.Sprintf(" Half of the attention spreads over %s of the area.", percent(f.spread.half))
	}
	return []finding{{"Lead the eye.", because + " One dominant element, larger or in stronger contrast than the rest, gathers it.", 55 + (lowFocus-*f.focus)/2}}
}

// belowFold: a long page whose attention lies below the first screenful.
func (f *facts) belowFold() []finding {
	if f.spread == nil || f.spread.screen == 0 || f.spread.fold >= poorFold {
		return nil
	}
	return []finding{{"Move what matters into the first screenful.", fmt.Sprintf("The top %s of the page, which is what a common screen shows at first, holds %s of the attention; the other %s lies where people must scroll.",
		percent(f.spread.screen), percent(f.spread.fold), percent(1-f.spread.fold)), 50}}
}

// lateAreas: areas of a video that come to attention late or never.
func (f *facts) lateAreas() []finding {
	if len(f.frames) == 0 {
		return nil
	}
	var out []finding
	for i, a := range f.aois {
		if i == f.goalAOI || a.FirstSeen != nil {
			continue
		}
		out = append(out, finding{"Give " + quote(a.Name) + " a moment of its own.", fmt.Sprintf("Fewer than half of the viewers ever look at it: at its best it draws %s of the attention, %s on average. Show it larger, alone or in motion for a second.",
			percent(a.PeakShare), percent(a.Share)), 62 - min(i, 10)})
	}
	return out[:min(len(out), 2)]
}

// cutting: a video that leaves the eye no time.
func (f *facts) cutting() []finding {
	if len(f.frames) < 2 {
		return nil
	}
	m := measureCourse(f.frames)
	var out []finding
	if scene := m.seconds / float64(m.cuts+1); m.cuts >= 3 && scene < fastCutting {
		out = append(out, finding{"Cut less often.", fmt.Sprintf("%d cuts in %s leave %s a scene; people need about a second after a cut to find what matters.", m.cuts, seconds(m.seconds), seconds(scene)), 58})
	}
	if m.seconds >= 1 && float64(m.jumps)/m.seconds > restless {
		out = append(out, finding{"Let one thing lead at a time.", fmt.Sprintf("The place of most attention jumps %d times in %s without a cut.", m.jumps, seconds(m.seconds)), 52})
	}
	if m.low.focus < lowFocus && m.high.focus-m.low.focus > 20 {
		out = append(out, finding{fmt.Sprintf("Look at %s to %s.", seconds(m.low.from), seconds(m.low.to)), fmt.Sprintf("There focus falls to %.0f of 100, against %.0f at its best (%s to %s).",
			m.low.focus, m.high.focus, seconds(m.high.from), seconds(m.high.to)), 54})
	}
	return out
}

// stimulation: much duller or louder than most; only a hint, since the score
// is a rough estimate.
func (f *facts) stimulation() []finding {
	if f.excitingness == nil {
		return nil
	}
	switch e := *f.excitingness; {
	case e < lowExcitement:
		return []finding{{"Consider a livelier look, if it is meant to be noticed.", fmt.Sprintf("Excitingness is %d of 100: %d %% of the reference pages are visually more stimulating. The score is a rough estimate.", e, 100-e), 20}}
	case e > highExcitement && f.clarity != nil && *f.clarity < 50:
		return []finding{{"Consider a calmer look.", fmt.Sprintf("Excitingness is %d of 100 while clarity is only %d: strong stimuli compete with the content.", e, *f.clarity), 25}}
	}
	return nil
}
