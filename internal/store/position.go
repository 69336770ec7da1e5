package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// A long queue is not put into order for every poll.
const (
	longLane  = 100         // rows of a lane that are put into order every time
	placesFor = time.Second // how long the order of more is good for
)

// places is the order of the lanes, as it was lately.
type places struct {
	mu    sync.Mutex
	lanes map[Work]order
}

// order is the order of one lane at a time.
type order struct {
	at    time.Time
	place map[string]int // by id
}

// QueuePosition returns how many analyses of the same kind of work (videos, or
// images and pages) start before this one does, itself counted: 1 is the next.
// 0 means that it runs or has ended, or is not known yet: of a queue of more than
// a hundred the order is that of a second ago at most. The order is the one that
// workers take them in, so that others move ahead of an account of which much
// is running.
func (s *Store) QueuePosition(ctx context.Context, id string) (int, error) {
	var kind saccade.Kind
	now := s.now()
	err := s.read.QueryRowContext(ctx, `SELECT kind FROM analyses WHERE id = $1 AND status = 'pending' AND lease_until <= $2`, id, pool.Micros(now)).Scan(&kind)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	o, err := s.latestOrder(ctx, analysisWork(kind), now)
	return o.place[id], err
}

// QueuePositions returns the positions of those of the analyses that wait, by their ids, as
// [Store.QueuePosition] does, with one look at each kind of work.
func (s *Store) QueuePositions(ctx context.Context, analyses []saccade.Analysis) (map[string]int, error) {
	now := s.now()
	orders, positions := map[Work]order{}, map[string]int{}
	for _, a := range analyses {
		if a.Status != saccade.StatusPending {
			continue
		}
		w := analysisWork(a.Request.Kind)
		if _, known := orders[w]; !known {
			o, err := s.latestOrder(ctx, w, now)
			if err != nil {
				return nil, err
			}
			orders[w] = o
		}
		if n := orders[w].place[a.ID]; n > 0 {
			positions[a.ID] = n
		}
	}
	return positions, nil
}

// latestOrder returns the order of a lane, which is made anew unless it is long and was made
// a moment ago.
func (s *Store) latestOrder(ctx context.Context, w Work, now time.Time) (order, error) {
	s.places.mu.Lock()
	defer s.places.mu.Unlock()
	o := s.places.lanes[w]
	if len(o.place) >= longLane && now.Sub(o.at) < placesFor {
		return o, nil
	}
	o, err := s.order(ctx, w, now)
	if err != nil {
		return order{}, err
	}
	if s.places.lanes == nil {
		s.places.lanes = map[Work]order{}
	}
	s.places.lanes[w] = o
	return o, nil
}

// order puts a lane into order.
func (s *Store) order(ctx context.Context, w Work, now time.Time) (order, error) {
	o := order{at: now, place: map[string]int{}}
	rows, err := s.read.QueryContext(ctx, laneOf(w).places(), pool.Micros(now), string(w))
	ids, err := pool.Collect(rows, err, scanString)
	for i, id := range ids {
		o.place[id] = i + 1
	}
	return o, err
}
