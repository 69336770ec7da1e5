package httpapi

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store/retention"
)

type items struct {
	Analyses []listItem
	Next     string
}

func TestLibrary(t *testing.T) {
	h := newHarness(t)
	id := h.image()
	focus, clarity := 62, 71
	poster := &saccade.PosterOutput[saccade.File]{Plain: artifact.PosterJPG, Heat: artifact.PosterHeatJPG}
	h.put(id, artifact.PosterJPG, []byte("\xff\xd8\xff"))
	if err := h.begin(id).Succeed(h.ctx(), &saccade.Outputs[saccade.File]{Input: &saccade.InputOutput[saccade.File]{Poster: poster},
		Focus: &saccade.ScoreOutput[saccade.File]{Score: &focus}, Clarity: &saccade.ScoreOutput[saccade.File]{Score: &clarity}}); err != nil {
		t.Fatal(err)
	}
	var v imageView
	h.call("PATCH", "/v2/analyses/"+id, object{"title": "Spring CAMPAIGN"}).into(t, 200, &v)
	if v.Title != "Spring CAMPAIGN" || v.Keep || v.ExpiresAt == "" {
		t.Errorf("%+v", v)
	}
	waiting := h.video()
	list := func(q string) (l items) {
		t.Helper()
		h.call("GET", "/v2/analyses?q="+url.QueryEscape(q), nil).into(t, 200, &l)
		return l
	}
	l := list("campaign")
	if len(l.Analyses) != 1 || l.Analyses[0].ID != id {
		t.Fatalf("%+v", l)
	}
	it := l.Analyses[0]
	if it.Scores == nil || *it.Scores.Focus != 62 || *it.Scores.Clarity != 71 || it.Scores.Excitingness != nil || it.ExpiresAt != v.ExpiresAt || it.Poster == nil {
		t.Errorf("%+v", it)
	}
	if r := h.send("GET", string(it.Poster.Plain), nil, nil); r.status != 200 || r.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the poster: %d %s", r.status, r.body)
	}
	if l := list("no such title"); len(l.Analyses) != 0 {
		t.Errorf("%+v", l)
	}
	l = list("")
	if len(l.Analyses) != 2 || l.Analyses[0].ID != waiting || l.Analyses[0].Stage != "queued" || *l.Analyses[0].Progress != 0 || l.Analyses[0].Scores != nil {
		t.Errorf("%+v", l.Analyses)
	}
	for _, q := range []string{"%", "'", `\`, "\x00", "\xff", strings.Repeat("ä", 100)} {
		list(q)
	}
	h.call("GET", "/v2/analyses?q="+strings.Repeat("a", 201), nil).wantError(t, 400, saccade.CodeClient)
	h.call("GET", "/v2/analyses/video?q=video+t", nil).into(t, 200, &l)
	if len(l.Analyses) != 1 {
		t.Errorf("%+v", l)
	}
}

func TestKeep(t *testing.T) {
	h := newHarness(t)
	var c created
	h.call("POST", "/v2/analyses", object{"input": object{"type": "url", "content": "https://example.com/"}, "keep": true}).into(t, 201, &c)
	h.succeed(c.ID)
	other := h.image()
	h.succeed(other)
	h.call("PATCH", "/v2/analyses/"+other, object{"keep": true}).into(t, 200, nil)
	last := h.image()
	h.succeed(last)
	h.clock.advance(2 * time.Hour)
	for id, status := range map[string]int{c.ID: 200, other: 200, last: 410} {
		if r := h.call("GET", "/v2/analyses/"+id, nil); r.status != status {
			t.Errorf("%s: %d, want %d", id, r.status, status)
		}
	}
	var v imageView
	h.call("PATCH", "/v2/analyses/"+other, object{"keep": false}).into(t, 200, &v)
	if v.Keep || v.ExpiresAt == "" {
		t.Errorf("%+v", v)
	}
	h.clock.advance(2 * time.Hour)
	h.call("PATCH", "/v2/analyses/"+other, object{"keep": true}).wantError(t, 410, saccade.CodeGone)
}

func TestUpdatesAreRefused(t *testing.T) {
	h := newHarness(t)
	video, image := h.video(), h.image()
	for name, tc := range map[string]struct {
		path   string
		body   any
		status int
		param  string
	}{
		"long title":    {"/v2/analyses/video/" + video, object{"title": strings.Repeat("x", 1001)}, 400, "title"},
		"a number":      {"/v2/analyses/video/" + video, object{"title": 7}, 400, "title"},
		"a word":        {"/v2/analyses/" + image, object{"keep": "yes"}, 400, "keep"},
		"no JSON":       {"/v2/analyses/" + image, "{", 400, ""},
		"a video there": {"/v2/analyses/" + video, object{"keep": true}, 404, ""},
		"an image":      {"/v2/analyses/video/" + image, object{"keep": true}, 404, ""},
		"nobody's":      {"/v2/analyses/nosuchid", object{"keep": true}, 404, ""},
	} {
		r := h.call("PATCH", tc.path, tc.body)
		e := r.wantError(t, tc.status, saccade.CodeClient)
		if got, _ := e["param"].(string); got != tc.param {
			t.Errorf("%s: param %q, want %q: %s", name, got, tc.param, r.body)
		}
	}
	h.call("PATCH", "/v2/analyses/"+image, object{}).into(t, 200, nil)
	h.call("PATCH", "/v2/analyses/"+image, object{"title": "", "keep": nil}).into(t, 200, nil)
}

// TestInputIsGone: an answer says until when the upload of a video is there, and its link is
// gone afterwards.
func TestInputIsGone(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	h.succeed(id)
	week := 7 * 24 * time.Hour
	if err := h.store.SetRetention(h.ctx(), "acme", retention.Own{Video: &week}); err != nil {
		t.Fatal(err)
	}
	var v struct {
		Expires string `json:"expires_at"`
		Input   string `json:"input_expires_at"`
		Outputs saccade.Outputs[saccade.Link]
	}
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
	if at, err := time.Parse(saccade.TimestampLayout, v.Input); err != nil || time.Until(at) < week-time.Hour || time.Until(at) > week || v.Expires != "" {
		t.Errorf("%+v, %v", v, err)
	}
	h.send("GET", string(v.Outputs.Input.Video), nil, nil).into(t, 200, nil)
	h.clock.advance(week)
	if n, err := h.store.ExpireInputs(h.ctx()); err != nil || n != 1 {
		t.Fatal(n, err)
	}
	if err := h.disk.Delete(h.ctx(), h.key(string(v.Outputs.Input.Video))); err != nil {
		t.Fatal(err)
	}
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
	h.send("GET", string(v.Outputs.Input.Video), nil, nil).wantError(t, 410, saccade.CodeGone)
	h.send("GET", string(v.Outputs.Attention.AttentionMap), nil, nil).into(t, 200, nil)
}

// bucket is links that lead to another server than this one.
type bucket struct{ blob.Links }

func (bucket) GetURL(_ blob.Origin, key blob.Key, _ time.Time) (saccade.Link, error) {
	return saccade.Link("https://bucket.example/objects/" + string(key)), nil
}

// TestInputOfABucketIsGone: a bucket would answer that it never had the upload; so the link
// leads to this server then.
func TestInputOfABucketIsGone(t *testing.T) {
	h := newHarness(t, func(_ *Config, d *Deps) { d.Links = bucket{d.Links} })
	id := h.video()
	h.succeed(id)
	hour := time.Hour
	if err := h.store.SetRetention(h.ctx(), "acme", retention.Own{Video: &hour}); err != nil {
		t.Fatal(err)
	}
	link := func() string {
		t.Helper()
		var v struct{ Outputs saccade.Outputs[saccade.Link] }
		h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
		return string(v.Outputs.Input.Video)
	}
	before := link()
	if !strings.HasPrefix(before, "https://bucket.example/objects/uploads/acme/") {
		t.Errorf("before: %s", before)
	}
	h.clock.advance(hour)
	if err := h.disk.Delete(h.ctx(), blob.Key(strings.TrimPrefix(before, "https://bucket.example/objects/"))); err != nil {
		t.Fatal(err)
	}
	h.send("GET", link(), nil, nil).wantError(t, 410, saccade.CodeGone)
}
