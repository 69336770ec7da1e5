// Package state opens what a service keeps, wherever that is: the rows in SQLite or
// PostgreSQL, the objects in a directory or a bucket, the secret that signs links.
//
// The contract: processes with the same [Config] but for Data work on the same state,
// if Database and Storage are set; Data is then a directory of each machine's own.
package state

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/s3"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/settings"
)

// Config says where the state is.
type Config struct {
	Data       string // a directory of this machine, made if need be
	Database   string // of PostgreSQL (postgres://...); empty: SQLite in Data
	Storage    string // address of a bucket (s3://...); empty: a directory in Data
	SecretFile string // holds the secret that signs links; empty: the database does
}

// DefaultConfig keeps everything in saccade-data.
func DefaultConfig() Config { return Config{Data: "saccade-data"} }

// Validate reports all that is wrong.
func (c Config) Validate() error {
	var errs []error
	if c.Data == "" {
		errs = append(errs, errors.New("Data (--data, SACCADE_DATA) is missing"))
	}
	if c.Storage != "" {
		if _, err := s3.Parse(c.Storage); err != nil {
			errs = append(errs, fmt.Errorf("Storage (--storage, SACCADE_STORAGE): %w", err))
		}
	}
	return errors.Join(errs...)
}

// OpenStore opens the rows, creating and migrating their tables where needed; set may
// change the settings.
func (c Config) OpenStore(ctx context.Context, set func(*store.Config)) (*store.Store, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory (--data, SACCADE_DATA) cannot be made: %w", err)
	}
	cfg := store.DefaultConfig()
	if cfg.DSN = c.Database; c.Database == "" {
		cfg.DSN = "sqlite:" + filepath.Join(c.Data, "saccade.db")
	}
	if set != nil {
		set(&cfg)
	}
	return store.Open(ctx, cfg)
}

// Objects is the store of the objects, with the links that belong to it. Close it.
type Objects struct {
	blob.Store
	Links    blob.Links
	Verifier *blob.Signer // of links that lead to the server itself
	closer   func()
}

// Close closes the connections that wait for further use.
func (o Objects) Close() {
	if o.closer != nil {
		o.closer()
	}
}

// OpenObjects opens the store of the objects. The secret of the links is that of the
// file, or else that of the database.
func (c Config) OpenObjects(ctx context.Context, rows *settings.Rows) (Objects, error) {
	secret, err := c.secret(ctx, rows)
	if err != nil {
		return Objects{}, err
	}
	signer, err := blob.NewSigner(secret)
	if err != nil {
		return Objects{}, err
	}
	if c.Storage == "" {
		disk, err := blob.NewDisk(filepath.Join(c.Data, "objects"))
		return Objects{disk, signer, signer, nil}, err
	}
	bucket, err := c.openBucket()
	if err != nil {
		return Objects{}, err
	}
	return Objects{bucket, bucket.Links(), signer, bucket.Close}, nil
}

// secret returns the secret that signs links. A database that has none takes over the
// file of the data directory, where servers of before kept it.
func (c Config) secret(ctx context.Context, rows *settings.Rows) ([]byte, error) {
	if c.SecretFile != "" {
		secret, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return nil, fmt.Errorf("--secret-file (SACCADE_SECRET_FILE) cannot be read: %w", err)
		}
		if secret = []byte(strings.TrimSpace(string(secret))); len(secret) < blob.MinSecret {
			return nil, fmt.Errorf("--secret-file (SACCADE_SECRET_FILE): %s has %d bytes and needs %d at least", c.SecretFile, len(secret), blob.MinSecret)
		}
		return secret, nil
	}
	initial, err := os.ReadFile(filepath.Join(c.Data, "secret"))
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(initial) < blob.MinSecret {
		initial = make([]byte, 2*blob.MinSecret)
		_, _ = rand.Read(initial) // never fails
	} else if err != nil {
		return nil, fmt.Errorf("the secret in the data directory (--data, SACCADE_DATA) cannot be read: %w", err)
	}
	value, err := rows.Setting(ctx, settings.SigningSecret, hex.EncodeToString(initial))
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(value)
}
