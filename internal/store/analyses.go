package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// Idempotency is a client's key and the SHA-256 (hex) of the body sent with it.
type Idempotency struct {
	Key      string
	BodyHash string
}

// idempotencyTTL is how long a key is remembered.
const idempotencyTTL = 24 * time.Hour

// The values of the column tombstone.
const (
	notDeleted       = ""
	tombstoneExpired = "expired"
	tombstoneDeleted = "deleted"
)

const analysisColumns = `id, exposed_id, account, request, status, tombstone, fraction, stage, attempt,
	created_at, started_at, ended_at, expires_at, outputs, error, keep, input_expires_at,
	EXISTS (SELECT 1 FROM renderings r WHERE r.id = analyses.id)`

// CreateAnalysis keeps a new analysis and its ticket in one transaction. a needs
// Account and Request; ID and ExposedID are made unless given. a itself is
// not changed.
//
// With a key that the account used in the last 24 hours, the first analysis is
// returned again and replayed is true; with another body hash it is conflict. A
// full queue is over_capacity (under concurrent requests the limit may be
// passed by as many). An upload that is named by the request but unknown is
// invalid_input_configuration. What is over the quota of the account is rate_limited or
// forbidden.
func (s *Store) CreateAnalysis(ctx context.Context, a *saccade.Analysis, idem *Idempotency) (_ *saccade.Analysis, replayed bool, err error) {
	created := *a
	if created.ID == "" {
		created.ID = saccade.NewID()
	}
	if created.ExposedID == "" {
		created.ExposedID = saccade.NewID()
	}
	created.Status = saccade.StatusPending
	created.Progress = saccade.Progress{Stage: saccade.StageQueued}
	created.CreatedAt = pool.FromMicros(s.nowMicros())
	var first *saccade.Analysis
	err = s.inTx(ctx, func(tx *sql.Tx) (err error) {
		if first, err = s.recordIdempotencyKey(ctx, tx, &created, idem); err != nil || first != nil {
			return err
		}
		if err := s.checkAdmission(ctx, tx, &created); err != nil {
			return err
		}
		if err := insertAnalysis(ctx, tx, &created); err != nil {
			return err
		}
		return s.enqueue(ctx, tx, analysisWork(created.Request.Kind), 1)
	})
	switch {
	case err != nil:
		return nil, false, err
	case first != nil:
		return first, true, nil
	}
	return &created, false, nil
}

// recordIdempotencyKey notes the key, or returns the analysis that it stands
// for. On PostgreSQL the insert waits for a concurrent one of the same key.
func (s *Store) recordIdempotencyKey(ctx context.Context, tx *sql.Tx, a *saccade.Analysis, idem *Idempotency) (*saccade.Analysis, error) {
	if idem == nil {
		return nil, nil
	}
	old := pool.Micros(a.CreatedAt.Add(-idempotencyTTL))
	if _, err := tx.ExecContext(ctx, `DELETE FROM idempotency WHERE account = $1 AND key = $2 AND created_at < $3`, a.Account, idem.Key, old); err != nil {
		return nil, err
	}
	n, err := pool.Affected(tx.ExecContext(ctx, `
		INSERT INTO idempotency (account, key, body_hash, analysis, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (account, key) DO NOTHING`, a.Account, idem.Key, idem.BodyHash, a.ID, pool.Micros(a.CreatedAt)))
	if err != nil || n > 0 {
		return nil, err
	}
	var hash, id string
	if err = tx.QueryRowContext(ctx, `SELECT body_hash, analysis FROM idempotency WHERE account = $1 AND key = $2`, a.Account, idem.Key).Scan(&hash, &id); err != nil {
		return nil, err
	}
	if hash != idem.BodyHash {
		return nil, saccade.Errorf(saccade.CodeConflict, "This Idempotency-Key was used with another body. Use a new key for a new request.").About("idempotency")
	}
	first, err := scanRow(tx.QueryRowContext(ctx, `SELECT `+analysisColumns+` FROM analyses WHERE id = $1`, id))
	return first.Analysis, err
}

// checkAdmission refuses what the queue or the request does not allow.
func (s *Store) checkAdmission(ctx context.Context, tx *sql.Tx, a *saccade.Analysis) error {
	if err := s.checkQueue(ctx, tx, a.Account); err != nil {
		return err
	}
	if !strings.HasPrefix(a.Request.Object, "uploads/") {
		return s.CheckRoom(ctx, tx, a.Account, quota.Limits{Analyses: 1, Bytes: a.Request.Size})
	}
	var size int64 // as far as it is counted already
	err := tx.QueryRowContext(ctx, `SELECT size FROM uploads WHERE object = $1 AND account = $2`, a.Request.Object, a.Account).Scan(&size)
	if errors.Is(err, sql.ErrNoRows) {
		return errNothingThere
	}
	now := size
	if a.Request.Size > 0 {
		now = a.Request.Size
	}
	if err == nil {
		err = s.CheckRoom(ctx, tx, a.Account, quota.Limits{Analyses: 1, Bytes: max(now, 0) - max(size, 0)})
	}
	if err != nil {
		return err
	}
	// Takes the row's lock, so that the upload cannot be swept away meanwhile.
	n, err := pool.Affected(tx.ExecContext(ctx, `UPDATE uploads SET size = $1 WHERE object = $2 AND account = $3`, now, a.Request.Object, a.Account))
	if err == nil && n == 0 {
		return errNothingThere
	}
	return err
}

var errNothingThere = saccade.Errorf(saccade.CodeInvalidInput, "Nothing was uploaded to this URL. Ask for a new upload URL, upload, then try again.").About("content")

// reserveShare is which part of a full queue every account may still use beside the
// others, one analysis at least.
const reserveShare = 10

// checkQueue refuses analyses when the queue is full. Then an account with little
// in it may go on, into a reserve as large as the queue itself: another account
// cannot shut it out.
func (s *Store) checkQueue(ctx context.Context, tx *sql.Tx, account string) error {
	most := s.cfg.MaxQueued
	if most == 0 {
		return nil
	}
	var all, own int
	err := tx.QueryRowContext(ctx, `
		SELECT count(*), coalesce(sum(CASE WHEN account = $1 THEN 1 ELSE 0 END), 0) FROM analyses WHERE status = 'pending'`, account).Scan(&all, &own)
	if err != nil || all < most || all < 2*most && own < max(1, most/reserveShare) {
		return err
	}
	return saccade.Errorf(saccade.CodeOverCapacity, "The queue is full. Please try again in a minute.")
}

func insertAnalysis(ctx context.Context, tx *sql.Tx, a *saccade.Analysis) error {
	bytes := a.Request.Size
	if strings.HasPrefix(a.Request.Object, "uploads/") {
		bytes = 0 // several analyses may use an upload, whose row has its size
	}
	_, err := tx.ExecContext(ctx, `
		INSERT INTO analyses (id, exposed_id, account, kind, object, request, status, tombstone, fraction, stage,
			attempt, tries, instance, lease_until, created_at, next_at, frames, seconds, keep, search, bytes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '', 0, $8, 0, 0, '', 0, $9, $9, 0, 0, $10, $11, $12)`,
		a.ID, a.ExposedID, a.Account, string(a.Request.Kind), a.Request.Object, pool.Encode(a.Request), string(a.Status), a.Progress.Stage,
		pool.Micros(a.CreatedAt), flag(a.Keep), searchText(a.Request.Title), bytes)
	return err
}

// Analysis returns an analysis of the account: not_found if there is none,
// resource_gone if it was erased or has expired.
func (s *Store) Analysis(ctx context.Context, account, id string) (*saccade.Analysis, error) {
	return s.visible(s.read.QueryRowContext(ctx,
		`SELECT `+analysisColumns+` FROM analyses WHERE id = $1 AND account = $2`, id, account))
}

// AnalysisByExposedID is [Store.Analysis] by the id that update-meta, summary
// and recommendations use.
func (s *Store) AnalysisByExposedID(ctx context.Context, account, exposed string) (*saccade.Analysis, error) {
	return s.visible(s.read.QueryRowContext(ctx,
		`SELECT `+analysisColumns+` FROM analyses WHERE exposed_id = $1 AND account = $2`, exposed, account))
}

// visible reads a row and refuses what is no longer there.
func (s *Store) visible(row pool.Scanner) (*saccade.Analysis, error) {
	r, err := scanRow(row)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, saccade.Errorf(saccade.CodeNotFound, "There is no such analysis. Check the id and the token.")
	case err != nil:
		return nil, err
	case r.tombstone != notDeleted || r.ExpiresAt != nil && !s.now().Before(*r.ExpiresAt):
		return nil, saccade.Errorf(saccade.CodeGone, "This resource is no longer available.")
	}
	return r.Analysis, nil
}

// analysisRow is an analysis with what only the store needs to know.
type analysisRow struct {
	*saccade.Analysis
	tombstone string
}

func scanRow(row pool.Scanner) (analysisRow, error) {
	var a saccade.Analysis
	var r analysisRow
	var request string
	var created int64
	var started, ended, expires, input sql.NullInt64
	var outputs, failure sql.NullString
	var keep int
	err := row.Scan(&a.ID, &a.ExposedID, &a.Account, &request, &a.Status, &r.tombstone, &a.Progress.Fraction, &a.Progress.Stage, &a.Attempt,
		&created, &started, &ended, &expires, &outputs, &failure, &keep, &input, &a.Rendering)
	if err != nil {
		return r, err
	}
	a.CreatedAt, a.StartedAt, a.EndedAt, a.ExpiresAt = pool.FromMicros(created), pool.OptTime(started), pool.OptTime(ended), pool.OptTime(expires)
	a.Keep, a.InputExpiresAt = keep != 0, pool.OptTime(input)
	err = json.Unmarshal([]byte(request), &a.Request)
	if outputs.Valid {
		err = errors.Join(err, json.Unmarshal([]byte(outputs.String), &a.Outputs))
	}
	if failure.Valid {
		err = errors.Join(err, json.Unmarshal([]byte(failure.String), &a.Err))
	}
	r.Analysis = &a
	return r, err
}

func scanAnalysis(row pool.Scanner) (saccade.Analysis, error) {
	r, err := scanRow(row)
	if err != nil {
		return saccade.Analysis{}, err
	}
	return *r.Analysis, nil
}
