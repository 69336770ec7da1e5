package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/retention"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// uploaded returns the key of an upload of acme.
func (f *fixture) uploaded() blob.Key {
	f.t.Helper()
	u, err := f.CreateUpload(f.t.Context(), "acme")
	f.ok(err)
	key := blob.UploadKey("acme", u.ID)
	f.ok(f.NoteUpload(f.t.Context(), key, 70))
	return key
}

// analyzed returns the analysis of an upload, which has succeeded.
func (f *fixture) analyzed(key blob.Key) *saccade.Analysis {
	f.t.Helper()
	a := f.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = string(key) })
	f.ok(f.begin(a.ID).Succeed(f.t.Context(), someOutputs()))
	return f.get(a.ID)
}

// expired runs what the janitor does about uploads, and reports whether one is to be erased.
func (f *fixture) expired(want int, key blob.Key) bool {
	f.t.Helper()
	n, err := f.ExpireInputs(f.t.Context())
	if f.ok(err); n != want {
		f.t.Errorf("%d inputs expired, want %d", n, want)
	}
	f.clock.move(time.Minute)
	keys, err := f.PendingDeletions(f.t.Context())
	f.ok(err)
	f.clock.move(-time.Minute)
	return slices.Contains(keys, key)
}

func withVideoTTL(ttl time.Duration) func(*store.Config) {
	return func(c *store.Config) { c.VideoTTL = ttl }
}

// TestVideoTTL: an upload goes when its time is over, its analysis stays; one that another
// analysis uses stays with that.
func TestVideoTTL(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, withVideoTTL(24*time.Hour))
		key := f.uploaded()
		a := f.analyzed(key)
		end := a.EndedAt.Add(24 * time.Hour)
		if diff := cmp.Diff(&end, a.InputExpiresAt); diff != "" || a.ExpiresAt != nil {
			t.Errorf("%s; results end at %v", diff, a.ExpiresAt)
		}
		f.clock.move(time.Hour)
		b := f.analyzed(key)
		f.clock.move(end.Sub(f.clock.Now()) - time.Microsecond)
		if f.expired(0, key) {
			t.Error("erased too early")
		}
		f.clock.move(time.Microsecond)
		if f.expired(1, key) || f.expired(0, key) {
			t.Error("erased though another analysis uses it")
		}
		f.clock.move(b.InputExpiresAt.Sub(f.clock.Now()))
		if !f.expired(1, key) {
			t.Error("not erased")
		}
		if n := f.used("acme").Bytes; n != 0 {
			t.Errorf("%d bytes are counted still", n)
		}
		for _, id := range []string{a.ID, b.ID} {
			if got := f.get(id); got.Status != saccade.StatusSuccess || got.Outputs == nil || got.InputExpiresAt == nil || got.Request.Object != string(key) {
				t.Errorf("%+v", got)
			}
		}
		_, _, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Request: saccade.Request{Kind: saccade.KindVideo, Object: string(key)}}, nil)
		f.code(err, saccade.CodeInvalidInput)
		_, err = f.Delete(t.Context(), "acme", a.ID)
		f.ok(err)
	})
}

// TestKeepInput: what is kept keeps its upload, until it is kept no longer.
func TestKeepInput(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver, withVideoTTL(time.Hour))
		key := f.uploaded()
		a := f.analyzed(key)
		yes, no := true, false
		kept, err := f.Update(t.Context(), "acme", a.ID, store.Change{Keep: &yes})
		if f.ok(err); kept.InputExpiresAt != nil {
			t.Errorf("kept until %v", kept.InputExpiresAt)
		}
		f.clock.move(2 * time.Hour)
		if f.expired(0, key) {
			t.Error("erased though it is kept")
		}
		hour := time.Hour
		f.ok(f.SetRetention(t.Context(), "acme", retention.Own{Video: &hour}))
		if f.expired(0, key) {
			t.Error("erased by a new time though it is kept")
		}
		freed, err := f.Update(t.Context(), "acme", a.ID, store.Change{Keep: &no})
		f.ok(err)
		if want := f.clock.Now().Add(time.Hour); freed.InputExpiresAt == nil || !freed.InputExpiresAt.Equal(want) {
			t.Errorf("until %v, want %v", freed.InputExpiresAt, want)
		}
		f.clock.move(time.Hour)
		if !f.expired(1, key) {
			t.Error("not erased")
		}
		kept, err = f.Update(t.Context(), "acme", a.ID, store.Change{Keep: &yes})
		if f.ok(err); f.get(kept.ID).InputExpiresAt == nil {
			t.Error("what is erased is said to be kept")
		}
	})
}

// TestAccountRetention: an account's own times go before the server's and hold for what it
// has as well; others keep theirs.
func TestAccountRetention(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) { // an hour for images, no end for videos
		image := f.create(saccade.KindImage)
		f.ok(f.begin(image.ID).Succeed(t.Context(), someOutputs()))
		video := f.analyzed(f.uploaded())
		day, week, never := 24*time.Hour, 7*24*time.Hour, time.Duration(0)
		ends := func(id string, results, input *time.Duration) {
			t.Helper()
			got := f.get(id)
			for what, v := range map[string]struct {
				got  *time.Time
				want *time.Duration
			}{"results": {got.ExpiresAt, results}, "input": {got.InputExpiresAt, input}} {
				if (v.got == nil) != (v.want == nil) || v.got != nil && !v.got.Equal(got.EndedAt.Add(*v.want)) {
					t.Errorf("%s of %s end at %v, want %v after %v", what, got.Request.Kind, v.got, v.want, got.EndedAt)
				}
			}
		}
		hour := time.Hour
		ends(image.ID, &hour, nil)
		f.ok(f.SetRetention(t.Context(), "acme", retention.Own{Video: &day, Results: &week}))
		f.ok(f.SetRetention(t.Context(), "rival", retention.Own{Video: &never}))
		ends(image.ID, &week, nil)
		ends(video.ID, nil, &day)
		f.ok(f.SetRetention(t.Context(), "acme", retention.Own{Video: &never, Results: &never}))
		ends(image.ID, nil, nil)
		ends(video.ID, nil, nil)
		got, err := f.Retention(t.Context(), "acme")
		f.ok(err)
		if diff := cmp.Diff(retention.Own{Video: &never, Results: &never}, got); diff != "" {
			t.Error(diff)
		}
		f.ok(f.SetRetention(t.Context(), "acme", retention.Own{}))
		ends(image.ID, nil, nil) // the server's default is not known here
		image = f.create(saccade.KindImage)
		f.ok(f.begin(image.ID).Succeed(t.Context(), someOutputs()))
		ends(image.ID, &hour, nil)
		f.code(f.SetRetention(t.Context(), "nobody", retention.Own{}), saccade.CodeNotFound)
		_, err = f.Retention(t.Context(), "nobody")
		f.code(err, saccade.CodeNotFound)
	})
}
