// Package audit holds the log of who did what: tokens and accounts, shares, sign-ins, quotas,
// retention, and what the operator did to jobs.
//
// The contract: an entry is written in the transaction of the act, so that neither is there
// without the other; entries are added and, once they are old, removed, and none is changed.
// No entry holds a secret: tokens stand there by id, shares by the beginning of theirs. Who
// acts travels in the context; where nobody is named, it is the service itself.
package audit

import (
	"context"
	"database/sql"
	"os/user"
	"time"

	"github.com/saccade-dev/saccade"
)

// Action is what was done.
type Action string

// The actions.
const (
	AccountMade      Action = "account.made"
	AccountChanged   Action = "account.changed" // an add-on
	QuotaChanged     Action = "quota.changed"
	RetentionChanged Action = "retention.changed"
	TokenMade        Action = "token.made"
	TokenRevoked     Action = "token.revoked"
	ShareMade        Action = "share.made"
	ShareWithdrawn   Action = "share.withdrawn"
	JobRetried       Action = "job.retried"
	JobDropped       Action = "job.dropped"
	LinkMade         Action = "signin.link" // a link that signs a browser in
	SignedIn         Action = "signin.ok"
	SignInFailed     Action = "signin.failed"
	SignedOut        Action = "signin.ended"
)

// Who acts.
const (
	ByOperator = "operator" // on the command line; the id is the name of the system's user
	ByAccount  = "account"  // by a token, or a session that stands for one; the id is the token's
	ByVisitor  = "visitor"  // over HTTP, without a token
	ByService  = "service"  // the service itself
)

// Actor is who acts.
type Actor struct {
	Kind    string // [ByOperator] and its like
	ID      string
	Address string // that the request came from; empty: by no request
}

type actorKey struct{}

// By returns a context in which the actor acts.
func By(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, actorKey{}, a) }

// actorOf returns who acts.
func actorOf(ctx context.Context) Actor {
	if a, ok := ctx.Value(actorKey{}).(Actor); ok {
		return a
	}
	return Actor{Kind: ByService}
}

// Operator returns whoever runs this program.
func Operator() Actor {
	a := Actor{Kind: ByOperator}
	if u, err := user.Current(); err == nil {
		a.ID = u.Username
	}
	return a
}

// Entry is a line of the log.
type Entry struct {
	ID      string    `json:"-"`
	At      time.Time `json:"at"`
	Actor   string    `json:"actor"`
	ActorID string    `json:"actor_id,omitempty"`
	Address string    `json:"address,omitempty"`
	Account string    `json:"account,omitempty"` // that it is about
	Action  Action    `json:"action"`
	Object  string    `json:"object,omitempty"` // id of what it is about
	Detail  string    `json:"detail,omitempty"`
}

// writer is a database or a transaction.
type writer interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// reader is a database.
type reader interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// maxDetail bounds what an entry says, in bytes.
const maxDetail = 300

// Write adds an entry about what the transaction does; actor and address are the context's.
func Write(ctx context.Context, tx *sql.Tx, at time.Time, e Entry) error {
	return write(ctx, tx, at, e, `VALUES ($1, CAST($2 AS BIGINT), $3, $4, $5, $6, $7, $8, $9)`)
}

func write(ctx context.Context, db writer, at time.Time, e Entry, values string, more ...any) error {
	by := actorOf(ctx)
	if len(e.Detail) > maxDetail {
		e.Detail = e.Detail[:maxDetail]
	}
	args := []any{saccade.NewID(), at.UnixMicro(), by.Kind, by.ID, by.Address, e.Account, string(e.Action), e.Object, e.Detail}
	_, err := db.ExecContext(ctx, `INSERT INTO audit (id, at, actor, actor_id, address, account, action, object, detail) `+values, append(args, more...)...)
	return err
}

// Rows is the log in a database whose tables are up to date.
type Rows struct {
	write writer
	read  reader
	now   func() time.Time
	ttl   time.Duration
}

// New returns the log of a database, whose entries are removed after ttl; 0 is never.
func New(write writer, read reader, now func() time.Time, ttl time.Duration) *Rows {
	return &Rows{write: write, read: read, now: now, ttl: ttl}
}

// Bounds of failed sign-ins in a minute, so that nobody fills the log with them.
const (
	failuresByAddress = 10
	failuresByAll     = 300
)

// NoteFailedSignIn notes that a sign-in did not succeed; how is the way that was tried. Of
// one address and minute the first few are noted.
func (r *Rows) NoteFailedSignIn(ctx context.Context, how string) error {
	at := r.now()
	return write(ctx, r.write, at, Entry{Action: SignInFailed, Detail: how}, `
		SELECT $1, CAST($2 AS BIGINT), $3, $4, $5, $6, $7, $8, $9
		WHERE (SELECT count(*) FROM audit WHERE at > $10 AND action = $7 AND address = $5) < $11
			AND (SELECT count(*) FROM audit WHERE at > $10 AND action = $7) < $12`,
		at.Add(-time.Minute).UnixMicro(), failuresByAddress, failuresByAll)
}

// Filter selects entries.
type Filter struct {
	Account string    // that they are about; empty: all
	Since   time.Time // and later; zero: from the beginning
}

// Audit calls f for the entries, oldest first. An error of f ends it.
func (r *Rows) Audit(ctx context.Context, filter Filter, f func(Entry) error) error {
	since := int64(0)
	if !filter.Since.IsZero() {
		since = filter.Since.UnixMicro()
	}
	rows, err := r.read.QueryContext(ctx, `SELECT `+Columns+` FROM audit
		WHERE at >= $1 AND ($2 = '' OR account = $2) ORDER BY at, id`, since, filter.Account)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		e, err := Scan(rows)
		if err == nil {
			err = f(e)
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// Columns are what [Scan] reads.
const Columns = `id, at, actor, actor_id, address, account, action, object, detail`

// Scan reads a row.
func Scan(row interface{ Scan(dest ...any) error }) (e Entry, err error) {
	var at int64
	err = row.Scan(&e.ID, &at, &e.Actor, &e.ActorID, &e.Address, &e.Account, &e.Action, &e.Object, &e.Detail)
	e.At = time.UnixMicro(at).UTC()
	return e, err
}

// PruneAudit removes entries that are old.
func (r *Rows) PruneAudit(ctx context.Context) error {
	if r.ttl == 0 {
		return nil
	}
	_, err := r.write.ExecContext(ctx, `DELETE FROM audit WHERE at < $1`, r.now().Add(-r.ttl).UnixMicro())
	return err
}
