// Package transfer moves what a service keeps to another place: from SQLite to
// PostgreSQL and back, from a directory to a bucket and back.
//
// The contract: the target has no rows before, or the transfer is refused; all rows come
// in one transaction, after all objects, so that a transfer that ends early leaves a
// target without rows, and the next one goes on where it ended. The source is not
// changed. Before the end counts are compared, and the bytes of some objects or of all.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
)

// Options say how to transfer.
type Options struct {
	Verify  bool                                  // compare the bytes of all objects before the end, rather than of 500 and 256 MiB
	Running bool                                  // the source may be at work meanwhile; what comes after the start is not part of the copy
	Object  func(key blob.Key, copied bool) error // called after every object; nil: nobody is told
}

// Report counts what the target holds of the source.
type Report struct {
	Rows    int // without those of the queue, which are made anew
	Objects int
	Bytes   int64
	Copied  int // objects that an earlier transfer had not copied
	Same    int // objects whose bytes were read again at both ends and are the same
}

// ErrNotEmpty says that the target has rows.
var ErrNotEmpty = errors.New("the target is not empty: choose an empty database or directory")

// place is one end of a transfer.
type place struct {
	rows    *store.Store
	objects state.Objects
}

func openPlace(ctx context.Context, c state.Config) (p place, err error) {
	if p.rows, err = c.OpenStore(ctx, nil); err != nil {
		return p, err
	}
	if p.objects, err = c.OpenObjects(ctx, p.rows.Settings()); err != nil {
		return p, errors.Join(err, p.rows.Close())
	}
	return p, nil
}

func (p place) close() error {
	p.objects.Close()
	return p.rows.Close()
}

// ends are the places of a transfer.
type ends struct{ src, dst place }

// Run copies all rows and objects from one place to another.
func Run(ctx context.Context, from, to state.Config, o Options) (r Report, err error) {
	src, err := openPlace(ctx, from)
	if err != nil {
		return r, fmt.Errorf("source: %w", err)
	}
	defer func() { err = errors.Join(err, src.close()) }()
	dst, err := openPlace(ctx, to)
	if err != nil {
		return r, fmt.Errorf("target: %w", err)
	}
	defer func() { err = errors.Join(err, dst.close()) }()
	if err := checkEnds(ctx, src, dst, o); err != nil {
		return r, err
	}
	// A copy of the rows of now: files without a row do no harm, a row without its
	// files does.
	c, err := copyRows(ctx, src, dst)
	if err != nil {
		return r, err
	}
	defer c.rollback()
	r.Rows = c.rows
	s := &sample{all: o.Verify}
	start := time.Now()
	if err := o.copyObjects(ctx, ends{src, dst}, &r, s); err != nil {
		return r, err
	}
	if r.Same, err = s.compare(ctx, ends{src, dst}, start); err != nil {
		return r, err
	}
	return r, c.commit()
}

// checkEnds refuses a target with rows and a source that is at work.
func checkEnds(ctx context.Context, src, dst place, o Options) error {
	for _, t := range tables {
		if t == settingsTable {
			continue // made by opening it
		}
		n, err := count(ctx, dst.rows.DB(), t)
		if err != nil {
			return fmt.Errorf("target: %w", err)
		}
		if n > 0 {
			return ErrNotEmpty
		}
	}
	if o.Running {
		return nil
	}
	var leases int
	err := src.rows.DB().QueryRowContext(ctx, `SELECT count(*) FROM analyses WHERE status = 'pending' AND lease_until > $1`, time.Now().UnixMicro()).Scan(&leases)
	if err != nil {
		return fmt.Errorf("source: %w", err)
	}
	if leases > 0 {
		return fmt.Errorf("the source is at work (%d analyses run): stop all its processes first", leases)
	}
	return nil
}

// copyObjects copies every object that the target does not have yet.
func (o Options) copyObjects(ctx context.Context, e ends, r *Report, s *sample) error {
	return e.src.objects.Walk(ctx, func(key blob.Key, put time.Time) error {
		size, copied, err := copyObject(ctx, e.src, e.dst, key)
		if errors.Is(err, blob.ErrNotFound) {
			return nil // deleted meanwhile
		}
		if err != nil {
			return fmt.Errorf("object %s: %w", key, err)
		}
		r.Objects++
		s.offer(key)
		r.Bytes += size
		if copied {
			r.Copied++
		}
		if o.Object != nil {
			return o.Object(key, copied)
		}
		return nil
	})
}

// copyObject copies one object, unless the target has one of its size that was put after
// it.
func copyObject(ctx context.Context, src, dst place, key blob.Key) (size int64, copied bool, err error) {
	info, err := src.objects.Stat(ctx, key)
	if err != nil {
		return 0, false, err
	}
	there, err := dst.objects.Stat(ctx, key)
	if err == nil && there.Size == info.Size && there.ModTime.After(info.ModTime) {
		return info.Size, false, nil
	}
	if err != nil && !errors.Is(err, blob.ErrNotFound) {
		return 0, false, err
	}
	in, info, err := src.objects.Open(ctx, key)
	if err != nil {
		return 0, false, err
	}
	defer func() { _ = in.Close() }()
	out, err := dst.objects.Put(ctx, key, in)
	if err == nil && out.Size != info.Size {
		err = fmt.Errorf("%d of %d bytes arrived: %w", out.Size, info.Size, io.ErrShortWrite)
	}
	return info.Size, true, err
}
