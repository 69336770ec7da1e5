// Package cursor names places in lists that are ordered by time and id, newest
// first. A cursor is opaque text that clients hand back unchanged.
package cursor

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Errors and limits.
var errCursor = errors.New("cursor: not one that was issued here")

const (
	maxText = 200    // bytes of a cursor
	maxID   = 64     // bytes of an id
	lastID  = "\x7f" // above every id in the order of text: ids are ASCII
)

// Format gives the cursor of the place after the item made at the time (in
// microseconds since 1970, 0 or more) with the id.
func Format(at int64, id string) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d/%s", at, id))
}

// Parse reads what [Format] gave; "" is the place before the first item. What
// it takes is fit for a database: no NUL, no broken UTF-8.
func Parse(text string) (at int64, id string, err error) {
	if text == "" {
		return math.MaxInt64, lastID, nil
	}
	if len(text) > maxText {
		return 0, "", errCursor
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return 0, "", errCursor
	}
	number, id, found := strings.Cut(string(b), "/")
	at, err = strconv.ParseInt(number, 10, 64)
	// One place has one spelling.
	if err != nil || !found || at < 0 || !plain(id) || Format(at, id) != text {
		return 0, "", errCursor
	}
	return at, id, nil
}

// plain accepts printable ASCII without blanks.
func plain(id string) bool {
	if id == "" || len(id) > maxID {
		return false
	}
	for _, c := range []byte(id) {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}
