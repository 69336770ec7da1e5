package httpapi

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// pollEvery is how often a long poll or an event stream reads the database.
const pollEvery = 400 * time.Millisecond

// fetch reads the analysis that a request is about.
type fetch func(ctx context.Context) (*saccade.Analysis, error)

// longPoll waits until the analysis has ended, seconds have passed, the client
// has left or the API is closed, and returns its latest state.
func (a *API) longPoll(ctx context.Context, get fetch, seconds int) (*saccade.Analysis, error) {
	an, err := get(ctx)
	if err != nil || seconds <= 0 || an.Status != saccade.StatusPending || !a.longPolls.Enter(an.Account) {
		return an, err // with too many long polls the answer comes at once
	}
	defer a.longPolls.Leave(an.Account)
	limit := time.NewTimer(min(time.Duration(min(seconds, 3600))*time.Second, a.cfg.MaxWait))
	defer limit.Stop()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			next, err := get(ctx)
			if err != nil || next.Status != saccade.StatusPending {
				return next, err
			}
			an = next
		case <-limit.C:
			return an, nil
		case <-a.life.Done():
			return an, nil
		case <-ctx.Done():
			return an, nil
		}
	}
}

// eventsOutput streams server-sent events.
type eventsOutput struct {
	ContentType string `header:"Content-Type"`
	Body        func(huma.Context)
}

// events answers with a stream of the analysis's states: an event "progress"
// whenever something changed, and at the end one of "success", "failed",
// "gone" or "error", after which the stream ends. The data is what a poll would answer.
func (a *API) events(ctx context.Context, get fetch, view func(context.Context, *saccade.Analysis) any) (*eventsOutput, error) {
	first, err := get(ctx)
	if err != nil {
		return nil, err
	}
	if !a.longPolls.Enter(first.Account) {
		return nil, httpfront.ErrBusy
	}
	return &eventsOutput{Body: func(hc huma.Context) {
		_, w := humago.Unwrap(hc)
		defer a.longPolls.Leave(first.Account)
		s := &stream{EventStream: httpfront.NewEventStream(w), get: get, view: view}
		s.run(ctx, first, a.life.Done())
	}}, nil
}

// run writes events until the analysis has ended, nobody listens or the API
// is closed.
func (s *stream) run(ctx context.Context, an *saccade.Analysis, closed <-chan struct{}) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for last := (state{}); ; {
		if now := stateOf(an); now != last {
			name := "progress"
			if an.Status != saccade.StatusPending {
				name = string(an.Status)
			}
			s.Send(name, s.view(ctx, an))
			last = now
		}
		if an.Status != saccade.StatusPending || s.Err() != nil {
			return
		}
		select {
		case <-tick.C:
		case <-closed:
			return
		case <-ctx.Done():
			return
		}
		s.KeepAlive()
		var err error
		if an, err = s.get(ctx); err != nil {
			name := "error"
			if saccade.IsCode(err, saccade.CodeGone) {
				name = "gone"
			}
			s.Send(name, httpfront.NewErrorBody(ctx, err))
			return
		}
	}
}

// state is what must change for an event to be sent.
type state struct {
	status   saccade.Status
	progress saccade.Progress
	attempt  int
}

func stateOf(an *saccade.Analysis) state {
	return state{status: an.Status, progress: an.Progress, attempt: an.Attempt}
}

// stream is the events of one analysis.
type stream struct {
	*httpfront.EventStream
	get  fetch
	view func(context.Context, *saccade.Analysis) any
}
