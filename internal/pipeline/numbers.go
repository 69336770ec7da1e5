package pipeline

import (
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// scoreEvery is how often, in seconds of a video, clarity and excitingness are
// measured; between, and while nothing changes, the last value holds.
const scoreEvery = 0.5

// scoreMaps are the maps of the scores at the time of a frame.
type scoreMaps struct {
	clarity, excitingness *pix.Plane // nil where not asked for
}

// numbers measures every frame, writes the tables and gathers the answer.
type numbers struct {
	req     saccade.Request
	model   string
	files   *artifact.Writer
	areas   *areaMeter
	cuts    cutDetector
	pages   pageScores
	frames  int
	row     artifact.Row    // waits for its duration
	pending saccade.Density // its density
	last    saccade.Density // of the last frame
	end     float64         // of a video, once it is known
	focus   series
	clarity series
	excite  series
}

// newNumbers starts the files in the job's folder.
func newNumbers(job Job, model string, w, h int) (*numbers, error) {
	image := job.Request.Kind != saccade.KindVideo
	n := &numbers{req: job.Request, model: model, areas: newAreaMeter(job.Request.AOIs, image)}
	n.pages = pageScores{
		clarity:      job.Request.Wants(saccade.OutClarityScore, saccade.OutClarityTimeline, saccade.OutData),
		excitingness: job.Request.Wants(saccade.OutExcitingnessScore, saccade.OutExcitingnessTimeline, saccade.OutData),
		clarityMap:   job.Request.Wants(saccade.OutClarityMap),
		exciteMap:    job.Request.Wants(saccade.OutExcitingnessMap),
	}
	var err error
	n.files, err = artifact.Create(job.Dir, artifact.Head{Model: model, Width: w, Height: h, AOIs: n.areas.names()}, image)
	return n, err
}

// Frame measures one frame and gives the maps that hold for it. Its row is
// written when the next frame tells how long it was seen.
func (n *numbers) Frame(s *shot) (scoreMaps, error) {
	if err := n.flush(s.at); err != nil {
		return scoreMaps{}, err
	}
	cut := !s.same && n.cuts.Next(s.small)
	n.pages.Next(s, cut)
	focus, gaze := n.row.Focus, n.row.Gaze
	if n.frames == 0 || &s.density.V[0] != &n.last.V[0] {
		focus, gaze = score.FocusScore(n.model, s.density), score.GazePoints(s.density, artifact.GazeColumns)
	}
	n.pending, n.last = s.density, s.density
	n.row = artifact.Row{Frame: n.frames, Time: s.at, Cut: cut, Focus: focus, Clarity: n.pages.clarityNow,
		Excitingness: n.pages.excitingnessNow, Gaze: gaze}
	n.frames++
	n.focus.add(s.at, &n.row.Focus)
	n.clarity.add(s.at, n.row.Clarity)
	n.excite.add(s.at, n.row.Excitingness)
	return n.pages.maps, nil
}

// flush writes the row that waits; its frame was shown until a time.
func (n *numbers) flush(until float64) error {
	if n.pending.V == nil {
		return nil
	}
	n.areas.add(&n.row, n.pending, until)
	err := n.files.Write(n.row, n.pending)
	n.pending = saccade.Density{}
	return err
}

// Finish takes the last row; its frame was shown until a time in seconds.
func (n *numbers) Finish(until float64) error {
	if n.req.Kind == saccade.KindVideo {
		n.end = until
	}
	return n.flush(until)
}

// Close ends the files.
func (n *numbers) Close() error { return n.files.Close(n.end) }

// Outputs is the answer without the pictures.
func (n *numbers) Outputs() *saccade.Outputs[saccade.File] {
	out := &saccade.Outputs[saccade.File]{}
	if n.req.Wants(saccade.OutData) {
		out.Attention = &saccade.AttentionOutput[saccade.File]{Data: &saccade.DataOutput[saccade.File]{
			JSON: artifact.FramesJSON, CSV: artifact.FramesCSV, Density: artifact.DensityNPY,
		}}
	}
	out.Focus = n.focus.output(n.req.Wants(saccade.OutFocusScore), n.req.Wants(saccade.OutFocusTimeline))
	out.Clarity = n.clarity.output(n.req.Wants(saccade.OutClarityScore), n.req.Wants(saccade.OutClarityTimeline))
	out.Excitingness = n.excite.output(n.req.Wants(saccade.OutExcitingnessScore), n.req.Wants(saccade.OutExcitingnessTimeline))
	out.AOIs = n.areas.results()
	return out
}

// pageScores measures clarity and excitingness where they were asked for.
type pageScores struct {
	clarity, excitingness, clarityMap, exciteMap bool

	last                        float64 // time of the last measurement
	measured                    bool
	clarityNow, excitingnessNow *int
	maps                        scoreMaps
}

// Next measures anew at the first frame, at cuts and every scoreEvery seconds.
func (p *pageScores) Next(s *shot, cut bool) {
	if p.measured && !cut && s.at < p.last+scoreEvery {
		return
	}
	p.measured, p.last = true, s.at
	if !(p.clarity || p.excitingness || p.clarityMap || p.exciteMap) {
		return
	}
	r := score.Measure(s.page())
	if p.clarity {
		v := r.Clarity()
		p.clarityNow = &v
	}
	if p.excitingness {
		v := r.Excitingness()
		p.excitingnessNow = &v
	}
	if p.clarityMap {
		p.maps.clarity = r.ClarityMap()
	}
	if p.exciteMap {
		p.maps.excitingness = r.ExcitingnessMap()
	}
}

// series is a score over time; its value for the whole is the mean over time.
type series struct {
	points []saccade.TimeScore
}

func (s *series) add(at float64, v *int) {
	if v != nil {
		s.points = append(s.points, saccade.TimeScore{Time: at, Score: *v})
	}
}

// mean weighs every value by how long it was seen; the last one counts as long
// as the one before.
func (s *series) mean() int {
	if len(s.points) == 1 {
		return s.points[0].Score
	}
	var sum, total, dt float64
	for i, p := range s.points {
		if i+1 < len(s.points) {
			dt = s.points[i+1].Time - p.Time
		}
		sum += dt * float64(p.Score)
		total += dt
	}
	if total <= 0 {
		return s.points[0].Score
	}
	return int(math.Round(sum / total))
}

func (s *series) output(whole, timeline bool) *saccade.ScoreOutput[saccade.File] {
	if !whole && !timeline || len(s.points) == 0 {
		return nil
	}
	out := &saccade.ScoreOutput[saccade.File]{}
	if whole {
		m := s.mean()
		out.Score = &m
	}
	if timeline {
		out.Timeline = s.points
	}
	return out
}
