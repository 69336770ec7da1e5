package main_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// watched has a video analyzed with what the app asks for, or less.
func (s *service) watched(b []byte, predictions object) string {
	s.t.Helper()
	posted := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(b), "title": "e2e"}, "predictions": predictions})
	if a := s.settle(posted.text("location"), 3*time.Minute); a.text("status") != "success" {
		s.t.Fatalf("%v", a.body)
	}
	return posted.text("id")
}

// where returns the frame on screen.
func (b *tab) where() int {
	b.t.Helper()
	return eval[int](b, "Number(document.querySelector('#where').dataset.frame)")
}

// TestAppVideo is a second visit: ranges, polygons, times of areas, palettes, and
// addresses that lead back to what was on screen.
func TestAppVideo(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	scores := object{"outputs": []string{"score", "timeline"}}
	id := s.watched(read(t, "../../examples/sample.webm"), object{"attention": object{"outputs": []string{"data"}}, "focus": scores, "clarity": scores, "excitingness": scores})
	b := openTab(t, s.url)
	b.open(s.link())
	b.see("e2e")
	b.open("/a/" + id)
	b.wait("document.querySelector('video')?.readyState >= 2")
	hovers(b)
	ranges(b)
	polygon(b, s, id)
	polygonByKeys(b)
	switches(b)
	spans(b, s, id)
	inPalettes(b)
	addresses(b, s, id)
}

// hovers moves the mouse along the timeline: the frame there shows, and the video
// stays where it is.
func hovers(b *tab) {
	b.t.Helper()
	b.wait("document.querySelector('.track-body')")
	frame := b.where()
	eval[any](b, "document.querySelector('.timeline').scrollIntoView({block: 'end'})")
	box := eval[[]float64](b, "(r => [r.x, r.y, r.width, r.height])(document.querySelector('.track-body').getBoundingClientRect())")
	seen := map[string]bool{}
	for _, part := range []float64{0.2, 0.62, 0.9} {
		b.move(box[0]+part*box[2], box[1]+box[3]/2)
		b.wait("document.querySelector('.hover-label .thumb')?.dataset.frame") // this very frame, not one near it
		if n := eval[[]int](b, "[/frame (\\d+)/.exec(document.querySelector('.hover-label').innerText)[1], document.querySelector('.thumb').dataset.frame].map(Number)"); n[0] != n[1]+1 {
			b.t.Errorf("the label says frame %d over frame %d", n[0], n[1]+1)
		}
		seen[eval[string](b, "new Promise(r => requestAnimationFrame(() => setTimeout(() => r(document.querySelector('.thumb').toDataURL()), 50)))")] = true
		if eval[float64](b, "document.querySelector('.thumb').getBoundingClientRect().top") < 0 {
			b.t.Error("the frame under the pointer is cut off")
		}
	}
	if len(seen) != 3 || b.where() != frame {
		b.t.Errorf("%d different frames under the pointer, and frame %d became %d", len(seen), frame, b.where())
	}
	b.save("hover")
	b.move(5, 5)
	b.wait("!document.querySelector('.hover-label')")
	eval[any](b, "scrollTo(0, 0)")
	b.clean("hovers")
}

// ranges chooses a part of the video by keys, plays it in a loop, and lets go.
func ranges(b *tab) {
	b.t.Helper()
	b.keys("3")
	b.wait("Number(document.querySelector('#where').dataset.frame) > 20")
	from := b.where()
	b.keys("[")
	b.keys("4")
	b.wait(fmt.Sprintf("Number(document.querySelector('#where').dataset.frame) > %d", from))
	to := b.where()
	b.keys("]")
	b.see("Range ")
	b.wait("new URLSearchParams(location.search).get('range')")
	b.keys("o")
	b.wait("document.querySelector('[aria-label=Loop][aria-pressed=true]')")
	b.keys(" ")
	seen := eval[[]int](b, `new Promise(resolve => {
		const seen = [], until = performance.now() + 60000;
		const look = () => {
			const f = Number(document.querySelector('#where').dataset.frame);
			if (seen.at(-1) !== f) seen.push(f);
			const turns = seen.filter((v, i) => i && v < seen[i - 1]).length;
			if (turns >= 3 || performance.now() > until) resolve(seen); else requestAnimationFrame(look);
		};
		look();
	})`)
	turns, outside := 0, 0
	for i, f := range seen {
		if f < from-2 || f > to+12 {
			outside++ // a busy machine turns back late
		}
		if i > 0 && f < seen[i-1] {
			turns++
		}
	}
	if turns < 3 || 4*outside > len(seen) {
		b.t.Errorf("the range %d to %d was not repeated: %v", from, to, seen)
	}
	b.keys(" ")
	b.wait("document.querySelector('[aria-label=Play]')")
	b.keys("o")
	eval[any](b, "scrollTo(0, 0)") // the protocol's space scrolls, whatever the page says
	b.judge("range")
	eval[any](b, "document.querySelector('.track-body').dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))")
	b.wait("!document.body.innerText.includes('Range ') && !new URLSearchParams(location.search).get('range')")
	for text, frame := range map[string]string{"8": "7", "somewhere": "7", "1e9": "190"} {
		if text == "somewhere" {
			frame = eval[string](b, "document.querySelector('#where').dataset.frame") // nothing happens
		}
		b.keys("g")
		b.wait("document.activeElement.id === 'goto'")
		eval[any](b, "document.activeElement.select()") // a key of the protocol types, whatever the page says
		b.fill("#goto", text)
		b.keys(kb.Enter)
		b.wait("document.querySelector('#goto').hidden && document.querySelector('#where').dataset.frame === '" + frame + "'")
	}
	b.clean("ranges")
}

// storedAreas are what the service measures.
func (s *service) storedAreas(id string) []any {
	s.t.Helper()
	all, _ := s.call("GET", "/analyses/video/"+id, nil).body["outputs"].(object)["aois"].([]any)
	return all
}

// polygon draws one with the mouse; its share is the service's.
func polygon(b *tab, s *service, id string) {
	b.t.Helper()
	b.keys("p")
	box := eval[[]float64](b, "(r => [r.x, r.y, r.width, r.height])(document.querySelector('.screen').getBoundingClientRect())")
	for _, p := range [][2]float64{{0.1, 0.15}, {0.5, 0.1}, {0.45, 0.6}, {0.12, 0.55}} {
		x, y := box[0]+p[0]*box[2], box[1]+p[1]*box[3]
		b.drag(x, y, x, y)
	}
	eval[any](b, `document.querySelector('.areas').dispatchEvent(new MouseEvent('dblclick', {bubbles: true}))`)
	b.wait("document.querySelector('[data-area]')")
	here := eval[float64](b, "Number(document.querySelector('[data-share]').dataset.share)")
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
	area := s.storedAreas(id)[0].(object)
	if corners, _ := area["polygon"].([]any); len(corners) < 3 {
		b.t.Errorf("stored as %v", area)
	}
	if stored := area["share"].(float64); math.Abs(here-stored) > 0.002 || stored < 0.05 {
		b.t.Errorf("the app measures %v, the service %v", here, stored)
	}
	b.judge("polygon")
}

// polygonByKeys adds one in the middle, moves a corner of it, and deletes it.
func polygonByKeys(b *tab) {
	b.t.Helper()
	shape := func() string {
		b.t.Helper()
		return eval[string](b, "document.querySelector('.area.selected polygon').getAttribute('points')")
	}
	b.keys("p")
	b.keys(kb.Enter)
	b.wait("document.querySelectorAll('[data-area]').length === 2 && document.activeElement.matches('.area.selected polygon')")
	before := shape()
	b.keys(kb.PageDown)
	b.keys(kb.ArrowRight, chromedp.KeyModifiers(chromedp.ModifierShift))
	b.wait(fmt.Sprintf("document.querySelector('.area.selected polygon').getAttribute('points') !== %q", before))
	if is, was := strings.Fields(shape()), strings.Fields(before); len(is) != 5 || is[0] != was[0] || is[1] == was[1] || is[2] != was[2] {
		b.t.Errorf("%v became %v", was, is)
	}
	b.keys(kb.Delete)
	b.wait("document.querySelectorAll('[data-area]').length === 1")
	b.focus("document.querySelector('.area polygon')")
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
}

// switches turns the letters off and on, and changes what is behind the frame.
func switches(b *tab) {
	b.t.Helper()
	pressed := "document.querySelector('.segments [aria-pressed=true]').innerText"
	for range 2 {
		b.keys("?")
		b.wait("document.querySelector('dialog[open]')")
		b.press("document.querySelector('dialog[open] input[type=checkbox]')")
		b.keys(kb.Escape)
		b.wait("!document.querySelector('dialog[open]')")
		b.keys("h")
		want := "Heat"
		if eval[bool](b, "localStorage.getItem('saccade.letters') === 'on'") {
			want = "Seen"
		}
		b.wait(pressed + " === '" + want + "'")
	}
	b.click("Heat")
	b.keys("b")
	b.wait("document.querySelector('.stage').dataset.ground === 'gray'")
	b.keys("b")
	b.keys("b")
	b.wait("document.querySelector('.stage').dataset.ground === 'dark'")
}

// spans says by keys that the area exists later and ends sooner.
func spans(b *tab, s *service, id string) {
	b.t.Helper()
	for which, key := range map[string]string{"from": kb.ArrowRight, "to": kb.ArrowLeft} {
		eval[any](b, "document.querySelector('.span."+which+"').focus()")
		for range 5 {
			b.keys(key)
		}
	}
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
	area := s.storedAreas(id)[0].(object)
	if from, _ := area["from"].(float64); math.Abs(from-0.5) > 0.01 || area["to"] == nil {
		b.t.Errorf("stored as %v", area)
	}
	b.clean("spans")
}

// inPalettes colors the attention otherwise; the legend and the next visit know.
func inPalettes(b *tab) {
	b.t.Helper()
	const drawn = "(c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].reduce((a, v, i) => (a * 31 + v + i % 7) % 1000003, 7))(document.querySelector('canvas.heat'))"
	seen := map[int]string{eval[int](b, drawn): "heat"}
	for _, name := range []string{"turbo", "fog"} {
		eval[any](b, fmt.Sprintf("(e => { e.value = '%s'; e.dispatchEvent(new Event('change', {bubbles: true})); })(document.querySelector('.palette'))", name))
		b.wait("document.querySelector('.ramp." + name + "')")
		got := eval[int](b, drawn)
		if other, same := seen[got]; same {
			b.t.Errorf("%s looks like %s", name, other)
		}
		seen[got] = name
		b.judge(name)
	}
	b.reload()
	b.wait("document.querySelector('.ramp.fog') && document.querySelector('.palette').value === 'fog'")
	eval[any](b, "(e => { e.value = 'heat'; e.dispatchEvent(new Event('change', {bubbles: true})); })(document.querySelector('.palette'))")
	b.wait("document.querySelector('.ramp.heat')")
	b.clean("palettes")
}

// addresses lead back to what was on screen, by link and by the way back.
func addresses(b *tab, s *service, id string) {
	b.t.Helper()
	b.wait("document.querySelector('video')?.readyState >= 2")
	b.keys("h")
	b.keys("h")
	b.keys("-")
	b.keys("5")
	b.wait("document.querySelector('#where').dataset.frame > 80") // or the link would be that of the frame before
	b.press("document.querySelector('[data-area]')")
	b.wait("(q => ['t', 'view', 'o', 'area'].every(k => q.has(k)) && Math.abs(q.get('t') - document.querySelector('#where').dataset.time) < 0.01)(new URLSearchParams(location.search))")
	link := eval[string](b, "location.pathname + location.search")
	frame := b.where()
	const restored = `document.querySelector('.segments [aria-pressed=true]')?.innerText === 'Hotspots' && document.querySelector('[data-area].selected') && document.querySelector('.strength input').value === '0.9'`
	arrived := fmt.Sprintf("%s && Math.abs(Number(document.querySelector('#where').dataset.frame) - %d) <= 1", restored, frame)
	b.click("Library")
	b.wait("document.querySelector('.cards')")
	eval[any](b, "history.back()")
	b.wait(arrived)
	eval[any](b, "history.forward()")
	b.wait("document.querySelector('.cards')")
	b.open(link)
	b.wait(arrived)
	// A link may show an area that is not stored; following it stores nothing.
	b.open("/a/" + id + "?area=Logo%3D0.1,0.1,0.2,0.2")
	b.wait("document.querySelector('.marked')?.innerText.startsWith('Logo, ')")
	b.judge("linked-area")
	if all := s.storedAreas(id); len(all) != 1 {
		b.t.Errorf("a link has stored %v", all)
	}
	for _, bad := range []string{"?area=%3D9,9,9,9&range=x,y&t=-4&o=9999&view=nothing", "?area=Logo%3D1,2&range=5,1&t=1e9"} {
		b.open("/a/" + id + bad)
		b.wait("document.querySelector('video')?.readyState >= 2 && document.querySelector('.segments [aria-pressed=true]').innerText === 'Heat' && !document.querySelector('.marked')")
	}
	b.clean("addresses")
}
