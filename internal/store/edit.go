package store

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"time"

	"github.com/saccade-dev/saccade"
)

// edit changes the request and outputs of an analysis that is there, in one
// transaction.
func (s *Store) edit(ctx context.Context, account, id string, change func(*saccade.Analysis) error) (*saccade.Analysis, error) {
	var edited *saccade.Analysis
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		// Locks the row on PostgreSQL, so that two edits do not undo each other.
		if _, err := tx.ExecContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1`, id); err != nil {
			return err
		}
		a, err := s.present(tx.QueryRowContext(ctx, `SELECT `+analysisColumns+` FROM analyses WHERE id = $1 AND account = $2`, id, account))
		if err != nil {
			return err
		}
		if err := change(a); err != nil {
			return err
		}
		var outputs any
		if a.Outputs != nil {
			outputs = encode(a.Outputs)
		}
		edited = a
		_, err = tx.ExecContext(ctx, `UPDATE analyses SET request = $1, outputs = $2 WHERE id = $3`, encode(a.Request), outputs, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return edited, nil
}

// SetAOIs replaces the areas of interest of a succeeded analysis and their
// results, and gives the analysis as it is now. An analysis that did not
// succeed (yet) is client_error.
func (s *Store) SetAOIs(ctx context.Context, account, id string, results []saccade.AOIResult) (*saccade.Analysis, error) {
	return s.edit(ctx, account, id, func(a *saccade.Analysis) error {
		if a.Status != saccade.StatusSuccess || a.Outputs == nil {
			return saccade.Errorf(saccade.CodeClient, "Areas of interest can be set once the analysis has succeeded; its status is %q.", a.Status)
		}
		a.Request.AOIs = make([]saccade.AOI, len(results))
		for i, r := range results {
			a.Request.AOIs[i] = r.AOI
		}
		a.Outputs.AOIs = results
		return nil
	})
}

// SetMeta adds context to an analysis (description, goal, ...). Keys that were
// set before are replaced, with an empty value removed.
func (s *Store) SetMeta(ctx context.Context, account, id string, meta map[string]string) (*saccade.Analysis, error) {
	return s.edit(ctx, account, id, func(a *saccade.Analysis) error {
		if a.Request.Meta == nil {
			a.Request.Meta = map[string]string{}
		}
		maps.Copy(a.Request.Meta, meta)
		maps.DeleteFunc(a.Request.Meta, func(_, v string) bool { return v == "" })
		return nil
	})
}

// Text is a text generated about an analysis.
type Text struct {
	Kind      string // "summary", "recommendations"
	Status    string // "started", "processing", "completed", "failed"
	Body      string // Markdown, once completed
	CreatedAt time.Time
}

// SaveText keeps a text of an analysis of the account, replacing the one of
// the same kind.
func (s *Store) SaveText(ctx context.Context, account, id string, t Text) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		// Locks the row: a text must not appear beside an erasure.
		if _, err := tx.ExecContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1`, id); err != nil {
			return err
		}
		if _, err := s.present(tx.QueryRowContext(ctx, `SELECT `+analysisColumns+` FROM analyses WHERE id = $1 AND account = $2`, id, account)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `
			INSERT INTO texts (analysis, kind, status, body, created_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (analysis, kind) DO UPDATE SET status = excluded.status, body = excluded.body, created_at = excluded.created_at`,
			id, t.Kind, t.Status, t.Body, s.nowMicros())
		return err
	})
}

// Text gives the text of a kind of an analysis of the account: not_found if
// there is none of either, resource_gone if the analysis is gone.
func (s *Store) Text(ctx context.Context, account, id, kind string) (Text, error) {
	if _, err := s.Analysis(ctx, account, id); err != nil {
		return Text{}, err
	}
	t := Text{Kind: kind}
	var created int64
	err := s.read.QueryRowContext(ctx, `SELECT status, body, created_at FROM texts WHERE analysis = $1 AND kind = $2`, id, kind).
		Scan(&t.Status, &t.Body, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return Text{}, saccade.Errorf(saccade.CodeNotFound, "There is no such text of this analysis. Start it with a POST first.")
	}
	t.CreatedAt = fromMicros(created)
	return t, err
}
