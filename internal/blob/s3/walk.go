package s3

import (
	"context"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/saccade-dev/saccade/internal/blob"
)

// Walk implements [blob.Store].
func (s *Store) Walk(ctx context.Context, visit func(key blob.Key, put time.Time) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	above := objectName(s.cfg.Prefix, "")
	for o := range s.core.ListObjectsIter(ctx, s.cfg.Bucket, minio.ListObjectsOptions{Prefix: above, Recursive: true}) {
		if o.Err != nil {
			return asError("walk", o.Err)
		}
		key := blob.Key(strings.TrimPrefix(o.Key, above))
		if blob.CheckKey(key) != nil {
			continue
		}
		if err := visit(key, o.LastModified.UTC()); err != nil {
			return err
		}
	}
	return ctx.Err()
}
