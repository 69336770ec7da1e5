package blob

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

// ObjectPath begins the path of every presigned URL; the key follows.
const ObjectPath = "/objects/"

// MinSecret is the least length of a signing secret in bytes.
const MinSecret = 32

// Signer makes and checks presigned paths. Whoever holds one may do one thing
// (GET, which includes HEAD, or PUT) with one object until a moment, without
// any other authorisation. The zero value is of no use; see [NewSigner].
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

// Path gives path and query ("/objects/<key>?exp=…&method=…&sig=…") that allow
// the method on the key until expires (whole seconds). The key must be valid.
func (s *Signer) Path(method, key string, expires time.Time) string {
	exp := strconv.FormatInt(expires.Unix(), 10)
	return ObjectPath + key + "?exp=" + exp + "&method=" + method + "&sig=" + s.sign(method, key, exp)
}

func (s *Signer) sign(method, key, exp string) string {
	mac := hmac.New(sha256.New, s.secret)
	// Neither methods, keys nor numbers hold a line feed: no two triples collide.
	_, _ = mac.Write([]byte("saccade/1\n" + method + "\n" + key + "\n" + exp))
	return hex.EncodeToString(mac.Sum(nil))
}

// Verify checks a request's method and URL against the signature in the URL
// and gives the key. Every fault is a *saccade.Error with code forbidden.
func (s *Signer) Verify(method string, u *url.URL, now time.Time) (string, error) {
	key, err := keyOfPath(u)
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

// KeyOf reads the key out of a presigned URL (absolute or just its path), with
// or without its query, expired or not: it names the object and proves nothing.
// Whether the host is ours is the caller's to check. The error is a
// *saccade.Error (client_error).
func KeyOf(raw string) (string, error) {
	if len(raw) > 8*MaxKey {
		return "", notOurs()
	}
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return "", notOurs()
	}
	return keyOfPath(u)
}

// keyOfPath refuses escapes: no valid key needs one, and two spellings of one
// object only invite trouble.
func keyOfPath(u *url.URL) (string, error) {
	key, found := strings.CutPrefix(u.Path, ObjectPath)
	if !found || u.EscapedPath() != u.Path || CheckKey(key) != nil {
		return "", notOurs()
	}
	return key, nil
}

func notOurs() error {
	return saccade.Errorf(saccade.CodeClient, "This is not an address of an object of this service. Use the URL exactly as it was given.")
}

// LoadSecret reads the signing secret from the file, making one first if there
// is none. Several processes may do so at once; all get the same.
func LoadSecret(file string) ([]byte, error) {
	secret, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createSecret(file); err != nil {
			return nil, fmt.Errorf("blob: cannot make the signing secret: %w", err)
		}
		secret, err = os.ReadFile(file)
	}
	if err != nil {
		return nil, fmt.Errorf("blob: cannot read the signing secret: %w", err)
	}
	if len(secret) < MinSecret {
		return nil, fmt.Errorf("blob: the signing secret in %s is too short; remove the file to have a new one made", file)
	}
	return secret, nil
}

// createSecret writes a whole file and then links it to its name, so that
// nobody ever reads half a secret and the first of several writers wins.
func createSecret(file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	secret := make([]byte, 2*MinSecret)
	_, _ = rand.Read(secret) // never fails
	_, err = f.Write(secret)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err = os.Link(f.Name(), file); errors.Is(err, fs.ErrExist) {
		return nil
	}
	return err
}
