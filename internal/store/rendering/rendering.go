// Package rendering keeps the rows of outputs that are asked for of an analysis that has
// succeeded: at most one row for each analysis, while they are being rendered, and
// afterwards if that failed. The callers' transactions lock the analysis.
package rendering

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Rendering is what is asked of an analysis, and how far it is.
type Rendering struct {
	Outputs  []saccade.Output
	Palette  saccade.Palette // of the maps of attention
	Fraction float64         // 0..1
	Err      *saccade.Error  // it failed; nil: it waits or runs
}

// Columns are what [Scan] reads.
const Columns = `outputs, palette, fraction, error`

// Scan reads a row.
func Scan(row pool.Scanner) (Rendering, error) {
	var r Rendering
	var outputs, failure string
	if err := row.Scan(&outputs, &r.Palette, &r.Fraction, &failure); err != nil {
		return r, err
	}
	err := json.Unmarshal([]byte(outputs), &r.Outputs)
	if failure != "" {
		err = errors.Join(err, json.Unmarshal([]byte(failure), &r.Err))
	}
	return r, err
}

// Read returns what is being rendered of an analysis, or failed to be; nil for nothing.
func Read(ctx context.Context, db pool.Querier, id string) (*Rendering, error) {
	r, err := Scan(db.QueryRowContext(ctx, `SELECT `+Columns+` FROM renderings WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return &r, err
}

// Possible reports whether more outputs can be asked for of an analysis: conflict until it has
// succeeded.
func Possible(a *saccade.Analysis) error {
	if a.Status != saccade.StatusSuccess || a.Outputs == nil {
		return saccade.Errorf(saccade.CodeConflict, "More outputs can be asked for once the analysis has succeeded; its status is %q.", a.Status)
	}
	return nil
}

// Add asks for outputs of an analysis beside those that it was asked for since, and
// reports whether they are new. now is in microseconds. conflict: it has not succeeded, or
// outputs in another palette are being rendered.
func Add(ctx context.Context, db pool.Querier, a *saccade.Analysis, r Rendering, now int64) (added bool, err error) {
	if err := Possible(a); err != nil {
		return false, err
	}
	former, err := Read(ctx, db, a.ID)
	if err != nil {
		return false, err
	}
	outputs, pending := slices.Clone(r.Outputs), former != nil && former.Err == nil
	if pending {
		if former.Palette != r.Palette {
			return false, saccade.Errorf(saccade.CodeConflict, "Outputs in the palette %s are being rendered. Ask again once they are there.", former.Palette)
		}
		outputs = append(outputs, former.Outputs...)
	}
	slices.Sort(outputs)
	if outputs = slices.Compact(outputs); pending && len(outputs) == len(former.Outputs) {
		return false, nil
	}
	_, err = db.ExecContext(ctx, `
		INSERT INTO renderings (id, account, kind, outputs, palette, status, error, fraction, created_at, next_at, attempt, tries, instance, lease_until)
		VALUES ($1, $2, $6, $3, $4, 'pending', '', 0, $5, $5, 0, 0, '', 0)
		ON CONFLICT (id) DO UPDATE SET outputs = excluded.outputs, palette = excluded.palette, error = '', tries = 0,
			created_at = CASE WHEN renderings.status = 'pending' THEN renderings.created_at ELSE excluded.created_at END,
			fraction = CASE WHEN renderings.status = 'pending' THEN renderings.fraction ELSE 0 END, status = 'pending'`,
		a.ID, a.Account, pool.Encode(outputs), string(r.Palette), now, string(a.Request.Kind))
	return err == nil, err
}

// Finish ends the rendering of outputs, by whose files the analysis's bytes became so many
// more, and reports whether more was asked for since, which waits then.
func Finish(ctx context.Context, db pool.Querier, id string, done []saccade.Output, stored int64) (more bool, err error) {
	now, err := Read(ctx, db, id)
	if err != nil || now == nil {
		return false, err
	}
	if _, err = db.ExecContext(ctx, `UPDATE analyses SET bytes = bytes + $1 WHERE id = $2`, stored, id); err != nil {
		return false, err
	}
	rest := slices.DeleteFunc(now.Outputs, func(o saccade.Output) bool { return slices.Contains(done, o) })
	if len(rest) == 0 {
		_, err = db.ExecContext(ctx, `DELETE FROM renderings WHERE id = $1`, id)
		return false, err
	}
	_, err = db.ExecContext(ctx, `UPDATE renderings SET outputs = $1, tries = 0, fraction = 0 WHERE id = $2`, pool.Encode(rest), id)
	return err == nil, err
}
