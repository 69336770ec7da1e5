package httpapi

import (
	"bufio"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
)

func TestRouting(t *testing.T) {
	h := newHarness(t)
	id := h.image()
	for _, tc := range []struct {
		method, path string
		status       int
		code         saccade.Code
	}{
		{"GET", "/v2/upload-urls/", 200, ""},
		{"GET", "/v2/analyses/" + id + "/", 200, ""},
		{"GET", "/v2/analyses/" + id, 200, ""},
		{"GET", "/v2/analyses", 200, ""},
		{"GET", "/v2/analyses/video/", 200, ""},
		{"GET", "/v2/analyses/video", 200, ""},
		{"GET", "/v2/nothing", 404, saccade.CodeClient},
		{"GET", "/", 200, ""},
		{"GET", "/v2", 404, saccade.CodeClient},
		{"GET", "/v2//upload-urls", 404, saccade.CodeClient},
		{"GET", "/v2/upload-urls//", 404, saccade.CodeClient},
		{"GET", "/v2/../v2/upload-urls", 404, saccade.CodeClient},
		{"GET", "/v2/./upload-urls", 404, saccade.CodeClient},
		{"GET", "/v2/%2e%2e/v2/upload-urls", 404, saccade.CodeClient},
		{"GET", "/v2/analyses/summary", 404, saccade.CodeClient},      // an image of that id: none
		{"GET", "/v2/analyses/video/events", 404, saccade.CodeClient}, // a video of that id: none
		{"GET", "/v2/analyses/" + id + "/nothing", 404, saccade.CodeClient},
		{"POST", "/v2/upload-urls", 405, saccade.CodeClient},
		{"PUT", "/v2/analyses/" + id, 405, saccade.CodeClient},
		{"BREW", "/v2/analyses", 405, saccade.CodeClient},
		{"POST", "/healthz", 405, saccade.CodeClient},
		{"GET", "/v2/analyses/" + strings.Repeat("a", 5000), 404, saccade.CodeClient},
		{"GET", "/v2/analyses/%00", 404, saccade.CodeClient},
		{"GET", "/v2/analyses/%ff%fe", 404, saccade.CodeClient},
		{"GET", "/v2/analyses/a%2Fb", 404, saccade.CodeClient},
		{"GET", "/v2/analyses/..%2f..%2fetc%2fpasswd", 404, saccade.CodeClient},
		{"GET", "/v2/analyses/'%20OR%201=1", 404, saccade.CodeClient},
	} {
		t.Run(tc.method+" "+tc.path[:min(len(tc.path), 40)], func(t *testing.T) {
			h := *h
			h.t = t
			r := h.call(tc.method, tc.path, nil)
			if tc.code == "" {
				r.into(t, tc.status, nil)
				return
			}
			r.wantError(t, tc.status, tc.code)
			if tc.status == 405 && r.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
}

func TestGETWithBodyIsServed(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	for _, body := range []string{"{}", `{"a":`, "\x00\xff", strings.Repeat("x", 300_000)} {
		for _, path := range []string{"/v2/upload-urls", "/v2/analyses/video/" + id, "/v2/analyses/video"} {
			r := h.send("GET", h.at(path), body, map[string]string{"Authorization": "Bearer " + h.token, "Content-Type": "application/json"})
			r.into(t, 200, nil)
		}
	}
}

func TestAuthentication(t *testing.T) {
	h := newHarness(t)
	want := "We were unable to authenticate you. Please check your credentials."
	for name, header := range map[string]string{
		"none": "", "empty": "Bearer ", "no scheme": h.token, "basic": "Basic " + h.token, "wrong": "Bearer sac_" + strings.Repeat("a", 52),
		"prefix": "Bearer " + h.token[:20], "longer": "Bearer " + h.token + "a", "huge": "Bearer sac_" + strings.Repeat("a", 30000), "two": "Bearer " + h.token + " " + h.token,
	} {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.t = t
			r := h.send("GET", h.at("/v2/upload-urls"), nil, map[string]string{"Authorization": header})
			if f := r.wantError(t, 401, saccade.CodeAuth); f["message"] != want {
				t.Errorf("message %q", f["message"])
			}
		})
	}
	h.send("GET", h.at("/v2/upload-urls"), nil, map[string]string{"Authorization": "bearer " + h.token}).into(t, 200, nil)
	h.send("POST", h.at("/v2/analyses/video"), "not JSON", nil).wantError(t, 401, saccade.CodeAuth)
}

func TestAddOnOffAnswers404(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	url := h.upload()
	if err := h.store.SetAddOn(h.ctx(), "acme", saccade.AddOnVideo, false); err != nil {
		t.Fatal(err)
	}
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": url}}).wantError(t, 404, saccade.CodeClient)
	h.call("GET", "/v2/analyses/video/"+id, nil).wantError(t, 404, saccade.CodeClient)
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, nil)
	h.image()
}

func TestAccountsSeeNothingOfEachOther(t *testing.T) {
	h := newHarness(t)
	video, image := h.video(), h.image()
	h.succeed(image)
	rival := map[string]string{"Authorization": "Bearer " + h.other}
	for _, p := range []string{"GET /v2/analyses/video/" + video, "GET /v2/analyses/" + image, "DELETE /v2/analyses/video/" + video,
		"GET /v2/analyses/video/" + video + "/events", "GET /v2/analyses/" + image + "/events", "DELETE /v2/analyses/" + image} {
		method, path := openapi.SplitRoute(p)
		h.send(method, h.at(path), nil, rival).wantError(t, 404, saccade.CodeClient)
	}
	// Nor does one kind answer under the other's address.
	h.call("GET", "/v2/analyses/"+video, nil).wantError(t, 404, saccade.CodeClient)
	h.call("GET", "/v2/analyses/video/"+image, nil).wantError(t, 404, saccade.CodeClient)
}

func TestRequestID(t *testing.T) {
	h := newHarness(t)
	for sent, kept := range map[string]bool{"my-id_1": true, strings.Repeat("a", 64): true, strings.Repeat("a", 65): false, "a b": false, "a;b": false, "": false, "ä": false} {
		r := h.send("GET", h.at("/healthz"), nil, map[string]string{"X-Request-Id": sent})
		got := r.header.Get("X-Request-Id")
		if (got == sent) != kept || !idForm.MatchString(got) {
			t.Errorf("sent %q, got %q", sent, got)
		}
	}
}

func TestPublicAddress(t *testing.T) {
	forwarded := map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "api.example.com, inner"}
	for name, tc := range map[string]struct {
		cfg  func(*Config, *Deps)
		want string // prefix of links; "" is the server's own address
	}{
		"own":                 {func(*Config, *Deps) {}, ""},
		"proxy trusted":       {func(c *Config, _ *Deps) { c.TrustProxy = true }, "https://api.example.com/"},
		"configured":          {func(c *Config, _ *Deps) { c.PublicURL = "https://saccade.example.com" }, "https://saccade.example.com/"},
		"configured below":    {func(c *Config, _ *Deps) { c.PublicURL = "https://example.com/saccade/" }, "https://example.com/saccade/"},
		"configured, proxied": {func(c *Config, _ *Deps) { c.PublicURL, c.TrustProxy = "https://saccade.example.com:8443", true }, "https://saccade.example.com:8443/"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHarness(t, tc.cfg)
			want := tc.want
			if want == "" {
				want = h.url + "/"
			}
			headers := h.bearer()
			for k, v := range forwarded {
				headers[k] = v
			}
			var u struct{ URL string }
			h.send("GET", h.at("/v2/upload-urls"), nil, headers).into(t, 200, &u)
			if !strings.HasPrefix(u.URL, want+"objects/") {
				t.Fatalf("upload URL %s, want it to begin with %s", u.URL, want)
			}
			inner := h.url + "/" + strings.TrimPrefix(u.URL, want) // as the proxy passes it on
			h.send("PUT", inner, webm, nil).into(t, 200, nil)
			var c created
			h.send("POST", h.at("/v2/analyses/video"), object{"input": object{"content": u.URL}}, headers).into(t, 201, &c)
			if c.Location != want+"v2/analyses/video/"+c.ID {
				t.Errorf("location %s", c.Location)
			}
			h.succeed(c.ID)
			var v videoView
			h.send("GET", h.at("/v2/analyses/video/"+c.ID), nil, headers).into(t, 200, &v)
			if !strings.HasPrefix(string(v.Outputs.Attention.AttentionMap), want+"objects/analyses/") {
				t.Errorf("output %s", v.Outputs.Attention.AttentionMap)
			}
		})
	}
}

func TestHostHeaderCannotInject(t *testing.T) {
	h := newHarness(t)
	for _, host := range []string{"evil\" onload=x", "a/b", "a?b", "user@evil", "ex ample.com", "[::1", "a:b:c"} {
		u, err := url.Parse(h.url)
		if err != nil {
			t.Fatal(err)
		}
		conn, err := net.Dial("tcp", u.Host)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Write([]byte("GET /v2/upload-urls HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + h.token + "\r\nConnection: close\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 400 {
			t.Errorf("Host %q: %s", host, res.Status)
		}
		_ = res.Body.Close()
		_ = conn.Close()
	}
}
