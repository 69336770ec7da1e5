package s3

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// maxExpiry is the longest that a presigned link is good for, by the rules of S3.
const maxExpiry = 7 * 24 * time.Hour

// Links makes presigned links that lead to the service itself, by Signature Version 4.
// It implements [blob.Links]. A link to put signs no header: clients send a
// Content-Type or none. None is good for more than seven days.
type Links struct {
	client *minio.Client
	cfg    Config
	base   *url.URL // of all links: what comes before the key
}

func newLinks(cfg Config) (*Links, error) {
	endpoint := cfg.Endpoint
	if cfg.Public != nil {
		endpoint = cfg.Public
	}
	client, err := newClient(cfg, endpoint, nil)
	if err != nil {
		return nil, err
	}
	l := &Links{client: client, cfg: cfg}
	const key = "x"
	link, err := l.sign(http.MethodGet, key, time.Now().Add(time.Hour))
	if err != nil {
		return nil, err
	}
	if l.base, err = url.Parse(string(link)); err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	l.base.Path, l.base.RawQuery = strings.TrimSuffix(l.base.Path, key), ""
	return l, nil
}

// PutURL implements [blob.Links].
func (l *Links) PutURL(_ blob.Origin, key blob.Key, expires time.Time) (saccade.Link, error) {
	return l.sign(http.MethodPut, key, expires)
}

// GetURL implements [blob.Links].
func (l *Links) GetURL(_ blob.Origin, key blob.Key, expires time.Time) (saccade.Link, error) {
	return l.sign(http.MethodGet, key, expires)
}

func (l *Links) sign(method string, key blob.Key, expires time.Time) (saccade.Link, error) {
	if err := blob.CheckKey(key); err != nil {
		return "", err
	}
	// With the region known, no network is reached.
	left := min(max(time.Until(expires).Round(time.Second), time.Second), maxExpiry)
	u, err := l.client.Presign(context.Background(), method, l.cfg.Bucket, objectName(l.cfg.Prefix, key), left, nil)
	if err != nil {
		return "", fmt.Errorf("s3: sign: %w", err)
	}
	return saccade.Link(u.String()), nil
}

// KeyOf implements [blob.Links]: host and path must be those of the bucket. It never
// looks at the signature.
func (l *Links) KeyOf(_ blob.Origin, link saccade.Link) (blob.Key, error) {
	raw := strings.TrimSpace(string(link))
	u, err := url.Parse(raw)
	if err != nil || len(raw) > maxLink || u.Scheme != l.base.Scheme || u.User != nil || !strings.EqualFold(u.Host, l.base.Host) {
		return "", errForeign()
	}
	key, found := strings.CutPrefix(u.EscapedPath(), l.base.Path)
	if !found || blob.CheckKey(blob.Key(key)) != nil { // a valid key holds no %
		return "", errForeign()
	}
	return blob.Key(key), nil
}

// maxLink is longer than any link made here.
const maxLink = 8 * blob.MaxKey

func errForeign() error {
	return saccade.Errorf(saccade.CodeClient, "This is not an address of an object of this service. Use the URL exactly as it was given.")
}
