package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/audit"
)

// jobs are ids, workers and tries of what is listed.
func (f *fixture) jobs(account string, failed bool) (all []string) {
	f.t.Helper()
	list, err := f.Jobs(f.t.Context(), account, failed, 10)
	f.ok(err)
	for _, j := range list {
		all = append(all, j.ID+" "+j.Instance)
	}
	return all
}

func TestJobs(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		first, second := f.create(saccade.KindVideo), f.create(saccade.KindImage)
		c := f.begin(first.ID)
		if got := f.jobs("", false); len(got) != 2 || !strings.HasPrefix(got[0], first.ID+" ") || len(strings.Fields(got[0])) != 2 || got[1] != second.ID+" " {
			t.Errorf("waiting: %q", got)
		}
		if got := f.jobs("rival", false); got != nil {
			t.Errorf("of another account: %v", got)
		}
		f.code(f.RetryJob(t.Context(), first.ID), saccade.CodeConflict)
		for _, id := range []string{first.ID, second.ID} {
			f.clock.move(time.Millisecond)
			f.ok(f.DropJob(t.Context(), id))
			if a := f.get(id); a.Status != saccade.StatusFailed || a.Err.Code != saccade.CodeServer || a.EndedAt == nil {
				t.Errorf("%+v", a)
			}
		}
		if err := c.Succeed(t.Context(), someOutputs()); !errors.Is(err, store.ErrFenced) {
			t.Errorf("the attempt that was dropped: %v", err)
		}
		f.code(f.DropJob(t.Context(), first.ID), saccade.CodeConflict)
		if got := f.jobs("acme", true); len(got) != 2 || f.jobs("", false) != nil {
			t.Errorf("failed: %v", got)
		}
		f.clock.move(time.Millisecond)
		f.ok(f.RetryJob(t.Context(), first.ID))
		again := f.begin(first.ID)
		if again.Tries != 1 || again.Suspect {
			t.Errorf("%+v", again)
		}
		f.ok(again.Succeed(t.Context(), someOutputs()))
		if a := f.get(first.ID); a.Status != saccade.StatusSuccess || a.Err != nil {
			t.Errorf("%+v", a)
		}
		f.code(f.RetryJob(t.Context(), "nosuch"), saccade.CodeNotFound)
		f.code(f.DropJob(t.Context(), "nosuch"), saccade.CodeNotFound)
		_, err := f.Delete(t.Context(), "acme", second.ID)
		f.ok(err)
		f.code(f.RetryJob(t.Context(), second.ID), saccade.CodeGone)
		if got := f.jobs("", true); got != nil {
			t.Errorf("what is gone is listed: %v", got)
		}
		want := []string{"job.dropped|" + first.ID, "job.dropped|" + second.ID, "job.retried|" + first.ID} // and nothing of what was refused
		var noted []string
		f.ok(f.Audit(t.Context(), audit.Filter{Account: "acme"}, func(e audit.Entry) error {
			if strings.HasPrefix(string(e.Action), "job.") {
				noted = append(noted, string(e.Action)+"|"+e.Object)
			}
			return nil
		}))
		if diff := cmp.Diff(want, noted); diff != "" {
			t.Error(diff)
		}
	})
}
