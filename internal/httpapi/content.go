package httpapi

import (
	"context"
	"regexp"

	"github.com/saccade-dev/saccade"
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

// uploadOf returns the key of the upload that a URL names, with or without its
// query, expired or not. It never looks at the signature: the URL names the
// object, and who may use the object is the caller's question.
func uploadOf(links blob.Links, o blob.Origin, content string) (blob.Key, error) {
	bad := saccade.Errorf(saccade.CodeInvalidInput,
		"input.content is not an upload URL of this server. Get one from GET /v2/upload-urls, PUT the video there, and send that URL unchanged.").About("input.content")
	key, err := links.KeyOf(o, saccade.Link(content))
	if err != nil {
		return "", bad.With(err)
	}
	if _, id, ok := key.Upload(); !ok || !validID(id) {
		return "", bad
	}
	return key, nil
}
