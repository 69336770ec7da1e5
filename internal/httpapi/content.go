package httpapi

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpfront"
)

var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// validID reports whether a path segment can be an id at all; everything else
// is answered without asking the database.
func validID(id string) bool { return idForm.MatchString(id) }

// uploadOf returns the owner and the id of an upload from the URL that named it:
// one that this server issued, by host and path, with or without its query, expired or not. It
// never looks at the signature: the URL names the object, and who may use the
// object is the caller's question. prefix is the path of the public address.
func uploadOf(content string, hosts []string, prefix string) (account, id string, err error) {
	bad := saccade.Errorf(saccade.CodeInvalidInput,
		"input.content is not an upload URL of this server. Get one from GET /v2/upload-urls, PUT the video there, and send that URL unchanged.").About("input.content")
	content = strings.TrimSpace(content)
	if content == "" || len(content) > maxContentURL {
		return "", "", bad
	}
	u, err := url.Parse(content)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
		return "", "", bad.With(err)
	}
	if !slices.Contains(hosts, httpfront.CanonicalHost(u.Scheme, u.Host)) {
		return "", "", bad
	}
	own := u.EscapedPath() // blob.KeyOf refuses escapes; keep them visible
	key, err := blob.KeyOf(strings.TrimPrefix(own, prefix))
	if err != nil {
		return "", "", bad.With(err)
	}
	part := strings.Split(key, "/")
	if len(part) != 3 || part[0] != "uploads" || !validID(part[2]) {
		return "", "", bad
	}
	return part[1], part[2], nil
}

// maxContentURL is longer than any URL that this server issues.
const maxContentURL = 4096
