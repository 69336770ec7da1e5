package route

import (
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/store/access"
)

// vouched reads the header in which a proxy says who asks.
type vouched struct {
	header string
	log    *slog.Logger
	told   *httpfront.Limiter // of lines in the log about others who send it
}

func newVouched(header string, log *slog.Logger) vouched {
	return vouched{header: http.CanonicalHeaderKey(header), log: log, told: httpfront.NewLimiter(1.0/60, 3)}
}

// vouchedTTL is how long a token may live that was made with nothing but a proxy's word.
const vouchedTTL = 24 * time.Hour

// name returns what a proxy says; ok is false where nobody says anything whom the operator
// named. Whoever else sends the header is logged, a few times a minute.
func (v vouched) name(r *http.Request, now time.Time) (name string, ok bool) {
	if v.header == "" {
		return "", false
	}
	said := r.Header.Values(v.header)
	if len(said) == 0 || len(said) == 1 && said[0] == "" { // nobody is signed in there
		return "", false
	}
	if c := httpfront.CallOf(r.Context()); !c.Proxied {
		if _, tell := v.told.Allow("", now); tell {
			v.log.WarnContext(r.Context(), "the header that names the user is ignored: it does not come from a proxy of --trust-proxy",
				"header", v.header, "request_id", c.ID, "remote", r.RemoteAddr)
		}
		return "", false
	}
	if len(said) > 1 { // one of them is not the proxy's
		return "", true
	}
	return said[0], true
}

var vouchedForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`)

// checkVouched finds the account that a proxy names.
func (t *Table) checkVouched(r *http.Request, c *Caller, name string) error {
	if err := t.checkSite(r); err != nil {
		return err
	}
	if !vouchedForm.MatchString(name) {
		return saccade.Errorf(saccade.CodeAuth,
			"The proxy names the account in %s, but not by one name of 1 to 63 letters, digits, - and _. Whoever runs this service can have it send another.", t.vouched.header)
	}
	if !t.authentications.Enter() {
		return httpfront.RetryAfter(httpfront.ErrBusy, time.Second)
	}
	account, err := t.accounts.Account(r.Context(), name)
	t.authentications.Leave()
	if saccade.IsCode(err, saccade.CodeNotFound) {
		return saccade.Errorf(saccade.CodeAuth,
			"You are signed in, but there is no account %q here. Ask whoever runs this service to make it (saccade account add %s).", name, name)
	}
	if err != nil {
		return err
	}
	ends := t.now().Add(vouchedTTL)
	c.Account, c.Token = account, saccade.Token{ID: "proxy " + name, Account: name, Hint: access.ProxyHint, ExpiresAt: &ends}
	httpfront.CallOf(r.Context()).Account = name
	return t.checkRate(c.Token.ID)
}

// SignedIn reports whether a browser's request comes with a session, valid or not, or with
// the word of a proxy.
func (t *Table) SignedIn(r *http.Request) bool {
	_, ok := t.vouched.name(r, t.now())
	return ok || hasSession(r)
}
