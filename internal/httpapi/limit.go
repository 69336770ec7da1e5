package httpapi

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter holds a token bucket for every API token seen lately. Buckets that
// have filled up again are forgotten, so that memory is bounded by the tokens
// in use. Safe for concurrent use.
type limiter struct {
	limit rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

// newLimiter gives nil, which allows everything, for a limit of 0.
func newLimiter(perSecond float64, burst int) *limiter {
	if perSecond <= 0 {
		return nil
	}
	return &limiter{limit: rate.Limit(perSecond), burst: burst, buckets: map[string]*rate.Limiter{}}
}

// allow takes one request from the token's bucket; when it is empty it tells
// how long to wait.
func (l *limiter) allow(token string, now time.Time) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	b, found := l.buckets[token]
	if !found {
		b = rate.NewLimiter(l.limit, l.burst)
		l.buckets[token] = b
	}
	res := b.ReserveN(now, 1)
	if !res.OK() {
		return time.Minute, false
	}
	if wait = res.DelayFrom(now); wait > 0 {
		res.CancelAt(now)
		return wait, false
	}
	return 0, true
}

// sweep forgets full buckets, at most once a minute.
func (l *limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for token, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, token)
		}
	}
}

// gate bounds how many of something run at once; when it is full the answer is
// "busy" at once, never a queue.
type gate chan struct{}

// enter takes a place; leave must follow when ok.
func (g gate) enter() (ok bool) {
	select {
	case g <- struct{}{}:
		return true
	default:
		return false
	}
}

func (g gate) leave() { <-g }

// await takes a place, waiting for one at most d; leave must follow when ok.
func (g gate) await(ctx context.Context, d time.Duration) (ok bool) {
	if g.enter() {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case g <- struct{}{}:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}
