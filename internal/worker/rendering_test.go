package worker_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// renderFunc is a Renderer, which adds nothing to the analysis.
type renderFunc func(ctx context.Context, a *saccade.Analysis, dir string) error

func (f renderFunc) Render(ctx context.Context, a *saccade.Analysis, _ store.Rendering, dir string, _ func(saccade.Progress)) (int64, func(*saccade.Analysis), error) {
	return 0, func(*saccade.Analysis) {}, f(ctx, a, dir)
}

// rendered asks for a map of an analysis that has succeeded.
func (b *fixture) rendered(kind saccade.Kind) *saccade.Analysis {
	b.t.Helper()
	a := b.create(kind)
	w := store.WorkVideo
	if kind != saccade.KindVideo {
		w = store.WorkImage
	}
	c, err := storetest.Claim(b.t.Context(), b.store, w, a.ID)
	if err == nil {
		err = c.Succeed(b.t.Context(), outputs())
	}
	if err == nil {
		err = b.store.StartRendering(b.t.Context(), account, a.ID, store.Rendering{Outputs: []saccade.Output{saccade.OutHotspotsMap}, Palette: saccade.PaletteHeat})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

// isRendered reports whether nothing is to be rendered of an analysis any more.
func (b *fixture) isRendered(a *saccade.Analysis) bool {
	b.t.Helper()
	r, err := b.store.Rendering(b.t.Context(), a.ID)
	if err != nil || r != nil && r.Err != nil {
		b.t.Fatalf("%v, %v", r, err)
	}
	return r == nil
}

// TestRenderingKeepsItsFiles: what clears away the files of the dead leaves alone those of
// a rendering that takes longer than the time between two of its rounds.
func TestRenderingKeepsItsFiles(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver)
		b.render = func(ctx context.Context, _ *saccade.Analysis, dir string) error {
			if err := os.WriteFile(filepath.Join(dir, "half"), nil, 0o600); err != nil {
				return err
			}
			time.Sleep(5 * b.cfg.Janitor)
			return os.Remove(filepath.Join(dir, "half"))
		}
		a := b.rendered(saccade.KindVideo)
		dead := filepath.Join(b.cfg.Scratch, a.ID+"_rendering-0")
		if err := os.MkdirAll(dead, 0o700); err != nil {
			t.Fatal(err)
		}
		b.start(succeed, nil)
		eventually(t, func() bool { return b.isRendered(a) })
		eventually(t, func() bool {
			left, _ := filepath.Glob(filepath.Join(b.cfg.Scratch, "*"))
			return len(left) == 0
		})
	})
}

// TestRenderingOfOthers: who leaves videos, or images, to others leaves their renderings to
// others as well, and makes those of the other kind.
func TestRenderingOfOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		none := fixtureOn(t, cfg, t.TempDir())
		video, page := none.rendered(saccade.KindVideo), none.rendered(saccade.KindPage)
		for _, worker := range []struct {
			videos, images int
			mine           *saccade.Analysis
		}{{0, 1, page}, {1, 0, video}} {
			b := fixtureOn(t, cfg, t.TempDir())
			b.cfg.Videos, b.cfg.Images = worker.videos, worker.images
			b.render = func(_ context.Context, a *saccade.Analysis, _ string) error {
				if a.ID != worker.mine.ID {
					t.Errorf("a worker of %d videos and %d images renders the %s", worker.videos, worker.images, a.Request.Kind)
				}
				return nil
			}
			b.start(succeed, nil)
			eventually(t, func() bool { return b.isRendered(worker.mine) })
		}
	})
}
