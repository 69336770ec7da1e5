package blob_test

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/blobtest"
)

func newSigner(t testing.TB, fill byte) *blob.Signer {
	t.Helper()
	s, err := blob.NewSigner(bytes.Repeat([]byte{fill}, blob.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var moment = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func TestSigner(t *testing.T) {
	const key = "uploads/acme/u1"
	s := newSigner(t, 1)
	put := s.Path(http.MethodPut, key, moment.Add(time.Minute))
	get := s.Path(http.MethodGet, key, moment.Add(time.Minute))
	tests := []struct {
		name, method, url string
		now               time.Time
		ok                bool
	}{
		{"put", "PUT", put, moment, true},
		{"get", "GET", get, moment, true},
		{"head by get", "HEAD", get, moment, true},
		{"just in time", "PUT", put, moment.Add(59 * time.Second), true},
		{"absolute", "PUT", "https://example.org" + put, moment, true},
		{"more parameters", "PUT", put + "&x=y", moment, true},
		{"expired", "PUT", put, moment.Add(time.Minute), false},
		{"get by put", "GET", put, moment, false},
		{"put by get", "PUT", get, moment, false},
		{"delete", "DELETE", get, moment, false},
		{"other secret", "PUT", newSigner(t, 2).Path("PUT", key, moment.Add(time.Minute)), moment, false},
		{"other key", "PUT", strings.Replace(put, "u1", "u2", 1), moment, false},
		{"longer life", "PUT", strings.Replace(put, "exp=1", "exp=2", 1), moment, false},
		{"other method in the query", "DELETE", strings.Replace(put, "method=PUT", "method=DELETE", 1), moment, false},
		{"no signature", "PUT", put[:strings.Index(put, "&sig")], moment, false},
		{"cut signature", "PUT", put[:len(put)-1], moment, false},
		{"empty signature", "PUT", put[:strings.Index(put, "sig=")+4], moment, false},
		{"two signatures", "PUT", put + "&sig=0", moment, false},
		{"no query", "PUT", "/objects/" + key, moment, false},
		{"escaped", "PUT", strings.Replace(put, "u1", "%751", 1), moment, false},
		{"escaped slash", "PUT", strings.Replace(put, "acme/u1", "acme%2fu1", 1), moment, false},
		{"double slash", "PUT", strings.Replace(put, "acme/u1", "acme//u1", 1), moment, false},
		{"traversal", "PUT", strings.Replace(put, "acme/u1", "x/../acme/u1", 1), moment, false},
		{"other path", "PUT", strings.Replace(put, "/objects/", "/", 1), moment, false},
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

func TestKeyOf(t *testing.T) {
	s := newSigner(t, 1)
	signed := s.Path("PUT", "uploads/acme/u1", moment)
	for _, raw := range []string{signed, "https://h:8080" + signed, "http://h/objects/uploads/acme/u1", " /objects/uploads/acme/u1\n", "http://h/objects/uploads/acme/u1?broken=%zz"} {
		if key, err := blob.KeyOf(raw); err != nil || key != "uploads/acme/u1" {
			t.Errorf("%q: %q, %v", raw, key, err)
		}
	}
	bad := []string{"", "http://h/", "http://h/x/objects/uploads/a/b", "objects/a", "uploads/acme/u1", "http://h/objects/", "%zz", "http://h/objects/a%2fb", strings.Repeat("a", 1<<16)}
	for _, key := range blobtest.BadKeys() {
		if !strings.ContainsAny(key, "?#\n") { // what follows these is no part of the path, or is trimmed
			bad = append(bad, "http://h/objects/"+key)
		}
	}
	for _, raw := range bad {
		if key, err := blob.KeyOf(raw); !saccade.IsCode(err, saccade.CodeClient) {
			t.Errorf("%.60q: %q, %v; want client_error", raw, key, err)
		}
	}
}

func TestLoadSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data", "signing.key")
	secrets := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range secrets {
		wg.Go(func() {
			var err error
			if secrets[i], err = blob.LoadSecret(file); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, s := range secrets {
		if !bytes.Equal(s, secrets[0]) || len(s) < blob.MinSecret {
			t.Errorf("secrets differ: %x, %x", s, secrets[0])
		}
	}
	stat, err := os.Stat(file)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
	if left, _ := os.ReadDir(filepath.Dir(file)); len(left) != 1 {
		t.Errorf("left beside the secret: %v", left)
	}
	if err := os.WriteFile(file, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := blob.LoadSecret(file); err == nil {
		t.Error("a short secret was taken")
	}
	if _, err := blob.NewSigner([]byte("short")); err == nil {
		t.Error("a short secret was taken")
	}
}

// FuzzCheckKey: what passes stays below the root, in one spelling.
func FuzzCheckKey(f *testing.F) {
	for _, key := range append(blobtest.BadKeys(), "uploads/acme/u1", "analyses/a/attentionMap.webm") {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		if blob.CheckKey(key) != nil {
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

// FuzzPresigned: whatever the URL, parsing does not panic, gives valid keys
// only, and nothing that was not signed passes.
func FuzzPresigned(f *testing.F) {
	s := newSigner(f, 1)
	signed := s.Path("PUT", "uploads/acme/u1", moment.Add(time.Hour))
	for _, seed := range []string{signed, "http://h" + signed, "/objects/a%2fb?exp=1&sig=2", "/objects/../x", "/objects/\x00", "//h//objects/a", "http://h/objects/" + strings.Repeat("a/", 400)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if key, err := blob.KeyOf(raw); err == nil && blob.CheckKey(key) != nil {
			t.Errorf("KeyOf(%q) gave %q", raw, key)
		}
		u, err := url.Parse(raw)
		if err != nil {
			return
		}
		key, err := s.Verify("PUT", u, moment)
		if err == nil && (key != "uploads/acme/u1" || !strings.Contains(raw, "sig=")) {
			t.Errorf("%q passed as %q", raw, key)
		}
	})
}
