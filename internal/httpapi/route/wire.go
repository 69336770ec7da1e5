package route

import (
	"context"
	"regexp"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

// None is the input of an operation without any.
type None struct{}

// Empty is an answer without a body.
type Empty struct{}

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ValidID reports whether a path segment can be an id at all; everything else
// is answered without asking the database.
func ValidID(id string) bool { return idForm.MatchString(id) }

// OriginOf returns where the request reached the server.
func OriginOf(ctx context.Context) blob.Origin {
	c := httpfront.CallOf(ctx)
	return blob.Origin{Base: c.Base, Serves: c.Serves}
}

// Stamp writes a time as the API does: UTC, six digits of a second, no zone.
func Stamp(t time.Time) string { return t.UTC().Format(saccade.TimestampLayout) }
