package main_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestApp is a first visit: sign in, drop a video, watch the heat appear, step
// through its frames, draw an area, delete.
func TestApp(t *testing.T) {
	s := start(t, t.TempDir())
	b := openTab(t, s.url)
	b.open("/")
	b.see("See where people look")
	b.judge("signin")
	b.fill("#token", "wrong")
	b.keys(kb.Enter)
	b.see("unable to authenticate")
	b.expect("401")
	b.expect("/session")
	eval[any](b, "document.querySelector('#token').select()")
	b.fill("#token", s.token)
	b.keys(kb.Enter)
	b.see("Analyze the sample")
	b.expect("/session")
	b.judge("empty")

	b.click("Analyze the sample")
	b.see("Sample: a visit to a shop")
	b.click("Open")
	b.wait("document.querySelector('.running') || document.querySelector('.result')")
	b.save("running")
	b.wait("document.querySelector('.timeline')")
	b.clean("running")
	b.judge("analysis")
	steps(b)
	id := eval[string](b, "location.pathname.split('/')[2]")
	drawing(b, s, id)
	b.judge("areas")
}

// steps walks through every frame of the sample: the number on screen is that
// of the frame that is shown, whose time stamp comes from the decoder.
func steps(b *tab) {
	b.t.Helper()
	n := eval[int](b, "Number(document.querySelector('[role=slider]').getAttribute('aria-valuemax'))")
	if n != 191 {
		b.t.Fatalf("%d frames", n)
	}
	b.wait("document.querySelector('video').readyState >= 2")
	for f := range n {
		if f > 0 {
			b.keys(".")
		}
		b.wait(fmt.Sprintf("document.querySelector('#where').dataset.frame === '%d'", f))
	}
}

// drawing draws an area with the mouse, and compares its share with the one
// that the service measures.
func drawing(b *tab, s *service, id string) {
	b.t.Helper()
	b.keys("r")
	box := eval[[]float64](b, "(r => [r.x, r.y, r.width, r.height])(document.querySelector('.screen').getBoundingClientRect())")
	b.drag(box[0]+0.1*box[2], box[1]+0.1*box[3], box[0]+0.5*box[2], box[1]+0.6*box[3])
	b.wait("document.querySelector('[data-area]')")
	here := eval[float64](b, "Number(document.querySelector('[data-share]').dataset.share)")
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
	stored := s.call("GET", "/analyses/video/"+id, nil).body["outputs"].(map[string]any)["aois"].([]any)[0].(map[string]any)["share"].(float64)
	if math.Abs(here-stored) > 0.002 {
		b.t.Errorf("the app measures %v, the service %v", here, stored)
	}
}
