package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
	"github.com/saccade-dev/saccade/internal/httpapi/account"
	"github.com/saccade-dev/saccade/internal/store"
)

// openCmd signs a browser in to a server on this machine.
type openCmd struct {
	stateFlags
	Account   string `placeholder:"NAME" help:"Account to sign in to (default: the only one; of several, me)."`
	Listen    string `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Where the server listens, as given to saccade serve (default: 127.0.0.1:8080)."`
	PublicURL string `name:"public-url" placeholder:"URL" help:"Its public address, where it has one."`
	TLSCert   string `name:"tls-cert" placeholder:"FILE" help:"As given to saccade serve: the link is https."`
}

// Help adds examples to --help.
func (openCmd) Help() string {
	return `The link works once and for ten minutes. Where there is a screen, the browser opens.

Examples:
  saccade open
  saccade open --account design --data /var/lib/saccade --public-url https://saccade.example.com`
}

// Run prints a sign-in link, and opens it where there is a screen.
func (c *openCmd) Run(e env) error {
	base := c.PublicURL
	if base == "" {
		host, port, err := net.SplitHostPort(c.Listen)
		if err != nil || port == "0" {
			return usage(e, fmt.Errorf("--listen (SACCADE_LISTEN) must be the address that the server printed, like 127.0.0.1:8080, not %q", c.Listen))
		}
		if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
			host = "127.0.0.1"
		}
		base = operator.Door{TLSCert: c.TLSCert}.Scheme() + "://" + net.JoinHostPort(host, port)
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return usage(e, fmt.Errorf("--public-url (SACCADE_PUBLIC_URL): %q is not an address like https://saccade.example.com", base))
	}
	s, err := c.open(e.ctx)
	if err != nil {
		return err
	}
	link, err := signInLink(e.ctx, s, c.Account, strings.TrimRight(base, "/"))
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(e.stdout, link); err != nil {
		return err
	}
	if os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" {
		openBrowser(e.ctx, link)
	}
	return nil
}

// openBrowser opens the link, as best effort: it is printed anyhow.
func openBrowser(ctx context.Context, link string) {
	if path, err := exec.LookPath("xdg-open"); err == nil {
		_ = exec.CommandContext(ctx, path, link).Run()
	}
}

// signInLink makes a link that signs a browser in, to the account that is named or meant.
func signInLink(ctx context.Context, s *store.Store, name, base string) (string, error) {
	name, err := s.AccountMeant(ctx, name)
	if err != nil {
		return "", err
	}
	secret, err := s.CreateSignIn(ctx, name)
	if err != nil {
		return "", err
	}
	return account.SignInURL(base, secret), nil
}
