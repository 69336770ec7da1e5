package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// edit changes the request and outputs of an analysis that is there, and what change does in
// the transaction besides.
func (s *Store) edit(ctx context.Context, account, id string, change func(*sql.Tx, *saccade.Analysis) error) (*saccade.Analysis, error) {
	var edited *saccade.Analysis
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		// Locks the row on PostgreSQL, so that two edits do not undo each other.
		if _, err := tx.ExecContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1`, id); err != nil {
			return err
		}
		a, err := s.visible(tx.QueryRowContext(ctx, `SELECT `+analysisColumns+` FROM analyses WHERE id = $1 AND account = $2`, id, account))
		if err != nil {
			return err
		}
		if err := change(tx, a); err != nil {
			return err
		}
		var outputs any
		if a.Outputs != nil {
			outputs = pool.Encode(a.Outputs)
		}
		edited = a
		_, err = tx.ExecContext(ctx, `UPDATE analyses SET request = $1, outputs = $2 WHERE id = $3`, pool.Encode(a.Request), outputs, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return edited, nil
}

// editions is how many editions of the tables of an analysis are kept.
const editions = 2

// Measured is areas of interest that were measured on what an analysis left.
type Measured struct {
	Areas   []saccade.AOIResult
	Edition string // of its tables, which has them
	Bytes   int64  // of the files of the edition
}

// SetAOIs replaces the areas of interest of a succeeded analysis and their
// results, makes the edition of its tables that has them the current one, and
// returns the analysis as it is now. The editions that are kept count among its
// bytes. An analysis that did not succeed (yet) is client_error.
func (s *Store) SetAOIs(ctx context.Context, account, id string, m Measured) (*saccade.Analysis, error) {
	return s.edit(ctx, account, id, func(tx *sql.Tx, a *saccade.Analysis) error {
		if a.Status != saccade.StatusSuccess || a.Outputs == nil {
			return saccade.Errorf(saccade.CodeClient, "Areas of interest can be set once the analysis has succeeded; its status is %q.", a.Status)
		}
		a.Request.AOIs = make([]saccade.AOI, len(m.Areas))
		for i, r := range m.Areas {
			a.Request.AOIs[i] = r.AOI
		}
		a.Outputs.AOIs = m.Areas
		a.Request.Editions = slices.Insert(a.Request.Editions, 0, m.Edition)
		a.Request.Editions = a.Request.Editions[:min(len(a.Request.Editions), editions)]
		more := m.Bytes
		a.Request.EditionBytes = slices.Insert(a.Request.EditionBytes, 0, m.Bytes)
		for len(a.Request.EditionBytes) > len(a.Request.Editions) {
			last := len(a.Request.EditionBytes) - 1
			more -= a.Request.EditionBytes[last]
			a.Request.EditionBytes = a.Request.EditionBytes[:last]
		}
		_, err := tx.ExecContext(ctx, `UPDATE analyses SET bytes = bytes + $1 WHERE id = $2`, more, id)
		return err
	})
}

// SetMeta adds context to an analysis (description, goal, ...). Keys that were
// set before are replaced, with an empty value removed.
func (s *Store) SetMeta(ctx context.Context, account, id string, meta map[string]string) (*saccade.Analysis, error) {
	return s.edit(ctx, account, id, func(_ *sql.Tx, a *saccade.Analysis) error {
		if a.Request.Meta == nil {
			a.Request.Meta = map[string]string{}
		}
		maps.Copy(a.Request.Meta, meta)
		maps.DeleteFunc(a.Request.Meta, func(_, v string) bool { return v == "" })
		return nil
	})
}
