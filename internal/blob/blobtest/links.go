package blobtest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
)

// origins are the servers that RunLinks makes links for: at the root of a host,
// and below a path.
func origins() []blob.Origin {
	serves := func(host string) func(u *url.URL) bool {
		return func(u *url.URL) bool { return strings.EqualFold(u.Host, host) }
	}
	return []blob.Origin{
		{Base: "http://127.0.0.1:8080", Serves: serves("127.0.0.1:8080")},
		{Base: "https://saccade.example.com/below", Serves: serves("saccade.example.com")},
	}
}

// RunLinks runs the suite of links. clock sets the time that the links expire by.
func RunLinks(t *testing.T, links blob.Links, clock time.Time) {
	for _, o := range origins() {
		t.Run(o.Base, func(t *testing.T) {
			t.Run("form", func(t *testing.T) { linkForm(t, links, o, clock) })
			t.Run("key of a link", func(t *testing.T) { keyOfLink(t, links, o, clock) })
			t.Run("key of another URL", func(t *testing.T) { keyOfForeign(t, links, o, clock) })
			t.Run("bad keys", func(t *testing.T) { linksOfBadKeys(t, links, o, clock) })
		})
	}
}

const linked = blob.Key("uploads/acme/5h7xk2m4qz3v6w8y2b4d6f8h2k")

// both returns the two kinds of link.
func both(t *testing.T, l blob.Links, o blob.Origin, key blob.Key, expires time.Time) map[string]saccade.Link {
	t.Helper()
	put, err := l.PutURL(o, key, expires)
	ok(t, err)
	get, err := l.GetURL(o, key, expires)
	ok(t, err)
	return map[string]saccade.Link{"put": put, "get": get}
}

func linkForm(t *testing.T, l blob.Links, o blob.Origin, now time.Time) {
	links := both(t, l, o, linked, now.Add(time.Hour))
	if links["put"] == links["get"] {
		t.Error("one link for two methods")
	}
	for name, link := range links {
		u, err := url.Parse(string(link))
		ok(t, err)
		if !u.IsAbs() || u.Host == "" || u.RawQuery == "" || !strings.HasSuffix(u.EscapedPath(), "/objects/"+string(linked)) {
			t.Errorf("%s: %s", name, link)
		}
		for other, late := range both(t, l, o, linked, now.Add(2*time.Hour)) {
			if late == link {
				t.Errorf("%s and %s with another expiry are one link", name, other)
			}
		}
	}
}

func keyOfLink(t *testing.T, l blob.Links, o blob.Origin, now time.Time) {
	for _, expires := range []time.Time{now.Add(time.Hour), now.Add(-time.Hour)} {
		for name, link := range both(t, l, o, linked, expires) {
			bare, _, _ := strings.Cut(string(link), "?")
			for _, form := range []string{string(link), bare, bare + "?exp=1&sig=00", " " + string(link) + "\n", bare + "#x"} {
				if key, err := l.KeyOf(o, saccade.Link(form)); err != nil || key != linked {
					t.Errorf("%s as %q: %q, %v", name, form, key, err)
				}
			}
		}
	}
}

func keyOfForeign(t *testing.T, l blob.Links, o blob.Origin, now time.Time) {
	put, err := l.PutURL(o, linked, now.Add(time.Hour))
	ok(t, err)
	bare, _, _ := strings.Cut(string(put), "?")
	u, err := url.Parse(bare)
	ok(t, err)
	root := strings.TrimSuffix(bare, string(linked))
	bad := []string{
		"", " ", "x", string(linked), "/objects/" + string(linked), strings.Replace(bare, u.Host, "evil.example.com", 1),
		strings.Replace(bare, "://", "://a:b@", 1), "ftp" + bare[strings.Index(bare, "://"):], "file:///etc/passwd",
		root, root + strings.Repeat("a/", 4000), strings.Replace(bare, "acme/", "acme%2F", 1), strings.Replace(bare, "/objects/", "/other/", 1),
		strings.Replace(bare, "acme/", "x/../acme/", 1), strings.Replace(bare, "acme/", "acme//", 1), "%zz",
	}
	for _, raw := range bad {
		if key, err := l.KeyOf(o, saccade.Link(raw)); !saccade.IsCode(err, saccade.CodeClient) {
			t.Errorf("%.80q: %q, %v; want client_error", raw, key, err)
		}
	}
}

func linksOfBadKeys(t *testing.T, l blob.Links, o blob.Origin, now time.Time) {
	for _, key := range BadKeys() {
		_, putErr := l.PutURL(o, key, now)
		_, getErr := l.GetURL(o, key, now)
		if putErr == nil || getErr == nil {
			t.Errorf("%.40q has a link: %v, %v", key, putErr, getErr)
		}
	}
}
