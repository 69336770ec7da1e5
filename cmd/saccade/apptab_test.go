package main_test

import (
	"context"
	_ "embed"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axe checks a page against the rules of WCAG; of Deque Systems, MPL-2.0.
//
//go:embed testdata/app/axe.min.js
var axe string

// tab is a page of the app in Debian's Chromium. What must not happen on any
// page is collected: errors on the console, violations of the policy, requests
// to other hosts.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string

	mu       sync.Mutex
	storage  string // an origin that requests may go to as well; empty: none
	stored   []string
	problems []string
	choosers []cdp.BackendNodeID // fields that have asked for files
	bytes    map[string]float64  // on the wire, by address
	ids      map[network.RequestID]string
}

// openTab starts a Chromium of its own, with more flags if wanted.
func openTab(t *testing.T, address string, flags ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	needChromium(t)
	b := &tab{t: t, url: address, bytes: map[string]float64{}, ids: map[network.RequestID]string{}}
	flags = append(flags,
		chromedp.Flag("no-sandbox", os.Geteuid() == 0), chromedp.Flag("headless", true), chromedp.Flag("disable-gpu", true), chromedp.Flag("autoplay-policy", "no-user-gesture-required"),
		chromedp.Flag("hide-scrollbars", true), chromedp.WindowSize(1440, 900))
	alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, closeTab := chromedp.NewContext(alloc, chromedp.WithListener(b.observe))
	limited, cancel := context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(func() {
		cancel()
		closeTab()
		closeAlloc()
	})
	b.ctx = limited
	b.must(chromedp.Do(ctx))
	call(b, runtime.Enable, struct{}{})
	call(b, log.Enable, struct{}{})
	call(b, page.Enable, page.EnableParams{})
	call(b, network.Enable, network.EnableParams{})
	yes := true
	_, err := chromedp.CallBrowser(ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: t.TempDir(), EventsEnabled: &yes})
	b.must(err)
	b.look(1440, 900, "light")
	return b
}

// call runs a command of the protocol.
func call[P, R any](b *tab, cmd cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, cmd, params)
	b.must(err)
	return r
}

func (b *tab) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// observe collects what must not happen.
func (b *tab) observe(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventExceptionThrown:
		text := ev.ExceptionDetails.Text
		if ev.ExceptionDetails.Exception != nil {
			text += " " + ev.ExceptionDetails.Exception.Description
		}
		b.problems = append(b.problems, text)
	case *log.EventEntryAdded:
		if strings.Contains(ev.Entry.URL, "/preview.grid?") && (strings.Contains(ev.Entry.Text, "410") || b.storage != "" && strings.Contains(ev.Entry.Text, "404")) {
			return // the analysis ended between the poll and the read, which the API (a bucket) answers so
		}
		if ev.Entry.Level == log.EntryLevelError || ev.Entry.Source == log.EntrySourceSecurity {
			b.problems = append(b.problems, ev.Entry.Text+" "+ev.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError {
			text := "console.error"
			for _, arg := range ev.Args {
				text += fmt.Sprintf(" %s %s", arg.Value, arg.Description)
			}
			b.problems = append(b.problems, text)
		}
	case *network.EventRequestWillBeSent:
		b.ids[ev.RequestID] = ev.Request.URL
		u, err := url.Parse(ev.Request.URL)
		if err == nil && b.storage != "" && b.storage == u.Scheme+"://"+u.Host {
			b.stored = append(b.stored, ev.Request.Method+" "+path.Base(u.Path))
			return
		}
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && !strings.HasPrefix(ev.Request.URL, b.url) {
			b.problems = append(b.problems, "a request to another host: "+ev.Request.URL)
		}
	case *page.EventFileChooserOpened:
		b.choosers = append(b.choosers, ev.BackendNodeID)
	case *network.EventLoadingFinished:
		b.bytes[b.ids[ev.RequestID]] += ev.EncodedDataLength
	}
}

// clean fails for what was collected, and forgets it.
func (b *tab) clean(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.problems {
		b.t.Errorf("%s: %s", where, p)
	}
	b.problems = nil
}

// expect drops problems that a test has caused on purpose.
func (b *tab) expect(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = slices.DeleteFunc(b.problems, func(p string) bool { return strings.Contains(p, part) })
}

// look sets the size of the window, and the theme.
func (b *tab) look(w, h int, theme string) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(w), Height: int64(h), DeviceScaleFactor: 1, Mobile: false})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
}

// open loads an address below the root of the service.
func (b *tab) open(path string) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(b.url+path)))
}

// reload loads the page anew.
func (b *tab) reload() {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.Reload()))
}

// eval returns the value of an expression, awaited.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// wait returns once an expression is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	for !eval[bool](b, "!!("+expression+")") {
		select {
		case <-b.ctx.Done():
			b.t.Fatalf("never: %s; the page says: %s", expression, b.says())
		case <-time.After(30 * time.Millisecond):
		}
	}
}

func (b *tab) says() string {
	text, _ := chromedp.Run(context.WithoutCancel(b.ctx), chromedp.Evaluate[string]("document.body.innerText.slice(0, 2000)"))
	return text
}

// see returns once a text is on the page.
func (b *tab) see(text string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("document.body && document.body.innerText.includes(%q)", text))
}

// click presses the button or link with a label.
func (b *tab) click(label string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll('dialog[open] button, dialog[open] a'), ...document.querySelectorAll('button, a, summary')].find(e => (e.getAttribute('aria-label') || e.innerText).trim() === %q)`, label)
	b.press(find)
}

// openLibrary signs in by the link and waits for the library, which is empty.
func openLibrary(t *testing.T, s *service) *tab {
	t.Helper()
	b := openTab(t, s.url)
	b.open(s.link())
	b.see("Analyze the sample")
	return b
}

// press clicks what an expression finds, once it is there.
func (b *tab) press(find string) {
	b.t.Helper()
	b.wait("(e => e && (e.click(), true))(" + find + ")")
}

// focus moves the focus to what an expression finds, once it is there.
func (b *tab) focus(find string) {
	b.t.Helper()
	b.wait("(e => e && (e.focus(), true))(" + find + ")")
}

// keys types as a keyboard does.
func (b *tab) keys(text string, opts ...chromedp.KeyOption) {
	b.t.Helper()
	b.must(chromedp.Do(b.ctx, chromedp.KeyEvent(text, opts...)))
}

// fill writes into a field.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.focus(fmt.Sprintf("document.querySelector(%q)", selector))
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// drag moves the mouse from one place to another with the button pressed.
func (b *tab) drag(fromX, fromY, toX, toY float64) {
	b.t.Helper()
	for _, step := range []struct {
		kind input.DispatchMouseEventType
		x, y float64
	}{{input.DispatchMouseEventTypeMouseMoved, fromX, fromY}, {input.DispatchMouseEventTypeMousePressed, fromX, fromY},
		{input.DispatchMouseEventTypeMouseMoved, (fromX + toX) / 2, (fromY + toY) / 2}, {input.DispatchMouseEventTypeMouseMoved, toX, toY},
		{input.DispatchMouseEventTypeMouseReleased, toX, toY}} {
		call(b, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: step.kind, X: step.x, Y: step.y, Button: input.MouseButtonLeft, Buttons: 1, ClickCount: 1})
	}
}

// move moves the mouse, with no button pressed.
func (b *tab) move(x, y float64) {
	b.t.Helper()
	call(b, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved, X: x, Y: y})
}

// sizes are the windows in which every screen is checked.
var sizes = []struct {
	name string
	w, h int
}{{"wide", 1440, 900}, {"phone", 390, 844}}

// judge checks the screen by axe in both themes and widths, wants no sideways
// scrolling, and saves it to $SACCADE_SCREENS if that is set.
func (b *tab) judge(name string) {
	b.t.Helper()
	if !eval[bool](b, "typeof axe === 'object'") {
		call(b, runtime.Evaluate, runtime.EvaluateParams{Expression: axe}) // as a developer would, past the page's policy
	}
	b.inEveryLook(name, func(where string) {
		found := eval[[]string](b, `axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}).then(r =>
				r.violations.map(v => v.id + ': ' + v.help + ' ' + v.nodes.map(n => n.target.join(' ') + ' ' + (n.any[0] ? n.any[0].message : '')).slice(0, 4).join(' | ')))`)
		for _, v := range found {
			b.t.Errorf("%s: axe: %s", where, v)
		}
		if over := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			b.t.Errorf("%s scrolls sideways by %d pixels", where, over)
		}
	})
	b.clean(name)
}

// inEveryLook shows the screen in both widths and themes, and saves each.
func (b *tab) inEveryLook(name string, check func(where string)) {
	b.t.Helper()
	for _, size := range sizes {
		for _, theme := range []string{"light", "dark"} {
			b.look(size.w, size.h, theme)
			eval[any](b, "new Promise(r => requestAnimationFrame(() => setTimeout(r, 60)))")
			where := name + "-" + size.name + "-" + theme
			check(where)
			b.save(where)
		}
	}
	b.look(1440, 900, "light")
}

// showing saves a part of the screen in every look. The whole of it was judged
// before: what a sticky header covers half, as this part is scrolled to, axe
// would take for too small.
func (b *tab) showing(name, selector string) {
	b.t.Helper()
	b.inEveryLook(name, func(string) {
		eval[any](b, fmt.Sprintf("document.querySelector(%q).scrollIntoView({block: 'center'})", selector))
	})
	eval[any](b, "scrollTo(0, 0)")
	b.clean(name)
}

// save writes what is on screen, for people to look at.
func (b *tab) save(name string) {
	b.t.Helper()
	dir := os.Getenv("SACCADE_SCREENS")
	if dir == "" {
		return
	}
	shown, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	b.must(err)
	b.must(os.MkdirAll(dir, 0o755))
	b.must(os.WriteFile(filepath.Join(dir, name+".png"), shown, 0o644))
}
