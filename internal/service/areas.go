package service

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/markers"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/store"
)

// MeasureAreas measures areas of interest on the numbers that a finished analysis
// left behind, without a new prediction. They replace the former ones, in the
// analysis and in its tables and markers; no areas remove them. The files are a new
// edition, which the row names in the transaction that changes the areas: whenever
// this ends, even by a crash, areas and files belong together. The former edition
// stays, for links that lead to it; the one before it goes, and so does, in the end,
// what no row came to name ([store.Store.Unknown]). An analysis that did not succeed
// (yet) is conflict.
func (s *Service) MeasureAreas(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	if err := saccade.ValidateAOIs(aois); err != nil {
		return nil, err
	}
	if a.Status != saccade.StatusSuccess {
		return nil, saccade.Errorf(saccade.CodeConflict,
			"Areas of interest can be measured once the analysis has succeeded; its status is %q.", a.Status)
	}
	aois, err := s.nameAreas(ctx, a, aois)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "saccade-tables-")
	if err != nil {
		return nil, blob.FullDisk(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	results, err := s.measure(ctx, a, aois, dir)
	if err != nil {
		return nil, blob.FullDisk(err)
	}
	return results, s.replaceAreas(context.WithoutCancel(ctx), a, results, dir)
}

// nameAreas returns the areas with the boxes of the elements that they name,
// which are known where the elements of the page were asked for.
func (s *Service) nameAreas(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI) ([]saccade.AOI, error) {
	if !slices.ContainsFunc(aois, saccade.AOI.Names) {
		return aois, nil
	}
	page := a.Request
	page.AOIs = aois
	if err := page.ValidatePage(); err != nil {
		return nil, err
	}
	if a.Outputs == nil || a.Outputs.Elements == nil {
		return nil, saccade.Errorf(saccade.CodeInvalidInput,
			"The elements of this page are not known. Ask for a new analysis with these areas, or with elements.").About("aois")
	}
	f, err := s.Open(ctx, a, artifact.ElementsJSON)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	known, err := artifact.ReadElements(f)
	if err != nil {
		return nil, err
	}
	return element.Locate(known.WithoutShares(), aois)
}

// replaceAreas stores the files in dir as a new edition and makes it the current one,
// with the results.
func (s *Service) replaceAreas(ctx context.Context, a *saccade.Analysis, results []saccade.AOIResult, dir string) error {
	m := store.Measured{Areas: results, Edition: saccade.NewID()}
	var err error
	if m.Bytes, err = s.storeEdition(ctx, a.ID, m.Edition, dir); err != nil {
		s.dropEdition(ctx, a.ID, m.Edition)
		return err
	}
	now, err := s.deps.Analyses.SetAOIs(ctx, a.Account, a.ID, m)
	switch {
	case saccade.IsCode(err, saccade.CodeGone): // deleted meanwhile: nothing of it may come back
		s.tryDelete(ctx, blob.AnalysisKey(a.ID, ""))
		return err
	case err != nil: // the row may name it all the same
		return err
	}
	for _, former := range a.Request.Editions {
		if !slices.Contains(now.Request.Editions, former) {
			s.dropEdition(ctx, a.ID, former)
		}
	}
	return nil
}

// storeEdition puts every file of a directory and returns how many bytes they are.
func (s *Service) storeEdition(ctx context.Context, id, edition, dir string) (int64, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		if err := s.storeFile(ctx, blob.EditionKey(id, edition, saccade.File(e.Name())), filepath.Join(dir, e.Name())); err != nil {
			return 0, err
		}
	}
	return blob.DirSize(dir)
}

// dropEdition deletes the files of an edition, or logs why it could not.
func (s *Service) dropEdition(ctx context.Context, id, edition string) {
	for _, file := range renewed() {
		s.tryDelete(ctx, blob.EditionKey(id, edition, file))
	}
}

// measure measures the areas on what the analysis left and writes the new tables, and
// the markers where there are any, into dir.
func (s *Service) measure(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI, dir string) ([]saccade.AOIResult, error) {
	original := *a
	original.Request.Editions = nil // its rows are those of every edition, and it stays
	density, err := s.Open(ctx, &original, artifact.DensityNPY)
	if err != nil {
		return nil, err
	}
	defer func() { _ = density.Close() }()
	frames, err := s.Open(ctx, &original, artifact.FramesJSON)
	if err != nil {
		return nil, err
	}
	defer func() { _ = frames.Close() }()
	numbers := pipeline.Numbers{Density: density, Frames: frames}
	if a.Outputs != nil && a.Outputs.Input != nil {
		numbers.Duration = a.Outputs.Input.Duration
	}
	if a.Request.Uncertainty {
		numbers.Uncertain = a.Request.Kind
	}
	results, err := writeTables(ctx, numbers, aois, dir)
	if err != nil {
		return nil, err
	}
	return results, writeMarkers(a, results, dir)
}

// writeTables measures the areas and writes the tables that have them.
func writeTables(ctx context.Context, numbers pipeline.Numbers, aois []saccade.AOI, dir string) ([]saccade.AOIResult, error) {
	json, err := os.Create(filepath.Join(dir, string(artifact.FramesJSON)))
	if err != nil {
		return nil, err
	}
	csv, err := os.Create(filepath.Join(dir, string(artifact.FramesCSV)))
	if err != nil {
		return nil, errors.Join(err, json.Close())
	}
	results, err := pipeline.MeasureAreas(ctx, numbers, aois, pipeline.Tables{JSON: json, CSV: csv})
	return results, errors.Join(err, json.Close(), csv.Close())
}

// writeMarkers writes the files for cutting programs anew, where there are any:
// areas that are missed are in them.
func writeMarkers(a *saccade.Analysis, results []saccade.AOIResult, dir string) error {
	if a.Outputs == nil || a.Outputs.Attention == nil || a.Outputs.Attention.Markers == nil {
		return nil
	}
	json, err := os.Open(filepath.Join(dir, string(artifact.FramesJSON)))
	if err != nil {
		return err
	}
	defer func() { _ = json.Close() }()
	frames, err := artifact.ReadFrames(json)
	if err != nil {
		return err
	}
	list, err := markers.Find(markers.Video{Title: a.Request.Title, Frames: frames, AOIs: results})
	if err != nil {
		return err
	}
	_, err = markers.Write(dir, list)
	return err
}
