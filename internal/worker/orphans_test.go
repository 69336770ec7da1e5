package worker_test

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// warning notices what a worker warns of when the storage is another one's.
type warning struct {
	out    io.Writer
	warned atomic.Bool
}

// Write implements io.Writer.
func (w *warning) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "do they belong together") {
		w.warned.Store(true)
	}
	return w.out.Write(b)
}

// putOld puts an object that looks as if it had been put a while ago.
func (b *fixture) putOld(dir string, key blob.Key, age time.Duration) blob.Key {
	b.t.Helper()
	if _, err := b.objects.Put(b.t.Context(), key, strings.NewReader("x")); err != nil {
		b.t.Fatal(err)
	}
	at := time.Now().Add(-age)
	if err := os.Chtimes(filepath.Join(dir, "objects", filepath.FromSlash(string(key))), at, at); err != nil {
		b.t.Fatal(err)
	}
	return key
}

// there reports whether there is an object.
func (b *fixture) there(key blob.Key) bool {
	b.t.Helper()
	_, err := b.objects.Stat(b.t.Context(), key)
	if err != nil && !errors.Is(err, blob.ErrNotFound) {
		b.t.Fatal(err)
	}
	return err == nil
}

// TestOrphans: objects that no row knows are removed when they are old, all others
// stay; and nothing is removed where the database knows nothing of the storage.
func TestOrphans(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		dir := t.TempDir()
		b := fixtureOn(t, storetest.Config(t, driver), dir)
		w := &warning{out: t.Output()}
		b.log = slog.New(slog.NewTextHandler(w, nil))
		b.cfg.Orphans = 50 * time.Millisecond
		put := func(key blob.Key, age time.Duration) blob.Key { return b.putOld(dir, key, age) }
		const old = 48 * time.Hour
		lost := put("analyses/unknown/source", old)
		b.start(succeed, nil)
		eventually(t, w.warned.Load)
		if !b.there(lost) {
			t.Fatal("an object was removed though the database knows none of them")
		}
		a := b.await(b.create(saccade.KindImage).ID, ended)
		u, err := b.store.CreateUpload(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		used, err := b.store.CreateUpload(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		video := b.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = string(blob.UploadKey(account, used.ID)) })
		if _, err := b.store.SetAOIs(t.Context(), account, a.ID, store.Measured{Edition: "current"}); err != nil {
			t.Fatal(err)
		}
		stay := []blob.Key{
			put(blob.EditionKey(a.ID, "current", "frames.json"), old), put(blob.EditionKey(a.ID, "underway", "frames.json"), time.Hour),
			put(blob.AnalysisKey(a.ID, "attention.png"), old), put(blob.AnalysisKey(video.ID, "frames.json"), old),
			put(blob.UploadKey(account, used.ID), old), put(blob.UploadKey(account, u.ID), old),
			put("analyses/new/source", time.Hour), put("uploads/acme/new", time.Hour), put("others/a/b", old), put("analyses/x", old),
		}
		deleted := b.await(b.create(saccade.KindImage).ID, ended)
		removed := []blob.Key{lost, put(blob.AnalysisKey(deleted.ID, "late.webm"), old), put(blob.AnalysisKey(deleted.ID, "later.webm"), old),
			put(blob.EditionKey(a.ID, "lost", "frames.json"), old), put("uploads/acme/unknown", old), put("uploads/nobody/x", old)}
		if _, err := b.store.Delete(t.Context(), account, deleted.ID); err != nil {
			t.Fatal(err)
		}
		for _, key := range removed {
			eventually(t, func() bool { return !b.there(key) })
		}
		for _, key := range stay {
			if !b.there(key) {
				t.Errorf("%s was removed", key)
			}
		}
	})
}
