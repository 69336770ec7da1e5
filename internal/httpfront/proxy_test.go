package httpfront

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestParseProxy(t *testing.T) {
	for text, want := range map[string]string{
		"10.1.2.3": "10.1.2.3/32", "10.1.2.3/16": "10.1.0.0/16", "::1": "::1/128", "fd00::/8": "fd00::/8",
		"::ffff:10.1.2.3": "10.1.2.3/32", "::ffff:10.1.2.3/112": "10.1.0.0/16",
	} {
		if p, err := ParseProxy(text); err != nil || p.String() != want {
			t.Errorf("%s is %v, %v; want %s", text, p, err, want)
		}
	}
	for _, text := range []string{"", "0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96", "proxy.example", "10.1.2.3:80", "10.1.2/24", "10.1.2.3/33", "fe80::1%eth0", "10.1.2.3,10.1.2.4"} {
		if p, err := ParseProxy(text); err == nil {
			t.Errorf("%q is %v", text, p)
		}
	}
}

func TestWhoAsks(t *testing.T) {
	cfg := Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	for name, tc := range map[string]struct {
		remote    string
		forwarded []string
		want, key string
		proxied   bool
	}{
		"nobody between":          {"192.0.2.7:5", nil, "192.0.2.7", "192.0.2.7", false},
		"invents a header":        {"192.0.2.7:5", []string{"203.0.113.9"}, "192.0.2.7", "192.0.2.7", false},
		"a proxy":                 {"10.0.0.1:5", []string{"203.0.113.9"}, "203.0.113.9", "203.0.113.9", true},
		"a proxy with a port":     {"10.0.0.1:5", []string{"203.0.113.9:4711"}, "203.0.113.9", "203.0.113.9", true},
		"IPv6 in brackets":        {"[::1]:5", []string{"[2001:db8:1:2:3::4]:99"}, "2001:db8:1:2:3::4", "2001:db8:1:2::/64", true},
		"a client that invents":   {"10.0.0.1:5", []string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9", "203.0.113.9", true},
		"two proxies, two lines":  {"10.0.0.1:5", []string{"1.1.1.1, 203.0.113.9", "10.0.0.2"}, "203.0.113.9", "203.0.113.9", true},
		"proxies alone":           {"10.0.0.1:5", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3", "10.0.0.3", true},
		"nonsense":                {"10.0.0.1:5", []string{"unknown"}, "10.0.0.1", "10.0.0.1", true},
		"nonsense beyond a proxy": {"10.0.0.1:5", []string{"203.0.113.9, _x, 10.0.0.2"}, "10.0.0.2", "10.0.0.2", true},
		"no header":               {"10.0.0.1:5", nil, "10.0.0.1", "10.0.0.1", true},
		"IPv4 in IPv6":            {"[::ffff:10.0.0.1]:5", []string{"203.0.113.9"}, "203.0.113.9", "203.0.113.9", true},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tc.remote
		r.Header["X-Forwarded-For"] = tc.forwarded
		c := Call{Client: cfg.client(r), Proxied: cfg.fromProxy(r)}
		if c.Client.String() != tc.want || c.ClientKey() != tc.key || c.Proxied != tc.proxied {
			t.Errorf("%s: %v (%s), by a proxy: %v", name, c.Client, c.ClientKey(), c.Proxied)
		}
	}
}

func TestWhoseHostCounts(t *testing.T) {
	cfg := Config{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	for remote, want := range map[string]string{"10.0.0.1:5": "https://saccade.example.com", "192.0.2.7:5": "http://example.com"} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = remote
		r.Header.Set("X-Forwarded-Proto", "https")
		r.Header.Set("X-Forwarded-Host", "saccade.example.com")
		if got := cfg.Base(r); got != want {
			t.Errorf("from %s: %s, want %s", remote, got, want)
		}
	}
}

func FuzzHops(f *testing.F) {
	cfg := Config{Proxies: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}} // where httptest's requests come from
	f.Add("203.0.113.9, 192.0.2.1")
	f.Add("[::1]:80,,")
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["X-Forwarded-For"] = []string{header}
		c := Call{Client: cfg.client(r)}
		if !c.Client.IsValid() || c.Client.Zone() != "" || c.Client.Is4In6() {
			t.Errorf("%q leads to %v", header, c.Client)
		}
		if _, err := netip.ParseAddr(c.ClientKey()); err != nil {
			if _, err := netip.ParsePrefix(c.ClientKey()); err != nil {
				t.Errorf("%q is counted by %q", header, c.ClientKey())
			}
		}
	})
}
