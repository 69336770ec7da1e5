package pipeline

import (
	"errors"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pipeline/maps"
	"github.com/saccade-dev/saccade/internal/pipeline/timeline"
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
	scoring *scoring   // of the last row that was written
	scores  pageScores // what it measured, by the network, too
	frames  int
	rows    []lateRow // in order; the last one is that of the newest frame
	end     float64   // of the video, once it is known

	focus, clarity, excitingness timeline.Timeline
}

// lateRow is the row of a frame until the next one ends it and its scores are measured.
type lateRow struct {
	artifact.Row
	density  saccade.Density
	shown    span
	scoring  *scoring
	features []float32 // what the network saw of the first frame of scoring
}

// maxLate is how many rows may wait for their scores, which are measured beside
// everything else; after as many the others wait for them.
const maxLate = 32

// newNumbers starts the files in the job's directory.
func newNumbers(job Job, model string, w, h int) (*numbers, error) {
	n := &numbers{req: job.Request, model: model, areas: newAreaMeter(job.Request.AOIs, false), posters: posters{job: job}}
	var err error
	if n.grid, err = openGrid(job); err != nil {
		return nil, err
	}
	if n.files, err = createTables(job, artifact.Head{Model: model, Width: w, Height: h, AOIs: n.areas.names()}); err != nil {
		return nil, closing(n.grid, err)
	}
	return n, nil
}

// createTables starts the tables in the job's directory; nil where the run that stored its
// densities has written them.
func createTables(job Job, head artifact.Head) (*artifact.Writer, error) {
	if job.Grid != "" {
		return nil, nil
	}
	return artifact.Create(job.Dir, head, job.Request.Kind != saccade.KindVideo)
}

// Frame takes one frame into the numbers and returns the maps that hold for it.
func (n *numbers) Frame(f *frame) (scoreMaps, error) {
	r := lateRow{Row: artifact.Row{Frame: n.frames, Time: secondsOf(f.decoded.PTS), Cut: f.cut}, density: f.density,
		shown: span{from: f.at}, scoring: f.scoring}
	var last lateRow
	if k := len(n.rows); k > 0 {
		n.rows[k-1].shown.to = f.at
		last = n.rows[k-1]
	}
	if r.scoring != last.scoring {
		r.features = f.features()
	}
	if r.Focus, r.Gaze = last.Focus, last.Gaze; n.frames == 0 || &r.density.V[0] != &last.density.V[0] {
		r.Focus, r.Gaze = score.FocusScore(n.model, f.density), score.GazePoints(f.density, artifact.GazeColumns)
	}
	n.frames++
	n.rows = append(n.rows, r)
	n.focus.Add(f.at, &r.Focus)
	n.outside.Frame(f)
	if err := errors.Join(n.grid.add(r.Time, f.density), n.posters.Frame(f), n.bars.Frame(f), n.settle()); err != nil {
		return scoreMaps{}, err
	}
	if w := wantedScores(n.req); !w.clarityMap && !w.excitingnessMap {
		return scoreMaps{}, nil
	}
	s, err := f.scoring.wait()
	return s.maps, err
}

// settle writes the rows that wait for nothing, and the oldest ones where many wait.
func (n *numbers) settle() error {
	for len(n.rows) > 1 && (len(n.rows) > maxLate || n.rows[0].scoring.measured()) {
		if err := n.write(); err != nil {
			return err
		}
	}
	return nil
}

// write writes the oldest row once its scores are measured.
func (n *numbers) write() error {
	r := n.rows[0]
	n.rows = slices.Delete(n.rows, 0, 1)
	if r.scoring != n.scoring {
		scores, err := r.scoring.wait()
		if err != nil {
			return err
		}
		n.scoring, n.scores = r.scoring, scores.by(seen{model: n.model, features: r.features})
	}
	r.Clarity, r.Excitingness = n.scores.clarity, n.scores.excitingness
	n.clarity.Add(r.shown.from, r.Clarity)
	n.excitingness.Add(r.shown.from, r.Excitingness)
	n.areas.add(&r.Row, r.density, r.shown)
	return n.files.Write(r.Row, r.density)
}

// Finish writes the rows that wait; the video, and with it the last frame, ends at a time.
func (n *numbers) Finish(end float64) error {
	n.end = end
	n.bars.count(end)
	for len(n.rows) > 0 {
		n.rows[len(n.rows)-1].shown.to = end
		if err := n.write(); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the files.
func (n *numbers) Close() error { return errors.Join(n.files.Close(n.end), n.grid.Close()) }

// Outputs returns the answer without the maps.
func (n *numbers) Outputs() *saccade.Outputs[saccade.File] {
	out := dataOutputs(n.req)
	out.Focus = n.focus.Output(n.req.Wants(saccade.OutFocusScore), n.req.Wants(saccade.OutFocusTimeline))
	out.Clarity = n.clarity.Output(n.req.Wants(saccade.OutClarityScore), n.req.Wants(saccade.OutClarityTimeline))
	out.Excitingness = n.excitingness.Output(n.req.Wants(saccade.OutExcitingnessScore), n.req.Wants(saccade.OutExcitingnessTimeline))
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
