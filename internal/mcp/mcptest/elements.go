package mcptest

import (
	"fmt"
	"html"
	"math"
	"net/http"
	"strings"
)

// Page is a page with a heading, two buttons, one of them with a hostile name, and two
// paragraphs.
func Page() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!doctype html><title>shop</title><h1 style="font-size:60px">Kettles that wait for you</h1>`+
			`<button id="buy" style="font-size:30px;padding:30px">Buy now</button><button aria-label="%s">x</button><p>Boils in a minute.</p><p>Waits for an hour.</p>`, html.EscapeString(hostile))
	})
}

// elements asks for what is on a page.
func (s *suite) elements(image, page string) {
	s.t.Helper()
	for _, args := range []obj{{}, {"id": image, "url": "http://example.com/"}, {"id": image}, {"id": "nosuch"}} {
		s.call("elements", args, true)
	}
	if page == "" {
		return
	}
	a := s.call("elements", obj{"url": page, "steal": true}, false)
	s.harmless(a)
	sum, selectors := a.out["rest"].(float64), map[any]bool{}
	for _, e := range a.out["elements"].([]any) {
		sum += e.(obj)["share"].(float64)
		selectors[e.(obj)["selector"]] = true
	}
	if math.Abs(sum-1) > 1e-3 || !selectors["#buy"] || len(selectors) != int(a.out["count"].(float64)) {
		s.t.Errorf("shares sum to %v: %v", sum, a.out)
	}
	if steal, _ := a.out["steal"].([]any); len(steal) != len(selectors) || !strings.Contains(a.lines, "not a measurement") || !strings.Contains(a.lines, "Without button “Buy now”: “") {
		s.t.Errorf("steal: %v, %s", a.out["steal"], a.lines)
	}
	if again := s.call("elements", obj{"id": a.text("id")}, false); again.out["count"] != a.out["count"] {
		s.t.Errorf("by id: %v", again.out)
	}
	s.selectors(a, page)
	s.call("delete", obj{"id": a.text("id")}, false)
}

// selectors holds that areas take what elements has answered.
func (s *suite) selectors(elements answer, page string) {
	s.t.Helper()
	areas := []obj{{"name": "Buy now", "role": "button"}}
	for i, e := range elements.out["elements"].([]any) {
		areas = append(areas, obj{"name": fmt.Sprint(i), "selector": e.(obj)["selector"]})
	}
	for _, a := range []answer{
		s.call("measure_areas", obj{"id": elements.text("id"), "areas": areas}, false),
		s.call("analyze", obj{"url": page, "areas": areas}, false),
	} {
		if got, _ := a.out["areas"].([]any); len(got) != len(areas) {
			s.t.Errorf("%d areas of %v", len(got), areas)
		}
	}
	a := s.call("compare", obj{"base": obj{"url": page}, "candidate": obj{"url": page}, "areas": areas, "checks": []string{"\"Buy now\".share < 0.9*base"}}, false)
	if a.out["verdict"] != "pass" || !strings.Contains(a.lines, "Buy now") {
		s.t.Errorf("%v", a.out)
	}
	s.call("measure_areas", obj{"id": elements.text("id"), "areas": []obj{{"name": "x", "selector": "#nowhere"}}}, true)
}
