package httpfront

import "sync"

// Shares bounds how many of something run at once, in all and for each key, so
// that one key cannot take every place. Safe for concurrent use.
type Shares struct {
	total, each int

	mu   sync.Mutex
	used map[string]int
	sum  int
}

// NewShares returns shares of total places, of which one key may take each.
func NewShares(total, each int) *Shares {
	return &Shares{total: total, each: each, used: map[string]int{}}
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
}

// InUse returns how many places are taken.
func (s *Shares) InUse() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum
}
