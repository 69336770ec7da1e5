package state

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/saccade-dev/saccade/internal/blob/s3"
	"github.com/saccade-dev/saccade/internal/secret"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Check is one thing that was tried.
type Check struct {
	Name   string
	OK     bool
	Needed bool   // the service does not work without it
	Detail string // what was found, or what to do
}

// How far clocks may be apart: leases are compared across machines, and links expire by
// the clock of the bucket's service.
const (
	leaseClocks = 2 * time.Second
	linkClocks  = time.Minute
)

// leastPostgres is the first version that will do, as the server numbers them.
const leastPostgres = 150000

// Doctor tries the database and the bucket, where they are not in the data directory,
// and compares the clocks. It changes no row and migrates nothing. origin is where pages
// come from that use the bucket, like https://saccade.example.com.
func (c Config) Doctor(ctx context.Context, origin string) []Check {
	var checks []Check
	if c.Database != "" {
		checks = append(checks, c.tryDatabase(ctx)...)
	}
	if c.Storage != "" {
		checks = append(checks, c.tryBucket(ctx, origin)...)
	}
	return checks
}

func (c Config) tryDatabase(ctx context.Context) []Check {
	fail := func(err error) []Check { return []Check{{"database", false, true, err.Error()}} }
	driver, target, err := pool.SplitDSN(c.Database)
	if err != nil || driver != pool.DriverPostgres {
		return fail(errors.New("--database (SACCADE_DATABASE) is not an address like postgres://user:password@host/name"))
	}
	db, err := pool.OpenPostgres(target, 1)
	if err != nil {
		return fail(err)
	}
	defer func() { _ = db.Close() }()
	var number int
	var version string
	var seconds float64
	before := time.Now()
	err = db.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_version'), extract(epoch FROM clock_timestamp())::float8`).
		Scan(&number, &version, &seconds)
	if err != nil {
		return fail(err)
	}
	now := time.UnixMicro(int64(seconds * 1e6))
	first := Check{"database", true, true, "PostgreSQL " + version}
	if number < leastPostgres {
		first.OK, first.Detail = false, "PostgreSQL "+version+" is too old: 15 or newer is needed"
	}
	return []Check{first, compareClocks("clock of the database", now, before, leaseClocks)}
}

func (c Config) tryBucket(ctx context.Context, origin string) []Check {
	fail := func(err error) []Check {
		return []Check{{"bucket", false, true, strings.ReplaceAll(err.Error(), "\n", "; ")}}
	}
	bucket, err := c.openBucket()
	if err != nil {
		return fail(err)
	}
	defer bucket.Close()
	if err := bucket.Try(ctx); err != nil {
		return fail(err)
	}
	checks := []Check{{"bucket", true, true, "put, read and deleted an object in " + strings.SplitN(c.Storage, "?", 2)[0]}}
	before := time.Now()
	allowed, now, err := bucket.Preflight(ctx, origin)
	switch {
	case err != nil:
		checks = append(checks, Check{"bucket CORS", false, false, err.Error()})
	case !allowed:
		checks = append(checks, Check{"bucket CORS", false, false, "pages of " + origin + " cannot upload: allow it GET, HEAD and PUT, with any header"})
	default:
		checks = append(checks, Check{"bucket CORS", true, false, "pages of " + origin + " can upload"})
	}
	if now.IsZero() {
		return checks
	}
	return append(checks, compareClocks("clock of the bucket", now, before, linkClocks))
}

// compareClocks compares a clock elsewhere with ours, which was read before and is read
// now; header and answers are exact to a second.
func compareClocks(name string, there, before time.Time, most time.Duration) Check {
	var off time.Duration
	if after := time.Now(); there.After(after) {
		off = there.Sub(after)
	} else if earliest := before.Truncate(time.Second); there.Before(earliest) {
		off = earliest.Sub(there)
	}
	if off > most {
		return Check{name, false, true, fmt.Sprintf("off by %v: run a time service on every machine", off.Round(time.Millisecond))}
	}
	return Check{name, true, true, fmt.Sprintf("within %v of this machine's", most)}
}

// openBucket opens the bucket of Storage.
func (c Config) openBucket() (*s3.Store, error) {
	cfg, err := s3.Parse(c.Storage)
	if err != nil {
		return nil, fmt.Errorf("--storage (SACCADE_STORAGE): %w", err)
	}
	if cfg.AccessKey, err = secret.FromEnv("AWS_ACCESS_KEY_ID"); err != nil {
		return nil, err
	}
	if cfg.SecretKey, err = secret.FromEnv("AWS_SECRET_ACCESS_KEY"); err != nil {
		return nil, err
	}
	cfg.Spool = filepath.Join(c.Data, "spool")
	return s3.New(cfg)
}
