package access

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
	"github.com/saccade-dev/saccade/internal/store/audit"
	"github.com/saccade-dev/saccade/internal/store/pool"
)

// accountName keeps names fit for object keys and for a terminal.
var accountName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

// EnsureAccount returns the account of the name, making it first if there is
// none, with the video add-on. Names have 1 to 63 letters, digits, _ and -;
// another name is client_error.
func (r *Rows) EnsureAccount(ctx context.Context, name string) (saccade.Account, error) {
	if !accountName.MatchString(name) {
		return saccade.Account{}, saccade.Errorf(saccade.CodeClient,
			"%q cannot be an account's name: use 1 to 63 letters, digits, - and _, beginning with a letter or digit.", name).About("account")
	}
	err := r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		n, err := pool.Affected(tx.ExecContext(ctx,
			`INSERT INTO accounts (name, add_ons, webhook_secret, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING`,
			name, pool.Encode([]string{saccade.AddOnVideo}), NewWebhookSecret(), r.nowMicros()))
		if err != nil || n == 0 {
			return err
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.AccountMade, Account: name})
	}, nil)
	if err != nil {
		return saccade.Account{}, err
	}
	// Not from a reading connection: it must see the line above.
	return r.account(ctx, r.write, name)
}

// Account returns the account of the name, or not_found.
func (r *Rows) Account(ctx context.Context, name string) (saccade.Account, error) {
	return r.account(ctx, r.read, name)
}

func (r *Rows) account(ctx context.Context, db pool.Querier, name string) (saccade.Account, error) {
	row := db.QueryRowContext(ctx, `SELECT name, add_ons, created_at FROM accounts WHERE name = $1`, name)
	a, err := scanAccount(row)
	if errors.Is(err, sql.ErrNoRows) {
		return a, saccade.Errorf(saccade.CodeNotFound, "There is no account %q.", name)
	}
	return a, err
}

// Accounts lists all accounts by name.
func (r *Rows) Accounts(ctx context.Context) ([]saccade.Account, error) {
	rows, err := r.read.QueryContext(ctx, `SELECT name, add_ons, created_at FROM accounts ORDER BY name`)
	return pool.Collect(rows, err, scanAccount)
}

func scanAccount(row pool.Scanner) (saccade.Account, error) {
	var a saccade.Account
	var addOns string
	var created int64
	if err := row.Scan(&a.Name, &addOns, &created); err != nil {
		return saccade.Account{}, err
	}
	a.CreatedAt = pool.FromMicros(created)
	return a, json.Unmarshal([]byte(addOns), &a.AddOns)
}

// SetAddOn switches an add-on of the account on or off.
func (r *Rows) SetAddOn(ctx context.Context, name, addOn string, on bool) error {
	return r.write.InTx(ctx, pool.Patience, func(tx *sql.Tx) error {
		// Locks the row on PostgreSQL, so that two switches do not undo each other.
		if _, err := tx.ExecContext(ctx, `UPDATE accounts SET name = name WHERE name = $1`, name); err != nil {
			return err
		}
		a, err := r.account(ctx, pool.Tx{Tx: tx}, name)
		if err != nil {
			return err
		}
		addOns := slices.DeleteFunc(a.AddOns, func(x string) bool { return x == addOn })
		if on {
			addOns = append(addOns, addOn)
		}
		slices.Sort(addOns)
		if _, err = tx.ExecContext(ctx, `UPDATE accounts SET add_ons = $1 WHERE name = $2`, pool.Encode(addOns), name); err != nil {
			return err
		}
		state := "off"
		if on {
			state = "on"
		}
		return audit.Write(ctx, tx, r.now(), audit.Entry{Action: audit.AccountChanged, Account: name, Detail: "add-on " + addOn + " " + state})
	}, nil)
}

// WebhookSecret is what deliveries to webhooks named in a request are signed
// with: "whsec_" and Base64, as Standard Webhooks has it.
func (r *Rows) WebhookSecret(ctx context.Context, account string) (string, error) {
	var secret string
	err := r.read.QueryRowContext(ctx, `SELECT webhook_secret FROM accounts WHERE name = $1`, account).Scan(&secret)
	if errors.Is(err, sql.ErrNoRows) {
		return "", saccade.Errorf(saccade.CodeNotFound, "There is no account %q.", account)
	}
	return secret, err
}

// NewWebhookSecret makes a signing secret of Standard Webhooks: 256 random bits.
func NewWebhookSecret() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(b[:])
}
