package httpfront

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limiter holds a token bucket for every key seen lately. Buckets that have
// filled up again are dropped, so that memory is bounded by the keys in use.
// Safe for concurrent use; a nil Limiter allows everything.
type Limiter struct {
	limit rate.Limit
	burst int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

// NewLimiter returns a limiter; nil for a limit of 0.
func NewLimiter(perSecond float64, burst int) *Limiter {
	if perSecond <= 0 {
		return nil
	}
	return &Limiter{limit: rate.Limit(perSecond), burst: burst, buckets: map[string]*rate.Limiter{}}
}

// Allow takes one request from the key's bucket. When the bucket is empty it
// returns false and how long to wait.
func (l *Limiter) Allow(key string, now time.Time) (wait time.Duration, ok bool) {
	_, wait, ok = l.Take(key, now)
	return wait, ok
}

// Take is [Limiter.Allow] of what may turn out not to count: giveBack puts the request
// back.
func (l *Limiter) Take(key string, now time.Time) (giveBack func(), wait time.Duration, ok bool) {
	if l == nil {
		return func() {}, 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	b, found := l.buckets[key]
	if !found {
		b = rate.NewLimiter(l.limit, l.burst)
		l.buckets[key] = b
	}
	res := b.ReserveN(now, 1)
	if !res.OK() {
		return nil, time.Minute, false
	}
	if wait = res.DelayFrom(now); wait > 0 {
		res.CancelAt(now)
		return nil, wait, false
	}
	return func() { res.CancelAt(now) }, 0, true
}

// sweep drops full buckets, at most once a minute.
func (l *Limiter) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute {
		return
	}
	l.swept = now
	for key, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, key)
		}
	}
}

// Semaphore bounds how many of something run at once.
type Semaphore struct{ places chan struct{} }

// NewSemaphore returns a semaphore of n places.
func NewSemaphore(n int) Semaphore { return Semaphore{make(chan struct{}, n)} }

// Enter takes a place, or returns false at once when there is none. Leave must
// follow when ok.
func (s Semaphore) Enter() (ok bool) {
	select {
	case s.places <- struct{}{}:
		return true
	default:
		return false
	}
}

// Leave frees a place.
func (s Semaphore) Leave() { <-s.places }

// InUse returns how many places are taken.
func (s Semaphore) InUse() int { return len(s.places) }

// slot is a place in a semaphore that may be left more than once.
type slot struct {
	once sync.Once
	s    Semaphore
}

func (s *slot) leave() {
	if s != nil {
		s.once.Do(s.s.Leave)
	}
}
