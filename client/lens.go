package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
)

// maxGrid bounds the answer of a lens, in bytes.
const maxGrid = 16 << 20

// Lens predicts a JPEG, PNG or WebP (2 MiB, 4 million pixels) at once and returns
// attention.grid of one frame; the server keeps nothing.
func (c *Client) Lens(ctx context.Context, image []byte) ([]byte, error) {
	k := call{method: http.MethodPost, path: "/lens"}
	r, err := c.request(ctx, k, image)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/octet-stream")
	var grid bytes.Buffer
	if err := c.fetch(r, &limited{&grid, maxGrid}); err != nil {
		return nil, err
	}
	return grid.Bytes(), nil
}

// limited is a writer that takes so many bytes.
type limited struct {
	w    io.Writer
	left int
}

// Write writes what there is room for, and fails with more.
func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return 0, fmt.Errorf("%w (%d bytes too many)", ErrForeign, len(b)-l.left)
	}
	l.left -= len(b)
	return l.w.Write(b)
}
