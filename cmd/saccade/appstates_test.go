package main_test

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// link returns the address of a sign-in link of the server, below its root.
func (s *service) link() string {
	s.t.Helper()
	out := s.run("open", "--account", "e2e", "--data", s.data, "--public-url", s.url)
	return strings.TrimPrefix(strings.TrimSpace(out), s.url)
}

// TestAppStates shows what does not go well: full, offline, expired, and a long
// library.
func TestAppStates(t *testing.T) {
	s := start(t, t.TempDir(), "--result-ttl", "1ms")
	b := openLibrary(t, s)

	call(b, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	b.see("Offline")
	b.save("offline")
	call(b, network.OverrideNetworkState, network.OverrideNetworkStateParams{DownloadThroughput: -1, UploadThroughput: -1})
	b.wait("!document.body.innerText.includes('Offline')")
	b.expect("ERR_INTERNET_DISCONNECTED")

	// A service that is full, for a while.
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const real = fetch; let full = 1;
		window.fetch = (a, o) => String(a).includes('v2/upload-urls') && full-- > 0
			? Promise.resolve(new Response('{"error":{"code":"over_capacity","message":"Full."}}', {status: 503, headers: {'Retry-After': '600'}})) : real(a, o);`})
	b.open("/")
	b.click("Analyze the sample")
	b.see("Next try in")
	b.judge("full")
	b.see("Next try in") // it still was there to be judged
	b.click("Try now")
	b.wait("document.querySelector('[data-status=success]')")

	// An image that has expired, since it came through the API.
	a := s.call("POST", "/analyses", object{"input": object{"type": "image", "content": base64Of(pngOf(t, screen(200, 150)))}})
	until(t, time.Minute, "the image has expired", func() bool { return s.call("GET", "/analyses/"+a.text("id"), nil).status == http.StatusGone })
	b.open("/a/" + a.text("id"))
	b.see("This analysis is gone")
	b.expect("404")
	b.expect("410")
	b.judge("expired")
}

// TestAppShares hands out links: another browser sees what was shared, asks for
// the password, and sees nothing once the analysis is deleted.
func TestAppShares(t *testing.T) {
	s := start(t, t.TempDir())
	a := s.analyzed(pngOf(t, screen(640, 480)), nil)
	b := openTab(t, s.url)
	b.open(s.link())
	b.see("e2e")
	b.press("document.querySelector('.card-title')")
	b.wait("document.querySelector('.segments')")
	b.click("Share")
	b.wait("document.querySelector('dialog[open]')")
	b.fill("#share-password", "correct horse")
	b.click("Make a link")
	b.wait("document.querySelector('#share-url')")
	link := strings.TrimPrefix(eval[string](b, "document.querySelector('#share-url').value"), s.url)
	b.clean("sharing")

	other := openTab(t, s.url)
	other.open(link)
	other.see("asks for a password")
	other.expect("401")
	other.judge("share-password")
	other.fill("#password", "wrong")
	other.click("Open")
	other.see("not the password")
	other.expect("401")
	eval[any](other, "document.querySelector('#password').select()")
	other.fill("#password", "correct horse")
	other.click("Open")
	other.see("Shared, read-only")
	other.wait("document.querySelector('.result img').naturalWidth === 640")
	other.judge("shared")
	if eval[bool](other, "[...document.querySelectorAll('button')].some(e => /Delete|Draw|Share/.test(e.innerText + e.getAttribute('aria-label')))") {
		t.Error("a viewer is offered changes")
	}
	s.call("DELETE", "/analyses/"+a.text("id"), nil)
	other.open(link)
	other.wait("document.body.innerText.includes('asks for a password') || document.body.innerText.includes('leads nowhere')")
	if eval[bool](other, "!!document.querySelector('#password')") {
		other.fill("#password", "correct horse")
		other.click("Open")
	}
	other.see("leads nowhere any more")
}

// TestAppSharesAPair hands out a comparison: another browser sees it, whole and
// read-only, until one of the two is deleted.
func TestAppSharesAPair(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	first, second := s.analyzed(pngOf(t, screen(640, 480)), nil), s.analyzed(pngOf(t, screen(600, 500)), nil)
	b := openTab(t, s.url)
	b.open(s.link())
	b.see("e2e")
	// The key is pressed as soon as the numbers are there, before they are painted.
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `new MutationObserver((_, watch) => {
		if (!document.querySelector('.sides.swipe') || !document.querySelector('.compare-table tbody tr')) return;
		watch.disconnect();
		dispatchEvent(new KeyboardEvent('keydown', {key: 's'}));
	}).observe(document, {childList: true, subtree: true})`})
	b.open("/c/" + first.text("id") + ".." + second.text("id") + "?mode=swipe")
	b.wait("document.querySelector('dialog[open]')")
	b.click("Make a link")
	b.wait("document.querySelector('#share-url')")
	link := strings.TrimPrefix(eval[string](b, "document.querySelector('#share-url').value"), s.url)
	b.clean("sharing a pair")

	other := openTab(t, s.url)
	other.open(link + "?mode=diff")
	other.see("Shared, read-only")
	other.wait("document.querySelector('.sides.diff') && document.querySelectorAll('.compare-table tbody tr').length >= 1")
	other.judge("shared-pair")
	for _, mode := range []string{"Side by side", "Swipe", "Onion"} {
		other.click(mode)
	}
	other.wait("[...document.querySelectorAll('.sides img')].every(i => i.naturalWidth > 0)")
	if eval[bool](other, "[...document.querySelectorAll('button')].some(e => /Delete|Draw|Share/.test(e.innerText + e.getAttribute('aria-label')))") {
		t.Error("a viewer is offered changes")
	}
	other.clean("shared pair")
	s.call("DELETE", "/analyses/"+second.text("id"), nil)
	other.open(link)
	other.see("leads nowhere any more")
}

// TestAppInAnotherSite: a page of another site can neither frame the app nor use
// the session of whoever visits it.
func TestAppInAnotherSite(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	a := s.analyzed(pngOf(t, screen(320, 240)), nil)
	evil := site(t, map[string]http.HandlerFunc{"/": html(`<!doctype html><title>Win a prize</title><iframe src="` + s.url + `/" width=800 height=600></iframe>
		<form id=f method=post action="` + s.url + `/v2/analyses" enctype="text/plain"><input name='{"input":{"type":"image","content":"' value='"}}'></form>`)})
	b := openTab(t, s.url)
	b.open(s.link())
	b.see("e2e")
	elsewhere := strings.Replace(evil.URL, "127.0.0.1", "localhost", 1) // another site, not only another port
	b.must(chromedp.Do(b.ctx, chromedp.Navigate(elsewhere)))
	b.wait("document.readyState === 'complete'")
	if eval[bool](b, "(f => { try { return f.contentDocument?.body.innerText.length > 0; } catch { return f.contentWindow.length > 0; } })(document.querySelector('iframe'))") {
		t.Error("the app shows in a frame of another site")
	}
	until(t, time.Minute, "the frame is refused", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		return slices.ContainsFunc(b.problems, func(p string) bool { return strings.Contains(p, "frame-ancestors") })
	})
	eval[any](b, fmt.Sprintf(`Promise.allSettled([
		fetch(%[1]q + '/v2/analyses/%[2]s', {method: 'DELETE', credentials: 'include'}), fetch(%[1]q + '/session', {method: 'DELETE', credentials: 'include', mode: 'no-cors'}),
		fetch(%[1]q + '/v2/shares', {method: 'POST', credentials: 'include', mode: 'no-cors', body: '{"analysis":"%[2]s"}'})])`, s.url, a.text("id")))
	eval[any](b, "document.querySelector('#f').submit()")
	b.wait("document.readyState === 'complete' && location.port !== '" + elsewhere[strings.LastIndex(elsewhere, ":")+1:] + "'")
	b.open("/")
	b.see("e2e") // still signed in, still there
	if all := s.call("GET", "/analyses", nil).body["analyses"].([]any); len(all) != 1 {
		t.Errorf("another site has left %d analyses", len(all))
	}
	if all, _ := s.call("GET", "/shares", nil).body["shares"].([]any); len(all) != 0 {
		t.Errorf("another site has shared %v", all)
	}
}

// TestAppBehindProxy: the app works under a sub-path.
func TestAppBehindProxy(t *testing.T) {
	var public string
	target := make(chan *url.URL, 1)
	var inner *url.URL
	proxy := site(t, map[string]http.HandlerFunc{"/design/tools/": func(w http.ResponseWriter, r *http.Request) {
		if inner == nil {
			inner = <-target
		}
		p := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(inner)
			r.Out.URL.Path = strings.TrimPrefix(r.In.URL.Path, "/design/tools")
			r.Out.Host = r.In.Host
		}}
		p.ServeHTTP(w, r)
	}})
	public = proxy.URL + "/design/tools"
	s := start(t, t.TempDir(), "--public-url", public)
	u, err := url.Parse(s.url)
	if err != nil {
		t.Fatal(err)
	}
	target <- u
	link := strings.TrimSpace(s.run("open", "--account", "e2e", "--data", s.data, "--public-url", public))
	b := openTab(t, public)
	b.open(strings.TrimPrefix(link, public))
	b.click("Analyze the sample")
	b.wait("document.querySelector('[data-status=success] img')?.naturalWidth > 0")
	b.press("document.querySelector('.card-title')")
	b.wait("document.querySelector('video')?.readyState >= 2")
	b.keys(".")
	b.wait("document.querySelector('canvas.still:not(.away)') && document.querySelector('#where').dataset.frame === '1'")
	if at := eval[string](b, "location.pathname"); !strings.HasPrefix(at, "/design/tools/a/") {
		t.Errorf("the analysis is at %s", at)
	}
	b.reload()
	b.wait("document.querySelector('.timeline')")
	b.clean(fmt.Sprint("below ", public))
}
