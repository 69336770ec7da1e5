package operator

import (
	"context"
	"time"

	"github.com/saccade-dev/saccade/internal/httpapi/oidc"
	"github.com/saccade-dev/saccade/internal/state"
)

// SignIn is the flags about who signs browsers in, beside tokens and links.
type SignIn struct {
	OIDCIssuer         string   `name:"oidc-issuer" placeholder:"URL" help:"Provider of OpenID Connect that signs browsers in, like https://login.example.com/realm."`
	OIDCClientID       string   `name:"oidc-client-id" placeholder:"ID" help:"This service, as the provider knows it; its redirect URI is PUBLIC-URL/signin/oidc/callback."`
	OIDCClientSecret   string   `name:"oidc-client-secret" secret:"" placeholder:"SECRET" help:"Its secret there; none for a public client."`
	OIDCAccountClaim   string   `name:"oidc-account-claim" default:"sub" placeholder:"CLAIM" help:"Claim of the ID token that names the account (default: sub)."`
	OIDCCreateAccounts bool     `name:"oidc-create-accounts" help:"Make the account that the claim names, if it is not there yet. Otherwise: saccade account add."`
	OIDCScope          []string `name:"oidc-scope" default:"profile" placeholder:"SCOPE" help:"Asked for beside openid, separated by commas (default: profile)."`
	TrustUserHeader    string   `name:"trust-user-header" placeholder:"NAME" help:"Header in which the proxies of --trust-proxy=ADDR name the account, like X-Forwarded-User."`
	OIDCName           string   `name:"oidc-name" placeholder:"NAME" help:"What the sign-in screen calls the provider (default: the host of its address)."`
}

// Config returns what the flags say about the provider.
func (s SignIn) Config() oidc.Config {
	return oidc.Config{Issuer: s.OIDCIssuer, ClientID: s.OIDCClientID, ClientSecret: s.OIDCClientSecret, AccountClaim: s.OIDCAccountClaim,
		CreateAccounts: s.OIDCCreateAccounts, Scopes: s.OIDCScope, Name: s.OIDCName}
}

// Validate reports everything that is wrong with the flags.
func (s SignIn) Validate() error { return s.Config().Validate() }

// Doctor asks the provider, where there is one.
func (s SignIn) Doctor(ctx context.Context) []state.Check {
	if s.OIDCIssuer == "" {
		return nil
	}
	p := oidc.NewProvider(s.OIDCIssuer, time.Now)
	defer p.Close()
	check := state.Check{Name: "sign-in", Needed: true, OK: true, Detail: s.OIDCIssuer + " answers"}
	if _, err := p.Discover(ctx); err != nil {
		check.OK, check.Detail = false, err.Error()
	}
	return []state.Check{check}
}
