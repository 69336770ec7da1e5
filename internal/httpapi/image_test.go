package httpapi

import (
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
)

func TestImageContent(t *testing.T) {
	h := newHarness(t)
	raw, err := base64.StdEncoding.DecodeString(openapi.ExampleImage)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Builder{}
	for i, c := range openapi.ExampleImage {
		if i > 0 && i%60 == 0 {
			lines.WriteString("\r\n")
		}
		lines.WriteRune(c)
	}
	for name, tc := range map[string]struct {
		content string
		want    []byte
	}{
		"plain":         {openapi.ExampleImage, raw},
		"line breaks":   {lines.String() + "\n", raw},
		"data prefix":   {"data:image/png;base64," + openapi.ExampleImage, raw},
		"prefix, lines": {"data:image/png;base64,\n" + lines.String(), raw},
		"no padding":    {strings.TrimRight(openapi.ExampleImage, "="), raw},
		"URL alphabet":  {base64.URLEncoding.EncodeToString([]byte("\xff\xfe\xfd?>")), []byte("\xff\xfe\xfd?>")},
		"not an image":  {base64.StdEncoding.EncodeToString([]byte("hello")), []byte("hello")},
		"not Base64":    {"!!! nonsense !!!", []byte("!!! nonsense !!!")},
	} {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.t = t
			var c created
			r := h.call("POST", "/v2/analyses", object{"input": object{"type": "image", "content": tc.content}})
			r.into(t, 201, &c)
			if c.Location != h.at("/v2/analyses/"+c.ID) || r.header.Get("Location") != c.Location {
				t.Errorf("location %q %q", c.Location, r.header.Get("Location"))
			}
			an, err := h.store.Analysis(t.Context(), "acme", c.ID)
			if err != nil {
				t.Fatal(err)
			}
			o, _, err := h.disk.Open(t.Context(), blob.Key(an.Request.Object))
			if err != nil {
				t.Fatal(err)
			}
			defer o.Close()
			got, err := io.ReadAll(o)
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("stored %q %v, want %q", got, err, tc.want)
			}
		})
	}
}

func TestImageRequests(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.Limits.ImageBytes = 3000 })
	page := func(address string) object { return object{"type": "url", "content": address} }
	for name, tc := range map[string]struct {
		body   any
		status int
		code   saccade.Code
		param  string
	}{
		"page":             {object{"input": page("https://www.example.com/a?b=c#d")}, 201, "", ""},
		"page, upper case": {object{"input": page("HTTPS://EXAMPLE.COM")}, 201, "", ""},
		"ftp":              {object{"input": page("ftp://example.com/")}, 400, saccade.CodeInvalidInput, "input.content"},
		"file":             {object{"input": page("file:///etc/passwd")}, 400, saccade.CodeInvalidInput, "input.content"},
		"javascript":       {object{"input": page("javascript:alert(1)")}, 400, saccade.CodeInvalidInput, "input.content"},
		"data":             {object{"input": page("data:text/html,hi")}, 400, saccade.CodeInvalidInput, "input.content"},
		"no scheme":        {object{"input": page("www.example.com")}, 400, saccade.CodeInvalidInput, "input.content"},
		"no host":          {object{"input": page("https:///x")}, 400, saccade.CodeInvalidInput, "input.content"},
		"password":         {object{"input": page("https://a:b@example.com/")}, 400, saccade.CodeInvalidInput, "input.content"},
		"line feed":        {object{"input": page("https://example.com/\nx")}, 400, saccade.CodeInvalidInput, "input.content"},
		"long address":     {object{"input": page("https://example.com/" + strings.Repeat("a", 9000))}, 400, saccade.CodeInvalidInput, "input.content"},
		"no type":          {object{"input": object{"content": openapi.ExampleImage}}, 400, saccade.CodeInvalidInput, "input"},
		"other type":       {object{"input": object{"type": "video", "content": "x"}}, 400, saccade.CodeInvalidInput, "input.type"},
		"empty image":      {object{"input": object{"type": "image", "content": ""}}, 400, saccade.CodeInvalidInput, "input.content"},
		"white image":      {object{"input": object{"type": "image", "content": " \n "}}, 400, saccade.CodeInvalidInput, "input.content"},
		"large image":      {object{"input": object{"type": "image", "content": strings.Repeat("A", 4004)}}, 413, saccade.CodeClient, "input.content"},
		"content a number": {object{"input": object{"type": "image", "content": 5}}, 400, saccade.CodeInvalidInput, "input.content"},
		"input a list":     {object{"input": []int{1}}, 400, saccade.CodeInvalidInput, "input"},
		"no input":         {object{}, 400, saccade.CodeInvalidInput, ""},
		"other medium":     {object{"input": object{"type": "url", "content": "https://example.com/", "medium": "tv"}}, 400, saccade.CodeInvalidInput, "input.medium"},
		"medium as a note": {object{"input": object{"type": "image", "content": openapi.ExampleImage, "medium": "tv"}}, 201, "", ""},
		"long medium":      {object{"input": object{"type": "image", "content": openapi.ExampleImage, "medium": strings.Repeat("x", 101)}}, 400, saccade.CodeInvalidInput, "input.medium"},
		"nulls":            {object{"input": object{"type": "image", "content": openapi.ExampleImage, "title": nil, "medium": nil}, "predictions": nil, "aois": nil, "webhook": nil}, 201, "", ""},
		"unknown fields":   {object{"input": object{"type": "image", "content": openapi.ExampleImage, "colour": 5}, "extra": []int{1}}, 201, "", ""},
		"long title":       {object{"input": object{"type": "image", "content": openapi.ExampleImage, "title": strings.Repeat("x", 1001)}}, 400, saccade.CodeInvalidInput, "input.title"},
		"NUL in title":     {`{"input":{"type":"image","content":"aGk=","title":"a\u0000b"}}`, 400, saccade.CodeClient, ""},
		"hook to us":       {object{"input": page("https://example.com"), "webhook": object{"url": "http://127.0.0.1/"}}, 400, saccade.CodeInvalidInput, "webhook.url"},
		"hook event":       {object{"input": page("https://example.com"), "webhook": object{"url": "https://example.com", "events": []string{"x"}}}, 400, saccade.CodeInvalidInput, "webhook.events"},
		"bad area":         {object{"input": page("https://example.com"), "aois": []any{object{"name": "a", "box": object{"x": 0, "y": 0, "width": 2, "height": 1}}}}, 400, saccade.CodeInvalidInput, "aois[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.t = t
			r := h.call("POST", "/v2/analyses", tc.body)
			if tc.code == "" {
				r.into(t, tc.status, nil)
				return
			}
			if f := r.wantError(t, tc.status, tc.code); tc.param != "" && f["param"] != tc.param {
				t.Errorf("param %v, want %s", f["param"], tc.param)
			}
		})
	}
}

func TestPredictions(t *testing.T) {
	h := newHarness(t)
	image := object{"type": "image", "content": openapi.ExampleImage}
	for name, tc := range map[string]struct {
		kind        saccade.Kind
		predictions any
		want        []saccade.Output // nil: refused
	}{
		"image, omitted":      {saccade.KindImage, nil, []saccade.Output{saccade.OutAttentionMap, saccade.OutClarityScore, saccade.OutClarityMap}},
		"image, empty":        {saccade.KindImage, object{}, []saccade.Output{saccade.OutAttentionMap, saccade.OutClarityScore, saccade.OutClarityMap}},
		"video, omitted":      {saccade.KindVideo, nil, []saccade.Output{saccade.OutAttentionMap}},
		"defaults":            {saccade.KindImage, object{"attention": object{}, "clarity": object{}, "excitingness": object{}, "focus": object{}}, []saccade.Output{saccade.OutAttentionMap, saccade.OutClarityScore, saccade.OutExcitingnessScore, saccade.OutFocusScore}},
		"empty outputs":       {saccade.KindImage, object{"clarity": object{"outputs": []string{}}}, []saccade.Output{saccade.OutClarityScore}},
		"null outputs":        {saccade.KindImage, object{"clarity": object{"outputs": nil}}, []saccade.Output{saccade.OutClarityScore}},
		"exactly":             {saccade.KindImage, object{"attention": object{"outputs": []string{"hotspotsMap"}}}, []saccade.Output{saccade.OutHotspotsMap}},
		"video":               {saccade.KindVideo, object{"attention": object{"outputs": []string{"overlay", "data"}}, "focus": object{"outputs": []string{"timeline"}}}, []saccade.Output{saccade.OutData, saccade.OutOverlay, saccade.OutFocusTimeline}},
		"twice":               {saccade.KindImage, object{"clarity": object{"outputs": []string{"score", "score"}}}, []saccade.Output{saccade.OutClarityScore}},
		"unknown":             {saccade.KindImage, object{"mood": object{}}, nil},
		"unknown output":      {saccade.KindImage, object{"clarity": object{"outputs": []string{"smell"}}}, nil},
		"overlay of an image": {saccade.KindImage, object{"attention": object{"outputs": []string{"overlay"}}}, nil},
		"outputs a string":    {saccade.KindImage, object{"attention": object{"outputs": "attentionMap"}}, nil},
		"a list":              {saccade.KindImage, []string{"attention"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.t = t
			path, body := "/v2/analyses", object{"input": image}
			if tc.kind == saccade.KindVideo {
				path, body = "/v2/analyses/video", object{"input": object{"content": h.upload()}}
			}
			if tc.predictions != nil {
				body["predictions"] = tc.predictions
			}
			r := h.call("POST", path, body)
			if tc.want == nil {
				r.wantError(t, 400, saccade.CodeInvalidInput)
				return
			}
			var c created
			r.into(t, 201, &c)
			an, err := h.store.Analysis(t.Context(), "acme", c.ID)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(tc.want)
			slices.Sort(an.Request.Outputs)
			if d := cmp.Diff(tc.want, an.Request.Outputs); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestMediumFromEitherPlace(t *testing.T) {
	h := newHarness(t)
	for name, tc := range map[string]struct {
		inner, outer string
		want         saccade.Medium
	}{
		"default": {"", "", saccade.MediumDesktop}, "input": {"mobileWeb", "", saccade.MediumMobile},
		"request": {"", "mobileWeb", saccade.MediumMobile}, "both": {"desktopWeb", "mobileWeb", saccade.MediumDesktop},
	} {
		in, body := object{"type": "url", "content": "https://example.com/"}, object{}
		if tc.inner != "" {
			in["medium"] = tc.inner
		}
		if tc.outer != "" {
			body["medium"] = tc.outer
		}
		body["input"] = in
		var c created
		h.call("POST", "/v2/analyses", body).into(t, 201, &c)
		an, err := h.store.Analysis(t.Context(), "acme", c.ID)
		if err != nil || an.Request.Medium != tc.want {
			t.Errorf("%s: %v %v", name, an.Request.Medium, err)
		}
	}
}

func TestImageLife(t *testing.T) {
	h := newHarness(t)
	id := h.image()
	var v map[string]any
	h.call("GET", "/v2/analyses/"+id, nil).into(t, 200, &v)
	if v["status"] != "pending" || v["_internal_exposed_id"] != nil {
		t.Fatalf("pending: %v", v)
	}
	h.succeed(id)
	h.call("GET", "/v2/analyses/"+id, nil).into(t, 200, &v)
	if v["status"] != "success" || v["_internal_exposed_id"] == nil || v["_internal_exposed_id"] == id {
		t.Fatalf("success: %v", v)
	}
	broken := h.image()
	h.fail(broken, saccade.CodeBlankImage)
	var f imageView
	h.call("GET", "/v2/analyses/"+broken, nil).into(t, 200, &f)
	if f.Status != "failed" || f.Error.Code != "blank_input_image" || f.ExposedID != "" {
		t.Fatalf("failed: %+v", f)
	}
	h.clock.advance(time.Hour + time.Second)
	for _, gone := range []string{id, broken} {
		r := h.call("GET", "/v2/analyses/"+gone, nil)
		if f := r.wantError(t, 410, saccade.CodeGone); f["message"] != "This resource is no longer available." {
			t.Errorf("message %q", f["message"])
		}
	}
}

func TestOutputLinks(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	h.succeed(id)
	var v videoView
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
	link := string(v.Outputs.Attention.AttentionMap)

	r := h.send("GET", link, nil, map[string]string{"Range": "bytes=2-5"})
	if r.status != 206 || string(r.body) != "2345" || r.header.Get("Content-Range") != "bytes 2-5/10" {
		t.Errorf("range: %d %q %q", r.status, r.body, r.header.Get("Content-Range"))
	}
	if r = h.send("GET", link, nil, map[string]string{"Range": "bytes=50-"}); r.status != 416 {
		t.Errorf("range beyond: %d", r.status)
	}
	r = h.send("HEAD", link, nil, nil)
	if r.status != 200 || r.header.Get("Content-Length") != "10" || r.header.Get("Accept-Ranges") != "bytes" {
		t.Errorf("HEAD: %d %v", r.status, r.header)
	}
	if d := r.header.Get("Content-Disposition"); d != "inline; filename=attentionMap.webm" {
		t.Errorf("disposition %q", d)
	}
	if c := r.header.Get("Cache-Control"); !strings.HasPrefix(c, "private, max-age=3") {
		t.Errorf("cache control %q", c)
	}
	if r = h.send("GET", link, nil, map[string]string{"If-None-Match": r.header.Get("ETag")}); r.status != 304 {
		t.Errorf("conditional: %d", r.status)
	}
	key := h.key(link)
	h.refuseTampered(link, string(key))
	var again videoView
	h.clock.advance(30 * time.Minute)
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &again)
	if string(again.Outputs.Attention.AttentionMap) == link {
		t.Error("the link was not signed afresh")
	}
	h.clock.advance(31 * time.Minute)
	h.send("GET", link, nil, nil).wantError(t, 403, saccade.CodeClient)
	h.send("GET", string(again.Outputs.Attention.AttentionMap), nil, nil).into(t, 200, nil)
	if err := h.disk.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	h.send(http.MethodGet, string(again.Outputs.Attention.AttentionMap), nil, nil).wantError(t, 410, saccade.CodeGone)
}

// refuseTampered tries what a link of an output must not be good for.
func (h *harness) refuseTampered(link, key string) {
	h.t.Helper()
	base, query, _ := strings.Cut(link, "?")
	for name, url := range map[string]string{
		"no signature": base,
		"other file":   strings.Replace(link, "attentionMap", "perceptionMap", 1),
		"PUT's method": base + "?" + strings.Replace(query, "method=GET", "method=PUT", 1),
		"traversal":    h.url + "/objects/../objects/" + key + "?" + query,
		"escaped":      h.url + "/objects/" + strings.ReplaceAll(key, "/", "%2F") + "?" + query,
		"dots":         h.url + "/objects/analyses/%2e%2e/%2e%2e/etc/passwd?" + query,
		"NUL":          h.url + "/objects/analyses/a%00b?" + query,
		"no key":       h.url + "/objects/?" + query,
	} {
		if r := h.send("GET", url, nil, nil); r.status != 403 && r.status != 404 {
			h.t.Errorf("%s: %d %s", name, r.status, r.body)
		}
	}
	if r := h.send("PUT", link, "x", nil); r.status != 403 {
		h.t.Errorf("PUT on an output link: %d", r.status)
	}
}
