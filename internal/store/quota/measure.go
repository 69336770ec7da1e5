package quota

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// some bounds how much is measured at once.
const some = 100

// Unmeasured is an object, or the objects of an analysis, of a size that nobody noted: they
// are from before there were quotas, or clients put them into a bucket by themselves.
type Unmeasured struct {
	Analysis string     // its id; empty: an upload
	Keys     []blob.Key // of all its objects, or of the upload
}

// Unmeasured lists some of what is to be measured, oldest first.
func (r *Rows) Unmeasured(ctx context.Context) ([]Unmeasured, error) {
	rows, err := r.read.QueryContext(ctx, `
		SELECT id, object, outputs FROM analyses WHERE bytes IS NULL AND tombstone = '' AND ended_at IS NOT NULL ORDER BY ended_at LIMIT $1`, some)
	analyses, err := pool.Collect(rows, err, scanUnmeasured)
	if err != nil {
		return nil, err
	}
	rows, err = r.read.QueryContext(ctx, `
		SELECT object FROM uploads u WHERE size < 0 AND EXISTS (SELECT 1 FROM analyses a WHERE a.object = u.object) ORDER BY created_at LIMIT $1`, some)
	uploads, err := pool.Collect(rows, err, func(row pool.Scanner) (Unmeasured, error) {
		var key blob.Key
		err := row.Scan(&key)
		return Unmeasured{Keys: []blob.Key{key}}, err
	})
	return append(analyses, uploads...), err
}

// NoteSize notes how many bytes the objects have.
func (r *Rows) NoteSize(ctx context.Context, u Unmeasured, bytes int64) error {
	if u.Analysis != "" {
		_, err := r.write.ExecContext(ctx, `UPDATE analyses SET bytes = $1 WHERE id = $2 AND bytes IS NULL AND tombstone = ''`, bytes, u.Analysis)
		return err
	}
	_, err := r.write.ExecContext(ctx, `UPDATE uploads SET size = $1 WHERE object = $2 AND size < 0`, bytes, string(u.Keys[0]))
	return err
}

// NoteUpload notes the size of an upload whose bytes are stored now. Where they are over a
// quota, they are not counted and the error says so: whoever stored them has to erase them.
// One that is not there (any more) is no error.
func (r *Rows) NoteUpload(ctx context.Context, key blob.Key, size int64) error {
	account, _, _ := key.Upload()
	var refused *saccade.Error
	err := r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		refused = nil
		var before int64 // of what was stored in its place; its row's lock comes after the account's
		err := tx.QueryRowContext(ctx, `SELECT size FROM uploads WHERE object = $1`, string(key)).Scan(&before)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = r.CheckRoom(ctx, tx, account, Limits{Bytes: size - max(before, 0)})
		}
		kept := size
		if errors.As(err, &refused) {
			kept = -1
		} else if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE uploads SET size = $1 WHERE object = $2`, kept, string(key))
		return err
	}, nil)
	if err == nil && refused != nil {
		return refused
	}
	return err
}

func scanUnmeasured(row pool.Scanner) (u Unmeasured, err error) {
	var object string
	var text sql.NullString
	if err := row.Scan(&u.Analysis, &object, &text); err != nil {
		return u, err
	}
	if id, ok := blob.Key(object).Analysis(); ok && id == u.Analysis {
		u.Keys = append(u.Keys, blob.Key(object))
	}
	if !text.Valid {
		return u, nil
	}
	var outputs saccade.Outputs[saccade.File]
	err = json.Unmarshal([]byte(text.String), &outputs)
	seen := map[saccade.File]bool{}
	saccade.MapLinks(&outputs, func(f saccade.File) saccade.File {
		if !seen[f] {
			seen[f] = true
			u.Keys = append(u.Keys, blob.AnalysisKey(u.Analysis, f))
		}
		return f
	})
	return u, err
}
