package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oauth2-proxy/mockoidc"
)

// TestAppOIDC signs a browser in by a provider on another site, to the screen where it
// began, and out again. The secret comes from a file.
func TestAppOIDC(t *testing.T) {
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Shutdown() })
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(m.ClientSecret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SACCADE_OIDC_CLIENT_SECRET_FILE", secret)
	user := mockoidc.DefaultUser()
	user.Subject = "jane"
	m.QueueUser(user)
	s := start(t, t.TempDir(), "--model", "baseline", "--oidc-issuer", m.Issuer(), "--oidc-client-id", m.ClientID, "--oidc-create-accounts", "--oidc-name", "Example & Sons")
	b := openTab(t, strings.Replace(s.url, "127.0.0.1", "localhost", 1)) // another site than the provider's
	b.open("/settings")
	b.see("Sign in with Example & Sons")
	b.judge("signin-provider")
	b.click("Sign in with Example & Sons")
	b.wait("location.pathname === '/settings' && document.documentElement?.dataset.session === 'yes'")
	b.see("Sign out")
	b.see("Today 0 analyses, UTC. Stored: 0 B.")
	s.run("account", "quota", "jane", "--analyses-per-day", "20", "--stored-bytes", "5GB", "--data", s.data)
	b.open("/settings")
	b.see("Today 0 of 20 analyses, UTC. Stored: 0 B of 5.0 GB.")
	if list := s.run("account", "list", "--data", s.data); !strings.Contains(list, "jane") {
		t.Errorf("the accounts are\n%s", list)
	}
	if list := s.run("token", "list", "--data", s.data); !strings.Contains(list, "sign-in by OIDC") {
		t.Errorf("the tokens are\n%s", list)
	}
	b.click("Sign out")
	b.see("Sign in with Example & Sons")
	if out := s.run("doctor", "--oidc-issuer", m.Issuer(), "--oidc-client-id", m.ClientID, "--data", s.data); !strings.Contains(out, m.Issuer()+" answers") {
		t.Errorf("doctor says\n%s", out)
	}
}
