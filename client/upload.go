package client

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/saccade-dev/saccade"
)

// UploadURL returns a new URL to upload one video to. Whoever holds it may upload,
// without a token, until it expires.
func (c *Client) UploadURL(ctx context.Context) (string, error) {
	var v struct {
		URL string `json:"url"`
	}
	err := c.do(ctx, call{method: http.MethodGet, path: "/upload-urls", repeat: true}, &v)
	if err == nil && v.URL == "" {
		err = fmt.Errorf("%w (no upload URL)", ErrForeign)
	}
	return v.URL, err
}

// Upload asks for a URL and sends a video there: size bytes, or with -1 all of
// r. It returns the URL, for [VideoRequest.Upload].
func (c *Client) Upload(ctx context.Context, r io.Reader, size int64) (string, error) {
	address, err := c.UploadURL(ctx)
	if err != nil {
		return "", err
	}
	err = c.Put(ctx, address, r, size)
	return address, err
}

// UploadFile uploads a file and returns its URL.
func (c *Client) UploadFile(ctx context.Context, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	return c.Upload(ctx, f, info.Size())
}

// Put sends bytes to an upload URL. It is not repeated: r can be read but once.
func (c *Client) Put(ctx context.Context, uploadURL string, r io.Reader, size int64) error {
	// NopCloser hides the reader's type, so that closing stays with its owner
	// and the length is the one that the caller named.
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, uploadURL, io.NopCloser(r))
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	if req.ContentLength = size; size == 0 {
		req.Body = http.NoBody
	}
	return c.fetch(req, io.Discard)
}

// Download copies what an output link leads to into w. Links need no token, and
// none is sent.
func (c *Client) Download(ctx context.Context, link saccade.Link, w io.Writer) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, string(link), nil)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return c.fetch(req, w)
}

// fetch sends a request to a signed URL and copies the answer to w.
func (c *Client) fetch(req *http.Request, w io.Writer) error {
	res, err := c.http.Do(req)
	if err != nil {
		if ctx := req.Context(); ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 400 {
		return decodeError(res)
	}
	if _, err := io.Copy(w, res.Body); err != nil {
		return saccade.Errorf(saccade.CodeServer, "The transfer broke off. Please try again.").With(err)
	}
	return nil
}
