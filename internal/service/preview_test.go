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
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/service"
)

// predictor stands for the analyzer of a video: a frame a second, and half of the next one.
type predictor struct {
	frames int
	err    error
}

func (p predictor) Run(_ context.Context, job pipeline.Job, _ func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	f, err := os.Create(filepath.Join(job.Dir, string(artifact.GridFile)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	w := artifact.NewGridWriter(f)
	for i := range p.frames {
		time.Sleep(time.Second)
		if err := w.Write(float64(i), saccade.NewDensity(4, 3)); err != nil {
			return nil, err
		}
	}
	if _, err := f.Write(make([]byte, 5)); err != nil {
		return nil, err
	}
	time.Sleep(time.Second)
	return &saccade.Outputs[saccade.File]{}, p.err
}

// frames counts the frames of a grid in the store; -1 without one.
func frames(t *testing.T, disk blob.Store, key blob.Key) int {
	t.Helper()
	o, _, err := disk.Open(context.Background(), key)
	if errors.Is(err, blob.ErrNotFound) {
		return -1
	}
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	r, err := artifact.NewGridReader(o)
	for n := 0; err == nil; n++ {
		if _, _, err = r.Next(); errors.Is(err, io.EOF) {
			return n
		}
	}
	t.Fatalf("the preview is not whole: %v", err)
	return 0
}

func TestPreviewGrowsAndGoes(t *testing.T) {
	for name, fail := range map[string]error{"success": nil, "failure": errors.New("broken")} {
		t.Run(name, func(t *testing.T) {
			s, disk := newService(t, predictor{frames: 6, err: fail})
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				key := blob.AnalysisKey("an1", service.PreviewFile)
				done := make(chan error)
				go func() {
					_, err := s.Run(context.Background(), &saccade.Analysis{ID: "an1"}, dir, quiet)
					done <- err
				}()
				time.Sleep(250 * time.Millisecond)
				for second, want := range []int{-1, 1, 2, 3, 4, 5, 6} {
					time.Sleep(500 * time.Millisecond)
					if got := frames(t, disk, key); got != want {
						t.Errorf("after %d.75 s the preview has %d frames, want %d", second, got, want)
					}
					time.Sleep(500 * time.Millisecond)
				}
				if err := <-done; !errors.Is(err, fail) {
					t.Errorf("got %v", err)
				}
				if got := frames(t, disk, key); got != -1 {
					t.Errorf("the preview is still there: %d frames", got)
				}
			})
		})
	}
}

// distant is a store that takes three seconds for an object, and finishes it even when
// the client has hung up meanwhile.
type distant struct{ blob.Store }

func (d distant) Put(ctx context.Context, key blob.Key, r io.Reader) (blob.Info, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return blob.Info{}, err
	}
	done := make(chan error, 1)
	var info blob.Info
	go func() {
		time.Sleep(3 * time.Second)
		var err error
		info, err = d.Store.Put(context.WithoutCancel(ctx), key, bytes.NewReader(b))
		done <- err
	}()
	select {
	case err := <-done:
		return info, err
	case <-ctx.Done():
		return blob.Info{}, ctx.Err()
	}
}

// TestPreviewGoesFromADistantStore: no put of a preview ends after it was deleted.
func TestPreviewGoesFromADistantStore(t *testing.T) {
	var disk blob.Store
	broken := errors.New("broken") // an analysis that succeeds stores other files meanwhile
	s, _ := newService(t, predictor{frames: 4, err: broken}, func(_ *service.Limits, d *service.Deps) {
		disk = d.Objects
		d.Objects = distant{disk}
	})
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		if _, err := s.Run(context.Background(), &saccade.Analysis{ID: "an1"}, dir, quiet); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		time.Sleep(10 * time.Second)
		if got := frames(t, disk, blob.AnalysisKey("an1", service.PreviewFile)); got != -1 {
			t.Errorf("the preview is still there: %d frames", got)
		}
	})
}
