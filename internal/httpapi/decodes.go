package httpapi

import (
	"context"
	"io"

	"github.com/saccade-dev/saccade/internal/httpfront"
)

// What a decoder makes of a body can be a hundred times its size, so that bodies
// above smallBody are decoded a few at a time. They are read before, as fast as
// their clients send: a slow one keeps nobody waiting.
const (
	smallBody   = 128 << 10
	maxDecodes  = 3
	decodeShare = 2 // of them, those of one account
)

// decodable is a body that waits for a place among the decoders where it ends.
type decodable struct {
	io.ReadCloser
	ctx     context.Context
	decodes *httpfront.Shares
	account string

	bytes int64
	holds bool
}

// Read reads on; in place of io.EOF it returns an error when no place became free.
func (d *decodable) Read(p []byte) (int, error) {
	n, err := d.ReadCloser.Read(p)
	d.bytes += int64(n)
	if err != io.EOF || d.holds || d.bytes <= smallBody {
		return n, err
	}
	if d.holds = d.decodes.Wait(d.ctx, d.account, largeBodyWait); !d.holds {
		return n, httpfront.ErrBusy
	}
	return n, err
}

// release frees the place.
func (d *decodable) release() {
	if d.holds {
		d.decodes.Leave(d.account)
	}
}
