package eval

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/pix"
)

// FrameReader yields the frames of one clip in order.
type FrameReader interface {
	// Next returns the next frame, limited range BT.601 4:2:0, and its time in
	// the container; io.EOF after the last one. The frame is valid until the
	// following call.
	Next() (*image.YCbCr, time.Duration, error)
	Close() error
}

// Opener starts decoding a video file.
type Opener func(ctx context.Context, file string) (FrameReader, error)

// RunVideo judges predictors on a set of clips: each in video mode (a stream
// over all frames) and in image mode (every judged frame on its own), beside
// the video prior of the other clips, a Gaussian center and the inter-observer
// agreement. Every [Config.Step]-th frame is judged by the fixations that last
// at its time, as in the DHF1K benchmark (Wang, Shen, Guo, Cheng and Borji, CVPR
// 2018); a clip's figure is the mean of its frames, a row's the mean of the
// clips, with an interval over clips. It stops at the first error or when ctx
// ends. [Config.Progress] counts milliseconds of video.
func RunVideo(ctx context.Context, set *VideoSet, open Opener, predictors []attention.Predictor, cfg Config) (*Report, error) {
	if err := cfg.Validate(); err != nil {
		return nil, bad("%v", err)
	}
	picked, err := cfg.Split.pick(set.Name, len(set.Clips))
	if err != nil {
		return nil, err
	}
	j := &videoJudge{set: set, open: open, predictors: predictors, cfg: cfg, progress: counter{report: cfg.report}}
	for _, i := range picked {
		j.progress.total += int(1000 * set.Clips[i].Duration)
	}
	results, err := parallel(ctx, cfg.Workers, len(picked), func(ctx context.Context, k int) (clipResult, error) {
		r, err := j.clip(ctx, picked[k])
		if err != nil && ctx.Err() == nil {
			err = j.named(picked[k], err)
		}
		return r, err
	})
	if err != nil {
		return nil, err
	}
	r := newReport(set.Name, cfg)
	r.Stimuli, r.Truth, r.Step = len(picked), "fixations", cfg.Step
	scores := make([][]Scores, len(picked))
	for k, i := range picked {
		scores[k] = results[k].scores
		r.Frames += results[k].frames
		r.names = append(r.names, set.Clips[i].Name)
		r.Fixations += len(set.Clips[i].Fixations)
	}
	r.fill(j.rows(), scores, cfg)
	return r, nil
}

// videoJudge scores the clips of one run.
type videoJudge struct {
	set        *VideoSet
	open       Opener
	predictors []attention.Predictor
	cfg        Config
	progress   counter
}

// clipResult is the scores of one clip, in the order of rows, and how many
// frames are behind them.
type clipResult struct {
	scores []Scores
	frames int
}

// rows lists the rows of the report, still without figures.
func (j *videoJudge) rows() []Row {
	var rows []Row
	if !j.cfg.NoObservers {
		rows = append(rows, Row{Name: rowLeaveOneOut, Kind: RowPeople})
	}
	for _, m := range j.predictors {
		rows = append(rows, Row{Name: m.Name() + ", video mode", Kind: RowModel}, Row{Name: m.Name() + ", image mode", Kind: RowModel})
	}
	return append(rows, Row{Name: rowVideoPrior, Kind: RowPrior}, Row{Name: rowCenter, Kind: RowCenter})
}

// named puts the clip into an error.
func (j *videoJudge) named(i int, err error) error {
	name := j.set.Clips[i].Name
	var s *saccade.Error
	if errors.As(err, &s) && s.Code != saccade.CodeServer {
		return bad("%s: videos/%s: %s", j.set.Dir, name, s.Message)
	}
	return fmt.Errorf("%s: videos/%s: %w", j.set.Dir, name, err)
}

// clip scores all rows on clip i.
func (j *videoJudge) clip(ctx context.Context, i int) (clipResult, error) {
	t := newClipTruth(j.set, i)
	var out clipResult
	if !j.cfg.NoObservers {
		out.scores = append(out.scores, t.leaveOneOut(j.cfg.Step))
	}
	r, err := j.open(ctx, t.clip.File)
	if err != nil {
		return out, err
	}
	frames, err := j.frames(ctx, r, t)
	if err := errors.Join(err, r.Close()); err != nil {
		return out, err
	}
	if len(frames) == 0 {
		return out, bad("at no judged frame do %d fixations last; the set has too few observers, or its times do not belong to this clip.", minFixations)
	}
	for k := range frames[0] {
		row := make([]Scores, len(frames))
		for n := range frames {
			row[n] = frames[n][k]
		}
		out.scores = append(out.scores, meanScores(row))
	}
	out.frames = len(frames)
	return out, nil
}

// frames scores the judged frames of a clip.
func (j *videoJudge) frames(ctx context.Context, r FrameReader, t *clipTruth) ([][]Scores, error) {
	s := &clipScorer{judge: j, truth: t, center: centerGaussian()}
	var first time.Duration
	reported := 0
	for n := 0; ; n++ {
		img, pts, err := r.Next()
		if err == io.EOF {
			j.progress.add(max(0, int(1000*t.clip.Duration)-reported))
			return s.scores, nil
		}
		if err != nil {
			return nil, err
		}
		if n == 0 {
			first = pts
			if err := s.start(img.Rect.Dx(), img.Rect.Dy()); err != nil {
				return nil, err
			}
		}
		if err := s.frame(img, pts-first, n%j.cfg.Step == 0); err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if at := min(int((pts - first).Milliseconds()), int(1000*t.clip.Duration)); at >= reported+500 {
			j.progress.add(at - reported)
			reported = at
		}
	}
}

// clipScorer runs the predictors over one clip.
type clipScorer struct {
	judge   *videoJudge
	truth   *clipTruth
	center  *pix.Plane
	streams []attention.Stream
	small   []*pix.RGB
	shrink  []pix.Shrinker
	full    *pix.RGB
	whole   pix.Shrinker
	scores  [][]Scores // by judged frame, then by row
}

// start opens a stream of every predictor for frames of w x h pixels.
func (s *clipScorer) start(w, h int) error {
	c := s.truth.clip
	if c.Width > 0 && !sameShape(c.Width, c.Height, w, h) {
		return bad("the video has %d x %d pixels, videos.csv says %d x %d: another shape, so the fixations cannot belong to it.", w, h, c.Width, c.Height)
	}
	s.full = pix.New(w, h)
	for _, m := range s.judge.predictors {
		stream, err := m.NewStream(w, h, s.judge.cfg.Prior)
		if err != nil {
			return err
		}
		s.streams = append(s.streams, stream)
		s.small = append(s.small, pix.New(stream.Size()))
	}
	s.shrink = make([]pix.Shrinker, len(s.streams))
	return nil
}

// frame shows one frame to all streams and scores it if it is a judged one.
func (s *clipScorer) frame(img *image.YCbCr, at time.Duration, judged bool) error {
	var truth *frameTruth
	if judged {
		truth = s.truth.frame(at.Seconds())
	}
	var row []Scores
	if truth != nil && len(s.streams) > 0 {
		s.whole.YCbCr(s.full, img)
	}
	for k, stream := range s.streams {
		s.shrink[k].YCbCr(s.small[k], img)
		d, err := stream.Next(s.small[k], at)
		if err != nil {
			return err
		}
		if truth == nil {
			continue
		}
		video := truth.score(&pix.Plane{W: d.W, H: d.H, V: d.V})
		d, err = s.judge.predictors[k].Image(s.full, s.judge.cfg.Prior)
		if err != nil {
			return err
		}
		row = append(row, video, truth.score(&pix.Plane{W: d.W, H: d.H, V: d.V}))
	}
	if truth != nil {
		s.scores = append(s.scores, append(row, truth.score(s.truth.prior), truth.score(s.center)))
	}
	return nil
}
