// Package s3 keeps objects in a bucket of any service that speaks S3; package
// blobtest holds the contract.
//
// The object with key a/b is the object <prefix>/objects/a/b of the bucket. Clients
// put and get objects by presigned links that lead to the service itself: the server
// sees no byte of them, and an upload cannot be closed. Therefore whoever has judged
// an upload keeps its ETag, and reads by it ([Store.File]).
//
// Objects that are read are copied into a spool directory of this machine first: what
// was opened stays as it is whatever happens to the bucket, and programs get a path.
package s3

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/saccade-dev/saccade/internal/blob"
)

// partSize is how much is sent at a time, in bytes. What is smaller is one request.
const partSize = 16 << 20

// staleSpool is how long a file of the spool may lie untouched before it counts as
// left behind by a process that died.
const staleSpool = 6 * time.Hour

// Store is a [blob.Store] in a bucket.
type Store struct {
	cfg   Config
	core  minio.Core
	http  *http.Transport
	links *Links
}

// New makes a store, and its spool if need be. It does not reach for the bucket; see
// [Store.Check].
func New(cfg Config) (*Store, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Spool, 0o700); err != nil {
		return nil, fmt.Errorf("s3: cannot make the spool: %w", err)
	}
	sweep(cfg.Spool, time.Now().Add(-staleSpool))
	transport, err := minio.DefaultTransport(cfg.Endpoint.Scheme == "https")
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	client, err := newClient(cfg, cfg.Endpoint, transport)
	if err != nil {
		return nil, err
	}
	links, err := newLinks(cfg)
	if err != nil {
		return nil, err
	}
	return &Store{cfg: cfg, core: minio.Core{Client: client}, http: transport, links: links}, nil
}

// newClient makes a client of a service. It names buckets in the path unless the
// service is one that is known to want them in the host.
func newClient(cfg Config, endpoint *url.URL, transport http.RoundTripper) (*minio.Client, error) {
	c, err := minio.New(endpoint.Host, &minio.Options{
		Creds:  credentials.NewStaticV4(cfg.AccessKey, cfg.SecretKey, ""),
		Secure: endpoint.Scheme == "https", Region: cfg.Region, Transport: transport,
	})
	if err != nil {
		return nil, fmt.Errorf("s3: %w", err)
	}
	return c, nil
}

// sweep removes what was last written before a time.
func sweep(dir string, before time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			_ = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// Links returns the links to the objects of this store.
func (s *Store) Links() *Links { return s.links }

// Close closes the connections that wait for further use.
func (s *Store) Close() { s.http.CloseIdleConnections() }

func (s *Store) name(key blob.Key) string { return objectName(s.cfg.Prefix, key) }

// objectName is the name of an object in the bucket.
func objectName(prefix string, key blob.Key) string {
	return strings.TrimPrefix(prefix+blob.ObjectPath+string(key), "/")
}

// Put implements [blob.Store]: in one request what is small, in several parts what is
// not. A reader that fails ends the upload of the parts.
func (s *Store) Put(ctx context.Context, key blob.Key, r io.Reader) (blob.Info, error) {
	if err := errors.Join(ctx.Err(), blob.CheckKey(key)); err != nil {
		return blob.Info{}, err
	}
	sum := md5.New()
	r = io.TeeReader(blob.ContextReader(ctx, r), sum)
	var head bytes.Buffer
	_, err := io.CopyN(&head, r, partSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return blob.Info{}, fmt.Errorf("s3: put: %w", err)
	}
	put := minio.UploadInfo{}
	if err == nil { // there may be more
		put, err = s.send(ctx, key, io.MultiReader(&head, r), -1)
	} else {
		for range conflicts {
			put, err = s.send(ctx, key, bytes.NewReader(head.Bytes()), int64(head.Len()))
			if minio.ToErrorResponse(err).StatusCode != http.StatusConflict {
				break
			}
		}
	}
	if err != nil {
		return blob.Info{}, asError("put", err)
	}
	info := blob.Info{Size: put.Size, ETag: put.ETag, ModTime: time.Now().UTC(), MD5: hex.EncodeToString(sum.Sum(nil))}
	if stat, err := s.Stat(ctx, key); err == nil && stat.ETag == info.ETag {
		info.ModTime = stat.ModTime // the clock of the service
	}
	return info, nil
}

// conflicts is how often a put that got in another's way is tried.
const conflicts = 5

// send puts what r yields; a size of -1 is an unknown one.
func (s *Store) send(ctx context.Context, key blob.Key, r io.Reader, size int64) (minio.UploadInfo, error) {
	return s.core.Client.PutObject(ctx, s.cfg.Bucket, s.name(key), r, size,
		minio.PutObjectOptions{ContentType: key.ContentType(), CacheControl: "private, no-cache", PartSize: partSize})
}

// Open implements [blob.Store].
func (s *Store) Open(ctx context.Context, key blob.Key) (blob.Object, blob.Info, error) {
	f, info, err := s.spool(ctx, key, "")
	if err != nil {
		return nil, info, err
	}
	return f, info, nil
}

// File implements [blob.Store]: a copy in the spool.
func (s *Store) File(ctx context.Context, key blob.Key, etag string) (string, func(), error) {
	f, _, err := s.spool(ctx, key, etag)
	if err != nil {
		return "", func() {}, err
	}
	return f.Name(), func() { _ = f.Close() }, nil
}

// Stat implements [blob.Store].
func (s *Store) Stat(ctx context.Context, key blob.Key) (blob.Info, error) {
	if err := errors.Join(ctx.Err(), blob.CheckKey(key)); err != nil {
		return blob.Info{}, err
	}
	o, err := s.core.StatObject(ctx, s.cfg.Bucket, s.name(key), minio.StatObjectOptions{})
	if err != nil {
		return blob.Info{}, asError("stat", err)
	}
	return infoOf(o), nil
}

// Delete implements [blob.Store].
func (s *Store) Delete(ctx context.Context, key blob.Key) error {
	if err := errors.Join(ctx.Err(), blob.CheckErasable(key)); err != nil {
		return err
	}
	if strings.HasSuffix(string(key), "/") {
		return s.deletePrefix(ctx, key)
	}
	err := s.core.RemoveObject(ctx, s.cfg.Bucket, s.name(key), minio.RemoveObjectOptions{})
	if err = asError("delete", err); errors.Is(err, blob.ErrNotFound) {
		return nil
	}
	return err
}

// deletePrefix deletes all objects below a prefix, a thousand at a time.
func (s *Store) deletePrefix(ctx context.Context, prefix blob.Key) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	objects := make(chan minio.ObjectInfo)
	listed := make(chan error, 1)
	go func() {
		defer close(objects)
		for o := range s.core.ListObjectsIter(ctx, s.cfg.Bucket, minio.ListObjectsOptions{Prefix: s.name(prefix), Recursive: true}) {
			if o.Err != nil {
				listed <- o.Err
				return
			}
			select {
			case objects <- o:
			case <-ctx.Done():
				listed <- ctx.Err()
				return
			}
		}
		listed <- nil
	}()
	var errs []error
	for failed := range s.core.RemoveObjects(ctx, s.cfg.Bucket, objects, minio.RemoveObjectsOptions{}) {
		if err := asError("delete", failed.Err); !errors.Is(err, blob.ErrNotFound) {
			errs = append(errs, err)
		}
	}
	cancel() // RemoveObjects has taken all that was listed, or given up
	return errors.Join(append(errs, asError("delete", <-listed))...)
}

// Check implements [blob.Store]: it asks for the bucket.
func (s *Store) Check(ctx context.Context) error {
	there, err := s.core.BucketExists(ctx, s.cfg.Bucket)
	if err == nil && !there {
		err = fmt.Errorf("there is no bucket %s, or the keys do not open it", s.cfg.Bucket)
	}
	return asError("check", err)
}
