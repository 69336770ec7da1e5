package main_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp/kb"
)

// TestAppLongLibrary: two hundred analyses are there at once, and searched.
func TestAppLongLibrary(t *testing.T) {
	s := start(t, t.TempDir())
	b := openTab(t, s.url)
	s.analyzed(pngOf(t, screen(640, 480)), nil)
	poster, err := json.Marshal(s.call("GET", "/analyses", nil).body["analyses"].([]any)[0].(object)["poster"])
	b.must(err)
	b.open(s.link())
	b.see("e2e")
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const real = fetch;
		window.fetch = (a, o) => {
			const u = new URL(String(a), location);
			if (!u.pathname.endsWith('/v2/analyses')) return real(a, o);
			const from = Number(u.searchParams.get('after') || 0), limit = Number(u.searchParams.get('limit')), q = u.searchParams.get('q') || '';
			const all = Array.from({length: 200}, (_, i) => ({id: 'id' + i, type: ['video', 'image', 'url'][i % 3], status: 'success', title: 'Design number ' + i, poster: ` + string(poster) + `,
				created_at: '2026-06-01T09:12:43.512000', scores: {focus: i % 100, clarity: 50, excitingness: 20}})).filter(x => x.title.includes(q));
			return Promise.resolve(Response.json({analyses: all.slice(from, from + limit), ...(from + limit < all.length && {next: String(from + limit)})}));
		};`})
	b.open("/")
	b.wait("document.querySelectorAll('.card').length >= 60")
	for eval[int](b, "document.querySelectorAll('.card').length") < 200 {
		eval[any](b, "scrollTo(0, document.body.scrollHeight)")
	}
	b.save("library-200")
	delays(b)
	b.keys("/")
	b.wait("document.activeElement.id === 'search'")
	eval[any](b, "document.activeElement.select()") // a key of the protocol types, whatever the page says
	b.fill("#search", "number 17")
	b.wait("document.querySelectorAll('.card').length === 11") // 17 and 170 to 179
	b.clean("library of 200")
}

// delays chooses cards with the mouse and writes down, for people to read, how
// long it took until the next frame was painted, and when the first one was. The
// times are the machine's and fail nothing; that no card but the one that is
// chosen is drawn anew does.
func delays(b *tab) {
	b.t.Helper()
	eval[any](b, `(() => {
		scrollTo(0, 0);
		window.delays = [];
		new PerformanceObserver(l => { for (const e of l.getEntries()) if (e.name === 'click') window.delays.push(e.duration); }).observe({type: 'event', durationThreshold: 16});
		window.drawn = 0; // every card that is drawn asks for the time, to write its age
		const now = Date.now;
		Date.now = () => (window.drawn++, now());
	})()`)
	for i := range 6 {
		eval[any](b, "new Promise(r => requestAnimationFrame(() => setTimeout(r, 60)))") // what a click hits is what was painted
		at := eval[[]float64](b, fmt.Sprintf("(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelectorAll('.card .pick')[%d].getBoundingClientRect())", i))
		b.drag(at[0], at[1], at[0], at[1])
		b.wait(fmt.Sprintf("document.querySelectorAll('.card.chosen').length === %d", i+1))
		eval[any](b, "new Promise(r => requestAnimationFrame(() => setTimeout(r, 60)))")
	}
	b.t.Logf("milliseconds from a choice to the next paint, where 16 or more: %v; first paint: %v",
		eval[[]float64](b, "window.delays"), eval[[]float64](b, "performance.getEntriesByType('paint').map(e => Math.round(e.startTime))"))
	if drawn := eval[int](b, "window.drawn"); drawn < 6 || drawn > 60 {
		b.t.Errorf("choosing six of 200 cards has drawn %d", drawn)
	}
	b.click("Clear")
	b.wait("!document.querySelector('.card.chosen')")
}

// TestAppQueue: what waits says its place, and what the service cannot take now is
// sent again by itself. No job is run here, so that all of it waits.
func TestAppQueue(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "--role", "api", "--max-queue", "3")
	var ids []string
	for range 3 {
		ids = append(ids, s.image(base64Of(pngOf(t, screen(320, 240))), nil).text("id"))
	}
	b := openTab(t, s.url)
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const real = fetch; let fast = 1;
		window.fetch = (a, o) => String(a).includes('v2/upload-urls') && fast-- > 0
			? Promise.resolve(new Response('{"error":{"code":"rate_limited","message":"Too many."}}', {status: 429, headers: {'Retry-After': '600'}})) : real(a, o);`})
	b.open(s.link())
	for i, says := range []string{"Next in line", "Number 2 in line", "Number 3 in line"} {
		b.wait(fmt.Sprintf("document.querySelector('[data-id=\"%s\"] .badge')?.innerText === %q", ids[i], says))
	}
	b.judge("queued")
	b.open("/a/" + ids[2])
	b.see("Number 3 in line")
	b.judge("queued-analysis")
	s.call("DELETE", "/analyses/"+ids[0], nil)
	b.see("Number 2 in line") // it follows
	s.image(base64Of(pngOf(t, screen(320, 240))), nil)
	b.open("/")
	b.see("Next in line")
	dropSample(b)
	b.see("Too many requests. Next try in")
	b.judge("too-fast")
	b.click("Try now")
	b.see("The service is full. Next try in") // as the queue really is, at the next try
	b.expect("503")
	s.call("DELETE", "/analyses/"+ids[1], nil)
	b.wait("document.querySelector('.upload[data-state=done]')")
	b.expect("503")
	b.clean("queue")
}

// TestAppWithoutAttention: what was asked for clarity alone has its heat in the app
// all the same, and areas can be measured.
func TestAppWithoutAttention(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	a := s.analyzed(pngOf(t, screen(640, 480)), object{"predictions": object{"clarity": object{"outputs": []string{"score"}}}})
	if out := a.body["outputs"].(object); out["attention"] != nil {
		t.Fatalf("%v", out)
	}
	b := openTab(t, s.url)
	b.open(s.link())
	b.see("e2e")
	b.open("/a/" + a.text("id"))
	b.wait("document.querySelector('canvas.heat')?.width > 300 && document.querySelector('canvas.heat').getContext('2d').getImageData(0, 0, 640, 480).data.some((v, i) => i % 4 === 3 && v > 50)")
	b.keys("r")
	b.keys(kb.Enter)
	b.wait("Number(document.querySelector('[data-share]')?.dataset.share) > 0.01")
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
	b.clean("without attention")
}

// TestAppFigures: the page About states no figure that docs/accuracy.md does not.
func TestAppFigures(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	b := openTab(t, s.url)
	b.open("/about")
	b.see("OSIE")
	figures := eval[[]string](b, "[...document.querySelectorAll('.figures td, .figure')].map(e => e.innerText)")
	if len(figures) < 10 {
		t.Errorf("only %q", figures)
	}
	known := string(read(t, "../../docs/accuracy.md"))
	for _, f := range figures {
		if !strings.Contains(known, f) {
			t.Errorf("%s does not stand in docs/accuracy.md", f)
		}
	}
	b.judge("about")
}
