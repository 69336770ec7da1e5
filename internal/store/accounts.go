package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"slices"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// accountName keeps names fit for object keys and for a terminal.
var accountName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

// EnsureAccount returns the account of the name, making it first if there is
// none, with the video add-on. Names have 1 to 63 letters, digits, _ and -;
// another name is client_error.
func (s *Store) EnsureAccount(ctx context.Context, name string) (saccade.Account, error) {
	if !accountName.MatchString(name) {
		return saccade.Account{}, saccade.Errorf(saccade.CodeClient,
			"%q cannot be an account's name: use 1 to 63 letters, digits, - and _, beginning with a letter or digit.", name).About("account")
	}
	_, err := s.write.ExecContext(ctx,
		`INSERT INTO accounts (name, add_ons, webhook_secret, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING`,
		name, encode([]string{saccade.AddOnVideo}), newSecret(), s.nowMicros())
	if err != nil {
		return saccade.Account{}, err
	}
	// Not from a reading connection: it must see the line above.
	return s.account(ctx, s.write, name)
}

// Account returns the account of the name, or not_found.
func (s *Store) Account(ctx context.Context, name string) (saccade.Account, error) {
	return s.account(ctx, s.read, name)
}

func (s *Store) account(ctx context.Context, db querier, name string) (saccade.Account, error) {
	row := db.QueryRowContext(ctx, `SELECT name, add_ons, created_at FROM accounts WHERE name = $1`, name)
	a, err := scanAccount(row)
	if errors.Is(err, sql.ErrNoRows) {
		return a, saccade.Errorf(saccade.CodeNotFound, "There is no account %q.", name)
	}
	return a, err
}

// Accounts lists all accounts by name.
func (s *Store) Accounts(ctx context.Context) ([]saccade.Account, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT name, add_ons, created_at FROM accounts ORDER BY name`)
	return collect(rows, err, scanAccount)
}

func scanAccount(row scanner) (saccade.Account, error) {
	var a saccade.Account
	var addOns string
	var created int64
	if err := row.Scan(&a.Name, &addOns, &created); err != nil {
		return saccade.Account{}, err
	}
	a.CreatedAt = fromMicros(created)
	return a, json.Unmarshal([]byte(addOns), &a.AddOns)
}

// SetAddOn switches an add-on of the account on or off.
func (s *Store) SetAddOn(ctx context.Context, name, addOn string, on bool) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		// Locks the row on PostgreSQL, so that two switches do not undo each other.
		if _, err := tx.ExecContext(ctx, `UPDATE accounts SET name = name WHERE name = $1`, name); err != nil {
			return err
		}
		a, err := s.account(ctx, pool.Tx{Tx: tx}, name)
		if err != nil {
			return err
		}
		addOns := slices.DeleteFunc(a.AddOns, func(x string) bool { return x == addOn })
		if on {
			addOns = append(addOns, addOn)
		}
		slices.Sort(addOns)
		_, err = tx.ExecContext(ctx, `UPDATE accounts SET add_ons = $1 WHERE name = $2`, encode(addOns), name)
		return err
	})
}

// WebhookSecret is what deliveries to webhooks named in a request are signed
// with: "whsec_" and Base64, as Standard Webhooks has it.
func (s *Store) WebhookSecret(ctx context.Context, account string) (string, error) {
	var secret string
	err := s.read.QueryRowContext(ctx, `SELECT webhook_secret FROM accounts WHERE name = $1`, account).Scan(&secret)
	if errors.Is(err, sql.ErrNoRows) {
		return "", saccade.Errorf(saccade.CodeNotFound, "There is no account %q.", account)
	}
	return secret, err
}

// newSecret makes a signing secret of Standard Webhooks: 256 random bits.
func newSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) pool.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// scanner is one row.
type scanner interface{ Scan(dest ...any) error }

// collect reads all rows of a query. No rows are an empty slice, not nil.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	all := []T{}
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// encode writes JSON text. The values are our own plain structs, strings and
// lists; a float that JSON cannot say (NaN) is caught where outputs are stored.
func encode(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return string(b)
}
