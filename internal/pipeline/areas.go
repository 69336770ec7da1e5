package pipeline

import (
	"context"
	"errors"
	"io"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/certainty"
	"github.com/saccade-dev/saccade/internal/score"
)

// areaMeter measures areas of interest frame by frame: while an analysis runs,
// and later on the numbers it left behind, with the same result.
type areaMeter struct {
	aois  []saccade.AOI
	image bool
	areas *score.Areas
	last  saccade.Density
}

func newAreaMeter(aois []saccade.AOI, image bool) *areaMeter {
	return &areaMeter{aois: aois, image: image, areas: score.NewAreas(aois)}
}

// names lists the areas, for the head of the table.
func (m *areaMeter) names() []string {
	var names []string
	for _, a := range m.aois {
		names = append(names, a.Name)
	}
	return names
}

// span is a stretch of time, in seconds since the first frame.
type span struct{ from, to float64 }

// add counts the frame of a row, which is shown for a span, and puts the shares
// of the areas that exist then into the row.
func (m *areaMeter) add(row *artifact.Row, d saccade.Density, s span) {
	m.last, row.AOIs = d, nil
	for i, share := range m.areas.Add(d, s.from, max(0, s.to-s.from)) {
		if !m.aois[i].Active(s.from) {
			continue
		}
		if row.AOIs == nil {
			row.AOIs = map[string]float64{}
		}
		row.AOIs[m.aois[i].Name] = share
	}
}

// results answers the areas, in their order.
func (m *areaMeter) results() []saccade.AOIResult {
	if m.image {
		return score.ImageAreas(m.last, m.aois)
	}
	return m.areas.Results()
}

// Numbers are the files that areas of interest are measured on later.
type Numbers struct {
	Density  io.Reader // density.npy
	Frames   io.Reader // frames.json
	Duration float64   // of the video in seconds, for a frames.json that does not say it; 0: not known either

	Uncertain saccade.Kind // whose error bars the shares have, those without views; empty: none
}

// Tables take frames.json and frames.csv.
type Tables struct{ JSON, CSV io.Writer }

// MeasureAreas measures areas of interest on the numbers that an analysis left
// behind, without a new prediction: the results are those that the analysis
// would have answered. It writes both tables anew, with the shares of these
// areas in place of the former ones. It reads row by row, so that its memory
// does not grow with the length of the video. The error is a *saccade.Error
// when the areas are not valid.
func MeasureAreas(ctx context.Context, from Numbers, aois []saccade.AOI, to Tables) ([]saccade.AOIResult, error) {
	if err := saccade.ValidateShapes(aois); err != nil {
		return nil, err
	}
	in, err := artifact.NewReader(from.Frames, from.Density)
	if err != nil {
		return nil, err
	}
	meter := newAreaMeter(aois, in.Image())
	head := in.Head()
	head.AOIs = meter.names()
	table := artifact.NewFramesWriter(to.JSON, to.CSV, head)
	err = in.Walk(score.ViewingSeconds, from.Duration, func(s artifact.Shown) error {
		meter.add(&s.Row, s.Density, span{s.From, s.To})
		return errors.Join(ctx.Err(), table.Write(s.Row))
	})
	if err != nil {
		return nil, err
	}
	results := meter.results()
	from.setIntervals(results)
	return results, table.Close(from.duration(in))
}

// setIntervals sets the intervals of shares of which there are no views. Of an
// image it is not known whether it shows a page, so it counts as half of one.
func (n Numbers) setIntervals(results []saccade.AOIResult) {
	mix := certainty.OfImage(0.5)
	switch n.Uncertain {
	case "":
		return
	case saccade.KindVideo:
		mix = certainty.Mix{certainty.KindVideo: 1}
	case saccade.KindPage:
		mix = certainty.OfImage(1)
	}
	for i := range results {
		interval := certainty.Share(mix, results[i].Share, nil)
		results[i].Interval = &interval
	}
}

// duration is that of the video, where a file or the caller knows it.
func (n Numbers) duration(in *artifact.Reader) float64 {
	if in.Image() || in.Duration() > 0 {
		return in.Duration()
	}
	return n.Duration
}
