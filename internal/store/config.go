package store

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/saccade-dev/saccade/internal/store/pool"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// Config says where the rows are and what the limits are.
type Config struct {
	DSN        string           // "sqlite:<path of a file>" or "postgres://…"
	MaxQueued  int              // analyses waiting or running before new ones are refused with over_capacity, but for accounts with less than a tenth of it; 0: no limit
	Quota      quota.Limits     // of accounts without quotas of their own
	DiskBudget int64            // bytes that uploads and results of all accounts may take; 0: as many as there is room for
	ImageTTL   time.Duration    // how long results of images and pages stay after their end; 0: for ever
	VideoTTL   time.Duration    // how long uploads of videos stay after the end of their analysis; 0: for ever
	AuditTTL   time.Duration    // how long the log of who did what is kept; 0: for ever
	MaxTries   int              // attempts of an analysis that fail on our side before it is failed, 1..
	Lease      time.Duration    // a running attempt silent for longer counts as dead
	MaxConns   int              // connections to PostgreSQL, or for reading SQLite
	Now        func() time.Time // the clock; nil: time.Now
	// WrapSQLite wraps the driver of SQLite, to trace or count what it is asked;
	// nil: it is used as it is.
	WrapSQLite func(driver.Driver) driver.Driver
	Log        *slog.Logger // warnings of the queue; nil: none
}

// DefaultConfig is a SQLite file in the working directory.
func DefaultConfig() Config {
	return Config{
		DSN:       "sqlite:data/saccade.db",
		MaxQueued: 1000,
		ImageTTL:  time.Hour,
		AuditTTL:  400 * 24 * time.Hour,
		MaxTries:  3,
		Lease:     10 * time.Second,
		MaxConns:  8,
	}
}

// Validate reports all faults at once.
func (c Config) Validate() error {
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	_, _, err := pool.SplitDSN(c.DSN)
	errs = append(errs, err, c.Quota.Validate())
	bad(c.MaxQueued < 0, "MaxQueued is %d and must be 0 (no limit) or more", c.MaxQueued)
	bad(c.ImageTTL < 0, "ImageTTL is %v and must be 0 (keep for ever) or more", c.ImageTTL)
	bad(c.VideoTTL < 0, "VideoTTL is %v and must be 0 (keep for ever) or more", c.VideoTTL)
	bad(c.AuditTTL < 0, "AuditTTL (--audit-ttl, SACCADE_AUDIT_TTL) is %v and must be 0 (keep for ever) or more", c.AuditTTL)
	bad(c.DiskBudget < 0, "DiskBudget (--disk-budget, SACCADE_DISK_BUDGET) is %d and must be 0 (no budget) or more", c.DiskBudget)
	bad(c.MaxTries < 1, "MaxTries is %d and must be 1 or more", c.MaxTries)
	bad(c.Lease < time.Second, "Lease is %v and must be 1s or more", c.Lease)
	bad(c.MaxConns < 1, "MaxConns is %d and must be 1 or more", c.MaxConns)
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	return nil
}

// The drivers, as [Store.Driver] names them.
const (
	DriverSQLite   = pool.DriverSQLite
	DriverPostgres = pool.DriverPostgres
)
