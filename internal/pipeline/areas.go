package pipeline

import (
	"bufio"
	"context"
	"errors"
	"io"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/score"
)

// Areas measures areas of interest on the numbers of an earlier analysis:
// density.npy and frames.json. It reads map by map, so that its memory does
// not grow with the length of the video.
func Areas(ctx context.Context, density, frames io.Reader, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	if err := saccade.ValidateAOIs(aois); err != nil {
		return nil, err
	}
	times, err := readTimes(bufio.NewReader(frames))
	if err != nil {
		return nil, err
	}
	maps, err := newDensityReader(bufio.NewReaderSize(density, 1<<18))
	if err != nil {
		return nil, err
	}
	if maps.n != len(times) {
		return nil, errors.New("pipeline: density.npy and frames.json do not belong together")
	}
	meter := score.NewAreas(aois)
	var shown float64
	for i, t := range times {
		d, err := maps.Next()
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return nil, err
		}
		if maps.still {
			return score.StillAreas(d, aois), nil
		}
		if i+1 < len(times) { // the last frame counts as long as the one before
			shown = times[i+1] - t
		}
		meter.Add(d, t, shown)
	}
	return meter.Results(), nil
}
