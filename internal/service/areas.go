package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/element"
	"github.com/saccade-dev/saccade/internal/markers"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// MeasureAreas measures areas of interest on the numbers that a finished analysis
// left behind, without a new prediction. They replace the former ones: in the
// analysis and in its tables frames.json and frames.csv, of which both change or,
// after an error, none. No areas remove them. Measuring again after an error is
// safe. An analysis that did not succeed (yet) is conflict.
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
	t, err := newTables()
	if err != nil {
		return nil, blob.FullDisk(err)
	}
	defer t.remove()
	results, err := s.measure(ctx, a, aois, t)
	if err != nil {
		return nil, blob.FullDisk(err)
	}
	return results, s.replaceAreas(context.WithoutCancel(ctx), a, results, t)
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
	elements := make([]saccade.Element, len(known.Elements))
	for i, e := range known.Elements {
		elements[i] = e.Element
	}
	aois = slices.Clone(aois)
	for i, area := range aois {
		if !area.Names() {
			continue
		}
		box, ok := element.Lookup(elements, area)
		if !ok {
			return nil, saccade.Errorf(saccade.CodeInvalidInput,
				"The area %q names no element of elements.json. Take its selector, or role and name, from there.", area.Name).About(fmt.Sprintf("aois[%d].%s", i, area.NamedBy()))
		}
		aois[i].Box = &box
	}
	return aois, nil
}

// replaceAreas puts the new tables and results in place of the former ones.
func (s *Service) replaceAreas(ctx context.Context, a *saccade.Analysis, results []saccade.AOIResult, t *tables) error {
	s.replace.Lock()
	defer s.replace.Unlock()
	if err := s.replaceTables(ctx, a.ID, t); err != nil {
		return err
	}
	if err := s.replaceMarkers(ctx, a, results, t); err != nil {
		return err
	}
	_, err := s.deps.Analyses.SetAOIs(ctx, a.Account, a.ID, results)
	if saccade.IsCode(err, saccade.CodeGone) { // deleted meanwhile: nothing of it may come back
		s.tryDelete(ctx, blob.AnalysisKey(a.ID, ""))
	}
	return err
}

// measure measures the areas and writes the new tables.
func (s *Service) measure(ctx context.Context, a *saccade.Analysis, aois []saccade.AOI, t *tables) ([]saccade.AOIResult, error) {
	density, err := s.Open(ctx, a, artifact.DensityNPY)
	if err != nil {
		return nil, err
	}
	defer func() { _ = density.Close() }()
	frames, err := s.Open(ctx, a, artifact.FramesJSON)
	if err != nil {
		return nil, err
	}
	defer func() { _ = frames.Close() }()
	former := io.TeeReader(frames, t.former)
	numbers := pipeline.Numbers{Density: density, Frames: former}
	if a.Outputs != nil && a.Outputs.Input != nil {
		numbers.Duration = a.Outputs.Input.Duration
	}
	if a.Request.Uncertainty {
		numbers.Uncertain = a.Request.Kind
	}
	results, err := pipeline.MeasureAreas(ctx, numbers, aois, pipeline.Tables{JSON: t.json, CSV: t.csv})
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, former) // what is behind the document
	return results, err
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
func (s *Service) replaceTables(ctx context.Context, id string, t *tables) error {
	if err := s.putFrom(ctx, blob.AnalysisKey(id, artifact.FramesJSON), t.json); err != nil {
		return err
	}
	err := s.putFrom(ctx, blob.AnalysisKey(id, artifact.FramesCSV), t.csv)
	if err != nil {
		err = errors.Join(err, s.putFrom(ctx, blob.AnalysisKey(id, artifact.FramesJSON), t.former))
	}
	return err
}

// replaceMarkers writes the files for cutting programs anew, where there are any:
// areas that are missed are in them.
func (s *Service) replaceMarkers(ctx context.Context, a *saccade.Analysis, results []saccade.AOIResult, t *tables) error {
	if a.Outputs == nil || a.Outputs.Attention == nil || a.Outputs.Attention.Markers == nil {
		return nil
	}
	if _, err := t.json.Seek(0, io.SeekStart); err != nil {
		return err
	}
	frames, err := artifact.ReadFrames(t.json)
	if err != nil {
		return err
	}
	list, err := markers.Find(markers.Video{Title: a.Request.Title, Frames: frames, AOIs: results})
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "saccade-markers-")
	if err != nil {
		return blob.FullDisk(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if _, err := markers.Write(dir, list); err != nil {
		return blob.FullDisk(err)
	}
	for _, name := range markers.All() {
		if err := s.storeFile(ctx, blob.AnalysisKey(a.ID, name), filepath.Join(dir, string(name))); err != nil {
			return err
		}
	}
	return nil
}

// putFrom stores a file from its start.
func (s *Service) putFrom(ctx context.Context, key blob.Key, f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := s.deps.Objects.Put(ctx, key, f)
	return err
}
