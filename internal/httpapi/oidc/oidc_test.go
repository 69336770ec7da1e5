package oidc

import (
	"strings"
	"testing"
	"time"
)

func TestConfigNamesEveryFault(t *testing.T) {
	c := Config{Issuer: "http://login.example.com?x", AccountClaim: "a b", Scopes: []string{"a b"}, Name: strings.Repeat("x", 61)}
	err := c.Validate()
	for _, want := range []string{"SACCADE_OIDC_ISSUER): \"http", "must be https", "--oidc-client-id", "SACCADE_OIDC_ACCOUNT_CLAIM", "SACCADE_OIDC_SCOPE", "SACCADE_OIDC_NAME"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if err := (Config{ClientID: "x"}).Validate(); err == nil || !strings.Contains(err.Error(), "--oidc-issuer") {
		t.Errorf("a client of no provider: %v", err)
	}
	for _, issuer := range []string{"https://login.example.com/realm", "http://127.0.0.1:9000/oidc", "http://[::1]:9000", "http://localhost"} {
		c := DefaultConfig()
		c.Issuer, c.ClientID = issuer, "saccade"
		if err := c.Validate(); err != nil {
			t.Errorf("%s: %v", issuer, err)
		}
	}
	if err := DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}

func FuzzFlow(f *testing.F) {
	now := time.Unix(1_800_000_000, 0)
	good := newFlow("/a/x", now)
	f.Add(good.String(), good.State)
	f.Add("", "")
	f.Add("e30", "")
	f.Add(flow{Until: now.Unix() + 1}.String(), "")
	f.Fuzz(func(t *testing.T, text, state string) {
		got, err := readFlow(text, state, now)
		if err != nil {
			return
		}
		if got.State != state || len(state) < 20 || got.Until <= now.Unix() || !strings.HasPrefix(got.Next, "/") || strings.HasPrefix(got.Next, "//") {
			t.Errorf("%q with %q is %+v", text, state, got)
		}
	})
}

func FuzzNext(f *testing.F) {
	for _, next := range []string{"/a/x", "//evil.example", "/\\evil", "/..", "/a/./b", "x", "/a//b"} {
		f.Add(next)
	}
	f.Fuzz(func(t *testing.T, next string) {
		got := safeNext(next)
		if !strings.HasPrefix(got, "/") || strings.Contains(got, "//") || strings.ContainsAny(got, "\\\"'<>?#%@: \r\n") {
			t.Errorf("%q leads to %q", next, got)
		}
	})
}
