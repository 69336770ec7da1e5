package eval

import (
	"context"
	"sync"
)

// parallel returns f(0), f(1), ... f(n-1), computed by so many workers. The
// first error, or the end of ctx, ends the work; f should heed its context.
func parallel[T any](ctx context.Context, workers, n int, f func(ctx context.Context, i int) (T, error)) ([]T, error) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	out := make([]T, n)
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(workers, n) {
		wg.Go(func() {
			for i := range work {
				v, err := f(ctx, i)
				if err != nil {
					stop(err)
					continue
				}
				out[i] = v
			}
		})
	}
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case work <- i:
		case <-ctx.Done():
		}
	}
	close(work)
	wg.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return out, nil
}

// counter adds up the progress of parallel work.
type counter struct {
	lock        sync.Mutex
	done, total int
	report      func(done, total int)
}

// add counts n more parts as done.
func (c *counter) add(n int) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.done += n
	c.report(c.done, c.total)
}
