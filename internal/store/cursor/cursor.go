// Package cursor cuts lists that are ordered by time and id, newest first, into pages. A
// cursor names a place in such a list: opaque text that clients hand back unchanged.
package cursor

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Limits of a page of a list.
const (
	DefaultLimit = 20
	MaxLimit     = 100
)

// Limit returns how many items a page has of which n were asked for; 0 is DefaultLimit, and
// more than MaxLimit is MaxLimit.
func Limit(n int) int {
	if n <= 0 {
		n = DefaultLimit
	}
	return min(n, MaxLimit)
}

// Cut returns the page of the items, of which one more than the limit was looked for, and the
// cursor of the next page ("" on the last one).
func Cut[T any](items []T, limit int, place func(T) (at int64, id string)) (page []T, next string) {
	if len(items) <= limit {
		return items, ""
	}
	return items[:limit], Format(place(items[limit-1]))
}

var errCursor = saccade.Errorf(saccade.CodeClient, "This is not a cursor of this list. Use the one that the page before gave.").About("after")

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
// it takes is fit for a database: no NUL, no broken UTF-8. All else is client_error.
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
