package httpapi

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

type shared struct {
	ID, Type, Title string
	Outputs         *saccade.Outputs[saccade.Link]
	Pair            []shared
}

// share makes a share of the account "acme".
func (h *harness) share(body object) shareView {
	h.t.Helper()
	var s shareView
	h.call("POST", "/v2/shares", body).into(h.t, 201, &s)
	return s
}

func TestShare(t *testing.T) {
	h := newHarness(t)
	video, image := done((*harness).video)(h), done((*harness).image)(h)
	one := h.share(object{"analysis": video, "expires_in": 3600})
	two := h.share(object{"pair": []string{image, video}})
	if one.URL != h.url+"/s/"+one.ID || one.Analysis != video || one.Password || len(two.Pair) != 2 || len(one.ID) < 26 {
		t.Errorf("%+v, %+v", one, two)
	}
	r := h.send("GET", h.at("/v2/shares/"+one.ID), nil, nil)
	var got shared
	r.into(t, 200, &got)
	if got.ID != video || got.Type != "video" || got.Title != "Video Testing" || len(got.Pair) != 0 || got.Outputs == nil ||
		r.header.Get("X-Robots-Tag") != "noindex, nofollow" || r.header.Get("Referrer-Policy") != "no-referrer" || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s with %v", r.body, r.header)
	}
	for _, secret := range []string{"acme", "exposed", "webhook", h.token} {
		if strings.Contains(string(r.body), `"`+secret) {
			t.Errorf("%q is shown to whoever looks", secret)
		}
	}
	h.send("GET", string(got.Outputs.Attention.AttentionMap), nil, nil).into(t, 200, nil)
	h.send("GET", string(got.Outputs.Input.Video), nil, nil)
	h.send("GET", h.at("/v2/shares/"+two.ID), nil, nil).into(t, 200, &got)
	if len(got.Pair) != 2 || got.Pair[0].ID != image || got.Pair[1].ID != video || got.Pair[0].Outputs == nil {
		t.Errorf("%+v", got)
	}
	var list struct{ Shares []shareView }
	h.call("GET", "/v2/shares", nil).into(t, 200, &list)
	if len(list.Shares) != 2 || list.Shares[0].ID != two.ID {
		t.Errorf("%+v", list)
	}
	// What a share shows is all that it opens.
	for _, path := range []string{"/v2/analyses/video/" + video, "/v2/analyses", "/v2/shares"} {
		h.send("GET", h.at(path), nil, map[string]string{"Authorization": "Bearer " + one.ID}).wantError(t, 401, saccade.CodeAuth)
	}
	h.send("DELETE", h.at("/v2/shares/"+one.ID), nil, nil).wantError(t, 401, saccade.CodeAuth)
	h.send("DELETE", h.at("/v2/shares/"+one.ID), nil, map[string]string{"Authorization": "Bearer " + h.other}).wantError(t, 404, saccade.CodeClient)
	h.call("DELETE", "/v2/shares/"+one.ID, nil).into(t, 204, nil)
	h.send("GET", h.at("/v2/shares/"+one.ID), nil, nil).wantError(t, 404, saccade.CodeClient)
	h.call("DELETE", "/v2/shares/"+one.ID, nil).wantError(t, 404, saccade.CodeClient)
}

// TestShareEnds: with its time, and with what it shows.
func TestShareEnds(t *testing.T) {
	h := newHarness(t)
	image, video := done((*harness).image)(h), done((*harness).video)(h)
	short := h.share(object{"analysis": video, "expires_in": 1800})
	ofImage := h.share(object{"analysis": image})
	ofVideo := h.share(object{"pair": []string{video, video}})
	get := func(s shareView) reply { return h.send("GET", h.at("/v2/shares/"+s.ID), nil, nil) }
	var got shared
	get(short).into(t, 200, &got)
	u, err := url.Parse(string(got.Outputs.Attention.AttentionMap))
	if err != nil {
		t.Fatal(err)
	}
	var until int64
	if _, err := fmt.Sscan(u.Query().Get("exp"), &until); err != nil || time.Until(time.Unix(until, 0)) > 1801*time.Second {
		t.Errorf("a link outlives the share: %s", u)
	}
	h.clock.advance(31 * time.Minute)
	get(short).wantError(t, 410, saccade.CodeGone)
	h.clock.advance(time.Hour) // results of images are gone
	get(ofImage).wantError(t, 410, saccade.CodeGone)
	get(ofVideo).into(t, 200, nil)
	h.call("DELETE", "/v2/analyses/video/"+video, nil).into(t, 204, nil)
	get(ofVideo).wantError(t, 410, saccade.CodeGone)
	var list struct{ Shares []shareView }
	h.call("GET", "/v2/shares", nil).into(t, 200, &list)
	if len(list.Shares) != 2 {
		t.Errorf("%+v", list)
	}
	h.clock.advance(61 * 24 * time.Hour)
	if err := h.store.Prune(t.Context()); err != nil {
		t.Fatal(err)
	}
	get(ofVideo).wantError(t, 404, saccade.CodeClient)
}

func TestSharePassword(t *testing.T) {
	h := newHarness(t)
	id := done((*harness).video)(h)
	s := h.share(object{"analysis": id, "password": "grün & blau"})
	other := h.share(object{"analysis": id, "password": "other"})
	if !s.Password {
		t.Errorf("%+v", s)
	}
	get := func(s shareView, password string) reply {
		headers := map[string]string{}
		if password != "" {
			headers["X-Share-Password"] = password
		}
		return h.send("GET", h.at("/v2/shares/"+s.ID), nil, headers)
	}
	right := url.PathEscape("grün & blau")
	for range 7 { // who knows it may look as often as he likes, and who gives none is not counted
		get(s, right).into(t, 200, nil)
		get(s, "").wantError(t, 401, saccade.CodeAuth)
	}
	for i := range 5 {
		r := get(s, fmt.Sprintf("guess %d", i))
		if r.wantError(t, 401, saccade.CodeAuth); strings.Contains(string(r.body), "Video Testing") {
			t.Error("the title is shown without the password")
		}
	}
	r := get(s, right)
	r.wantError(t, 429, saccade.CodeRateLimited)
	if r.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	get(other, "other").into(t, 200, nil) // counted for each share
	h.clock.advance(13 * time.Second)
	get(s, right).into(t, 200, nil)
	for _, wrong := range []string{"%", "%zz", strings.Repeat("x", 500), strings.Repeat("x", 100)} {
		h.clock.advance(time.Minute)
		get(s, wrong).wantError(t, 401, saccade.CodeAuth)
	}
	get(s, strings.Repeat("x", 501)).wantError(t, 400, saccade.CodeClient)
	if log := h.log.String(); strings.Contains(log, "guess 1") || strings.Contains(log, "blau") {
		t.Error("the log holds a password")
	}
}

func TestSharesAreRefused(t *testing.T) {
	h := newHarness(t)
	ok, waiting := done((*harness).image)(h), h.video()
	for name, tc := range map[string]struct {
		body   any
		status int
		code   saccade.Code
	}{
		"nothing":        {object{}, 400, saccade.CodeClient},
		"both":           {object{"analysis": ok, "pair": []string{ok, ok}}, 400, saccade.CodeClient},
		"three":          {object{"pair": []string{ok, ok, ok}}, 400, saccade.CodeClient},
		"one of a pair":  {object{"pair": []string{ok}}, 400, saccade.CodeClient},
		"not ended":      {object{"analysis": waiting}, 409, saccade.CodeConflict},
		"unknown":        {object{"analysis": "nosuchid"}, 404, saccade.CodeClient},
		"no id":          {object{"pair": []string{ok, "../../etc"}}, 404, saccade.CodeClient},
		"too short":      {object{"analysis": ok, "expires_in": 1}, 400, saccade.CodeInvalidInput},
		"for ever":       {object{"analysis": ok, "expires_in": 1 << 40}, 400, saccade.CodeInvalidInput},
		"negative":       {object{"analysis": ok, "expires_in": -1}, 400, saccade.CodeInvalidInput},
		"long password":  {object{"analysis": ok, "password": strings.Repeat("p", 73)}, 400, saccade.CodeInvalidInput},
		"wide password":  {object{"analysis": ok, "password": strings.Repeat("ü", 40)}, 400, saccade.CodeClient},
		"a number":       {object{"analysis": 7}, 400, saccade.CodeInvalidInput},
		"a broken body":  {`{"analysis":`, 400, saccade.CodeClient},
		"an empty body":  {nil, 400, saccade.CodeClient},
		"many of a pair": {`{"pair":[` + strings.Repeat(`"a",`, 5000) + `"a"]}`, 400, saccade.CodeClient},
	} {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.t = t
			h.call("POST", "/v2/shares", tc.body).wantError(t, tc.status, tc.code)
		})
	}
	h.send("POST", h.at("/v2/shares"), object{"analysis": ok}, map[string]string{"Authorization": "Bearer " + h.other}).wantError(t, 404, saccade.CodeClient)
	for _, id := range []string{"nosuchid", "%00", strings.Repeat("a", 500), "'%20OR%201=1"} {
		h.send("GET", h.at("/v2/shares/"+id), nil, nil).wantError(t, 404, saccade.CodeClient)
	}
}
