package advice

import (
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// facts are the numbers that the rules look at. What was not measured is nil,
// empty or zero, and the rules that need it stay silent.
type facts struct {
	request                      saccade.Request
	input                        saccade.InputOutput[saccade.File]
	focus, clarity, excitingness *int
	fixations                    []saccade.GazePoint // strongest or earliest first (images)
	aois                         []saccade.AOIResult // most attention first
	goalAOI                      int                 // index in aois of the one that the goal speaks of; -1: none
	spread                       *spread
	frames                       []artifact.Row // video
	busy                         []busyNinth
}

// busyNinth is a ninth of the image that holds much of its clutter.
type busyNinth struct {
	ninth int
	share float64
}

// spread is how attention lies over the image (videos: the mean over time).
type spread struct {
	half   float64    // share of the area that holds half of the attention
	thirds [9]float64 // share of attention in each ninth, row by row
	fold   float64    // share of attention in the first screenful of a long page; 0: no long page
	screen float64    // share of the height that the first screenful takes
}

// gather collects the facts from the outputs and the files left behind.
func (a *Advisor) gather(ctx context.Context, an *saccade.Analysis) *facts {
	o := an.Outputs
	f := &facts{request: an.Request, goalAOI: -1}
	if o.Input != nil {
		f.input = *o.Input
	}
	f.focus, f.clarity, f.excitingness = scoreOf(o.Focus), scoreOf(o.Clarity), scoreOf(o.Excitingness)
	if o.Attention != nil {
		f.fixations = o.Attention.GazePath
	}
	f.aois = slices.Clone(o.AOIs)
	slices.SortStableFunc(f.aois, func(x, y saccade.AOIResult) int { return x.Rank - y.Rank })
	f.goalAOI = goalArea(f.aois, an.Request.Meta)
	if a.source != nil {
		a.readFrames(ctx, an, f)
		a.readDensity(ctx, an, f)
		a.readClutter(ctx, an, f)
	}
	return f
}

func scoreOf(s *saccade.ScoreOutput[saccade.File]) *int {
	if s == nil {
		return nil
	}
	return s.Score
}

// readFrames completes scores and gaze points from frames.json, which is
// written whether it was asked for or not.
func (a *Advisor) readFrames(ctx context.Context, an *saccade.Analysis, f *facts) {
	file, err := a.source.Open(ctx, an, artifact.FramesJSON)
	if err != nil {
		a.log.InfoContext(ctx, "no frames.json to write about", "analysis", an.ID, "err", err)
		return
	}
	defer file.Close()
	table, err := artifact.ReadFrames(file)
	if err != nil {
		a.log.WarnContext(ctx, "frames.json is not readable", "analysis", an.ID, "err", err)
		return
	}
	rows := table.Rows
	if f.input.Width == 0 {
		f.input.Width, f.input.Height = table.Width, table.Height
	}
	f.fillScores(rows)
	if an.Request.Kind == saccade.KindVideo {
		for i, first := 0, rows[0].Time; i < len(rows); i++ {
			rows[i].Time -= first // texts count from the first frame
		}
		f.frames = rows
		return
	}
	if len(f.fixations) == 0 {
		f.fixations = rows[0].Gaze
	}
}

// fillScores takes scores that the outputs lack from the rows: their mean. A
// score that was not asked for was not measured and stays nil.
func (f *facts) fillScores(rows []artifact.Row) {
	for _, s := range []struct {
		to   **int
		from func(artifact.Row) *int
	}{
		{&f.focus, func(r artifact.Row) *int { return &r.Focus }},
		{&f.clarity, func(r artifact.Row) *int { return r.Clarity }},
		{&f.excitingness, func(r artifact.Row) *int { return r.Excitingness }},
	} {
		if *s.to == nil {
			*s.to = meanScore(rows, s.from)
		}
	}
}

// meanScore is the mean over the rows that have the score; nil: none has.
func meanScore(rows []artifact.Row, of func(artifact.Row) *int) *int {
	sum, n := 0, 0
	for _, r := range rows {
		if v := of(r); v != nil {
			sum += *v
			n++
		}
	}
	if n == 0 {
		return nil
	}
	v := int(math.Round(float64(sum) / float64(n)))
	return &v
}

// readDensity measures the spread from density.npy.
func (a *Advisor) readDensity(ctx context.Context, an *saccade.Analysis, f *facts) {
	file, err := a.source.Open(ctx, an, artifact.DensityNPY)
	if err != nil {
		a.log.InfoContext(ctx, "no density.npy to write about", "analysis", an.ID, "err", err)
		return
	}
	defer file.Close()
	d, err := meanDensity(ctx, file)
	if err != nil {
		a.log.WarnContext(ctx, "density.npy is not readable", "analysis", an.ID, "err", err)
		return
	}
	s := measureSpread(d)
	if f.input.Width > 0 && an.Request.Kind == saccade.KindPage {
		s.measureFold(d, f.input.Width, f.input.Height, an.Request.Medium)
	}
	f.spread = &s
}

// meanDensity is the mean of the densities of a density.npy. It holds one map
// at a time.
func meanDensity(ctx context.Context, file io.Reader) (saccade.Density, error) {
	maps, err := artifact.NewDensityReader(file)
	if err != nil {
		return saccade.Density{}, err
	}
	sum := make([]float64, maps.W*maps.H)
	for {
		d, err := maps.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return saccade.Density{}, err
		}
		for i, v := range d.V {
			sum[i] += float64(v)
		}
	}
	mean := saccade.Density{W: maps.W, H: maps.H, V: make([]float32, len(sum))}
	for i, v := range sum {
		mean.V[i] = float32(v / float64(maps.Frames))
	}
	mean.Normalize()
	return mean, nil
}

// maxImageBytes bounds the image that is read back.
const maxImageBytes = 256 << 20

// readClutter locates the clutter of an image that has too much of it.
func (a *Advisor) readClutter(ctx context.Context, an *saccade.Analysis, f *facts) {
	if an.Request.Kind == saccade.KindVideo || f.clarity == nil || *f.clarity >= lowClarity {
		return
	}
	file, err := a.source.Open(ctx, an, artifact.InputPNG)
	if err != nil {
		a.log.InfoContext(ctx, "no input.png to write about", "analysis", an.ID, "err", err)
		return
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxImageBytes))
	if err != nil {
		a.log.WarnContext(ctx, "input.png is not readable", "analysis", an.ID, "err", err)
		return
	}
	img, _, err := pix.Decode(b)
	if err != nil {
		a.log.WarnContext(ctx, "input.png is not readable", "analysis", an.ID, "err", err)
		return
	}
	f.busy = busiest(a.clutter(pix.FromImage(img)))
}

// busyFrom is the percentile of local clutter among the reference pages from
// which a place counts as busy; the image of the clarity map starts there too.
const busyFrom = 0.6

// clarityMap measures where an image is busier than most pages are.
func clarityMap(p *pix.RGB) saccade.Density {
	m := score.Measure(p).ClarityMap()
	d := saccade.Density{W: m.W, H: m.H, V: make([]float32, len(m.V))}
	for i, v := range m.V {
		d.V[i] = max(0, v-busyFrom)
	}
	d.Normalize()
	return d
}

// busiest lists at most two ninths that hold clearly more clutter than an even
// ninth would.
func busiest(d saccade.Density) []busyNinth {
	var out []busyNinth
	for i, v := range inNinths(d) {
		if v > 1.4/9 {
			out = append(out, busyNinth{i, v})
		}
	}
	slices.SortStableFunc(out, func(a, b busyNinth) int { return cmp.Compare(b.share, a.share) })
	return out[:min(len(out), 2)]
}

// inNinths is the share of a density in each ninth of the image, row by row.
func inNinths(d saccade.Density) (n [9]float64) {
	for y := range d.H {
		for x := range d.W {
			n[3*(3*y/d.H)+3*x/d.W] += float64(d.At(x, y))
		}
	}
	return n
}

// measureSpread looks at one density.
func measureSpread(d saccade.Density) (s spread) {
	s.thirds = inNinths(d)
	v := slices.Clone(d.V)
	slices.SortFunc(v, func(a, b float32) int { return cmp.Compare(b, a) })
	var sum float64
	for i, x := range v {
		if sum += float64(x); sum >= 0.5 {
			s.half = float64(i+1) / float64(len(v))
			break
		}
	}
	return s
}

// measureFold takes the first screenful of a page as high as a common screen
// of that width shows: 10:16 on desktops, 19:9 upright on phones.
func (s *spread) measureFold(d saccade.Density, w, h int, medium saccade.Medium) {
	screen := float64(w) * 10 / 16
	if medium == saccade.MediumMobile {
		screen = float64(w) * 19 / 9
	}
	if screen*1.5 > float64(h) {
		return
	}
	s.screen = screen / float64(h)
	for y := range d.H {
		// A row may lie partly above the fold.
		part := min(max(s.screen*float64(d.H)-float64(y), 0), 1)
		for x := range d.W {
			s.fold += part * float64(d.At(x, y))
		}
	}
}

// callWords name a call to action in the name of an area.
var callWords = []string{"cta", "call to action", "button", "sign up", "signup", "buy", "order", "subscribe", "checkout", "download", "register", "contact"}

// goalArea finds the area that the stated goal (or else the description)
// speaks of: by shared words, or by a name that is a call to action.
func goalArea(aois []saccade.AOIResult, meta map[string]string) int {
	best, top := -1, 0
	for i, a := range aois {
		s := 2 * sharedWords(a.Name, meta["goal"])
		if s == 0 {
			s = sharedWords(a.Name, meta["description"])
		}
		if name := " " + strings.ToLower(a.Name) + " "; meta["goal"] != "" {
			for _, w := range callWords {
				if strings.Contains(name, w) {
					s++
					break
				}
			}
		}
		if s > top {
			best, top = i, s
		}
	}
	return best
}

// stopWords say nothing about which area is meant.
var stopWords = []string{"the", "and", "for", "our", "your", "that", "with", "should", "people", "users", "visitors", "page", "area", "see", "look", "into", "from", "this"}

// sharedWords counts words of the name that occur in the text.
func sharedWords(name, text string) int {
	n := 0
	in := words(text)
	for _, w := range words(name) {
		if slices.Contains(in, w) {
			n++
		}
	}
	return n
}

// words lists the words of three letters and more, in lower case.
func words(s string) []string {
	out := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r > 127)
	})
	return slices.DeleteFunc(out, func(w string) bool { return len(w) < 3 || slices.Contains(stopWords, w) })
}
