package netguard

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/saccade-dev/saccade"
)

func TestPublic(t *testing.T) {
	public := []string{
		"1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
		"192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.0",
		"2606:4700:4700::1111", "2a00:1450:4001:80e::200e", "2001:4860:4860::8888",
		"::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1", "2a00:1450::5efe:808:808",
	}
	for _, s := range public {
		if err := Public(netip.MustParseAddr(s)); err != nil {
			t.Errorf("Public(%s) = %v, want nil", s, err)
		}
	}
	refused := map[string]string{
		"0.0.0.0": "unspecified", "0.1.2.3": "unspecified", "10.0.0.1": "private", "10.255.255.255": "private",
		"100.64.0.1": "shared", "100.100.100.200": "shared", "127.0.0.1": "loopback", "127.255.255.254": "loopback",
		"168.63.129.16": "metadata", "169.254.169.254": "link-local", "172.16.0.1": "private", "172.31.255.255": "private",
		"192.0.0.192": "reserved", "192.0.2.1": "documentation", "192.88.99.1": "reserved", "192.168.1.1": "private",
		"198.18.0.1": "benchmarking", "198.19.255.255": "benchmarking", "198.51.100.7": "documentation",
		"203.0.113.9": "documentation", "224.0.0.1": "multicast", "239.255.255.255": "multicast",
		"240.0.0.1": "reserved", "255.255.255.255": "reserved",
		"::": "unspecified", "::1": "loopback", "::7f00:1": "reserved", "::ffff:127.0.0.1": "loopback",
		"::ffff:169.254.169.254": "link-local", "64:ff9b::127.0.0.1": "loopback", "64:ff9b::a00:1": "private",
		"64:ff9b:1::1": "NAT64", "2002:7f00:1::": "loopback", "2002:c0a8:101::1": "private",
		"2001::1": "reserved", "2001:0:53aa:64c:0:7f3f:f5ff:fffe": "reserved", "2001:db8::1": "documentation",
		"3fff::1": "documentation", "fc00::1": "private", "fd00:ec2::254": "private", "fd20:ce::254": "private",
		"fe80::1": "link-local", "fe80::5efe:808:808": "link-local", "fe80::1%eth0": "link-local", "fec0::1": "site-local", "ff02::1": "multicast",
		"2a00:1450::5efe:7f00:1": "loopback", "2a00:1450::200:5efe:a00:1": "private", "4000::1": "not global",
		"100::1": "not global", "5f00::1": "not global",
	}
	for s, why := range refused {
		err := Public(netip.MustParseAddr(s))
		if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), why) {
			t.Errorf("Public(%s) = %v, want a refusal with %q", s, err, why)
		}
	}
	if err := Public(netip.Addr{}); !errors.Is(err, ErrRefused) {
		t.Errorf("Public(zero) = %v", err)
	}
}

func TestLiteralNotations(t *testing.T) {
	for in, want := range map[string]string{
		"127.0.0.1": "127.0.0.1", "127.1": "127.0.0.1", "127.0.1": "127.0.0.1", "2130706433": "127.0.0.1",
		"0x7f000001": "127.0.0.1", "0x7f.1": "127.0.0.1", "0177.0.0.01": "127.0.0.1", "017700000001": "127.0.0.1",
		"0": "0.0.0.0", "0xA9FEA9FE": "169.254.169.254", "0xab.0xcd.0xbb.0": "171.205.187.0", "::1": "::1",
		"10.65535": "10.0.255.255", "10.1.65535": "10.1.255.255", "4294967295": "255.255.255.255",
	} {
		got, ok := literal(in)
		if !ok || got.String() != want {
			t.Errorf("literal(%q) = %v %v, want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "example.com", "1.2.3.4.5", "256.1.1.1", "4294967296", "1.2.65536", "08.1", "0x", "1_0.1", "0b1", "a", "1..2", "-1", "+1"} {
		if got, ok := literal(in); ok {
			t.Errorf("literal(%q) = %v, want none", in, got)
		}
	}
}

func guard(t *testing.T, c Config) *Guard {
	t.Helper()
	g, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestPermit(t *testing.T) {
	g := guard(t, Config{
		Allow: []string{"10.1.0.0/16", "127.0.0.1:9000", "fd00::/8"},
		Deny:  []string{"8.8.4.4", "10.1.2.0/24"},
	})
	for _, c := range []struct {
		network, address string
		ok               bool
	}{
		{"tcp4", "8.8.8.8:443", true},
		{"tcp4", "8.8.8.8:80", true},
		{"tcp4", "8.8.8.8:8443", true},
		{"tcp4", "8.8.8.8:22", false},
		{"tcp4", "8.8.8.8:9000", false},
		{"udp4", "8.8.8.8:443", false},
		{"tcp4", "8.8.4.4:443", false},
		{"tcp4", "10.1.0.7:5432", true}, // an allowed network is open on all ports
		{"tcp4", "10.1.2.7:80", false},  // deny comes first
		{"tcp4", "10.2.0.7:80", false},
		{"tcp4", "127.0.0.1:9000", true},
		{"tcp6", "[::ffff:127.0.0.1]:9000", true},
		{"tcp4", "127.0.0.1:9001", false},
		{"tcp4", "127.0.0.2:9000", false},
		{"tcp6", "[fd00::1]:80", true},
		{"tcp6", "[fe80::1%eth0]:80", false},
		{"tcp6", "[2606:4700::1]:443", true},
		{"tcp4", "nonsense", false},
	} {
		err := g.permit(c.network, c.address, false)
		if (err == nil) != c.ok {
			t.Errorf("permit(%s %s) = %v, want ok %v", c.network, c.address, err, c.ok)
		}
		if err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("permit(%s): %v carries no ErrRefused", c.address, err)
		}
	}
	high := guard(t, Config{HighPorts: true})
	if err := high.permit("tcp4", "8.8.8.8:9000", false); err != nil {
		t.Errorf("HighPorts: %v", err)
	}
	if err := high.permit("tcp4", "8.8.8.8:25", false); err == nil {
		t.Error("HighPorts opened port 25")
	}
}

func TestConfigFaultsAllAtOnce(t *testing.T) {
	_, err := New(Config{Allow: []string{"ok.example", "not a host", "1.2.3.4:0"}, Deny: []string{"host.example", "::ffff:1.2.3.4/120"}, Timeout: -1})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"not a host", "1.2.3.4:0", "host.example", "::ffff", "Timeout"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestTransport(t *testing.T) {
	var hits int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { hits++; _, _ = io.WriteString(w, "here") }))
	defer srv.Close()
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())

	closed := guard(t, Config{Ports: []uint16{80}, HighPorts: true})
	for _, host := range []string{"127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "localhost."} {
		tr := closed.Transport()
		res, err := tr.RoundTrip(httptest.NewRequest("GET", "http://"+host+":"+port+"/", nil))
		if err == nil {
			_ = res.Body.Close()
			t.Errorf("%s was reached", host)
		}
	}
	if hits != 0 {
		t.Fatalf("%d requests reached the loopback", hits)
	}
	for _, allow := range []string{srv.Listener.Addr().String(), "127.0.0.0/8", "localhost"} {
		open := guard(t, Config{Allow: []string{allow}}).Transport()
		host := "127.0.0.1"
		if allow == "localhost" {
			host = allow
		}
		res, err := open.RoundTrip(httptest.NewRequest("GET", "http://"+host+":"+port+"/", nil))
		if err != nil {
			t.Errorf("allowed %s: %v", allow, err)
			continue
		}
		_ = res.Body.Close()
		open.CloseIdleConnections()
	}
	if _, err := closed.DialContext(context.Background(), "udp", "8.8.8.8:53"); !errors.Is(err, ErrRefused) {
		t.Errorf("udp: %v", err)
	}
	if _, err := closed.DialContext(context.Background(), "tcp", "example.com"); !errors.Is(err, ErrRefused) {
		t.Errorf("no port: %v", err)
	}
}

func TestTransportUsesNoEnvironmentProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	if tr := guard(t, Config{}).Transport(); tr.Proxy != nil {
		t.Error("the transport would use a proxy")
	}
}

func TestCheckURL(t *testing.T) {
	g := guard(t, Config{Allow: []string{"127.0.0.1:9000", "intranet.example"}})
	for _, ok := range []string{
		"https://example.com/a?b#c", " http://example.com ", "http://example.com:8080/", "https://8.8.8.8/", "http://127.0.0.1:9000/",
		"http://intranet.example:1234/", "http://[2606:4700::1]/", "https://bücher.example/", "http://localhost:9000/",
	} {
		if _, err := g.CheckURL(ok); err != nil {
			t.Errorf("CheckURL(%q) = %v", ok, err)
		}
	}
	for _, bad := range []string{
		"", "example.com", "ftp://example.com/", "file:///etc/passwd", "data:text/html,x", "javascript:alert(1)", "view-source:http://example.com",
		"chrome://version", "http:///x", "http://", "http:example.com", "http://user:pw@example.com/", "http://127.0.0.1/", "http://127.1/",
		"http://0x7f000001/", "http://2130706433/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://localhost/", "http://a.localhost/",
		"http://example.com:22/", "http://169.254.169.254/latest/meta-data/", "http://example.com:99999/", "http://[fe80::1%25eth0]/",
		"https://example.com/" + strings.Repeat("a", 9000), "http://exa mple.com/", "\x00http://example.com",
	} {
		_, err := g.CheckURL(bad)
		if !saccade.IsCode(err, saccade.CodeInvalidInput) {
			t.Errorf("CheckURL(%.60q) = %v, want invalid input", bad, err)
		}
	}
}

func TestParseEntry(t *testing.T) {
	for in, want := range map[string]entry{
		"10.0.0.7/8":       {prefix: netip.MustParsePrefix("10.0.0.0/8")},
		"10.0.0.7":         {prefix: netip.MustParsePrefix("10.0.0.7/32")},
		"::ffff:10.0.0.7":  {prefix: netip.MustParsePrefix("10.0.0.7/32")},
		"[::1]:80":         {prefix: netip.MustParsePrefix("::1/128"), port: 80},
		"127.0.0.1:80":     {prefix: netip.MustParsePrefix("127.0.0.1/32"), port: 80},
		"Intranet.Example": {host: "intranet.example"},
		"a_b.internal.:81": {host: "a_b.internal", port: 81},
	} {
		got, err := parseEntry(in)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{}), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); err != nil || diff != "" {
			t.Errorf("parseEntry(%q): %v %s", in, err, diff)
		}
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"http://127.1/", "https://example.com", "http://0x7f.0.0.1:80", "http://[::ffff:7f00:1]", "http://017700000001/"} {
		f.Add(s)
	}
	g, err := New(Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := g.CheckURL(s)
		if err != nil {
			return
		}
		if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			t.Fatalf("%q passed as %v", s, u)
		}
		if a, ok := literal(u.Hostname()); ok && Public(a) != nil {
			t.Fatalf("%q passed but is %v", s, a)
		}
	})
}

func FuzzPublic(f *testing.F) {
	f.Add([]byte{127, 0, 0, 1})
	f.Add([]byte("\x00\x64\xff\x9b\x00\x00\x00\x00\x00\x00\x00\x00\x7f\x00\x00\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok || Public(a) != nil {
			return
		}
		u := a.Unmap()
		if u.IsLoopback() || u.IsPrivate() || u.IsLinkLocalUnicast() || u.IsMulticast() || u.IsUnspecified() || !u.IsGlobalUnicast() {
			t.Fatalf("%v is called public", a)
		}
	})
}

func FuzzParseEntry(f *testing.F) {
	f.Add("10.0.0.0/8")
	f.Add("host:80")
	f.Fuzz(func(t *testing.T, s string) {
		e, err := parseEntry(s)
		if err == nil && e.host == "" && !e.prefix.IsValid() {
			t.Fatalf("%q is an empty entry", s)
		}
	})
}
