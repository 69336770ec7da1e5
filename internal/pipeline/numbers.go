package pipeline

import (
	"errors"
	"math"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pipeline/maps"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// scoreMaps are the maps of the scores at the time of a frame.
type scoreMaps struct {
	clarity, excitingness *pix.Plane // nil where not asked for
}

// pageScores are clarity and excitingness of one frame or image.
type pageScores struct {
	clarity, excitingness *int // nil where not asked for
	maps                  scoreMaps
	metrics               *score.PageMetrics // nil where nothing was measured
}

// seen is what a network sees of an image as a whole; without features nothing is known.
type seen struct {
	model    string
	features []float32
	small    *pix.RGB // the image at the size at which they are taken
}

// by returns the scores with clarity judged by what a network sees, too.
func (s pageScores) by(n seen) pageScores {
	if s.clarity != nil {
		v := s.metrics.WithNetwork(n.model, n.features).Clarity()
		s.clarity = &v
	}
	s.metrics = nil
	return s
}

// wanted says which of the scores of pages are to be measured.
type wanted struct {
	clarity, excitingness, clarityMap, excitingnessMap bool
}

func wantedScores(r saccade.Request) wanted {
	return wanted{
		clarity:         r.Wants(saccade.OutClarityScore, saccade.OutClarityTimeline, saccade.OutData),
		excitingness:    r.Wants(saccade.OutExcitingnessScore, saccade.OutExcitingnessTimeline, saccade.OutData),
		clarityMap:      r.Wants(saccade.OutClarityMap),
		excitingnessMap: r.Wants(saccade.OutExcitingnessMap),
	}
}

// measure measures what is wanted; input is called only if anything is.
func (w wanted) measure(input func() *pix.RGB) (s pageScores) {
	if w == (wanted{}) {
		return s
	}
	m := score.Measure(input())
	s.metrics = m
	if w.clarity {
		v := m.Clarity()
		s.clarity = &v
	}
	if w.excitingness {
		v := m.Excitingness()
		s.excitingness = &v
	}
	if w.clarityMap {
		s.maps.clarity = m.ClarityMap()
	}
	if w.excitingnessMap {
		s.maps.excitingness = m.ExcitingnessMap()
	}
	return s
}

// numbers measures every frame of a video, writes the files of numbers and
// gathers the answer.
type numbers struct {
	req     saccade.Request
	model   string
	files   *artifact.Writer
	grid    *gridFile
	posters posters
	bars    *videoBars
	outside *outsideMeter
	areas   *areaMeter
	scoring *scoring   // the latest
	scores  pageScores // what it measured, by the network, too
	frames  int
	row     artifact.Row    // waits for its duration
	shown   float64         // when its frame appears, seconds since the first frame
	pending saccade.Density // its density; none: no row waits
	last    saccade.Density // of the last frame
	end     float64         // of the video, once it is known

	focus, clarity, excitingness series
}

// newNumbers starts the files in the job's directory.
func newNumbers(job Job, model string, w, h int) (*numbers, error) {
	n := &numbers{req: job.Request, model: model, areas: newAreaMeter(job.Request.AOIs, false), posters: posters{job: job}}
	var err error
	if n.grid, err = openGrid(job); err != nil {
		return nil, err
	}
	if n.files, err = artifact.Create(job.Dir, artifact.Head{Model: model, Width: w, Height: h, AOIs: n.areas.names()}, false); err != nil {
		return nil, closing(n.grid, err)
	}
	return n, nil
}

// Frame takes one frame into the numbers and returns the maps that hold for it. Its row is
// written when the time of the next frame says how long it was shown.
func (n *numbers) Frame(f *frame) (scoreMaps, error) {
	if err := n.flush(f.at); err != nil {
		return scoreMaps{}, err
	}
	if f.scoring != n.scoring {
		scores, err := f.scoring.wait()
		if err != nil {
			return scoreMaps{}, err
		}
		n.scoring, n.scores = f.scoring, scores.by(seen{model: n.model, features: f.features()})
	}
	focus, gaze := n.row.Focus, n.row.Gaze
	if n.frames == 0 || &f.density.V[0] != &n.last.V[0] {
		focus, gaze = score.FocusScore(n.model, f.density), score.GazePoints(f.density, artifact.GazeColumns)
	}
	n.pending, n.last = f.density, f.density
	n.shown = f.at
	n.row = artifact.Row{Frame: n.frames, Time: secondsOf(f.decoded.PTS), Cut: f.cut, Focus: focus, Clarity: n.scores.clarity,
		Excitingness: n.scores.excitingness, Gaze: gaze}
	n.frames++
	n.outside.Frame(f)
	if err := errors.Join(n.grid.add(n.row.Time, f.density), n.posters.Frame(f), n.bars.Frame(f)); err != nil {
		return scoreMaps{}, err
	}
	n.focus.add(f.at, &n.row.Focus)
	n.clarity.add(f.at, n.scores.clarity)
	n.excitingness.add(f.at, n.scores.excitingness)
	return n.scores.maps, nil
}

// flush writes the row that waits; its frame was shown until a time, in seconds
// since the first frame.
func (n *numbers) flush(until float64) error {
	if n.pending.V == nil {
		return nil
	}
	n.areas.add(&n.row, n.pending, span{n.shown, until})
	err := n.files.Write(n.row, n.pending)
	n.pending = saccade.Density{}
	return err
}

// Finish writes the last row; the video, and with it the frame, ends at a time.
func (n *numbers) Finish(end float64) error {
	n.end = end
	n.bars.count(end)
	return n.flush(end)
}

// Close ends the files.
func (n *numbers) Close() error { return errors.Join(n.files.Close(n.end), n.grid.Close()) }

// Outputs returns the answer without the maps.
func (n *numbers) Outputs() *saccade.Outputs[saccade.File] {
	out := dataOutputs(n.req)
	out.Focus = n.focus.output(n.req.Wants(saccade.OutFocusScore), n.req.Wants(saccade.OutFocusTimeline))
	out.Clarity = n.clarity.output(n.req.Wants(saccade.OutClarityScore), n.req.Wants(saccade.OutClarityTimeline))
	out.Excitingness = n.excitingness.output(n.req.Wants(saccade.OutExcitingnessScore), n.req.Wants(saccade.OutExcitingnessTimeline))
	out.AOIs = n.areas.results()
	n.bars.set(out)
	return out
}

// dataOutputs starts an answer with the files of numbers, if they were asked for.
func dataOutputs(r saccade.Request) *saccade.Outputs[saccade.File] {
	out := &saccade.Outputs[saccade.File]{}
	if r.Wants(saccade.OutData) {
		out.Attention = &saccade.AttentionOutput[saccade.File]{Data: maps.Data()}
	}
	return out
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
