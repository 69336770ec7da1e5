package blob

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

// ObjectPath begins the path of every presigned URL; the key follows.
const ObjectPath = "/objects/"

// MinSecret is the least length of a signing secret in bytes.
const MinSecret = 32

// Signer makes and checks the links of a store whose objects the server itself
// puts and gets for its clients. It implements [Links]: a link is the origin,
// "/objects/", the key, and a query with the signature over method, key and
// expiry. [Signer.Verify] checks a request that came by one. The zero value is of
// no use; see [NewSigner].
type Signer struct {
	secret []byte
}

// NewSigner wants a secret of at least [MinSecret] bytes. All servers behind
// one address need the same.
func NewSigner(secret []byte) (*Signer, error) {
	if len(secret) < MinSecret {
		return nil, fmt.Errorf("blob: the signing secret has %d bytes and needs %d", len(secret), MinSecret)
	}
	return &Signer{secret: append([]byte(nil), secret...)}, nil
}

// PutURL implements [Links].
func (s *Signer) PutURL(o Origin, key Key, expires time.Time) (saccade.Link, error) {
	return s.url(o, http.MethodPut, key, expires)
}

// GetURL implements [Links]. A GET's link allows HEAD as well.
func (s *Signer) GetURL(o Origin, key Key, expires time.Time) (saccade.Link, error) {
	return s.url(o, http.MethodGet, key, expires)
}

func (s *Signer) url(o Origin, method string, key Key, expires time.Time) (saccade.Link, error) {
	if err := CheckKey(key); err != nil {
		return "", err
	}
	return saccade.Link(o.Base + s.path(method, key, expires)), nil
}

// path returns path and query ("/objects/<key>?exp=…&method=…&sig=…") that allow
// the method on the key until expires (whole seconds).
func (s *Signer) path(method string, key Key, expires time.Time) string {
	exp := strconv.FormatInt(expires.Unix(), 10)
	return ObjectPath + string(key) + "?exp=" + exp + "&method=" + method + "&sig=" + s.sign(method, key, exp)
}

func (s *Signer) sign(method string, key Key, exp string) string {
	mac := hmac.New(sha256.New, s.secret)
	// Neither methods, keys nor numbers hold a line feed: no two triples collide.
	_, _ = mac.Write([]byte("saccade/1\n" + method + "\n" + string(key) + "\n" + exp))
	return hex.EncodeToString(mac.Sum(nil))
}

// Verify checks a request's method and URL against the signature in the URL
// and returns the key. Every error is a *saccade.Error with code forbidden.
func (s *Signer) Verify(method string, u *url.URL, now time.Time) (Key, error) {
	key, err := keyOfPath(u.EscapedPath())
	if err != nil {
		return "", forbidden("This address is not one that the service signed.")
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(q["exp"]) != 1 || len(q["method"]) != 1 || len(q["sig"]) != 1 {
		return "", forbidden("The address lacks its signature. Use it exactly as it was given.")
	}
	allowed, exp := q.Get("method"), q.Get("exp")
	if !hmac.Equal([]byte(q.Get("sig")), []byte(s.sign(allowed, key, exp))) {
		return "", forbidden("The signature of the address is wrong. Use it exactly as it was given.")
	}
	if method != allowed && !(method == http.MethodHead && allowed == http.MethodGet) {
		return "", forbidden("The address was signed for %s.", allowed)
	}
	end, err := strconv.ParseInt(exp, 10, 64)
	if err != nil || now.Unix() >= end {
		return "", forbidden("The address has expired. Ask for a new one.")
	}
	return key, nil
}

func forbidden(format string, args ...any) error {
	return saccade.Errorf(saccade.CodeForbidden, format, args...)
}

// KeyOf implements [Links]: the link's host must be one of the origin's, its path
// that of a link issued for the origin. It never looks at the signature.
func (s *Signer) KeyOf(o Origin, link saccade.Link) (Key, error) {
	raw := strings.TrimSpace(string(link))
	if len(raw) > maxLink {
		return "", errForeign()
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil || o.Serves == nil || !o.Serves(u) {
		return "", errForeign()
	}
	return keyOfPath(strings.TrimPrefix(u.EscapedPath(), o.prefix()))
}

// maxLink is longer than any link that a Signer makes.
const maxLink = 8 * MaxKey

// keyOfPath refuses escapes: no valid key needs one, and two spellings of one
// object only invite trouble.
func keyOfPath(escaped string) (Key, error) {
	key, found := strings.CutPrefix(escaped, ObjectPath)
	if !found || CheckKey(Key(key)) != nil { // a valid key holds no %
		return "", errForeign()
	}
	return Key(key), nil
}

func errForeign() error {
	return saccade.Errorf(saccade.CodeClient, "This is not an address of an object of this service. Use the URL exactly as it was given.")
}
