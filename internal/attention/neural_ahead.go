package attention

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/saccade-dev/saccade/internal/pix"
)

// maxAhead is how many frames of a stream are encoded side by side at most.
const maxAhead = 8

const (
	// lookEvery is how long after one look the network looks at a changed frame again:
	// 80 ms, less two for times that are rounded.
	// More looks do not make densities better (docs/accuracy.md).
	lookEvery = 78 * time.Millisecond

	// jumpShare is the share of cells from which a frame is looked at without waiting
	// when at least as much changes at once and twice as much as before: a dialog opens,
	// a slide comes. Where everything moves all the time, no frame is such a one.
	jumpShare = 0.05
)

// begun is a frame whose turn is still to come.
type begun struct {
	frame   *pix.RGB  // the caller's
	changed bool      // it differs from the last one that did
	cut     bool      // and replaces it
	cells   *measured // of a changed frame
	looks   bool      // the network runs on it
	run     *runner   // that does, and began already; nil: it is to be done in turn
	done    chan struct{}
	err     error
}

// ahead is what a stream does before the turn of its frames. It measures what changed and
// decides which frames the network looks at. The part of the network without memory runs
// on several of them at once, each by a runner of its own; the recurrent step, which takes
// frames in turn, moves from runner to runner. Which frame runs where changes no bit of
// the result.
type ahead struct {
	net  *network
	w, h int // of a frame

	// These belong to whoever begins frames.
	cells   *cells
	before  *pix.RGB      // the last frame that changed
	newest  *pix.RGB      // the last one that was looked at
	looked  time.Duration // when it was shown
	pending bool          // a frame changed since
	made    int           // runners
	inTurn  begun         // the last frame that was not begun ahead

	mu    sync.Mutex
	queue []*begun
	idle  []*measured
	free  chan *runner // nil on one core: all is done in turn
}

// newAhead returns the work ahead of a stream that has made one runner itself.
func newAhead(n *network, first *runner) *ahead {
	w, h := first.in.W, first.in.H
	a := &ahead{net: n, w: w, h: h, made: 1, cells: newCells(first.w, first.h), before: pix.New(w, h), newest: pix.New(w, h)}
	if procs := min(runtime.GOMAXPROCS(0), maxAhead); procs > 1 && n.gru != nil {
		a.free = make(chan *runner, procs+1)
	}
	return a
}

// Begin implements [Ahead].
func (a *ahead) Begin(ctx context.Context, p *pix.RGB, pts time.Duration, look bool) error {
	if err := checkFrame(p, a.w, a.h); err != nil {
		return err
	}
	b := a.consider(p, pts, look)
	if b.looks && a.free != nil {
		var err error
		if b.run, err = a.acquire(ctx); err != nil {
			return err
		}
		b.done = make(chan struct{})
	}
	a.mu.Lock()
	a.queue = append(a.queue, &b)
	a.mu.Unlock()
	if b.run != nil {
		go b.encode()
	}
	return nil
}

// consider measures a frame and decides whether the network looks at it: look says that it
// must.
func (a *ahead) consider(p *pix.RGB, pts time.Duration, look bool) begun {
	b := begun{frame: p, changed: !a.cells.seen || differs(a.before.Pix, p.Pix)}
	jump := false
	if b.changed {
		copy(a.before.Pix, p.Pix)
		b.cells = a.measured()
		b.cut, jump = a.cells.next(p, b.cells)
		a.pending = true
	} else {
		a.cells.moved = 0
	}
	switch {
	case b.changed && (b.cut || jump || a.net.gru == nil):
		b.looks = true
	case a.pending && (look || longAgo(a.looked, pts)):
		a.pending = differs(a.newest.Pix, p.Pix)
		b.looks = a.pending
	}
	if b.looks {
		copy(a.newest.Pix, p.Pix)
		a.looked, a.pending = pts, false
	}
	return b
}

// longAgo reports whether it is time to look again; where times go back, it is.
func longAgo(last, now time.Duration) bool { return now < last || now-last >= lookEvery }

// measured returns memory for what is measured of a frame.
func (a *ahead) measured() *measured {
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := len(a.idle); n > 0 {
		m := a.idle[n-1]
		a.idle = a.idle[:n-1]
		return m
	}
	return a.cells.newMeasured()
}

// release takes back the memory of what was measured of a frame, or nil.
func (a *ahead) release(m *measured) {
	if m == nil {
		return
	}
	a.mu.Lock()
	a.idle = append(a.idle, m)
	a.mu.Unlock()
}

// acquire returns a runner, waiting for one where all are made.
func (a *ahead) acquire(ctx context.Context) (*runner, error) {
	select {
	case r := <-a.free:
		return r, nil
	default:
	}
	if a.made < cap(a.free) {
		a.made++
		return a.net.newRunner(a.w, a.h), nil
	}
	select {
	case r := <-a.free:
		return r, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// encode runs the part of the network without memory.
func (b *begun) encode() {
	defer close(b.done)
	b.err = recovering(func() { b.run.see(b.frame) })
}

// recovering turns a panic into an error: one input must not take the process down.
func recovering(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("attention: panic: %v\n%s", p, debug.Stack())
		}
	}()
	f()
	return nil
}

// take returns the next frame, which may have been begun.
func (a *ahead) take(p *pix.RGB, pts time.Duration) (*begun, error) {
	if b := a.first(); b != nil {
		if b.frame != p {
			return nil, errors.New("attention: a frame comes out of the order in which work on it was begun")
		}
		return b, nil
	}
	a.inTurn = a.consider(p, pts, false)
	return &a.inTurn, nil
}

// first takes the frame that was begun first out of the queue; nil: there is none.
func (a *ahead) first() *begun {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) == 0 {
		return nil
	}
	b := a.queue[0]
	a.queue = a.queue[1:]
	return b
}

// finish waits until a frame that is looked at is encoded, or encodes it by the current
// runner. The recurrent state moves to its runner, and the current one is free for another frame.
func (a *ahead) finish(b *begun, current *runner) (*runner, error) {
	if b.run == nil {
		current.see(b.frame)
		return current, nil
	}
	<-b.done
	copy(b.run.state.Data, current.state.Data)
	a.free <- current
	return b.run, b.err
}
