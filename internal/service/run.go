package service

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// Run makes one analysis in dir, an empty directory of its own, and stores its
// files. The answer refers to them by name. After an error no object of this run
// is left, unless the context ended first: then another attempt may have put
// objects of the same names, and the caller alone knows whose they are.
func (s *Service) Run(ctx context.Context, a *saccade.Analysis, dir string, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	if s.deps.Analyzer == nil {
		return nil, errors.New("service: this process runs no analysis")
	}
	job := pipeline.Job{Request: a.Request, Dir: dir, Viewer: true}
	if a.Request.Object != "" {
		path, release, err := s.deps.Objects.File(ctx, blob.Key(a.Request.Object), a.Request.Tag)
		defer release()
		if errors.Is(err, blob.ErrNotFound) {
			return nil, saccade.Errorf(saccade.CodeInvalidInput, "The uploaded input is no longer there. Please upload it again.").About(FieldContent)
		}
		if errors.Is(err, blob.ErrChanged) {
			return nil, saccade.Errorf(saccade.CodeInvalidInput,
				"The upload was changed after the analysis had been ordered. Please upload every video to a URL of its own.").About(FieldContent).With(err)
		}
		if err != nil {
			return nil, err
		}
		job.Path = path
	}
	ctx, endWatch := s.watchSize(ctx, dir)
	defer endWatch()
	endPreview := s.preview(ctx, a.ID, dir)
	defer endPreview()
	out, err := s.deps.Analyzer.Run(ctx, job, progress)
	if err := errors.Join(s.checkSize(ctx, dir), err); err != nil {
		return nil, diskFull(dir, err)
	}
	progress(saccade.Progress{Fraction: 0.99, Stage: saccade.StageStoring})
	if err := s.storeFiles(ctx, a.ID, dir); err != nil {
		return nil, diskFull(dir, err)
	}
	return out, nil
}

// probe is what a disk takes that is not full, in bytes.
const probe = 64 << 10

// diskFull makes an error of a full disk over_capacity, wherever it was met: the
// job is tried again. A program that wrote into dir does not say in its error that
// there was no room; then the disk is asked.
func diskFull(dir string, err error) error {
	if saccade.AsError(err).Code != saccade.CodeServer {
		return err
	}
	if full := blob.FullDisk(err); saccade.IsCode(full, saccade.CodeOverCapacity) {
		return full
	}
	name := filepath.Join(dir, "probe")
	full := blob.FullDisk(os.WriteFile(name, make([]byte, probe), 0o600))
	_ = os.Remove(name)
	if saccade.IsCode(full, saccade.CodeOverCapacity) {
		return errors.Join(full, err)
	}
	return err
}

// storeFiles puts every file of the directory, or none; a part of them where the
// context ended (see Run).
func (s *Service) storeFiles(ctx context.Context, id, dir string) (err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var done []blob.Key
	defer func() {
		if err == nil || ctx.Err() != nil {
			return
		}
		for _, key := range done {
			err = errors.Join(err, s.deps.Objects.Delete(ctx, key))
		}
	}()
	for _, e := range entries {
		key := blob.AnalysisKey(id, saccade.File(e.Name()))
		if err := s.storeFile(ctx, key, filepath.Join(dir, e.Name())); err != nil {
			return err
		}
		done = append(done, key)
	}
	return nil
}

func (s *Service) storeFile(ctx context.Context, key blob.Key, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = s.deps.Objects.Put(ctx, key, f)
	return err
}

// Lens predicts the density of an image and keeps nothing of it. A process that predicts
// nothing is over_capacity.
func (s *Service) Lens(ctx context.Context, image []byte) (saccade.Density, error) {
	if s.deps.Lens == nil {
		return saccade.Density{}, saccade.Errorf(saccade.CodeOverCapacity, "This server has no model of its own. Send the image as an analysis.")
	}
	return s.deps.Lens.Lens(ctx, image)
}

// WriteText writes a text about an analysis, as Markdown: kind is "summary" or
// "recommendations".
func (s *Service) WriteText(ctx context.Context, a *saccade.Analysis, kind string) (string, error) {
	if s.deps.Advisor == nil {
		return "", errors.New("service: this process writes no text")
	}
	text, err := s.deps.Advisor.Advise(ctx, a, kind)
	if err != nil {
		return "", fmt.Errorf("service: %s: %w", kind, err)
	}
	return text, nil
}
