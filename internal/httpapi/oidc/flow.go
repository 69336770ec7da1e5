package oidc

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/saccade-dev/saccade"
)

// flow is one try to sign in, as the browser holds it meanwhile. Its secrets are of use to
// that browser alone.
type flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"` // of PKCE
	Next     string `json:"t"` // where to go then, below the address of the service
	Until    int64  `json:"u"` // in seconds since 1970
}

func newFlow(next string, now time.Time) flow {
	return flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: safeNext(next), Until: now.Add(flowTTL).Unix()}
}

// maxFlow bounds the text of a flow, in bytes.
const maxFlow = 1024

func (f flow) String() string {
	b, _ := json.Marshal(f) // strings and a number
	return base64.RawURLEncoding.EncodeToString(b)
}

// errNotBegun is answered where nothing says that this browser began to sign in.
var errNotBegun = saccade.Errorf(saccade.CodeAuth,
	"This sign-in was not begun in this browser, is over already, or took longer than %d minutes. Please go back and sign in again.", int(flowTTL.Minutes()))

// readFlow reads what the browser holds and checks it against the state that came back.
func readFlow(text, state string, now time.Time) (f flow, err error) {
	if text == "" || len(text) > maxFlow {
		return f, errNotBegun
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	switch {
	case err != nil:
		return flow{}, errNotBegun.With(err)
	case len(f.State) < 20 || len(f.Nonce) < 20 || len(f.Verifier) < 43:
		return flow{}, errNotBegun
	case now.Unix() >= f.Until, now.Add(flowTTL).Unix() < f.Until:
		return flow{}, errNotBegun
	case subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1:
		return flow{}, errNotBegun
	}
	f.Next = safeNext(f.Next)
	return f, nil
}

var nextForm = regexp.MustCompile(`^(/[A-Za-z0-9_.~-]+)*/?$`)

// safeNext returns a path below the service's own address, "/" for anything else.
func safeNext(next string) string {
	if len(next) > 200 || !nextForm.MatchString(next) || strings.Contains(next, "/..") || strings.Contains(next, "/./") {
		return "/"
	}
	return "/" + strings.TrimPrefix(next, "/")
}
