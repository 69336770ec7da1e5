// Package studio joins objects and analyses: it fetches an analysis' input
// from the object store, has it analysed in a scratch folder, and stores what
// came out. It also judges fresh uploads and measures areas of interest on
// the numbers that an earlier analysis left behind.
//
// It knows neither the queue nor HTTP; the worker and the API call it through
// interfaces of their own.
package studio

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// Analyzer makes one analysis of a local file; *pipeline.Analyzer is one.
type Analyzer interface {
	Run(ctx context.Context, job pipeline.Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error)
}

// Config holds the limits of videos.
type Config struct {
	Limits   pipeline.Limits
	MaxBytes int64 // largest video
}

// DefaultConfig has the limits of the API: 60 s, 100 MiB.
func DefaultConfig() Config {
	return Config{Limits: pipeline.DefaultLimits(), MaxBytes: 100 << 20}
}

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	err := c.Limits.Validate()
	if c.MaxBytes <= 0 {
		err = errors.Join(err, errors.New("studio: the limit of bytes must be above 0"))
	}
	return err
}

// Studio is safe for concurrent use.
type Studio struct {
	cfg      Config
	blobs    blob.Store
	analyzer Analyzer
	replace  sync.Mutex // one pair of tables is replaced at a time
}

// New makes a studio.
func New(cfg Config, blobs blob.Store, analyzer Analyzer) (*Studio, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Studio{cfg: cfg, blobs: blobs, analyzer: analyzer}, nil
}

// Run makes the analysis in dir, an empty folder of its own, and stores its
// files. After an error no object of this run is left.
func (s *Studio) Run(ctx context.Context, a *saccade.Analysis, dir string, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	job := pipeline.Job{Request: a.Request, Dir: dir}
	if a.Request.Object != "" {
		path, release, err := s.blobs.File(ctx, blob.Key(a.Request.Object))
		defer release()
		if errors.Is(err, blob.ErrNotFound) {
			return nil, saccade.Errorf(saccade.CodeInvalidInput, "The uploaded input is no longer there. Please upload it again.").About("input.content")
		}
		if err != nil {
			return nil, err
		}
		job.Path = path
	}
	out, err := s.analyzer.Run(ctx, job, progress)
	if err != nil {
		return nil, err
	}
	progress(saccade.Progress{Fraction: 0.99, Stage: saccade.StageStoring})
	if err := s.store(ctx, a.ID, dir); err != nil {
		return nil, err
	}
	return out, nil
}

// store puts every file of the folder, or none.
func (s *Studio) store(ctx context.Context, id, dir string) (err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var done []blob.Key
	defer func() {
		if err == nil {
			return
		}
		for _, key := range done {
			err = errors.Join(err, s.blobs.Delete(context.WithoutCancel(ctx), key))
		}
	}()
	for _, e := range entries {
		key := blob.AnalysisKey(id, saccade.File(e.Name()))
		if err := s.put(ctx, key, filepath.Join(dir, e.Name())); err != nil {
			return err
		}
		done = append(done, key)
	}
	return nil
}

func (s *Studio) put(ctx context.Context, key blob.Key, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = s.blobs.Put(ctx, key, f)
	return err
}

// Inspect judges an uploaded video by its size and container, without decoding
// it. The error is a *saccade.Error when the upload cannot be analysed or
// nothing was uploaded.
func (s *Studio) Inspect(ctx context.Context, key blob.Key) error {
	o, info, err := s.blobs.Open(ctx, key)
	if errors.Is(err, blob.ErrNotFound) {
		return saccade.Errorf(saccade.CodeInvalidInput, "Nothing was uploaded to this URL yet. PUT the video there first.").About("input.content")
	}
	if err != nil {
		return err
	}
	defer o.Close()
	if info.Size > s.cfg.MaxBytes {
		return saccade.Errorf(saccade.CodeInvalidInput, "The video has %d bytes; at most %d are possible. Please shorten it or compress it more.", info.Size, s.cfg.MaxBytes).About("input.content")
	}
	if _, err := pipeline.InspectVideo(ctx, o, info.Size, s.cfg.Limits); err != nil {
		var e *saccade.Error
		if errors.As(err, &e) {
			return e.About("input.content")
		}
		return err
	}
	return nil
}

// Open opens a file that a finished analysis left behind: resource_gone when it
// is no longer there.
func (s *Studio) Open(ctx context.Context, a *saccade.Analysis, file saccade.File) (io.ReadCloser, error) {
	o, _, err := s.blobs.Open(ctx, blob.AnalysisKey(a.ID, file))
	if errors.Is(err, blob.ErrNotFound) {
		return nil, saccade.Errorf(saccade.CodeGone, "This resource is no longer available.").With(err)
	}
	return o, err
}
