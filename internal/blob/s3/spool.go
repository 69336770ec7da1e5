package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/minio/minio-go/v7"

	"github.com/saccade-dev/saccade/internal/blob"
)

// spooled is a copy of an object in the spool, which goes away when it is closed.
type spooled struct{ *os.File }

// Close closes and removes the file.
func (f spooled) Close() error { return errors.Join(f.File.Close(), os.Remove(f.Name())) }

// spool copies an object; with an ETag only the one that has it.
func (s *Store) spool(ctx context.Context, key blob.Key, etag string) (_ spooled, info blob.Info, err error) {
	if err := errors.Join(ctx.Err(), blob.CheckKey(key)); err != nil {
		return spooled{}, info, err
	}
	opts := minio.GetObjectOptions{}
	if etag != "" {
		if err := opts.SetMatchETag(etag); err != nil {
			return spooled{}, info, fmt.Errorf("s3: open: %w", err)
		}
	}
	body, o, _, err := s.core.GetObject(ctx, s.cfg.Bucket, s.name(key), opts)
	if err != nil {
		return spooled{}, info, asError("open", err)
	}
	defer func() { _ = body.Close() }()
	info = infoOf(o)
	if etag != "" && info.ETag != etag { // a service that knows no conditions
		return spooled{}, info, fmt.Errorf("s3: open: %w", blob.ErrChanged)
	}
	file, err := os.CreateTemp(s.cfg.Spool, "object-*")
	if err != nil {
		return spooled{}, info, blob.FullDisk(fmt.Errorf("s3: open: %w", err))
	}
	f := spooled{file}
	n, err := io.Copy(f, blob.ContextReader(ctx, body))
	if err == nil && n != info.Size {
		err = fmt.Errorf("%d of %d bytes: %w", n, info.Size, io.ErrUnexpectedEOF)
	}
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return spooled{}, info, errors.Join(blob.FullDisk(fmt.Errorf("s3: open: %w", err)), f.Close())
	}
	return f, info, nil
}

func infoOf(o minio.ObjectInfo) blob.Info {
	return blob.Info{Size: o.Size, ModTime: o.LastModified.UTC(), ETag: o.ETag}
}

// asError names what users and operators can act upon and passes the rest on.
func asError(verb string, err error) error {
	if err == nil {
		return nil
	}
	answer := minio.ToErrorResponse(err)
	switch {
	case answer.Code == minio.NoSuchKey:
		return fmt.Errorf("s3: %s: %w", verb, blob.ErrNotFound)
	case answer.StatusCode == http.StatusPreconditionFailed || answer.Code == minio.PreconditionFailed:
		return fmt.Errorf("s3: %s: %w", verb, blob.ErrChanged)
	case answer.StatusCode == http.StatusInsufficientStorage || answer.StatusCode == http.StatusServiceUnavailable ||
		answer.Code == "QuotaExceeded" || answer.Code == "XMinioStorageFull":
		return blob.ErrFull.With(fmt.Errorf("s3: %s: %w", verb, err))
	}
	return fmt.Errorf("s3: %s: %w", verb, err)
}
