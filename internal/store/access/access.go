// Package access holds the rows of who may do what: accounts, tokens, the sessions of
// browsers and the links that begin one.
//
// The contract: secrets are returned once and kept as hashes; whatever is wrong with a
// secret, the answer is the same authentication_failed; what is revoked or has expired is
// refused from that moment on.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"

	"github.com/saccade-dev/saccade/internal/store/pool"
)

// Rows is the rows in a database whose tables are up to date.
type Rows struct {
	write, read pool.DB // one and the same on PostgreSQL
	now         func() time.Time
}

// New returns the rows of a database.
func New(write, read pool.DB, now func() time.Time) *Rows {
	return &Rows{write: write, read: read, now: now}
}

func (r *Rows) nowMicros() int64 { return pool.Micros(r.now()) }

// newSecret makes a secret that begins with a prefix: 256 random bits.
func newSecret(prefix string) string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}

// hashSecret needs no salt and no slow function: the input has 256 bits of
// entropy.
func hashSecret(plain string) string {
	sum := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(sum[:])
}
