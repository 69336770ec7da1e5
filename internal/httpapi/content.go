package httpapi

import (
	"context"
	"regexp"

	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// validID reports whether a path segment can be an id at all; everything else
// is answered without asking the database.
func validID(id string) bool { return idForm.MatchString(id) }

// originOf returns where the request reached the server.
func originOf(ctx context.Context) blob.Origin {
	c := httpfront.CallOf(ctx)
	return blob.Origin{Base: c.Base, Serves: c.Serves}
}
