package transfer

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"github.com/saccade-dev/saccade/internal/blob"
)

// How much is read again before the end, unless everything is.
const (
	sampleObjects = 500
	sampleBytes   = 256 << 20
)

// sample chooses objects, each as likely as any other (reservoir sampling, Vitter's
// algorithm R).
type sample struct {
	all  bool // every object is compared
	seen int
	keys []blob.Key
}

// offer takes the object, perhaps in the place of another one.
func (s *sample) offer(key blob.Key) {
	s.seen++
	if len(s.keys) < sampleObjects {
		s.keys = append(s.keys, key)
	} else if i := rand.IntN(s.seen); i < sampleObjects {
		s.keys[i] = key
	}
}

// compare reads objects at both ends and returns how many it compared. What was put after
// start in a source at work is not part of the copy.
func (s *sample) compare(ctx context.Context, e ends, start time.Time) (n int, err error) {
	if s.all {
		err = e.src.objects.Walk(ctx, func(key blob.Key, _ time.Time) error {
			_, err := compareObject(ctx, e, key, start)
			n++
			return err
		})
		return n, err
	}
	var read int64
	for _, key := range s.keys {
		if read >= sampleBytes {
			break
		}
		size, err := compareObject(ctx, e, key, start)
		if err != nil {
			return n, err
		}
		read += size
		n++
	}
	return n, nil
}

// compareObject compares the SHA-256 of an object at both ends and returns its size.
func compareObject(ctx context.Context, e ends, key blob.Key, start time.Time) (int64, error) {
	here, size, at, err := hash(ctx, e.src, key)
	if errors.Is(err, blob.ErrNotFound) || err == nil && at.After(start) {
		return 0, nil // deleted or put meanwhile
	}
	if err != nil {
		return 0, fmt.Errorf("source: object %s: %w", key, err)
	}
	there, _, _, err := hash(ctx, e.dst, key)
	if err != nil {
		return 0, fmt.Errorf("target: object %s: %w", key, err)
	}
	if here != there {
		return 0, fmt.Errorf("object %s is another one at the target: delete it there and begin again", key)
	}
	return size, nil
}

func hash(ctx context.Context, p place, key blob.Key) (sum [sha256.Size]byte, size int64, at time.Time, err error) {
	f, info, err := p.objects.Open(ctx, key)
	if err != nil {
		return sum, 0, at, err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	size, err = io.Copy(h, f)
	return [sha256.Size]byte(h.Sum(nil)), size, info.ModTime, err
}
