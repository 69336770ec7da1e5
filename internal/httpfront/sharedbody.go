package httpfront

import (
	"context"
	"io"
	"time"
)

// SharedBody is a body that waits for a place among shares where it ends, since
// what a decoder makes of it can be a hundred times its size. It is read before,
// as fast as its client sends: a slow one keeps nobody waiting.
type SharedBody struct {
	io.ReadCloser
	Ctx      context.Context
	Shares   *Shares
	Key      string        // whose place it takes
	Small    int64         // bytes up to which a body needs no place
	Patience time.Duration // how long it waits for one

	bytes int64
	holds bool
}

// Read reads on; in place of io.EOF it returns [ErrBusy] when no place became free.
func (b *SharedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	if err != io.EOF || b.holds || b.bytes <= b.Small {
		return n, err
	}
	if b.holds = b.Shares.Wait(b.Ctx, b.Key, b.Patience); !b.holds {
		return n, ErrBusy
	}
	return n, err
}

// Release frees the place.
func (b *SharedBody) Release() {
	if b.holds {
		b.Shares.Leave(b.Key)
	}
}
