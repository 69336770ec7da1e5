// Package settings holds the rows of what all processes of a service have to agree on.
//
// The contract: the first value that is noted under a name stays, whichever of several
// processes was first, and all of them see that one.
package settings

import (
	"context"
	"fmt"

	"github.com/saccade-dev/saccade/internal/store/pool"
)

// SigningSecret is the name of the secret that signs links, in hex.
const SigningSecret = "signing_secret"

// Rows is the rows in a database whose tables are up to date.
type Rows struct{ write pool.DB }

// New returns the rows of a database.
func New(write pool.DB) *Rows { return &Rows{write} }

// Setting returns the value under a name, after noting initial if there is none.
func (r *Rows) Setting(ctx context.Context, name, initial string) (string, error) {
	_, err := r.write.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, initial)
	if err != nil {
		return "", fmt.Errorf("store: setting %s: %w", name, err)
	}
	var value string
	if err := r.write.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&value); err != nil {
		return "", fmt.Errorf("store: setting %s: %w", name, err)
	}
	return value, nil
}
