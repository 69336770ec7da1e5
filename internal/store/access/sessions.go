package access

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Limits of sessions and of the links that begin one.
const (
	SessionTTL = 30 * 24 * time.Hour
	SignInTTL  = 10 * time.Minute
)

const (
	sessionPrefix = "sas_"
	signInPrefix  = "sai_"
)

// SignInHint is the hint of a token that a sign-in link made and that nobody holds.
const SignInHint = "sign-in link"

// Session is what a browser holds in place of a token.
type Session struct {
	Secret    string // returned once and kept as a hash
	Account   string
	ExpiresAt time.Time // or with its token, if that ends earlier
}

// CreateSession begins a session of the account of a plain token. It ends when the token
// does.
func (r *Rows) CreateSession(ctx context.Context, plain string) (Session, error) {
	account, token, err := r.Authenticate(ctx, plain)
	if err != nil {
		return Session{}, err
	}
	s := r.newSession(account.Name)
	if token.ExpiresAt != nil && token.ExpiresAt.Before(s.ExpiresAt) {
		s.ExpiresAt = *token.ExpiresAt
	}
	return s, r.insertSession(ctx, r.write, s, token.ID)
}

func (r *Rows) newSession(account string) Session {
	return Session{Secret: newSecret(sessionPrefix), Account: account, ExpiresAt: pool.FromMicros(r.nowMicros()).Add(SessionTTL)}
}

// writer is a database or a transaction.
type writer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

func (r *Rows) insertSession(ctx context.Context, db writer, s Session, token string) error {
	_, err := db.ExecContext(ctx, `INSERT INTO sessions (hash, token, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		hashSecret(s.Secret), token, r.nowMicros(), pool.Micros(s.ExpiresAt))
	return err
}

// AuthenticateSession returns the account and the token of a session. Whatever is wrong
// with it, the answer is the same authentication_failed.
func (r *Rows) AuthenticateSession(ctx context.Context, secret string) (saccade.Account, saccade.Token, error) {
	if len(secret) > maxToken || !strings.HasPrefix(secret, sessionPrefix) {
		return saccade.Account{}, saccade.Token{}, errAuth(nil)
	}
	hash := hashSecret(secret)
	columns := "t." + strings.ReplaceAll(tokenColumns, ", ", ", t.")
	return r.authenticate(ctx, hash, r.read.QueryRowContext(ctx, `
		SELECT `+columns+`, s.hash FROM sessions s JOIN tokens t ON t.id = s.token WHERE s.hash = $1 AND s.expires_at > $2`, hash, r.nowMicros()))
}

// EndSession ends a session. Ending one that is none is no error.
func (r *Rows) EndSession(ctx context.Context, secret string) error {
	if len(secret) > maxToken {
		return nil
	}
	_, err := r.write.ExecContext(ctx, `DELETE FROM sessions WHERE hash = $1`, hashSecret(secret))
	return err
}

// LocalAccount is the account that a server on one's own machine begins with.
const LocalAccount = "me"

// AccountMeant returns the account to sign in to where none is named: the only one, of
// several [LocalAccount], which an empty database gets. The error says to choose.
func (r *Rows) AccountMeant(ctx context.Context, name string) (string, error) {
	if name != "" {
		return name, nil
	}
	accounts, err := r.Accounts(ctx)
	if err != nil {
		return "", err
	}
	names := make([]string, len(accounts))
	for i, a := range accounts {
		names[i] = a.Name
	}
	switch {
	case len(names) == 0:
		a, err := r.EnsureAccount(ctx, LocalAccount)
		return a.Name, err
	case len(names) == 1:
		return names[0], nil
	case slices.Contains(names, LocalAccount):
		return LocalAccount, nil
	}
	return "", saccade.Errorf(saccade.CodeClient, "There are several accounts. Choose one with --account: %s.", strings.Join(names, ", "))
}

// CreateSignIn makes the secret of a link that begins a session of the account, once and
// within [SignInTTL]. No such account is not_found.
func (r *Rows) CreateSignIn(ctx context.Context, account string) (string, error) {
	if _, err := r.Account(ctx, account); err != nil {
		return "", err
	}
	secret := newSecret(signInPrefix)
	_, err := r.write.ExecContext(ctx, `INSERT INTO sign_ins (hash, account, expires_at) VALUES ($1, $2, $3)`,
		hashSecret(secret), account, pool.Micros(r.now().Add(SignInTTL)))
	return secret, err
}

// RedeemSignIn begins the session of a sign-in link, with a token that ends with it and can
// be revoked as any other. A secret that is unknown, used or too old is
// authentication_failed.
func (r *Rows) RedeemSignIn(ctx context.Context, secret string) (Session, error) {
	var s Session
	if len(secret) > maxToken || !strings.HasPrefix(secret, signInPrefix) {
		return s, errSignIn(nil)
	}
	err := r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		var account string
		var expires int64
		err := tx.QueryRowContext(ctx, `DELETE FROM sign_ins WHERE hash = $1 RETURNING account, expires_at`, hashSecret(secret)).Scan(&account, &expires)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return errSignIn(nil)
		case err != nil:
			return err
		case expires <= r.nowMicros():
			return errSignIn(errors.New("sign-in link has expired"))
		}
		s = r.newSession(account)
		token := saccade.NewID()
		if _, err = tx.ExecContext(ctx, `INSERT INTO tokens (id, account, hash, hint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			token, account, hashSecret(newSecret(TokenPrefix)), SignInHint, r.nowMicros(), pool.Micros(s.ExpiresAt)); err != nil {
			return err
		}
		return r.insertSession(ctx, tx, s, token)
	}, nil)
	return s, err
}

func errSignIn(cause error) error {
	return saccade.Errorf(saccade.CodeAuth, "This sign-in link has been used or is older than %d minutes. `saccade open` makes a new one.",
		int(SignInTTL.Minutes())).With(cause)
}

// PruneSessions removes sessions and sign-in links that are over.
func (r *Rows) PruneSessions(ctx context.Context) error {
	for _, table := range []string{"sessions", "sign_ins"} {
		if _, err := r.write.ExecContext(ctx, `DELETE FROM `+table+` WHERE expires_at <= $1`, r.nowMicros()); err != nil {
			return err
		}
	}
	return nil
}
