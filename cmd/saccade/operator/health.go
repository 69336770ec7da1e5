package operator

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/saccade-dev/saccade/internal/httpfront"
)

// Health asks a process how it is, as a container's own check does.
type Health struct {
	Listen  string        `default:"127.0.0.1:8080" placeholder:"ADDR" help:"Address that the process listens on, as its own --listen (default: 127.0.0.1:8080)."`
	TLSCert string        `name:"tls-cert" placeholder:"FILE" help:"Given as for the process itself: ask by HTTPS."`
	Ready   bool          `help:"Also ask whether it can work: database, storage, decoder, model."`
	Timeout time.Duration `default:"5s" help:"How long the answer may take."`
}

// Address returns what is asked: a process that listens on all addresses is asked on
// 127.0.0.1 (or ::1).
func (h Health) Address() (string, error) {
	host, port, err := net.SplitHostPort(h.Listen)
	if err != nil || port == "" || port == "0" {
		return "", fmt.Errorf("--listen (SACCADE_LISTEN): %q is no address with a port, like 127.0.0.1:8080", h.Listen)
	}
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "" || err == nil && ip.IsUnspecified() && ip.Is4():
		host = "127.0.0.1"
	case err == nil && ip.IsUnspecified():
		host = "::1"
	}
	scheme, path := "http://", "/healthz"
	if h.TLSCert != "" {
		scheme = "https://"
	}
	if h.Ready {
		path = "/readyz"
	}
	return scheme + net.JoinHostPort(host, port) + path, nil
}

// Ask returns what the process answers in a line, or why it is not well.
func (h Health) Ask(ctx context.Context) (string, error) {
	address, err := h.Address()
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, h.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	// The certificate is for the name that clients use, and we ask ourselves.
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true} //nolint:gosec // see above
	res, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return "", fmt.Errorf("it does not answer: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	var v httpfront.Health
	if err := json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(&v); err != nil || v.Status == "" {
		return "", fmt.Errorf("%s is answered %d by something else than saccade", address, res.StatusCode)
	}
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", v.Status, failedChecks(v.Checks))
	}
	return v.Status + " " + v.Version, nil
}

// failedChecks names what failed.
func failedChecks(checks map[string]string) string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(checks)), func(name string) bool { return checks[name] == "ok" })
	return strings.Join(names, ", ")
}
