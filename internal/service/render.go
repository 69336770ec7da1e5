package service

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/pipeline/maps"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/rendering"
)

// FieldOutputs names the outputs that are asked for later.
const FieldOutputs = "outputs"

// Rerender asks for more outputs of an analysis that has succeeded, in a palette ("": that
// of the analysis). Those that are there are left alone.
// conflict: it has not succeeded, or outputs in another palette are being rendered;
// resource_gone: its input is no longer there.
func (s *Service) Rerender(ctx context.Context, a *saccade.Analysis, names []string, palette string) error {
	if err := rendering.Possible(a); err != nil {
		return err
	}
	r, err := moreOutputs(a, names, palette)
	if err != nil || len(r.Outputs) == 0 {
		return err
	}
	for _, key := range []blob.Key{inputOf(a), blob.AnalysisKey(a.ID, artifact.GridFile)} {
		if _, err := s.deps.Objects.Stat(ctx, key); errors.Is(err, blob.ErrNotFound) {
			return errInputGone.With(err)
		} else if err != nil {
			return err
		}
	}
	return s.deps.Analyses.StartRendering(ctx, a.Account, a.ID, r)
}

var errInputGone = saccade.Errorf(saccade.CodeGone, "The input of this analysis, or its stored densities, are no longer there. Analyze it again.")

// moreOutputs returns what is to be rendered: outputs that are not there, and where the
// palette is another one, those in which it shows.
func moreOutputs(a *saccade.Analysis, names []string, palette string) (store.Rendering, error) {
	kind := a.Request.Kind
	if len(names) == 0 {
		return store.Rendering{}, saccade.Errorf(saccade.CodeInvalidInput, "Name at least one output.").About(FieldOutputs)
	}
	asked, err := saccade.ParseOutputs(kind, names)
	if err != nil {
		return store.Rendering{}, saccade.AsError(err).About(FieldOutputs)
	}
	later := maps.Later(kind)
	for _, o := range asked {
		if !slices.Contains(later, o) {
			return store.Rendering{}, saccade.Errorf(saccade.CodeInvalidInput, "%q can be asked for only when the analysis is made. Possible later: %s.", o, joined(later)).About(FieldOutputs)
		}
	}
	before, err := saccade.ParsePalette(string(a.Request.Palette))
	if err != nil {
		return store.Rendering{}, err
	}
	r := store.Rendering{Palette: before}
	if palette != "" {
		if r.Palette, err = saccade.ParsePalette(palette); err != nil {
			return r, err
		}
	}
	if r.Palette != before {
		for _, o := range []saccade.Output{saccade.OutAttentionMap, saccade.OutOverlay} {
			if maps.FileOf(a.Outputs, o) != "" {
				r.Outputs = append(r.Outputs, o)
			}
		}
	}
	for _, o := range asked {
		if maps.FileOf(a.Outputs, o) == "" && !slices.Contains(r.Outputs, o) {
			r.Outputs = append(r.Outputs, o)
		}
	}
	return r, nil
}

func joined(outputs []saccade.Output) string {
	text := ""
	for i, o := range outputs {
		if i > 0 {
			text += ", "
		}
		text += string(o)
	}
	return text
}

// inputOf is where the input of an analysis is: what was uploaded, or the captured page.
func inputOf(a *saccade.Analysis) blob.Key {
	if a.Request.Kind == saccade.KindPage {
		return blob.AnalysisKey(a.ID, artifact.InputPNG)
	}
	return blob.Key(a.Request.Object)
}

// Render renders more outputs of an analysis from its stored densities, in dir, an empty
// directory of its own, and stores their files. It returns how many bytes more are stored
// than before, and how the analysis changes.
func (s *Service) Render(ctx context.Context, a *saccade.Analysis, r store.Rendering, dir string, progress func(saccade.Progress)) (stored int64, change func(*saccade.Analysis), err error) {
	if s.deps.Analyzer == nil {
		return 0, nil, errors.New("service: this process runs no analysis")
	}
	drawn := slices.DeleteFunc(slices.Clone(r.Outputs), func(o saccade.Output) bool { return o == saccade.OutData || o == saccade.OutGrid })
	if len(drawn) > 0 {
		if stored, err = s.renderMaps(ctx, a, store.Rendering{Outputs: drawn, Palette: r.Palette}, dir, progress); err != nil {
			return 0, nil, diskFull(dir, err)
		}
	}
	return stored, func(now *saccade.Analysis) {
		maps.Add(now.Outputs, now.Request.Kind, r.Outputs)
		now.Request.Palette = r.Palette
		now.Request.Outputs = append(now.Request.Outputs, r.Outputs...)
		slices.Sort(now.Request.Outputs)
		now.Request.Outputs = slices.Compact(now.Request.Outputs)
	}, nil
}

// renderMaps renders maps, stores them and returns how many bytes more are stored.
func (s *Service) renderMaps(ctx context.Context, a *saccade.Analysis, r store.Rendering, dir string, progress func(saccade.Progress)) (stored int64, err error) {
	path, release, err := s.deps.Objects.File(ctx, inputOf(a), a.Request.Tag)
	defer release()
	if errors.Is(err, blob.ErrNotFound) || errors.Is(err, blob.ErrChanged) {
		return 0, errInputGone.With(err)
	}
	if err != nil {
		return 0, err
	}
	grid := filepath.Join(dir, "stored.grid")
	if err := s.fetch(ctx, blob.AnalysisKey(a.ID, artifact.GridFile), grid); err != nil {
		return 0, err
	}
	work := filepath.Join(dir, "maps")
	if err := os.Mkdir(work, 0o700); err != nil {
		return 0, err
	}
	job := pipeline.Job{Path: path, Dir: work, Grid: grid, Request: saccade.Request{Kind: a.Request.Kind, Format: a.Request.Format, Palette: r.Palette, Outputs: r.Outputs}}
	if job.Request.Kind == saccade.KindPage {
		job.Request.Kind = saccade.KindImage
	}
	ctx, endWatch := s.watchSize(ctx, work)
	defer endWatch()
	out, err := s.deps.Analyzer.Run(ctx, job, progress)
	if err := errors.Join(s.checkSize(ctx, work), err); err != nil {
		return 0, err
	}
	for _, o := range r.Outputs {
		more, err := s.storeMap(ctx, a, o, filepath.Join(work, string(maps.FileOf(out, o))))
		if err != nil {
			return 0, err
		}
		stored += more
	}
	return stored, nil
}

// storeMap stores the file of an output, in the place of the one that the analysis has in
// another palette, and returns how many bytes more are stored.
func (s *Service) storeMap(ctx context.Context, a *saccade.Analysis, o saccade.Output, path string) (more int64, err error) {
	key := blob.AnalysisKey(a.ID, saccade.File(filepath.Base(path)))
	if maps.FileOf(a.Outputs, o) != "" {
		former, err := s.deps.Objects.Stat(ctx, key)
		if err != nil && !errors.Is(err, blob.ErrNotFound) {
			return 0, err
		}
		more = -former.Size
	}
	file, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return more + file.Size(), s.storeFile(ctx, key, path)
}

// fetch copies an object to a file.
func (s *Service) fetch(ctx context.Context, key blob.Key, path string) error {
	o, _, err := s.deps.Objects.Open(ctx, key)
	if errors.Is(err, blob.ErrNotFound) {
		return errInputGone.With(err)
	}
	if err != nil {
		return err
	}
	defer func() { _ = o.Close() }()
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, o)
	return errors.Join(err, f.Close())
}
