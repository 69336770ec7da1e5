package blob_test

import (
	"bytes"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/blobtest"
)

// here is the origin of the links of these tests.
var here = blob.Origin{Base: "http://h", Serves: func(u *url.URL) bool { return u.Host == "h" }}

// path returns path and query of a link.
func path(t testing.TB, s *blob.Signer, method string, key blob.Key, expires time.Time) string {
	t.Helper()
	sign := s.GetURL
	if method == http.MethodPut {
		sign = s.PutURL
	}
	link, err := sign(here, key, expires)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(string(link), here.Base)
}

func newSigner(t testing.TB, fill byte) *blob.Signer {
	t.Helper()
	s, err := blob.NewSigner(bytes.Repeat([]byte{fill}, blob.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var clock = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestSigner(t *testing.T) {
	const key = "uploads/acme/u1"
	s := newSigner(t, 1)
	put := path(t, s, http.MethodPut, key, clock.Add(time.Minute))
	get := path(t, s, http.MethodGet, key, clock.Add(time.Minute))
	tests := []struct {
		name, method, url string
		now               time.Time
		ok                bool
	}{
		{"put", "PUT", put, clock, true},
		{"get", "GET", get, clock, true},
		{"head by get", "HEAD", get, clock, true},
		{"just in time", "PUT", put, clock.Add(59 * time.Second), true},
		{"absolute", "PUT", "https://example.org" + put, clock, true},
		{"more parameters", "PUT", put + "&x=y", clock, true},
		{"expired", "PUT", put, clock.Add(time.Minute), false},
		{"get by put", "GET", put, clock, false},
		{"put by get", "PUT", get, clock, false},
		{"delete", "DELETE", get, clock, false},
		{"other secret", "PUT", path(t, newSigner(t, 2), "PUT", key, clock.Add(time.Minute)), clock, false},
		{"other key", "PUT", strings.Replace(put, "u1", "u2", 1), clock, false},
		{"longer life", "PUT", strings.Replace(put, "exp=1", "exp=2", 1), clock, false},
		{"other method in the query", "DELETE", strings.Replace(put, "method=PUT", "method=DELETE", 1), clock, false},
		{"no signature", "PUT", put[:strings.Index(put, "&sig")], clock, false},
		{"cut signature", "PUT", put[:len(put)-1], clock, false},
		{"empty signature", "PUT", put[:strings.Index(put, "sig=")+4], clock, false},
		{"two signatures", "PUT", put + "&sig=0", clock, false},
		{"no query", "PUT", "/objects/" + key, clock, false},
		{"escaped", "PUT", strings.Replace(put, "u1", "%751", 1), clock, false},
		{"escaped slash", "PUT", strings.Replace(put, "acme/u1", "acme%2fu1", 1), clock, false},
		{"double slash", "PUT", strings.Replace(put, "acme/u1", "acme//u1", 1), clock, false},
		{"traversal", "PUT", strings.Replace(put, "acme/u1", "x/../acme/u1", 1), clock, false},
		{"other path", "PUT", strings.Replace(put, "/objects/", "/", 1), clock, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			u, err := url.Parse(tt.url)
			if err != nil {
				t.Fatal(err)
			}
			got, err := s.Verify(tt.method, u, tt.now)
			switch {
			case tt.ok && (err != nil || got != key):
				t.Errorf("got %q, %v", got, err)
			case !tt.ok && (got != "" || !saccade.IsCode(err, saccade.CodeForbidden)):
				t.Errorf("got %q, %v; want forbidden", got, err)
			}
		})
	}
}

func TestLinks(t *testing.T) { blobtest.RunLinks(t, newSigner(t, 1), clock) }

func TestShortSecret(t *testing.T) {
	if _, err := blob.NewSigner([]byte("short")); err == nil {
		t.Error("a short secret was taken")
	}
}

// FuzzCheckKey: what passes stays below the root, in one spelling.
func FuzzCheckKey(f *testing.F) {
	for _, key := range append(blobtest.BadKeys(), "uploads/acme/u1", "analyses/a/attentionMap.webm") {
		f.Add(string(key))
	}
	f.Fuzz(func(t *testing.T, key string) {
		if blob.CheckKey(blob.Key(key)) != nil {
			return
		}
		path := filepath.Join("/root", filepath.FromSlash(key))
		if path != "/root/"+key || !filepath.IsLocal(key) || strings.ContainsAny(key, "\x00\\%?# ") || len(key) > blob.MaxKey {
			t.Errorf("key %q became %q", key, path)
		}
		if u, err := url.Parse("http://h/objects/" + key); err != nil || u.Path != "/objects/"+key {
			t.Errorf("key %q changes in a URL: %v", key, err)
		}
	})
}

// FuzzPresigned: whatever the URL, parsing does not panic, returns valid keys
// only, and nothing that was not signed passes.
func FuzzPresigned(f *testing.F) {
	s := newSigner(f, 1)
	signed := path(f, s, "PUT", "uploads/acme/u1", clock.Add(time.Hour))
	for _, seed := range []string{signed, "http://h" + signed, "/objects/a%2fb?exp=1&sig=2", "/objects/../x", "/objects/\x00", "//h//objects/a", "http://h/objects/" + strings.Repeat("a/", 400)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if key, err := s.KeyOf(here, saccade.Link(raw)); err == nil && blob.CheckKey(key) != nil {
			t.Errorf("KeyOf(%q) is %q", raw, key)
		}
		u, err := url.Parse(raw)
		if err != nil {
			return
		}
		key, err := s.Verify("PUT", u, clock)
		if err == nil && (key != "uploads/acme/u1" || !strings.Contains(raw, "sig=")) {
			t.Errorf("%q passed as %q", raw, key)
		}
	})
}

// FuzzKeyOf: only a URL of the server names a key.
func FuzzKeyOf(f *testing.F) {
	signer := newSigner(f, 1)
	o := blob.Origin{Base: "https://saccade.example.com/below", Serves: func(u *url.URL) bool {
		return u.Host == "saccade.example.com" || u.Host == "127.0.0.1:8080"
	}}
	for _, seed := range []string{
		"https://saccade.example.com/objects/uploads/acme/5h7xk2m4qz3v6w8y2b4d6f8h2k?exp=1&method=PUT&sig=00",
		"http://127.0.0.1:8080/objects/uploads/acme/x", "https://saccade.example.com:443/below/objects/uploads/a/b#c", "//saccade.example.com/objects/uploads/a/b",
		"https://saccade.example.com/objects/uploads/../analyses/x", "https://a@saccade.example.com/objects/uploads/a/b", "https://saccade.example.com/objects/uploads/a%2fb/c",
		"https://saccade.example.com\\@evil/objects/uploads/a/b", "\x00", "https://saccade.example.com/objects/uploads/a/b/c",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		key, err := signer.KeyOf(o, saccade.Link(content))
		if err != nil {
			if !saccade.IsCode(err, saccade.CodeClient) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if account, id, ok := key.Upload(); ok && blob.UploadKey(account, id) != key || blob.CheckKey(key) != nil {
			t.Fatalf("%q names %q", content, key)
		}
		u, err := url.Parse(strings.TrimSpace(content))
		if err != nil || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") || !o.Serves(u) {
			t.Fatalf("%q was accepted", content)
		}
	})
}
