package main_test

import (
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

// TestPageElements asks a real server with a real browser for all that is
// answered about the elements of a page.
func TestPageElements(t *testing.T) {
	t.Parallel()
	needChromium(t)
	shop := site(t, map[string]http.HandlerFunc{"/": html(pageHTML)})
	s := start(t, t.TempDir(), "--allow", shop.Listener.Addr().String())
	page := object{"type": "url", "content": shop.URL}
	posted := s.call("POST", "/analyses", object{"input": page, "steal": true, "variants": []string{"dark", "zoom200"},
		"aois": []object{{"name": "Buy now", "role": "button"}, {"name": "head", "selector": "header"}}})
	if posted.status != http.StatusCreated {
		t.Fatalf("POST: %d %v", posted.status, posted.body)
	}
	a := s.settle(posted.text("location"), 4*time.Minute)
	b, err := json.Marshal(a.body["outputs"])
	if err != nil {
		t.Fatal(err)
	}
	var out saccade.Outputs[saccade.Link]
	if err := json.Unmarshal(b, &out); err != nil || out.Elements == nil || out.Steal == nil || len(out.Variants) != 2 || len(out.AOIs) != 2 {
		t.Fatalf("%v: %v", err, a.body)
	}
	sum := out.Elements.Rest + out.Elements.Unlisted
	var roles []string
	for _, e := range out.Elements.List {
		sum += e.Share
		roles = append(roles, string(e.Role)+" "+e.Name)
	}
	slices.Sort(roles)
	want := []string{"button Buy now", "heading Spring sale", "paragraph Everything must go, and some of it already went. Buy now"}
	if !slices.Equal(roles, want) || math.Abs(sum-1) > 1e-6 {
		t.Errorf("%q, sum %v", roles, sum)
	}
	if out.Steal.Note != saccade.StealNote || out.Steal.Captures != 4 || len(out.Steal.Rows) != 3 {
		t.Errorf("%+v", out.Steal)
	}
	for _, v := range out.Variants {
		if v.Error != nil || v.Focus == nil || len(v.AOIs) != 2 || !v.AOIs[0].Visible || v.Image == "" {
			t.Errorf("%+v", v)
		}
	}
	id := posted.text("id")
	again := s.call("PUT", "/analyses/"+id+"/aois", object{"aois": []object{{"name": "Spring sale", "role": "heading"}}})
	if again.status != http.StatusOK {
		t.Errorf("PUT: %d %v", again.status, again.body)
	}
	if no := s.call("PUT", "/analyses/"+id+"/aois", object{"aois": []object{{"name": "x", "selector": "#nope"}}}); no.status != http.StatusBadRequest {
		t.Errorf("PUT of what is not there: %d %v", no.status, no.body)
	}
	failed := s.call("POST", "/analyses", object{"input": page, "aois": []object{{"name": "x", "selector": "#nope"}}})
	if a := s.settle(failed.text("location"), 2*time.Minute); a.code() != "invalid_input_configuration" {
		t.Errorf("an area that names nothing: %v", a.body)
	}
	for _, body := range []object{
		{"input": page, "variants": []string{"upside-down"}}, {"input": page, "aois": []object{{"name": "x", "role": "banner"}}},
		{"input": object{"type": "image", "content": "x"}, "elements": true}, {"input": object{"type": "image", "content": "x"}, "variants": []string{"dark"}},
	} {
		if got := s.call("POST", "/analyses", body); got.status != http.StatusBadRequest || got.code() != "invalid_input_configuration" {
			t.Errorf("%v: %d %v", body, got.status, got.body)
		}
	}
}
