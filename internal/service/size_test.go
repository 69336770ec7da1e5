package service_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/service"
)

// writer is an analyzer that leaves files of some bytes, and that may then go on
// until it is stopped.
type writer struct {
	bytes   int
	endless bool
}

func (w writer) Run(ctx context.Context, job pipeline.Job, _ func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	for _, name := range []string{"a.webm", "b.webm"} {
		if err := os.WriteFile(filepath.Join(job.Dir, name), bytes.Repeat([]byte("x"), w.bytes/2), 0o600); err != nil {
			return nil, err
		}
	}
	if w.endless {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return &saccade.Outputs[saccade.File]{}, nil
}

// TestResultsAreBounded: an analysis is stopped once its files are too large, and
// one that ended before that was noticed stores nothing.
func TestResultsAreBounded(t *testing.T) {
	for name, tc := range map[string]struct {
		w  writer
		ok bool
	}{
		"small": {writer{1000, false}, true}, "large": {writer{1002, false}, false}, "growing": {writer{1002, true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, disk := newService(t, tc.w, func(l *service.Limits, _ *service.Deps) { l.ResultBytes = 1000 })
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				_, err := s.Run(t.Context(), &saccade.Analysis{ID: "an1"}, dir, quiet)
				if tc.ok != (err == nil) || !tc.ok && !saccade.IsCode(err, saccade.CodeInvalidInput) {
					t.Errorf("got %v", err)
				}
			})
			_, err := disk.Stat(t.Context(), blob.AnalysisKey("an1", "a.webm"))
			if tc.ok != (err == nil) || !tc.ok && !errors.Is(err, blob.ErrNotFound) {
				t.Errorf("stored: %v", err)
			}
		})
	}
}

// takenOver is a store in which, while an attempt writes its second object, another
// attempt at the same analysis ends with objects of the same names.
type takenOver struct {
	blob.Store
	stop context.CancelFunc
	puts int
}

func (o *takenOver) Put(ctx context.Context, key blob.Key, r io.Reader) (blob.Info, error) {
	if o.puts++; o.puts == 2 {
		o.stop()
		return blob.Info{}, ctx.Err()
	}
	return o.Store.Put(ctx, key, r)
}

// TestStoppedAttemptLeavesObjectsAlone: an attempt that lost its lease deletes
// nothing, since the objects may be those of the attempt that took over.
func TestStoppedAttemptLeavesObjectsAlone(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s, disk := newService(t, writer{100, false}, func(_ *service.Limits, d *service.Deps) {
		d.Objects = &takenOver{Store: d.Objects, stop: stop}
	})
	if _, err := s.Run(ctx, &saccade.Analysis{ID: "an1"}, t.TempDir(), quiet); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := disk.Stat(t.Context(), blob.AnalysisKey("an1", "a.webm")); err != nil {
		t.Errorf("the object of the attempt that took over: %v", err)
	}
}
