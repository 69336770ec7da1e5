package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store/pool"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// uploadColumns are the columns of an upload but its size, which the quotas are about.
const uploadColumns = `u.id, u.account, u.created_at, EXISTS (SELECT 1 FROM analyses a WHERE a.object = u.object)`

// CreateUpload notes that the account may upload one object. Its key is
// blob.UploadKey(account, id). An account without room for a byte is forbidden.
func (s *Store) CreateUpload(ctx context.Context, account string) (saccade.Upload, error) {
	u := saccade.Upload{ID: saccade.NewID(), Account: account, CreatedAt: pool.FromMicros(s.nowMicros())}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := s.CheckRoom(ctx, tx, account, quota.Limits{Bytes: 1}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx,
			`INSERT INTO uploads (id, account, object, size, created_at) VALUES ($1, $2, $3, -1, $4)`,
			u.ID, u.Account, string(blob.UploadKey(u.Account, u.ID)), pool.Micros(u.CreatedAt))
		return err
	})
	return u, err
}

// Upload returns an upload of the account, or not_found.
func (s *Store) Upload(ctx context.Context, account, id string) (saccade.Upload, error) {
	row := s.read.QueryRowContext(ctx, `SELECT `+uploadColumns+` FROM uploads u WHERE id = $1 AND account = $2`, id, account)
	u, err := scanUpload(row)
	if errors.Is(err, sql.ErrNoRows) {
		return u, errNoUpload()
	}
	return u, err
}

// StaleUploads lists uploads made before the moment that no analysis uses,
// oldest first, a hundred at most.
func (s *Store) StaleUploads(ctx context.Context, before time.Time) ([]saccade.Upload, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT `+uploadColumns+` FROM uploads u
		WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM analyses a WHERE a.object = u.object)
		ORDER BY created_at LIMIT 100`, pool.Micros(before))
	return pool.Collect(rows, err, scanUpload)
}

// DeleteUpload forgets an upload that no analysis uses and lists its object
// for erasing; it reports whether there was one.
func (s *Store) DeleteUpload(ctx context.Context, u saccade.Upload) (deleted bool, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		key := blob.UploadKey(u.Account, u.ID)
		n, err := pool.Affected(tx.ExecContext(ctx, `
			DELETE FROM uploads WHERE id = $1 AND account = $2 AND NOT EXISTS (SELECT 1 FROM analyses a WHERE a.object = $3)`,
			u.ID, u.Account, string(key)))
		if deleted = n > 0; err != nil || !deleted {
			return err
		}
		return s.listDeletion(ctx, tx, key)
	})
	return deleted, err
}

func errNoUpload() error {
	return saccade.Errorf(saccade.CodeNotFound, "There is no such upload. Ask for a new upload URL.")
}

func scanUpload(row pool.Scanner) (saccade.Upload, error) {
	var u saccade.Upload
	var created int64
	err := row.Scan(&u.ID, &u.Account, &created, &u.Used)
	u.CreatedAt = pool.FromMicros(created)
	return u, err
}
