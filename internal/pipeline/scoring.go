package pipeline

import (
	"bytes"

	"github.com/saccade-dev/saccade/internal/change"
	"github.com/saccade-dev/saccade/internal/pipeline/letterbox"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// scoreEvery is how often, in seconds of a video, clarity and excitingness are
// measured; between, and while nothing changes, the last value holds.
const scoreEvery = 0.5

// scoring is one measurement of clarity and excitingness in the making.
type scoring struct {
	done   chan struct{}
	scores pageScores
	err    error
}

// beginScoring measures beside the caller.
func beginScoring(measure func() pageScores) *scoring {
	s := &scoring{done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.err = recovering(func() error {
			s.scores = measure()
			return nil
		})
	}()
	return s
}

// wait returns what was measured.
func (s *scoring) wait() (pageScores, error) {
	<-s.done
	return s.scores, s.err
}

// measured reports whether wait returns at once.
func (s *scoring) measured() bool {
	select {
	case <-s.done:
		return true
	default:
		return false
	}
}

// scorer finds the cuts of a video and measures its scores at their moments: at the
// first frame, at cuts and every scoreEvery seconds. It does so beside the caller, one
// at a time, and measures no image twice in a row.
type scorer struct {
	wanted wanted
	cuts   change.Cuts
	latest *scoring // nil before the first frame
	at     float64  // when it was due, seconds since the first frame
	input  *pix.RGB // of latest
	box    letterbox.Box
	shrink pix.Shrinker
}

// next sets the cut of a frame and the scores that hold for it, measured by then or not.
// The samples of the frame are not read afterwards.
func (s *scorer) next(f *frame) {
	f.cut = !f.duplicate && s.cuts.Next(f.small)
	if s.latest == nil || f.cut || f.at >= s.at+scoreEvery {
		s.at = f.at
		s.measure(f)
	}
	f.scoring = s.latest
}

// measure begins to measure a frame, unless it is the image that was measured last.
func (s *scorer) measure(f *frame) {
	if s.wanted == (wanted{}) && s.latest != nil {
		return
	}
	var input *pix.RGB
	if s.wanted != (wanted{}) {
		input = s.scoreInput(f)
	}
	if s.latest != nil {
		<-s.latest.done
		if s.box == f.box && input.W == s.input.W && input.H == s.input.H && bytes.Equal(input.Pix, s.input.Pix) {
			return
		}
	}
	s.input, s.box = input, f.box
	s.latest = beginScoring(func() pageScores {
		scores := s.wanted.measure(func() *pix.RGB { return input })
		scores.maps.clarity, scores.maps.excitingness = f.box.Plane(scores.maps.clarity), f.box.Plane(scores.maps.excitingness)
		return scores
	})
}

// stop waits for the last measurement.
func (s *scorer) stop() {
	if s.latest != nil {
		<-s.latest.done
	}
}

// scoreInput returns a frame, without bars, at the size at which clarity and
// excitingness are measured.
func (s *scorer) scoreInput(f *frame) *pix.RGB {
	img := active(f.decoded)
	p := pix.New(score.WorkSize(img.Rect.Dx(), img.Rect.Dy()))
	s.shrink.YCbCr(p, img)
	return p
}
