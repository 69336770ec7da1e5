package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// TextStatus is how far a text is, as clients see it.
type TextStatus string

// The states of a text.
const (
	TextStarted    TextStatus = "started"    // waits for a worker
	TextProcessing TextStatus = "processing" // is being written
	TextCompleted  TextStatus = "completed"
	TextFailed     TextStatus = "failed"
)

// Text is a text generated about an analysis.
type Text struct {
	Kind      string // "summary", "recommendations"
	Status    TextStatus
	Body      string    // Markdown, once completed
	CreatedAt time.Time // when it was started and, once it has ended, when it ended
}

// StartText has a text of a kind written about an analysis of the account and
// returns it as it is now. One that is there or under way is left alone, unless
// it is older than ttl (0: texts do not age) or has failed: then it is written
// anew.
func (s *Store) StartText(ctx context.Context, account, id, kind string, ttl time.Duration) (Text, error) {
	var t Text
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		// Locks the row: a text must not appear beside a deletion.
		if _, err := tx.ExecContext(ctx, `UPDATE analyses SET kind = kind WHERE id = $1`, id); err != nil {
			return err
		}
		if _, err := s.visible(tx.QueryRowContext(ctx, `SELECT `+analysisColumns+` FROM analyses WHERE id = $1 AND account = $2`, id, account)); err != nil {
			return err
		}
		var err error
		t, err = readText(ctx, pool.Tx{Tx: tx}, id, kind)
		switch {
		case err != nil && !saccade.IsCode(err, saccade.CodeNotFound):
			return err
		case err == nil && t.Status != TextFailed && (t.Status != TextCompleted || ttl == 0 || s.now().Sub(t.CreatedAt) <= ttl):
			return nil
		}
		t = Text{Kind: kind, Status: TextStarted, CreatedAt: pool.FromMicros(s.nowMicros())}
		_, err = tx.ExecContext(ctx, `
			INSERT INTO texts (id, analysis, account, kind, status, body, created_at, next_at, attempt, tries, instance, lease_until)
			VALUES ($1, $2, $3, $4, $5, '', $6, $6, 0, 0, '', 0)
			ON CONFLICT (analysis, kind) DO UPDATE SET status = excluded.status, body = '', created_at = excluded.created_at,
				next_at = excluded.next_at, tries = 0, instance = '', lease_until = 0`,
			textID(id, kind), id, account, kind, string(t.Status), pool.Micros(t.CreatedAt))
		if err != nil {
			return err
		}
		return s.enqueue(ctx, tx, WorkText, 1)
	})
	return t, err
}

// textID names the row of a text; the migration makes the same of old rows.
func textID(analysis, kind string) string { return analysis + "/" + kind }

// Text returns the text of a kind of an analysis of the account: not_found if
// there is none of either, resource_gone if the analysis is gone.
func (s *Store) Text(ctx context.Context, account, id, kind string) (Text, error) {
	if _, err := s.Analysis(ctx, account, id); err != nil {
		return Text{}, err
	}
	return readText(ctx, s.read, id, kind)
}

func readText(ctx context.Context, db pool.Querier, id, kind string) (Text, error) {
	t := Text{Kind: kind}
	var created int64
	err := db.QueryRowContext(ctx, `SELECT status, body, created_at FROM texts WHERE analysis = $1 AND kind = $2`, id, kind).
		Scan(&t.Status, &t.Body, &created)
	if errors.Is(err, sql.ErrNoRows) {
		return Text{}, saccade.Errorf(saccade.CodeNotFound, "There is no such text of this analysis. Start it with a POST first.")
	}
	t.CreatedAt = pool.FromMicros(created)
	return t, err
}

// TextClaim is one attempt at writing a text.
type TextClaim struct {
	*Lease
	Analysis *saccade.Analysis
	Kind     string // of text
	Tries    int    // attempts that were interrupted, this one included
}

// ClaimText starts an attempt at the text whose turn it is. [ErrNoWork] means
// that none is due. One whose tries are used up is failed, and the next one is
// taken.
func (s *Store) ClaimText(ctx context.Context, by Holder) (c *TextClaim, err error) {
	c = &TextClaim{}
	c.Analysis, err = s.claimNext(ctx, func(tx *sql.Tx) (analysis string, err error) {
		if c.Lease, err = s.take(ctx, tx, WorkText, by); err != nil {
			return "", err
		}
		if err := tx.QueryRowContext(ctx, `UPDATE texts SET status = 'processing', tries = tries + 1 WHERE id = $1 RETURNING analysis, kind, tries`,
			c.id).Scan(&analysis, &c.Kind, &c.Tries); err != nil {
			return "", fmt.Errorf("store: claim: %w", err)
		}
		if c.Tries > s.cfg.MaxTries {
			return "", c.end(ctx, pool.Tx{Tx: tx}, TextFailed, "")
		}
		return analysis, nil
	})
	return c, err
}

// Complete ends the text with its body, Markdown.
func (c *TextClaim) Complete(ctx context.Context, body string) error {
	return c.end(ctx, c.store.write, TextCompleted, body)
}

// Fail ends the text without a body. It can be started again at once.
func (c *TextClaim) Fail(ctx context.Context) error {
	return c.end(ctx, c.store.write, TextFailed, "")
}

func (c *TextClaim) end(ctx context.Context, db pool.Querier, status TextStatus, body string) error {
	return c.update(ctx, db, `status = $1, body = $2, created_at = $3, instance = '', lease_until = 0`, string(status), body, c.store.nowMicros())
}

// Release puts the text back: the worker is being stopped.
func (c *TextClaim) Release(ctx context.Context) error {
	return c.release(ctx, 0, "status = 'started', tries = tries - 1")
}
