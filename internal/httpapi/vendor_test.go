package httpapi

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

// TestVendorClient sends, byte for byte in what matters, what the vendor's
// published sample sends by python-requests: the session's authorization on
// every API call, a GET with a JSON body, a PUT with neither authorization nor
// content type, the upload URL back verbatim, and a poll of "location".
func TestVendorClient(t *testing.T) {
	h := newHarness(t)
	session := func(extra map[string]string) map[string]string {
		m := map[string]string{"Authorization": "Bearer " + h.token, "User-Agent": "python-requests/2.32.3", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
		for k, v := range extra {
			m[k] = v
		}
		return m
	}
	asJSON := map[string]string{"Content-Type": "application/json"}

	var u map[string]string
	h.send("GET", h.at("/v2/upload-urls"), "{}", session(asJSON)).into(t, 200, &u)
	if len(u) != 1 || !strings.HasPrefix(u["url"], h.url+"/") {
		t.Fatalf("upload url %v", u)
	}
	put := h.send("PUT", u["url"], []byte(webm), map[string]string{"User-Agent": "python-requests/2.32.3", "Accept": "*/*"})
	put.into(t, 200, nil)
	if len(put.body) != 0 || put.header.Get("ETag") == "" {
		t.Fatalf("PUT answered %q, ETag %q", put.body, put.header.Get("ETag"))
	}
	post := h.send("POST", h.at("/v2/analyses/video"), object{"input": object{"content": u["url"], "title": "Video Testing"}}, session(asJSON))
	var c map[string]string
	post.into(t, 201, &c)
	if len(c) != 2 || c["location"] != h.at("/v2/analyses/video/"+c["id"]) || post.header.Get("Location") != c["location"] {
		t.Fatalf("created %v, Location %q", c, post.header.Get("Location"))
	}

	poll := func() map[string]any {
		var v map[string]any
		h.send("GET", c["location"], nil, session(nil)).into(t, 200, &v)
		return v
	}
	v := poll()
	if v["status"] != "pending" || v["id"] != c["id"] || v["title"] != "Video Testing" || v["outputs"] != nil || v["error"] != nil {
		t.Fatalf("pending poll %v", v)
	}
	if !regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$`).MatchString(v["created_at"].(string)) {
		t.Errorf("created_at %v", v["created_at"])
	}
	h.succeed(c["id"])
	v = poll()
	if v["status"] != "success" {
		t.Fatalf("poll %v", v)
	}
	link := v["outputs"].(map[string]any)["attention"].(map[string]any)["attentionMap"].(string)
	for name, headers := range map[string]map[string]string{"bare": nil, "with authorization": session(nil), "with a wrong token": {"Authorization": "Bearer nonsense"}} {
		got := h.send("GET", link, nil, headers)
		if got.status != 200 || string(got.body) != "0123456789" || got.header.Get("Content-Type") != "video/webm" {
			t.Errorf("%s: %d %q %q", name, got.status, got.body, got.header.Get("Content-Type"))
		}
	}
}

func TestFailedVideoPollsAre200(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	h.fail(id, saccade.CodeUnreadableVideo)
	var v videoView
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
	if v.Status != "failed" || v.Error == nil || v.Error.Code != "unreadable_input_video" || v.Outputs != nil || v.Progress != nil {
		t.Errorf("%+v", v)
	}
}

func TestContentURL(t *testing.T) {
	h := newHarness(t)
	good := h.upload()
	bare, _, _ := strings.Cut(good, "?")
	id := bare[strings.LastIndex(bare, "/")+1:]
	var unused struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &unused)
	rivals := func() string {
		var u struct{ URL string }
		h.send("GET", h.at("/v2/upload-urls"), nil, map[string]string{"Authorization": "Bearer " + h.other}).into(t, 200, &u)
		h.send("PUT", u.URL, webm, nil).into(t, 200, nil)
		return u.URL
	}()
	for _, tc := range []struct {
		name, content string
		want          int
	}{
		{"verbatim", good, 201},
		{"without query", bare, 201},
		{"with another query", bare + "?exp=1&method=PUT&sig=00", 201},
		{"space around", " " + good + "\n", 201},
		{"fragment", bare + "#x", 201},
		{"upper-case host", strings.Replace(bare, "http://", "HTTP://", 1), 201},
		{"foreign host", strings.Replace(good, "127.0.0.1", "example.com", 1), 400},
		{"user info", strings.Replace(good, "http://", "http://a:b@", 1), 400},
		{"file scheme", "file:///etc/passwd", 400},
		{"path alone", strings.TrimPrefix(good, h.url), 400},
		{"id alone", id, 400},
		{"traversal", h.url + "/objects/uploads/acme/../acme/" + id, 400},
		{"escaped", h.url + "/objects/uploads/acme%2F" + id, 400},
		{"no id", h.url + "/objects/uploads/acme/", 400},
		{"made-up id", h.url + "/objects/uploads/acme/" + saccade.NewID(), 400},
		{"rival's", rivals, 400},
		{"rival's id under our name", h.url + "/objects/uploads/acme/" + rivals[strings.LastIndex(rivals, "/")+1:], 400},
		{"nothing uploaded", unused.URL, 400},
		{"an output", h.url + "/objects/analyses/x/attentionMap.webm", 400},
		{"huge", h.url + "/objects/uploads/acme/" + strings.Repeat("a", 100000), 400},
		{"empty", "", 400},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := *h
			h.t = t
			r := h.call("POST", "/v2/analyses/video", object{"input": object{"content": tc.content}})
			if tc.want == 201 {
				r.into(t, 201, nil)
				return
			}
			f := r.wantError(t, 400, saccade.CodeInvalidInput)
			if f["param"] != "input.content" {
				t.Errorf("param %v", f["param"])
			}
		})
	}
	h.clock.advance(2 * time.Hour) // the link is long dead; it still names the object
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": good}}).into(t, 201, nil)
	if r := h.send("PUT", good, webm, nil); r.status != 403 {
		t.Errorf("expired PUT: %d", r.status)
	}
}

func TestJudgedAtPost(t *testing.T) {
	h := newHarness(t)
	var u struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &u)
	h.send("PUT", u.URL, "GIF89a is no WebM", nil).into(t, 200, nil)
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": u.URL}}).wantError(t, 400, saccade.CodeInvalidInput)
}

func TestUploadLink(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.Limits.VideoBytes = 1000 })
	var u struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &u)
	h.send("PUT", u.URL, strings.Repeat("x", 1000), nil).into(t, 200, nil)
	h.send("PUT", u.URL, strings.Repeat("x", 1001), nil).wantError(t, 413, saccade.CodeClient)

	chunked, err := http.NewRequestWithContext(t.Context(), "PUT", u.URL, struct{ *strings.Reader }{strings.NewReader(strings.Repeat("x", 5000))})
	if err != nil {
		t.Fatal(err)
	}
	chunked.ContentLength = -1
	h.do(chunked).wantError(t, 413, saccade.CodeClient)

	for name, url := range map[string]string{
		"no signature":  strings.Split(u.URL, "?")[0],
		"signature":     strings.Replace(u.URL, "sig=", "sig=0", 1),
		"longer life":   strings.Replace(u.URL, "exp=", "exp=9", 1),
		"other object":  strings.Replace(u.URL, "/acme/", "/acme/x", 1),
		"other account": strings.Replace(u.URL, "/acme/", "/rival/", 1),
	} {
		if r := h.send("PUT", url, "x", nil); r.status != 403 {
			t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := h.send("GET", u.URL, nil, nil); r.status != 403 {
		t.Errorf("GET on an upload link: %d", r.status)
	}
}
