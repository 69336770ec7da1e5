package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

// TokenPrefix begins every token, so that secret scanners can find them.
const TokenPrefix = "sac_"

const (
	hintLength    = len(TokenPrefix) + 6 // what is kept readable of a token
	maxToken      = 256                  // bytes; longer ones are not even hashed
	lastUsedEvery = time.Minute          // how exact Token.LastUsed is
	lastUsedWait  = 100 * time.Millisecond
)

const tokenColumns = `id, account, hint, created_at, expires_at, revoked_at, last_used`

// CreateToken makes a bearer token of the account: 256 random bits. The plain
// text is returned once and kept nowhere. No such account is not_found.
func (s *Store) CreateToken(ctx context.Context, account string, expires *time.Time) (string, saccade.Token, error) {
	if _, err := s.Account(ctx, account); err != nil {
		return "", saccade.Token{}, err
	}
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	plain := TokenPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
	t := saccade.Token{ID: saccade.NewID(), Account: account, Hint: plain[:hintLength], CreatedAt: fromMicros(s.nowMicros())}
	if expires != nil {
		utc := fromMicros(micros(*expires))
		t.ExpiresAt = &utc
	}
	_, err := s.write.ExecContext(ctx,
		`INSERT INTO tokens (id, account, hash, hint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		t.ID, t.Account, hashToken(plain), t.Hint, micros(t.CreatedAt), optMicros(t.ExpiresAt))
	if err != nil {
		return "", saccade.Token{}, err
	}
	return plain, t, nil
}

// Tokens lists the tokens of an account, or with "" of all, oldest first,
// revoked and expired ones included.
func (s *Store) Tokens(ctx context.Context, account string) ([]saccade.Token, error) {
	rows, err := s.read.QueryContext(ctx,
		`SELECT `+tokenColumns+` FROM tokens WHERE $1 = '' OR account = $1 ORDER BY created_at, id`, account)
	return collect(rows, err, scanToken)
}

// RevokeToken ends a token at once and for good. Revoking twice is no error.
func (s *Store) RevokeToken(ctx context.Context, id string) error {
	n, err := affected(s.write.ExecContext(ctx,
		`UPDATE tokens SET revoked_at = coalesce(revoked_at, $1) WHERE id = $2`, s.nowMicros(), id))
	if err == nil && n == 0 {
		return saccade.Errorf(saccade.CodeNotFound, "There is no token %q. `saccade token list` shows the ids.", id)
	}
	return err
}

// Authenticate returns the account and the record of a plain token. Whatever is
// wrong with it, the answer is the same authentication_failed.
func (s *Store) Authenticate(ctx context.Context, plain string) (saccade.Account, saccade.Token, error) {
	if len(plain) > maxToken || !strings.HasPrefix(plain, TokenPrefix) {
		return saccade.Account{}, saccade.Token{}, errAuth(nil)
	}
	hash := hashToken(plain)
	var kept string
	row := s.read.QueryRowContext(ctx, `SELECT `+tokenColumns+`, hash FROM tokens WHERE hash = $1`, hash)
	t, err := scanToken(withColumns(row, &kept))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return saccade.Account{}, saccade.Token{}, errAuth(nil)
	case err != nil:
		return saccade.Account{}, saccade.Token{}, err
	case subtle.ConstantTimeCompare([]byte(hash), []byte(kept)) != 1:
		return saccade.Account{}, saccade.Token{}, errAuth(nil)
	case t.RevokedAt != nil:
		return saccade.Account{}, saccade.Token{}, errAuth(errors.New("token is revoked"))
	case t.ExpiresAt != nil && !s.now().Before(*t.ExpiresAt):
		return saccade.Account{}, saccade.Token{}, errAuth(errors.New("token has expired"))
	}
	account, err := s.Account(ctx, t.Account)
	if err != nil {
		return saccade.Account{}, saccade.Token{}, err
	}
	s.touchToken(ctx, &t)
	return account, t, nil
}

// touchToken notes the use of a token about once a minute, as best effort: it
// must neither fail a request nor hold one up.
func (s *Store) touchToken(ctx context.Context, t *saccade.Token) {
	now := fromMicros(s.nowMicros())
	if t.LastUsed != nil && now.Sub(*t.LastUsed) < lastUsedEvery {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lastUsedWait)
	defer cancel()
	if _, err := s.write.ExecContext(ctx, `UPDATE tokens SET last_used = $1 WHERE id = $2`, micros(now), t.ID); err == nil {
		t.LastUsed = &now
	}
}

func errAuth(cause error) error {
	return saccade.Errorf(saccade.CodeAuth, "We were unable to authenticate you. Please check your credentials.").With(cause)
}

// hashToken needs no salt and no slow function: the input has 256 bits of
// entropy.
func hashToken(plain string) string {
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}

func scanToken(row scanner) (saccade.Token, error) {
	var t saccade.Token
	var created int64
	var expires, revoked, used sql.NullInt64
	if err := row.Scan(&t.ID, &t.Account, &t.Hint, &created, &expires, &revoked, &used); err != nil {
		return saccade.Token{}, err
	}
	t.CreatedAt = fromMicros(created)
	t.ExpiresAt, t.RevokedAt, t.LastUsed = optTime(expires), optTime(revoked), optTime(used)
	return t, nil
}

// moreColumns scans further columns after those that a scan function asks for.
type moreColumns struct {
	row  scanner
	dest []any
}

func withColumns(row scanner, dest ...any) scanner { return moreColumns{row, dest} }

func (m moreColumns) Scan(dest ...any) error { return m.row.Scan(append(dest, m.dest...)...) }
