package worker

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/riverqueue/river"

	"github.com/saccade-dev/saccade/internal/store"
)

// schedule is when a failed delivery is tried again, after Standard Webhooks:
// eight tries over a day.
var schedule = []time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute,
	2 * time.Hour, 5 * time.Hour, 8 * time.Hour, 8 * time.Hour,
}

// sendTimeout bounds one attempt at a delivery.
const sendTimeout = 30 * time.Second

type deliveryWorker struct {
	river.WorkerDefaults[store.DeliveryArgs]
	*session
}

// Work makes one attempt at a delivery.
func (w *deliveryWorker) Work(ctx context.Context, job *river.Job[store.DeliveryArgs]) error {
	d, err := w.Store.DueDelivery(ctx, job.Args.Delivery, job.ID)
	switch {
	case errors.Is(err, store.ErrEnded):
		return nil
	case err != nil:
		return err
	}
	sendCtx, cancel := context.WithTimeout(ctx, sendTimeout)
	status, sendErr := w.Sender.Send(sendCtx, d)
	cancel()
	if ctx.Err() != nil && sendErr != nil {
		return river.JobSnooze(0) // we are being stopped: that is not the receiver's fault
	}
	a := store.Attempt{HTTPStatus: status, Err: sendErr}
	switch {
	case sendErr != nil && status == http.StatusGone:
		a.Disable = true
	case sendErr != nil:
		a.Retry = pause(d.Attempts)
	}
	ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), finalWrite)
	defer cancel()
	err = persist(ctx, func(ctx context.Context) error { return w.Store.SaveAttempt(ctx, d.ID, a) })
	w.Log.InfoContext(ctx, "webhook", "delivery", d.ID, "analysis", d.Analysis, "status", status, "error", sendErr, "again", a.Retry)
	switch {
	case err != nil:
		return err
	case a.Retry > 0:
		return river.JobSnooze(a.Retry)
	}
	return nil
}

// pause is how long to wait after a try failed that done others came before;
// 0 means no more. A tenth of chance keeps many from coming at once.
func pause(done int) time.Duration {
	if done >= len(schedule) {
		return 0
	}
	d := schedule[done]
	return d + rand.N(d/10)
}
