// Package saccade holds the words that every part of Saccade speaks: accounts,
// tokens, uploads, analyses, what may be asked of an analysis and what it
// answers, areas of interest, densities, and the one error type.
//
// It imports the standard library alone and knows no other package of the
// project, so that the server, the command line and the Go client ([client])
// exchange the same values. The JSON tags are the wire format of the HTTP API.
//
// Conventions used everywhere:
//
//   - Positions in an image or frame are fractions: x and y in 0..1, origin top left.
//   - Times in a video are seconds from the first frame (float64 on the wire,
//     [time.Duration] in Go).
//   - A density is absolute: float32 weights that sum to 1 over the image
//     (see [Density]).
//   - Scores are integers 0..100 (percentile of a reference population).
//   - Errors that a user may see are *[Error]; anything else is a bug or an
//     operator's matter and is shown to users as server_error.
//
// [client]: https://pkg.go.dev/github.com/saccade-dev/saccade/client
package saccade

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"time"
)

// AddOnVideo is the account add-on that opens the video endpoints.
// Without it they answer 404, as the vendor's API does.
const AddOnVideo = "dynamic-saliency"

// Account is one tenant. Everything a token creates belongs to its account and
// is invisible to every other.
type Account struct {
	Name      string    // unique, chosen by the operator
	AddOns    []string  // e.g. AddOnVideo; on by default
	CreatedAt time.Time // UTC
}

// Has reports whether the account carries the add-on.
func (a Account) Has(addOn string) bool {
	for _, x := range a.AddOns {
		if x == addOn {
			return true
		}
	}
	return false
}

// Token is what the server remembers of a bearer token: never the token itself.
type Token struct {
	ID        string     // shown by `saccade token list`, used to revoke
	Account   string     // the account's name
	Hint      string     // the first characters, enough to recognize it
	CreatedAt time.Time  // UTC
	ExpiresAt *time.Time // nil: never
	RevokedAt *time.Time // nil: valid
	LastUsed  *time.Time // nil: never used
}

// Upload is one object that a client was given a presigned URL for.
type Upload struct {
	ID        string    // opaque; part of the presigned URL's path
	Account   string    // owner
	CreatedAt time.Time // UTC
	Used      bool      // an analysis uses the object; nothing is uploaded to it any more
}

// NewID returns an opaque identifier: 128 random bits as 26 lower-case
// letters and digits.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b[:]))
}
