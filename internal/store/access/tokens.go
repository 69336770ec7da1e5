package access

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// tokenPrefix begins every token, so that scanners for secrets can find them.
const tokenPrefix = "sac_"

const (
	hintLength    = len(tokenPrefix) + 6 // what is kept readable of a token
	maxToken      = 256                  // bytes; longer ones are not even hashed
	lastUsedEvery = time.Minute          // how exact Token.LastUsed is
	lastUsedWait  = 100 * time.Millisecond
)

const tokenColumns = `id, account, hint, created_at, expires_at, revoked_at, last_used`

// CreateToken makes a bearer token of the account: 256 random bits. The plain
// text is returned once and kept nowhere. No such account is not_found.
func (r *Rows) CreateToken(ctx context.Context, account string, expires *time.Time) (string, saccade.Token, error) {
	if _, err := r.Account(ctx, account); err != nil {
		return "", saccade.Token{}, err
	}
	plain := newSecret(tokenPrefix)
	t := saccade.Token{ID: saccade.NewID(), Account: account, Hint: plain[:hintLength], CreatedAt: pool.FromMicros(r.nowMicros())}
	if expires != nil {
		utc := pool.FromMicros(pool.Micros(*expires))
		t.ExpiresAt = &utc
	}
	err := r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx,
			`INSERT INTO tokens (id, account, hash, hint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			t.ID, t.Account, hashSecret(plain), t.Hint, pool.Micros(t.CreatedAt), pool.OptMicros(t.ExpiresAt)); err != nil {
			return err
		}
		until := ""
		if t.ExpiresAt != nil {
			until = "until " + t.ExpiresAt.Format(time.RFC3339)
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.TokenMade, Account: account, Object: t.ID, Detail: until})
	}, nil)
	if err != nil {
		return "", saccade.Token{}, err
	}
	return plain, t, nil
}

// Tokens lists the tokens of an account, or with "" of all, oldest first,
// revoked and expired ones included.
func (r *Rows) Tokens(ctx context.Context, account string) ([]saccade.Token, error) {
	rows, err := r.read.QueryContext(ctx,
		`SELECT `+tokenColumns+` FROM tokens WHERE $1 = '' OR account = $1 ORDER BY created_at, id`, account)
	return pool.Collect(rows, err, scanToken)
}

// RevokeToken ends a token at once and for good. Revoking twice is no error.
func (r *Rows) RevokeToken(ctx context.Context, id string) error {
	return r.revoke(ctx, "", id, saccade.Errorf(saccade.CodeNotFound, "There is no token %q. `saccade token list` shows the ids.", id))
}

// revoke ends a token, of the account if one is named. The error is that of one that is not
// there.
func (r *Rows) revoke(ctx context.Context, account, id string, missing error) error {
	return r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		var owner string
		err := tx.QueryRowContext(ctx, `UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND ($3 = '' OR account = $3) AND revoked_at IS NULL RETURNING account`,
			r.nowMicros(), id, account).Scan(&owner)
		if errors.Is(err, sql.ErrNoRows) {
			var n int
			err = tx.QueryRowContext(ctx, `SELECT count(*) FROM tokens WHERE id = $1 AND ($2 = '' OR account = $2)`, id, account).Scan(&n)
			if err == nil && n == 0 {
				err = missing
			}
			return err
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.TokenRevoked, Account: owner, Object: id})
	}, nil)
}

// RevokeTokenOf is [Rows.RevokeToken] of a token of an account; another account's is
// not_found.
func (r *Rows) RevokeTokenOf(ctx context.Context, account, id string) error {
	return r.revoke(ctx, account, id, saccade.Errorf(saccade.CodeNotFound, "There is no such token."))
}

// Authenticate returns the account and the record of a plain token. Whatever is
// wrong with it, the answer is the same authentication_failed.
func (r *Rows) Authenticate(ctx context.Context, plain string) (saccade.Account, saccade.Token, error) {
	if len(plain) > maxToken || !strings.HasPrefix(plain, tokenPrefix) {
		return saccade.Account{}, saccade.Token{}, errAuth(nil)
	}
	hash := hashSecret(plain)
	return r.authenticate(ctx, hash, r.read.QueryRowContext(ctx, `SELECT `+tokenColumns+`, hash FROM tokens WHERE hash = $1`, hash))
}

// authenticate judges the token of a row, which ends with the hash that was asked for.
func (r *Rows) authenticate(ctx context.Context, hash string, row pool.Scanner) (saccade.Account, saccade.Token, error) {
	var kept string
	t, err := scanToken(pool.WithColumns(row, &kept))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return saccade.Account{}, saccade.Token{}, errAuth(nil)
	case err != nil:
		return saccade.Account{}, saccade.Token{}, err
	case subtle.ConstantTimeCompare([]byte(hash), []byte(kept)) != 1:
		return saccade.Account{}, saccade.Token{}, errAuth(nil)
	case t.RevokedAt != nil:
		return saccade.Account{}, saccade.Token{}, errAuth(errors.New("token is revoked"))
	case t.ExpiresAt != nil && !r.now().Before(*t.ExpiresAt):
		return saccade.Account{}, saccade.Token{}, errAuth(errors.New("token has expired"))
	}
	account, err := r.Account(ctx, t.Account)
	if err != nil {
		return saccade.Account{}, saccade.Token{}, err
	}
	r.touchToken(ctx, &t)
	return account, t, nil
}

// touchToken notes the use of a token about once a minute, as best effort: it
// must neither fail a request nor hold one up.
func (r *Rows) touchToken(ctx context.Context, t *saccade.Token) {
	now := pool.FromMicros(r.nowMicros())
	if t.LastUsed != nil && now.Sub(*t.LastUsed) < lastUsedEvery {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lastUsedWait)
	defer cancel()
	if _, err := r.write.ExecContext(ctx, `UPDATE tokens SET last_used = $1 WHERE id = $2`, pool.Micros(now), t.ID); err == nil {
		t.LastUsed = &now
	}
}

func errAuth(cause error) error {
	return saccade.Errorf(saccade.CodeAuth, "We were unable to authenticate you. Please check your credentials.").With(cause)
}

func scanToken(row pool.Scanner) (saccade.Token, error) {
	var t saccade.Token
	var created int64
	var expires, revoked, used sql.NullInt64
	if err := row.Scan(&t.ID, &t.Account, &t.Hint, &created, &expires, &revoked, &used); err != nil {
		return saccade.Token{}, err
	}
	t.CreatedAt = pool.FromMicros(created)
	t.ExpiresAt, t.RevokedAt, t.LastUsed = pool.OptTime(expires), pool.OptTime(revoked), pool.OptTime(used)
	return t, nil
}
