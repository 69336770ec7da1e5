package worker

import (
	"context"

	"golang.org/x/sync/semaphore"
)

// whole is the weight of an attempt that runs alone; the others weigh 1.
const whole = 1 << 30

// process is shared by the attempts at analyses that run at a time, or had by one
// of them alone. Turns are kept: whoever comes after one that waits to be alone
// waits too.
type process struct{ places *semaphore.Weighted }

func newProcess() process { return process{semaphore.NewWeighted(whole)} }

// enter waits for a place, or for all of them, until ctx ends.
func (p process) enter(ctx context.Context, alone bool) (release func(), err error) {
	weight := int64(1)
	if alone {
		weight = whole
	}
	if err := p.places.Acquire(ctx, weight); err != nil {
		return nil, err
	}
	return func() { p.places.Release(weight) }, nil
}
