package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/share"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func TestShares(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		f := open(t, driver)
		ctx := t.Context()
		a, b := f.create(saccade.KindImage), f.create(saccade.KindVideo)
		end := f.clock.Now().Add(time.Hour)
		one, err := f.CreateShare(ctx, share.Share{Account: "acme", Analyses: []string{a.ID}, ExpiresAt: end}, "")
		f.ok(err)
		f.clock.move(time.Second)
		two, err := f.CreateShare(ctx, share.Share{Account: "acme", Analyses: []string{a.ID, b.ID}, ExpiresAt: end.Add(time.Hour)}, "secret")
		f.ok(err)
		if two.Hash == "" || strings.Contains(two.Hash, "secret") || !two.CheckPassword("secret") || two.CheckPassword("Secret") || two.CheckPassword("") || !one.CheckPassword("") {
			t.Errorf("%+v", two)
		}
		for _, want := range []share.Share{one, two} {
			got, err := f.Share(ctx, want.ID)
			f.ok(err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		all, err := f.Shares(ctx, "acme")
		f.ok(err)
		if diff := cmp.Diff([]share.Share{two, one}, all); diff != "" {
			t.Error(diff)
		}
		if other, err := f.Shares(ctx, "rival"); err != nil || len(other) != 0 {
			t.Errorf("%+v, %v", other, err)
		}
		f.code(f.DeleteShare(ctx, "rival", one.ID), saccade.CodeNotFound)
		f.ok(f.DeleteShare(ctx, "acme", two.ID))
		_, err = f.Share(ctx, two.ID)
		f.code(err, saccade.CodeNotFound)
		f.clock.move(time.Hour)
		_, err = f.Share(ctx, one.ID)
		f.code(err, saccade.CodeGone)
		if all, err := f.Shares(ctx, "acme"); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestSharesAreBounded(t *testing.T) {
	f := open(t, "sqlite")
	a := f.create(saccade.KindImage)
	s := share.Share{Account: "acme", Analyses: []string{a.ID}, ExpiresAt: f.clock.Now().Add(time.Hour)}
	for range share.MaxShares {
		_, err := f.CreateShare(t.Context(), s, "")
		f.ok(err)
	}
	_, err := f.CreateShare(t.Context(), s, "")
	f.code(err, saccade.CodeConflict)
	f.clock.move(time.Hour) // those that have expired are not counted
	s.ExpiresAt = f.clock.Now().Add(time.Hour)
	_, err = f.CreateShare(t.Context(), s, "")
	f.ok(err)
}
