package route

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// Bounds of work that clients cause.
const (
	maxAuthentications = 64        // look-ups of tokens at once: anybody can cause them
	smallBody          = 128 << 10 // bytes of a body that is decoded at once; larger ones take turns
	maxDecodes         = 3
	decodeShare        = 2 // of them, those of one account
)

// Bodies above MaxBody are read a few at a time; the others wait their turn.
const (
	maxLargeBodies = 8
	largeBodyShare = 6 // of them, those of one account
	largeBodyWait  = 30 * time.Second
)

// Accounts authenticates tokens and sessions; *store.Store is one.
type Accounts interface {
	Authenticate(ctx context.Context, plain string) (saccade.Account, saccade.Token, error)
	AuthenticateSession(ctx context.Context, secret string) (saccade.Account, saccade.Token, error)
	Account(ctx context.Context, name string) (saccade.Account, error)
}

// Document has the operations that a table can serve, by id; *openapi.Document is one.
type Document interface {
	Operation(id string) huma.Operation
	Huma(format huma.Format) huma.Config
}

// AddOn marks, in an operation's metadata, those that belong to the video add-on
// of an account.
const AddOn = "add-on"

// Public marks, in an operation's metadata, those that need no token.
const Public = "public"

// Parts is what a table needs; all of it is required.
type Parts struct {
	Front    *httpfront.Front
	Document Document
	Accounts Accounts
	Limiter  *httpfront.Limiter          // of requests, by token
	Cross    *http.CrossOriginProtection // of requests that a session authenticates
	Fields   map[string]string           // what clients call the fields of the use cases, where the names differ
	Now      func() time.Time

	// UserHeader is the header in which a proxy of the front's names the account; empty:
	// none is believed.
	UserHeader string
}

// Table is the operations of the API, served by huma behind one authentication.
type Table struct {
	front    *httpfront.Front
	doc      Document
	huma     huma.API
	accounts Accounts
	limiter  *httpfront.Limiter
	cross    *http.CrossOriginProtection
	fields   map[string]string
	now      func() time.Time
	vouched  vouched

	authentications httpfront.Semaphore
	largeBodies     *httpfront.Shares
	decodes         *httpfront.Shares // bodies being decoded, by account
}

// New returns a table without operations.
func New(p Parts) *Table {
	installErrors()
	t := &Table{
		front: p.Front, doc: p.Document, accounts: p.Accounts, limiter: p.Limiter, cross: p.Cross, fields: p.Fields, now: p.Now,
		vouched:         newVouched(p.UserHeader, p.Front.Log()),
		authentications: httpfront.NewSemaphore(maxAuthentications),
		largeBodies:     httpfront.NewShares(maxLargeBodies, largeBodyShare),
		decodes:         httpfront.NewShares(maxDecodes, decodeShare),
	}
	t.huma = humago.New(p.Front, p.Document.Huma(huma.Format{Marshal: httpfront.EncodeJSON, Unmarshal: httpfront.DecodeJSON}))
	t.huma.UseMiddleware(t.authenticate)
	return t
}

// Huma returns the API of huma that serves the operations and describes them.
func (t *Table) Huma() huma.API { return t.huma }

// Front returns what serves the table.
func (t *Table) Front() *httpfront.Front { return t.front }

// Now returns the time.
func (t *Table) Now() time.Time { return t.now() }

// Handler serves an operation; its errors are ordinary ones, of package saccade where
// the client may read them.
type Handler[I, O any] func(ctx context.Context, in *I) (*O, error)

// Add serves the operation that the document knows by id. Its body may have
// [MaxBody] bytes beside input.content.
func Add[I, O any](t *Table, id string, h Handler[I, O]) { AddLarge(t, id, MaxBody, h) }

// AddLarge is [Add] for an operation whose body may have so many bytes.
func AddLarge[I, O any](t *Table, id string, bytes int64, h Handler[I, O]) {
	op := t.doc.Operation(id)
	op.BodyReadTimeout = httpfront.BodyTimeout
	op.MaxBodyBytes = bytes + 1 // huma refuses what reaches the limit
	huma.Register(t.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		e := httpfront.NewErrorBody(ctx, t.OnWire(err))
		t.front.LogError(ctx, e, err)
		return nil, e
	})
}
