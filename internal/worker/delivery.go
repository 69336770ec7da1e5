package worker

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
)

// retries are the pauses after which a failed delivery is tried again, after
// Standard Webhooks: eight tries over a day.
func retries() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute,
		2 * time.Hour, 5 * time.Hour, 8 * time.Hour, 8 * time.Hour,
	}
}

// sendTimeout bounds one attempt at a delivery, whatever the sender's own limit.
const sendTimeout = 30 * time.Second

// deliver makes one attempt at the delivery whose turn it is, and then at the next
// ones: an account has half of the slots at most, so that a ticket may find nothing
// that it can be used for, while more is due.
func (s *session) deliver(ctx context.Context) error {
	for {
		if err := s.deliverOne(ctx); err != nil {
			return err
		}
		select {
		case <-s.stopping:
			return nil
		default:
		}
	}
}

// deliverOne makes one attempt at the delivery whose turn it is.
func (s *session) deliverOne(ctx context.Context) error {
	by := s.holder
	by.Share = max(1, s.cfg.Webhooks/2)
	c, err := s.Store.ClaimDelivery(ctx, by)
	if err != nil {
		return err
	}
	d := c.Delivery
	var status int
	sendErr, lost := s.underLease(ctx, c.Heartbeat, func(ctx context.Context, _ *heartbeat) error {
		return within(ctx, sendTimeout, func(ctx context.Context) (err error) {
			status, err = s.Sender.Send(ctx, d)
			return err
		})
	})
	if lost != nil {
		return nil
	}
	if ctx.Err() != nil && sendErr != nil { // stopped: that is not the receiver's fault
		return ignoreLost(persist(ctx, c.Release))
	}
	a := store.Attempt{HTTPStatus: status, Err: sendErr}
	switch {
	case sendErr != nil && status == http.StatusGone:
		a.Disable = true
	case sendErr != nil:
		a.Retry = retryPause(d.Attempts)
	}
	err = ignoreLost(persist(ctx, func(ctx context.Context) error { return c.Finish(ctx, a) }))
	if a.Retry > 0 {
		s.requeueSoon()
	}
	s.Log.InfoContext(ctx, "webhook", "delivery", d.ID, "analysis", d.Analysis, "status", status, "err", sendErr, "again", a.Retry)
	return err
}

// retryPause is how long to wait after a try failed that done others came
// before; 0 means no more. A tenth of chance keeps many from coming at once.
func retryPause(done int) time.Duration {
	pauses := retries()
	if done >= len(pauses) {
		return 0
	}
	d := pauses[done]
	return d + rand.N(d/10)
}
