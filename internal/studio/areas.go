package studio

import (
	"context"
	"errors"
	"io"
	"os"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// Measure answers areas of interest from the numbers that a finished analysis
// left behind, without a new prediction, and replaces the tables frames.json
// and frames.csv by ones with these areas: both or, after an error, none.
// Measuring again after an error is safe.
func (s *Studio) Measure(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	density, err := s.Open(ctx, a, artifact.DensityNPY)
	if err != nil {
		return nil, err
	}
	defer density.Close()
	frames, err := s.Open(ctx, a, artifact.FramesJSON)
	if err != nil {
		return nil, err
	}
	defer frames.Close()
	t, err := newTables()
	if err != nil {
		return nil, err
	}
	defer t.remove()
	former := io.TeeReader(frames, t.former)
	numbers := pipeline.Numbers{Density: density, Frames: former}
	if a.Outputs != nil && a.Outputs.Input != nil {
		numbers.Duration = a.Outputs.Input.Duration
	}
	results, err := pipeline.MeasureAreas(ctx, numbers, aois, pipeline.Tables{JSON: t.json, CSV: t.csv})
	if err != nil {
		return nil, err
	}
	if _, err := io.Copy(io.Discard, former); err != nil { // what is behind the document
		return nil, err
	}
	return results, s.replaceTables(ctx, a.ID, t)
}

// tables are the new tables of an analysis, and the former frames.json, on
// their way.
type tables struct{ json, csv, former *os.File }

func newTables() (*tables, error) {
	t := &tables{}
	for _, f := range []**os.File{&t.json, &t.csv, &t.former} {
		var err error
		if *f, err = os.CreateTemp("", "saccade-tables-"); err != nil {
			t.remove()
			return nil, err
		}
	}
	return t, nil
}

func (t *tables) remove() {
	for _, f := range []*os.File{t.json, t.csv, t.former} {
		if f != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
}

// replaceTables puts both tables; where the second one fails, it puts the
// former first one back.
func (s *Studio) replaceTables(ctx context.Context, id string, t *tables) error {
	ctx = context.WithoutCancel(ctx)
	s.replace.Lock()
	defer s.replace.Unlock()
	if err := s.putFrom(ctx, blob.AnalysisKey(id, artifact.FramesJSON), t.json); err != nil {
		return err
	}
	err := s.putFrom(ctx, blob.AnalysisKey(id, artifact.FramesCSV), t.csv)
	if err != nil {
		err = errors.Join(err, s.putFrom(ctx, blob.AnalysisKey(id, artifact.FramesJSON), t.former))
	}
	return err
}

// putFrom stores a file from its start.
func (s *Studio) putFrom(ctx context.Context, key blob.Key, f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := s.blobs.Put(ctx, key, f)
	return err
}
