// Package oidc signs browsers in by a provider of OpenID Connect.
//
// The contract: the authorization code flow of OpenID Connect Core 1.0 (3.1) with PKCE (RFC
// 7636), state and nonce, all three made anew for every try and held by the browser that
// began it, so that any process of a service may end what another began. What comes back is
// believed only if it is signed by the provider, for this client, for this try, and has not
// expired. One claim names the account; nothing is guessed from it. The provider need not
// answer when the service starts.
package oidc

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"time"
)

// Config is what the operator says about the provider. Start from [DefaultConfig].
type Config struct {
	Issuer         string   // its address, as its discovery document has it; empty: no sign-in by it
	ClientID       string   // as it knows this service
	ClientSecret   string   // empty for a public client
	AccountClaim   string   // claim of the ID token that is the name of the account: a string
	CreateAccounts bool     // make accounts that are not there yet
	Scopes         []string // asked for beside openid
	Name           string   // what the sign-in screen calls it; empty: the host of the issuer
}

// DefaultConfig takes the one claim that every provider has and never gives to anybody else.
func DefaultConfig() Config { return Config{AccountClaim: "sub", Scopes: []string{"profile"}} }

// On reports whether there is a provider.
func (c Config) On() bool { return c.Issuer != "" }

// Label returns what the sign-in screen calls the provider, "" without one.
func (c Config) Label() string {
	if c.Name != "" || !c.On() {
		return c.Name
	}
	u, err := url.Parse(c.Issuer)
	if err != nil {
		return c.Issuer
	}
	return u.Hostname()
}

var (
	claimForm = regexp.MustCompile(`^[A-Za-z0-9_:/.-]{1,200}$`)
	scopeForm = regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]{1,200}$`) // RFC 6749, 3.3
)

// Validate reports everything that is wrong at once, each by the name of its field, flag and
// variable.
func (c Config) Validate() error {
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	if !c.On() {
		bad(c.ClientID != "" || c.ClientSecret != "" || c.CreateAccounts || c.Name != "",
			"Issuer (--oidc-issuer, SACCADE_OIDC_ISSUER) is missing, without which the other flags of OIDC mean nothing")
		return errors.Join(errs...)
	}
	u, err := url.Parse(c.Issuer)
	bad(err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil,
		"Issuer (--oidc-issuer, SACCADE_OIDC_ISSUER): %q is not an address like https://login.example.com/realm", c.Issuer)
	bad(err == nil && u.Scheme == "http" && !loopback(u.Hostname()), "Issuer (--oidc-issuer, SACCADE_OIDC_ISSUER) must be https: over plain http anybody between could sign in as anybody")
	bad(c.ClientID == "", "ClientID (--oidc-client-id, SACCADE_OIDC_CLIENT_ID) is missing")
	bad(!claimForm.MatchString(c.AccountClaim), "AccountClaim (--oidc-account-claim, SACCADE_OIDC_ACCOUNT_CLAIM): %q is not the name of a claim", c.AccountClaim)
	bad(len(c.Name) > 60, "Name (--oidc-name, SACCADE_OIDC_NAME) has more than 60 bytes")
	for _, s := range c.Scopes {
		bad(!scopeForm.MatchString(s), "Scopes (--oidc-scope, SACCADE_OIDC_SCOPE): %q is not a scope", s)
	}
	return errors.Join(errs...)
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// SessionTTL is how long a browser stays signed in that the provider vouched for: whoever
// is no longer welcome there is out within it.
const SessionTTL = 24 * time.Hour

// How long things may take.
const (
	flowTTL       = 10 * time.Minute // for signing in at the provider
	answerTimeout = 10 * time.Second // for an answer of the provider
	discoverEvery = time.Hour        // how long what the provider says about itself counts
	failedFor     = 5 * time.Second  // how long it is left alone after it did not answer
)
