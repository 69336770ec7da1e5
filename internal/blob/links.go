package blob

import (
	"net/url"
	"time"

	"github.com/saccade-dev/saccade"
)

// Links makes and reads the links by which clients put and get objects, each of
// one object, for one method, until a time. Whoever holds a link needs no other
// authorization. Package blobtest holds the contract as a test suite:
//
//   - The path of a link ends with "/objects/" and the key, so that it can be
//     told by looking at it what it is about.
//   - KeyOf returns the key that a link of either kind names, with or without its
//     query, expired or not: the link names the object and proves nothing. Every
//     other URL is client_error.
//   - A key that [CheckKey] refuses has no link.
//
// All methods are safe for concurrent use and reach no network.
type Links interface {
	// PutURL returns a link that allows the object to be put until expires.
	PutURL(o Origin, key Key, expires time.Time) (saccade.Link, error)
	// GetURL returns a link that allows the object to be got until expires.
	GetURL(o Origin, key Key, expires time.Time) (saccade.Link, error)
	// KeyOf returns the key that a link names.
	KeyOf(o Origin, link saccade.Link) (Key, error)
}

// Origin is where a client reached the server. Links that lead to the server
// itself begin with it; those of a store with an address of its own do not.
type Origin struct {
	Base   string                // absolute address of the server, without a slash at its end
	Serves func(u *url.URL) bool // reports whether scheme and host of a URL are the server's
}

// prefix returns the path of the base: "" or "/below".
func (o Origin) prefix() string {
	u, err := url.Parse(o.Base)
	if err != nil {
		return ""
	}
	return u.EscapedPath()
}
