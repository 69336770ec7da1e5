package httpapi

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
)

// TestHostileBodies sends every operation with a body what no client should:
// the answer is a 4xx in the API's form, never a 500, never a hang.
func TestHostileBodies(t *testing.T) {
	h := newHarness(t)
	id, image := h.video(), h.image()
	h.succeed(image)
	var v imageView
	h.call("GET", "/v2/analyses/"+image, nil).into(t, 200, &v)
	routes := []string{
		"POST /v2/analyses/video", "POST /v2/analyses", "PUT /v2/analyses/video/" + id + "/aois", "PUT /v2/analyses/" + image + "/aois",
		"PUT /v2/update-meta/screenshot/" + v.ExposedID, "POST /v2/webhooks",
	}
	bodies := map[string]any{
		"empty":            "",
		"space":            "  \n",
		"truncated":        `{"input":{"content":"htt`,
		"two documents":    `{"input":{}}{"input":{}}`,
		"an array":         `[]`,
		"a string":         `"hello"`,
		"a number":         `1e400`,
		"deep arrays":      strings.Repeat("[", 100_000),
		"deep objects":     strings.Repeat(`{"input":`, 50_000) + "1" + strings.Repeat("}", 50_000),
		"deep inside":      `{"input":` + strings.Repeat("[", 9000) + strings.Repeat("]", 9000) + `}`,
		"NUL":              "\x00\x00\x00",
		"NUL in text":      `{"input":{"content":"a\u0000b","type":"image"},"aois":[{"name":"\u0000"}],"url":"\u0000","goal":"\u0000"}`,
		"NUL in a name":    `{"a\u0000b":"x","input":1}`,
		"invalid UTF-8":    []byte("{\"input\":{\"content\":\"\xff\xfe\",\"type\":\"url\"},\"aois\":\"\xff\",\"url\":\"\xff\",\"\xff\":5}"),
		"lone surrogate":   `{"input":{"content":"\ud800","type":"url"},"aois":3,"url":"\ud800","goal":5}`,
		"XML":              `<input>1</input>`,
		"huge":             bytes.Repeat([]byte(" "), 32<<20),
		"wrong types":      `{"input":5,"aois":5,"url":5,"goal":5}`,
		"a million fields": "{" + strings.Repeat(`"a":1,`, 100_000) + `"input":1,"aois":1,"url":1}`,
		"gzip":             []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03"),
	}
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.t = t
			for _, route := range routes {
				method, path := openapi.SplitRoute(route)
				r := h.call(method, path, body)
				if r.status != 400 && r.status != 413 {
					t.Errorf("%s: %d %.200s", route, r.status, r.body)
					continue
				}
				if len(r.body) > 2000 {
					t.Errorf("%s: an answer of %d bytes", route, len(r.body))
				}
				code := saccade.CodeClient
				if strings.Contains(string(r.body), string(saccade.CodeInvalidInput)) {
					code = saccade.CodeInvalidInput
				}
				r.wantError(t, r.status, code)
			}
		})
	}
}

func TestContentTypeIsOfNoAccount(t *testing.T) {
	h := newHarness(t)
	url := h.upload()
	for _, kind := range []string{"application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=utf-16", "+;+", "nonsense", ""} {
		r := h.send("POST", h.at("/v2/analyses/video"), object{"input": object{"content": url}},
			map[string]string{"Authorization": "Bearer " + h.token, "Content-Type": kind, "Accept": "text/html, application/xml"})
		r.into(t, 201, nil)
		if got := r.header.Get("Content-Type"); got != "application/json" {
			t.Errorf("answered as %q", got)
		}
	}
}

func TestHeadersCannotBeInjected(t *testing.T) {
	h := newHarness(t)
	var c created
	h.call("POST", "/v2/analyses", object{"input": object{"type": "url", "content": "https://example.com/", "title": "a\r\nX-Evil: 1"}}).into(t, 201, &c)
	r := h.call("GET", "/v2/analyses/"+c.ID, nil)
	r.into(t, 200, nil)
	if r.header.Get("X-Evil") != "" {
		t.Error("a header was injected")
	}
}

func FuzzImageBytes(f *testing.F) {
	f.Add(openapi.ExampleImage)
	f.Add("data:image/png;base64,AAAA")
	f.Add("data:,")
	f.Add("====")
	f.Fuzz(func(t *testing.T, content string) {
		if got := imageBytes(content); len(got) > len(content) {
			t.Fatalf("%d bytes out of %d", len(got), len(content))
		}
	})
}

// TestExpectContinueIsNotAskedInVain: a client that asks before it sends gets
// its refusal without having sent anything.
func TestExpectContinueIsNotAskedInVain(t *testing.T) {
	h := newHarness(t)
	u, err := url.Parse(h.url)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	head := "PUT /objects/uploads/acme/x?exp=1&method=PUT&sig=0 HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Length: 100000000\r\nExpect: 100-continue\r\n\r\n"
	if _, err := conn.Write([]byte(head)); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("%s", res.Status)
	}
}
