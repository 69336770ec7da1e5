package access

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/audit"
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

// The hints of tokens that nobody holds: of sessions that a sign-in link began, or that
// somebody else vouched for, and of requests that a proxy vouched for.
const (
	SignInHint = "sign-in link"
	OIDCHint   = "sign-in by OIDC"
	ProxyHint  = "sign-in by a proxy"
)

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
	err = r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		if err := r.insertSession(ctx, tx, s, token.ID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.SignedIn, Account: s.Account, Object: token.ID, Detail: "token"})
	}, nil)
	return s, err
}

func (r *Rows) newSession(account string) Session {
	return Session{Secret: newSecret(sessionPrefix), Account: account, ExpiresAt: pool.FromMicros(r.nowMicros()).Add(SessionTTL)}
}

func (r *Rows) insertSession(ctx context.Context, tx *sql.Tx, s Session, token string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO sessions (hash, token, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
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

// EndSession ends a session, and with it the token that was made for it alone. Ending one
// that is none is no error.
func (r *Rows) EndSession(ctx context.Context, secret string) error {
	if len(secret) > maxToken || !strings.HasPrefix(secret, sessionPrefix) {
		return nil
	}
	return r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		var token string
		err := tx.QueryRowContext(ctx, `DELETE FROM sessions WHERE hash = $1 RETURNING token`, hashSecret(secret)).Scan(&token)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE tokens SET revoked_at = coalesce(revoked_at, $1) WHERE id = $2 AND hint IN ($3, $4)`,
			r.nowMicros(), token, SignInHint, OIDCHint)
		if err != nil {
			return err
		}
		var account string
		if err := tx.QueryRowContext(ctx, `SELECT account FROM tokens WHERE id = $1`, token).Scan(&account); err != nil {
			return err
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.SignedOut, Account: account, Object: token})
	}, nil)
}

// Voucher is the word of a service that signs people in.
type Voucher struct {
	Account string
	By      string        // [OIDCHint]
	Subject string        // who it is, by the name of that service
	TTL     time.Duration // of the session; [SessionTTL] at most
}

// BeginSession begins a session that somebody else vouched for, with a token that ends with
// it and can be revoked as any other. No such account is not_found.
func (r *Rows) BeginSession(ctx context.Context, v Voucher) (Session, error) {
	if _, err := r.Account(ctx, v.Account); err != nil {
		return Session{}, err
	}
	var s Session
	err := r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) (err error) {
		s, err = r.begin(ctx, tx, v)
		return err
	}, nil)
	return s, err
}

// begin inserts a session and the token that it stands for.
func (r *Rows) begin(ctx context.Context, tx *sql.Tx, v Voucher) (Session, error) {
	s := r.newSession(v.Account)
	if end := pool.FromMicros(r.nowMicros()).Add(v.TTL); end.Before(s.ExpiresAt) {
		s.ExpiresAt = end
	}
	token := saccade.NewID()
	if _, err := tx.ExecContext(ctx, `INSERT INTO tokens (id, account, hash, hint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		token, v.Account, hashSecret(newSecret(tokenPrefix)), v.By, r.nowMicros(), pool.Micros(s.ExpiresAt)); err != nil {
		return s, err
	}
	if err := r.insertSession(ctx, tx, s, token); err != nil {
		return s, err
	}
	how := v.By
	if v.Subject != "" {
		how += ", subject " + v.Subject
	}
	return s, audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.SignedIn, Account: v.Account, Object: token, Detail: how})
}

// localAccount is the account that a server on one's own machine begins with.
const localAccount = "me"

// AccountMeant returns the account to sign in to where none is named: the only one, of
// several "me", which an empty database gets. The error says to choose.
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
		a, err := r.EnsureAccount(ctx, localAccount)
		return a.Name, err
	case len(names) == 1:
		return names[0], nil
	case slices.Contains(names, localAccount):
		return localAccount, nil
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
	err := r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO sign_ins (hash, account, expires_at) VALUES ($1, $2, $3)`,
			hashSecret(secret), account, pool.Micros(r.now().Add(SignInTTL))); err != nil {
			return err
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.LinkMade, Account: account})
	}, nil)
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
		s, err = r.begin(ctx, tx, Voucher{Account: account, By: SignInHint, TTL: SessionTTL})
		return err
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
