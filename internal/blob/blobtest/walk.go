package blobtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/blob"
)

func walk(t *testing.T, s blob.Store) {
	keys := func() (all []blob.Key) {
		t.Helper()
		ok(t, s.Walk(t.Context(), func(key blob.Key, put time.Time) error {
			if age := time.Since(put); age < -time.Hour || age > time.Hour {
				t.Errorf("%s was put %v ago", key, age)
			}
			all = append(all, key)
			return nil
		}))
		slices.Sort(all)
		return all
	}
	if got := keys(); len(got) > 0 {
		t.Errorf("an empty store has %v", got)
	}
	want := []blob.Key{"analyses/a1/x", "analyses/a1/y", "analyses/a2/x", "uploads/acme/u1"}
	for _, key := range want {
		put(t, s, key, "x")
		put(t, s, key, "again")
	}
	put(t, s, "analyses/gone/x", "x")
	ok(t, s.Delete(t.Context(), "analyses/gone/"))
	if diff := cmp.Diff(want, keys()); diff != "" {
		t.Error(diff)
	}
	stop, n := errors.New("stop"), 0
	if err := s.Walk(t.Context(), func(blob.Key, time.Time) error { n++; return stop }); !errors.Is(err, stop) || n != 1 {
		t.Errorf("%d visits, %v", n, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Walk(ctx, func(blob.Key, time.Time) error { return nil }); err == nil {
		t.Error("a walk whose context had ended went on")
	}
	for i := range 1100 { // more than a page
		put(t, s, blob.Key(fmt.Sprintf("analyses/many/%d", i)), "x")
	}
	if got := keys(); len(got) != len(want)+1100 {
		t.Errorf("%d objects", len(got))
	}
}
