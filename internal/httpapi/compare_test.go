package httpapi

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/saccade-dev/saccade"
)

func (h *harness) compare(body object) reply { return h.call("POST", "/v2/compare", body) }

// half is the left half of an image.
var half = object{"name": "left half", "box": object{"x": 0, "y": 0, "width": 0.5, "height": 1}}

// TestCompare: two analyses of even attention differ in nothing, and the answer is
// what docs/compare.schema.json says.
func TestCompare(t *testing.T) {
	h := newHarness(t)
	schema, err := jsonschema.NewCompiler().Compile("../../docs/compare.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, start := range []func(*harness) string{(*harness).image, (*harness).video} {
		base, candidate := done(start)(h), done(start)(h)
		r := h.compare(object{"base": base, "candidate": candidate, "aois": []any{half}, "conditions": []any{
			object{"check": `"left half".share < 0.9*base`}, object{"level": "warn", "check": "moved >= 0"}, object{"level": "warn", "check": "focus < base"},
		}})
		var d saccade.Comparison
		r.into(t, 200, &d)
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Error(err)
		}
		p := d.Pairs[0]
		if d.Verdict != saccade.VerdictWarn || len(d.Warnings) != 2 || len(p.Checks) != 3 || p.Base.Name != base || p.Candidate.Name != candidate {
			t.Errorf("%+v", d)
		}
		for _, q := range p.Quantities {
			if q.Difference != nil && *q.Difference != 0 || q.Name == `"left half".share` && *q.Candidate != 0.5 {
				t.Errorf("%+v", q)
			}
		}
	}
}

// TestCompareByOwnAreas: without areas in the request each side brings its own.
func TestCompareByOwnAreas(t *testing.T) {
	h := newHarness(t)
	base, candidate := done((*harness).image)(h), done((*harness).image)(h)
	h.call("PUT", "/v2/analyses/"+base+"/aois", object{"aois": []any{half}}).into(t, 200, nil)
	other := object{"name": "left half", "box": object{"x": 0, "y": 0, "width": 0.25, "height": 1}}
	h.call("PUT", "/v2/analyses/"+candidate+"/aois", object{"aois": []any{other}}).into(t, 200, nil)
	var d saccade.Comparison
	h.compare(object{"base": base, "candidate": candidate}).into(t, 200, &d)
	for _, q := range d.Pairs[0].Quantities {
		if q.Name == `"left half".share` && (*q.Base != 0.5 || *q.Candidate != 0.25 || q.Change != saccade.ChangeLower) {
			t.Errorf("%+v", q)
		}
	}
	h.compare(object{"base": base, "candidate": candidate, "aois": []any{}}).into(t, 200, &d)
	if n := len(d.Pairs[0].Quantities); n != 2 { // focus and moved: neither has clarity in its table
		t.Errorf("no areas: %+v", d.Pairs[0].Quantities)
	}
}

func TestCompareRefuses(t *testing.T) {
	h := newHarness(t)
	image, other, video, pending := done((*harness).image)(h), done((*harness).image)(h), done((*harness).video)(h), h.image()
	failed := h.image()
	h.fail(failed, saccade.CodeUnreadableImage)
	with := func(change object) object {
		body := object{"base": image, "candidate": other}
		for k, v := range change {
			body[k] = v
		}
		return body
	}
	check := func(text string) object { return with(object{"conditions": []any{object{"check": text}}}) }
	for _, c := range []struct {
		name   string
		body   object
		status int
		code   saccade.Code
		param  string
	}{
		{"unknown", with(object{"base": madeUp}), 404, saccade.CodeClient, "base"},
		{"no id at all", with(object{"candidate": "../x"}), 404, saccade.CodeClient, "candidate"},
		{"pending", with(object{"candidate": pending}), 409, saccade.CodeConflict, "candidate"},
		{"failed", with(object{"base": failed}), 409, saccade.CodeConflict, "base"},
		{"kinds", with(object{"candidate": video}), 400, saccade.CodeInvalidInput, "candidate"},
		{"empty", object{}, 400, saccade.CodeClient, ""},
		{"wrong type", with(object{"base": 3}), 400, saccade.CodeClient, "base"},
		{"syntax", check("focus =< base"), 400, saccade.CodeInvalidInput, "conditions[0].check"},
		{"area", check("cta.share < base"), 400, saccade.CodeInvalidInput, "conditions[0].check"},
		{"long", check("focus < " + strings.Repeat("1+", 5000) + "1"), 400, saccade.CodeInvalidInput, "conditions[0].check"},
		{"level", with(object{"conditions": []any{object{"level": "fatal", "check": "focus < 1"}}}), 400, saccade.CodeInvalidInput, "conditions[0].check"},
		{"many", with(object{"conditions": make([]object, 201)}), 400, "", ""},
		{"huge", with(object{"conditions": make([]object, 2000)}), 400, "", ""},
		{"box", with(object{"aois": []any{object{"name": "a", "box": object{"x": 0, "y": 0, "width": 2, "height": 1}}}}), 400, saccade.CodeInvalidInput, "aois[0]"},
	} {
		r := h.compare(c.body)
		if c.code == "" {
			r.into(t, c.status, nil)
			continue
		}
		if e := r.wantError(t, c.status, c.code); c.param != "" && e["param"] != c.param {
			t.Errorf("%s: param %v, want %s", c.name, e["param"], c.param)
		}
	}
}

// TestReport: one HTML file of an analysis of any kind, as a download.
func TestReport(t *testing.T) {
	h := newHarness(t)
	image, video, pending := done((*harness).image)(h), done((*harness).video)(h), h.image()
	h.call("PUT", "/v2/analyses/"+image+"/aois", object{"aois": []any{half}}).into(t, 200, nil)
	for id, want := range map[string]string{image: "left half", video: "Video Testing"} {
		r := h.call("GET", "/v2/reports/"+id, nil)
		body, head := string(r.body), r.header
		if r.status != 200 || !strings.HasPrefix(body, "<!DOCTYPE html>") || !strings.Contains(body, want) || strings.Contains(body, "<script") {
			t.Errorf("%d %.400s", r.status, body)
		}
		if head.Get("Content-Type") != "text/html; charset=utf-8" || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") || !strings.HasPrefix(head.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%v", head)
		}
	}
	h.call("GET", "/v2/reports/"+pending, nil).wantError(t, 409, saccade.CodeConflict)
	h.call("GET", "/v2/reports/"+madeUp, nil).wantError(t, 404, saccade.CodeClient)
	h.clock.advance(time.Hour + time.Second)
	h.call("GET", "/v2/reports/"+image, nil).wantError(t, 410, saccade.CodeGone)
}

// TestCompareHides: what is another account's, not for this account, or expired.
func TestCompareHides(t *testing.T) {
	h := newHarness(t)
	image, video := done((*harness).image)(h), done((*harness).video)(h)
	images := object{"base": image, "candidate": image}
	h.send("POST", h.at("/v2/compare"), images, nil).wantError(t, http.StatusUnauthorized, saccade.CodeAuth)
	// Those of another account are as those that nobody has.
	theirs := h.send("POST", h.at("/v2/compare"), images, map[string]string{"Authorization": "Bearer " + h.other})
	theirs.wantError(t, 404, saccade.CodeClient)
	// Without the add-on there are no videos.
	videos := object{"base": video, "candidate": video}
	h.compare(videos).into(t, 200, nil)
	if err := h.store.SetAddOn(h.ctx(), "acme", saccade.AddOnVideo, false); err != nil {
		t.Fatal(err)
	}
	h.compare(videos).wantError(t, 404, saccade.CodeClient)
	// Results of images expire.
	h.clock.advance(time.Hour + time.Second)
	if e := h.compare(images).wantError(t, 410, saccade.CodeGone); e["param"] != "base" {
		t.Errorf("expired: param %v", e["param"])
	}
}
