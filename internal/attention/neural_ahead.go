package attention

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/saccade-dev/saccade/internal/pix"
)

// maxAhead is how many frames of a stream are encoded side by side at most.
const maxAhead = 8

// slot is the network with its buffers, and the frame that it ran on.
type slot struct {
	*runner
	frame *pix.RGB
}

// begun is a frame whose turn is still to come.
type begun struct {
	frame   *pix.RGB // the caller's
	changed bool     // it differs from the last one that ran
	slot    *slot    // that runs, or will run, on it; nil where nothing changed
	done    chan struct{}
	err     error
}

// ahead is what a stream does before the turn of its frames. The part of the network
// without memory runs on several frames at once, each in a slot of its own; the recurrent
// step, which takes frames in turn, moves from slot to slot. Which frame runs where
// changes no bit of the result.
type ahead struct {
	net    *network
	w, h   int // of a frame
	mu     sync.Mutex
	queue  []*begun
	newest *slot // that of the last frame that ran or will; nil before the first
	made   int   // slots
	inTurn begun // the last frame that was not begun ahead
	free   chan *slot
}

// newAhead returns the work ahead of a stream that has made one slot itself.
func newAhead(n *network, w, h int) *ahead {
	a := &ahead{net: n, w: w, h: h, made: 1}
	if procs := min(runtime.GOMAXPROCS(0), maxAhead); procs > 1 && n.gru != nil {
		a.free = make(chan *slot, procs+1)
	}
	return a
}

func (n *network) newSlot(w, h int) *slot {
	return &slot{runner: n.newRunner(w, h), frame: pix.New(w, h)}
}

// Begin implements [Ahead].
func (a *ahead) Begin(ctx context.Context, p *pix.RGB) error {
	if err := checkFrame(p, a.w, a.h); err != nil || a.free == nil {
		return err
	}
	b := &begun{frame: p}
	a.mu.Lock()
	b.changed = a.newest == nil || differs(a.newest.frame.Pix, p.Pix)
	a.mu.Unlock()
	if b.changed {
		var err error
		if b.slot, err = a.acquire(ctx); err != nil {
			return err
		}
		b.done = make(chan struct{})
		copy(b.slot.frame.Pix, p.Pix)
	}
	a.mu.Lock()
	a.queue = append(a.queue, b)
	if b.changed {
		a.newest = b.slot
	}
	a.mu.Unlock()
	if b.changed {
		go b.encode()
	}
	return nil
}

// acquire returns a slot, waiting for one where all are made.
func (a *ahead) acquire(ctx context.Context) (*slot, error) {
	select {
	case s := <-a.free:
		return s, nil
	default:
	}
	if a.made < cap(a.free) {
		a.made++
		return a.net.newSlot(a.w, a.h), nil
	}
	select {
	case s := <-a.free:
		return s, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// encode runs the part of the network without memory.
func (b *begun) encode() {
	defer close(b.done)
	b.err = recovering(func() {
		b.slot.in.RGB = b.slot.frame.Pix
		b.slot.runner.encode.Run()
	})
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

// take returns what was begun of the next frame; where nothing was, current will run on it.
func (a *ahead) take(p *pix.RGB, current *slot) (*begun, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.queue) > 0 {
		b := a.queue[0]
		if b.frame != p {
			return nil, errors.New("attention: a frame comes out of the order in which work on it was begun")
		}
		a.queue = a.queue[1:]
		return b, nil
	}
	a.inTurn = begun{frame: p, changed: a.newest == nil || differs(a.newest.frame.Pix, p.Pix)}
	if a.inTurn.changed {
		a.inTurn.slot, a.newest = current, current
		copy(current.frame.Pix, p.Pix)
	}
	return &a.inTurn, nil
}

// finish waits until a changed frame is encoded. The recurrent state moves to its slot,
// and the slot before is free for another frame.
func (a *ahead) finish(b *begun, current *slot) (*slot, error) {
	if b.done == nil {
		b.done = make(chan struct{})
		b.encode()
		return b.slot, b.err
	}
	<-b.done
	if b.slot != current {
		copy(b.slot.state.Data, current.state.Data)
		a.free <- current
	}
	return b.slot, b.err
}
