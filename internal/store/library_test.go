package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func (f *fixture) titles(o store.ListOptions) []string {
	f.t.Helper()
	page, _, err := f.List(f.t.Context(), "acme", o)
	f.ok(err)
	titles := []string{}
	for _, a := range page {
		titles = append(titles, a.Request.Title)
	}
	return titles
}

func TestSearch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver)
		title := func(s string) func(*saccade.Request) { return func(r *saccade.Request) { r.Title = s } }
		for _, s := range []string{"Größe", "Spring campaign", "100 %", "a_b", `back\slash`, "", "nul\x00byte \xff"} {
			f.create(saccade.KindImage, title(s))
		}
		for q, want := range map[string][]string{
			"CAMP": {"Spring campaign"}, "GRÖSSE": {}, "grÖ": {"Größe"}, "%": {"100 %"}, "_": {"a_b"}, `\`: {`back\slash`},
			"ng c": {"Spring campaign"}, "' OR 1=1 --": {}, "nulbyte": {"nul\x00byte \ufffd"}, "\x00": nil, strings.Repeat("x", 5000): {},
		} {
			got := f.titles(store.ListOptions{Query: q})
			if want == nil { // nothing is left to look for
				if len(got) != 7 {
					t.Errorf("%q finds %q", q, got)
				}
				continue
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%.20q: %s", q, diff)
			}
		}
		// Pages of a search are whole.
		for i := range 5 {
			f.create(saccade.KindVideo, title(fmt.Sprintf("Film %d", i)))
			f.create(saccade.KindVideo, title("other"))
		}
		var all []string
		o := store.ListOptions{Query: "film", Limit: 2}
		for pages := 0; pages == 0 || o.After != ""; pages++ {
			page, next, err := f.List(t.Context(), "acme", o)
			f.ok(err)
			for _, a := range page {
				all = append(all, a.Request.Title)
			}
			o.After = next
		}
		if diff := cmp.Diff([]string{"Film 4", "Film 3", "Film 2", "Film 1", "Film 0"}, all); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTitlesFromBeforeAreFound: the column is filled when the store opens.
func TestTitlesFromBeforeAreFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver)
		for range 230 {
			f.create(saccade.KindImage, func(r *saccade.Request) { r.Title = "Before" })
		}
		if _, err := f.DB().ExecContext(t.Context(), `UPDATE analyses SET search = NULL`); err != nil {
			t.Fatal(err)
		}
		again := storetest.Open(t, f.cfg)
		page, _, err := again.List(t.Context(), "acme", store.ListOptions{Query: "before", Limit: 100})
		if err != nil || len(page) != 100 {
			t.Fatalf("%d, %v", len(page), err)
		}
		var missing int
		if err := f.DB().QueryRowContext(t.Context(), `SELECT count(*) FROM analyses WHERE search IS NULL`).Scan(&missing); err != nil || missing != 0 {
			t.Errorf("%d are not filled, %v", missing, err)
		}
	})
}

func TestUpdateChangesTitleAndRetention(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver)
		ctx := t.Context()
		a := f.create(saccade.KindImage)
		title, yes, no := "New Name", true, false
		got, err := f.Update(ctx, "acme", a.ID, store.Change{Title: &title})
		f.ok(err)
		if got.Request.Title != title || got.Keep {
			t.Errorf("%+v", got)
		}
		if diff := cmp.Diff([]string{title}, f.titles(store.ListOptions{Query: "new n"})); diff != "" {
			t.Error(diff)
		}
		// Kept while it runs: the worker, who read the row before, must not undo it.
		c := f.begin(a.ID)
		_, err = f.Update(ctx, "acme", a.ID, store.Change{Keep: &yes})
		f.ok(err)
		f.ok(c.Succeed(ctx, someOutputs()))
		got, err = f.Analysis(ctx, "acme", a.ID)
		f.ok(err)
		if !got.Keep || got.ExpiresAt != nil || got.Request.Title != title {
			t.Errorf("after the end: %+v", got)
		}
		f.clock.move(1000 * time.Hour)
		if n, err := f.Expire(ctx); n != 0 || err != nil {
			t.Errorf("%d expired, %v", n, err)
		}
		got, err = f.Update(ctx, "acme", a.ID, store.Change{Keep: &no})
		f.ok(err)
		if got.Keep || got.ExpiresAt == nil || !got.ExpiresAt.Equal(f.clock.Now().Add(f.cfg.ImageTTL)) {
			t.Errorf("no longer kept: %+v", got)
		}
		f.clock.move(f.cfg.ImageTTL)
		_, err = f.Update(ctx, "acme", a.ID, store.Change{Keep: &yes})
		f.code(err, saccade.CodeGone)
		if n, err := f.Expire(ctx); n != 1 || err != nil {
			t.Errorf("%d expired, %v", n, err)
		}
		if diff := cmp.Diff([]string{}, f.titles(store.ListOptions{Query: "new"})); diff != "" {
			t.Errorf("what is gone is found: %s", diff)
		}
		v := f.create(saccade.KindVideo)
		f.ok(f.begin(v.ID).Succeed(ctx, someOutputs()))
		if got, err = f.Update(ctx, "acme", v.ID, store.Change{Keep: &no}); err != nil || got.ExpiresAt != nil {
			t.Errorf("a video: %+v, %v", got, err)
		}
		_, err = f.Update(ctx, "rival", v.ID, store.Change{Title: &title})
		f.code(err, saccade.CodeNotFound)
	})
}

func TestKeepAtCreation(t *testing.T) {
	f := open(t, "sqlite")
	a, _, err := f.CreateAnalysis(t.Context(), &saccade.Analysis{Account: "acme", Keep: true, Request: saccade.Request{Kind: saccade.KindImage}}, nil)
	f.ok(err)
	f.ok(f.begin(a.ID).Fail(t.Context(), saccade.Errorf(saccade.CodeBlankImage, "blank")))
	if got := f.get(a.ID); !got.Keep || got.ExpiresAt != nil {
		t.Errorf("%+v", got)
	}
}
