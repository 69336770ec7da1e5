package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// Try puts a small object, reads it and deletes it.
func (s *Store) Try(ctx context.Context) error {
	const content = "saccade doctor"
	key := blob.UploadKey("doctor", saccade.NewID())
	if _, err := s.Put(ctx, key, strings.NewReader(content)); err != nil {
		return err
	}
	o, _, err := s.Open(ctx, key)
	if err == nil {
		var got []byte
		if got, err = io.ReadAll(o); err == nil && string(got) != content {
			err = errors.New("s3: what was put came back changed")
		}
		err = errors.Join(err, o.Close())
	}
	return errors.Join(err, s.Delete(ctx, key))
}

// Preflight asks the service, as a browser does, whether pages of an origin may put
// uploads into the bucket. now is the service's clock, zero if it does not say.
func (s *Store) Preflight(ctx context.Context, origin string) (allowed bool, now time.Time, err error) {
	link, err := s.links.PutURL(blob.Origin{}, blob.UploadKey("doctor", "preflight"), time.Now().Add(time.Minute))
	if err != nil {
		return false, now, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodOptions, string(link), nil)
	if err != nil {
		return false, now, fmt.Errorf("s3: %w", err)
	}
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", http.MethodPut)
	resp, err := s.http.RoundTrip(r)
	if err != nil {
		return false, now, fmt.Errorf("s3: %w", err)
	}
	_ = resp.Body.Close()
	if t, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		now = t
	}
	from := resp.Header.Get("Access-Control-Allow-Origin")
	return (from == "*" || from == origin) && strings.Contains(resp.Header.Get("Access-Control-Allow-Methods"), http.MethodPut), now, nil
}
