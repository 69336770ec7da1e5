package pipeline

import (
	"context"
	"errors"
	"io"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
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

// add counts the frame of a row, which is shown until a time, and puts the
// shares of the areas that exist then into the row.
func (m *areaMeter) add(row *artifact.Row, d saccade.Density, until float64) {
	m.last, row.AOIs = d, nil
	for i, share := range m.areas.Add(d, row.Time, max(0, until-row.Time)) {
		if !m.aois[i].Active(row.Time) {
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
	if err := saccade.ValidateAOIs(aois); err != nil {
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
	row, d, err := in.Next()
	for shown := 0.0; err == nil; {
		var next artifact.Row
		var nextMap saccade.Density
		until := 0.0
		if next, nextMap, err = in.Next(); err == nil {
			until = next.Time
			err = ctx.Err()
		} else if errors.Is(err, io.EOF) {
			until = from.end(in, row.Time, shown)
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		meter.add(&row, d, until)
		if err := table.Write(row); err != nil {
			return nil, err
		}
		shown = until - row.Time
		row, d = next, nextMap
	}
	if !errors.Is(err, io.EOF) {
		return nil, err
	}
	return meter.results(), table.Close(from.duration(in))
}

// duration is that of the video, where a file or the caller knows it.
func (n Numbers) duration(in *artifact.Reader) float64 {
	if in.Image() || in.Duration() > 0 {
		return in.Duration()
	}
	return n.Duration
}

// unknownFrame is how long the frame of a video counts that has but one, and
// whose duration nobody knows.
const unknownFrame = 1.0 / 25

// end is when the last frame ends. Where nobody knows, it counts as long as
// the one before.
func (n Numbers) end(in *artifact.Reader, at, shown float64) float64 {
	switch known := n.duration(in); {
	case in.Image():
		return score.ViewingSeconds
	case known > 0:
		return known
	case shown > 0:
		return at + shown
	}
	return at + unknownFrame
}
