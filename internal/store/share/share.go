// Package share holds the rows of shares: links that show an analysis, or two side by
// side, to whoever has them.
//
// The contract: the id is the link's secret, 128 random bits; a password is kept as a hash
// alone; what has expired is resource_gone, what was withdrawn not_found.
package share

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Limits of shares.
const (
	MaxShares   = 1000 // of an account that have not expired
	MaxPassword = 72   // bytes: bcrypt takes no more
)

// keptFor is how long a share that has expired still answers resource_gone.
const keptFor = 30 * 24 * time.Hour

// Share is a link to one or two analyses of an account.
type Share struct {
	ID        string
	Account   string
	Analyses  []string // one or two
	Hash      string   // of the password; "": none
	CreatedAt time.Time
	ExpiresAt time.Time
}

// CheckPassword reports whether a password opens the share.
func (s Share) CheckPassword(password string) bool {
	return s.Hash == "" || bcrypt.CompareHashAndPassword([]byte(s.Hash), []byte(password)) == nil
}

// Links is the rows in a database whose tables are up to date.
type Links struct {
	write, read pool.DB // one and the same on PostgreSQL
	now         func() time.Time
}

// New returns the rows of a database.
func New(write, read pool.DB, now func() time.Time) *Links {
	return &Links{write: write, read: read, now: now}
}

const columns = `id, account, analysis, other, password, created_at, expires_at`

// CreateShare makes a share of Account, Analyses and ExpiresAt, with a password unless that
// is empty. An account that has [MaxShares] is a conflict.
func (l *Links) CreateShare(ctx context.Context, share Share, password string) (Share, error) {
	if len(share.Analyses) < 1 || len(share.Analyses) > 2 {
		return Share{}, errors.New("share: of one or two analyses")
	}
	share.ID, share.CreatedAt = saccade.NewID(), pool.FromMicros(pool.Micros(l.now()))
	if password != "" {
		hash, err := bcrypt.GenerateFromPassword([]byte(password), bcrypt.DefaultCost)
		if err != nil {
			return Share{}, saccade.Errorf(saccade.CodeClient, "A password has at most %d bytes.", MaxPassword).About("password").With(err)
		}
		share.Hash = string(hash)
	}
	err := l.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error { return l.insert(ctx, tx, share) }, nil)
	return share, err
}

// shown is how many letters of an id, which is a secret, others may see.
const shown = 6

func (l *Links) insert(ctx context.Context, tx *sql.Tx, share Share) error {
	other := ""
	if len(share.Analyses) == 2 {
		other = share.Analyses[1]
	}
	n, err := pool.Affected(tx.ExecContext(ctx, `
		INSERT INTO shares (`+columns+`) SELECT $1, $2, $3, $4, $5, CAST($6 AS BIGINT), CAST($7 AS BIGINT)
		WHERE (SELECT count(*) FROM shares WHERE account = $2 AND expires_at > $6) < $8`,
		share.ID, share.Account, share.Analyses[0], other, share.Hash, pool.Micros(share.CreatedAt), pool.Micros(share.ExpiresAt), MaxShares))
	if err == nil && n == 0 {
		err = saccade.Errorf(saccade.CodeConflict, "An account has at most %d shares. Withdraw some that are no longer needed.", MaxShares)
	}
	if err != nil {
		return err
	}
	detail := share.ID[:shown] + "..., until " + share.ExpiresAt.UTC().Format(time.RFC3339)
	if share.Hash != "" {
		detail += ", with a password"
	}
	return audit.Write(ctx, tx, l.now(), audit.Entry{Action: audit.ShareMade, Account: share.Account, Object: strings.Join(share.Analyses, " "), Detail: detail})
}

// Shares lists the shares of an account that have not expired, newest first.
func (l *Links) Shares(ctx context.Context, account string) ([]Share, error) {
	rows, err := l.read.QueryContext(ctx, `
		SELECT `+columns+` FROM shares WHERE account = $1 AND expires_at > $2 ORDER BY created_at DESC, id DESC LIMIT $3`,
		account, pool.Micros(l.now()), MaxShares)
	return pool.Collect(rows, err, scan)
}

// Share returns a share by its id: not_found where there is none, resource_gone where it
// has expired.
func (l *Links) Share(ctx context.Context, id string) (Share, error) {
	share, err := scan(l.read.QueryRowContext(ctx, `SELECT `+columns+` FROM shares WHERE id = $1`, id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Share{}, errNoShare()
	case err != nil:
		return Share{}, err
	case !l.now().Before(share.ExpiresAt):
		return Share{}, saccade.Errorf(saccade.CodeGone, "This link has expired. Ask whoever sent it for a new one.")
	}
	return share, nil
}

// DeleteShare withdraws a share of the account; not_found where there is none.
func (l *Links) DeleteShare(ctx context.Context, account, id string) error {
	return l.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		var first, other string
		err := tx.QueryRowContext(ctx, `DELETE FROM shares WHERE id = $1 AND account = $2 RETURNING analysis, other`, id, account).Scan(&first, &other)
		if errors.Is(err, sql.ErrNoRows) {
			return errNoShare()
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, l.now(), audit.Entry{Action: audit.ShareWithdrawn, Account: account, Object: strings.TrimSpace(first + " " + other), Detail: id[:min(shown, len(id))] + "..."})
	}, nil)
}

// PruneShares removes shares that expired long ago.
func (l *Links) PruneShares(ctx context.Context) error {
	_, err := l.write.ExecContext(ctx, `DELETE FROM shares WHERE expires_at < $1`, pool.Micros(l.now().Add(-keptFor)))
	return err
}

func errNoShare() error {
	return saccade.Errorf(saccade.CodeNotFound, "There is no such share. It may have been withdrawn.")
}

func scan(row pool.Scanner) (Share, error) {
	var s Share
	var first, other string
	var created, expires int64
	if err := row.Scan(&s.ID, &s.Account, &first, &other, &s.Hash, &created, &expires); err != nil {
		return Share{}, err
	}
	s.Analyses = []string{first}
	if other != "" {
		s.Analyses = append(s.Analyses, other)
	}
	s.CreatedAt, s.ExpiresAt = pool.FromMicros(created), pool.FromMicros(expires)
	return s, nil
}
