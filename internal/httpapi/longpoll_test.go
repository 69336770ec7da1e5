package httpapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// TestLongPoll: a long poll lasts until the analysis ends, the time is over, the
// client leaves or the API is closed, whichever comes first, and no longer.
func TestLongPoll(t *testing.T) {
	const never = 24 * time.Hour
	for name, tc := range map[string]struct {
		wait                int
		ends, leaves, close time.Duration
		want                time.Duration
	}{
		"at once":          {0, never, never, never, 0},
		"time over":        {5, never, never, never, 5 * time.Second},
		"longest":          {999, never, never, never, 60 * time.Second},
		"ends":             {30, 3 * time.Second, never, never, 3200 * time.Millisecond}, // at the next look
		"has ended":        {30, 0, never, never, 0},
		"client leaves":    {30, never, 2 * time.Second, never, 2 * time.Second},
		"API is closed":    {30, never, never, 4 * time.Second, 4 * time.Second},
		"ends, but closed": {30, 9 * time.Second, never, time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := &API{cfg: DefaultConfig(), longPolls: httpfront.NewShares(2, 1)}
				var stop context.CancelFunc
				a.life, stop = context.WithTimeout(context.Background(), tc.close)
				defer stop()
				ctx, stopClient := context.WithTimeout(context.Background(), tc.leaves)
				defer stopClient()
				start := time.Now()
				get := func(context.Context) (*saccade.Analysis, error) {
					an := &saccade.Analysis{Account: "acme", Status: saccade.StatusPending}
					if time.Since(start) >= tc.ends {
						an.Status = saccade.StatusSuccess
					}
					return an, nil
				}
				an, err := a.longPoll(ctx, get, tc.wait)
				if took := time.Since(start); err != nil || took != tc.want {
					t.Errorf("took %v, want %v: %v", took, tc.want, err)
				}
				if ended := tc.ends <= tc.want; (an.Status == saccade.StatusSuccess) != ended {
					t.Errorf("status %s", an.Status)
				}
				if a.longPolls.InUse() != 0 {
					t.Error("a place is still taken")
				}
			})
		})
	}
}

// TestLongPollsOfOneAccount: with its share taken, an account's next poll is
// answered at once.
func TestLongPollsOfOneAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &API{cfg: DefaultConfig(), longPolls: httpfront.NewShares(2, 1), life: context.Background()}
		a.longPolls.Enter("acme")
		pending := func(account string) fetch {
			return func(context.Context) (*saccade.Analysis, error) {
				return &saccade.Analysis{Account: account, Status: saccade.StatusPending}, nil
			}
		}
		for account, want := range map[string]time.Duration{"acme": 0, "rival": time.Second} {
			start := time.Now()
			if _, err := a.longPoll(context.Background(), pending(account), 1); err != nil || time.Since(start) != want {
				t.Errorf("%s: took %v, %v", account, time.Since(start), err)
			}
		}
	})
}
