package httpfront

import (
	"context"
	"sync"
	"time"
)

// Shares bounds how many of something run at once, in all and for each key, so
// that one key cannot take every place. Safe for concurrent use.
type Shares struct {
	total, each int

	mu    sync.Mutex
	used  map[string]int
	sum   int
	freed chan struct{} // closed when a place is freed
}

// NewShares returns shares of total places, of which one key may take each.
func NewShares(total, each int) *Shares {
	return &Shares{total: total, each: each, used: map[string]int{}, freed: make(chan struct{})}
}

// Enter takes a place for the key, or returns false at once when there is none.
// Leave with the same key must follow when ok.
func (s *Shares) Enter(key string) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sum >= s.total || s.used[key] >= s.each {
		return false
	}
	s.sum++
	s.used[key]++
	return true
}

// Leave frees a place of the key.
func (s *Shares) Leave(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sum--
	if s.used[key]--; s.used[key] <= 0 {
		delete(s.used, key)
	}
	close(s.freed)
	s.freed = make(chan struct{})
}

// Wait takes a place for the key, waiting for one at most d. Leave with the same
// key must follow when ok.
func (s *Shares) Wait(ctx context.Context, key string, d time.Duration) (ok bool) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		s.mu.Lock()
		freed := s.freed
		s.mu.Unlock()
		if s.Enter(key) {
			return true
		}
		select {
		case <-freed:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// InUse returns how many places are taken.
func (s *Shares) InUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum
}
