package main_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/extensions"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "renew the copy of the script in js/extension")

const extensionDir = "../../js/extension"

// TestExtensionReadsByTheSameRules: the extension ships a copy of the script that
// captures use.
func TestExtensionReadsByTheSameRules(t *testing.T) {
	script := string(read(t, "../../internal/element/read.js"))
	for strings.HasPrefix(script, "//") {
		_, script, _ = strings.Cut(script, "\n")
	}
	want := "// A copy of internal/element/read.js, which a test compares (-update renews it): what a page shows is read by the same rules.\nglobalThis.saccadeRead =\n" + script
	path := filepath.Join(extensionDir, "read.js")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if string(read(t, path)) != want {
		t.Error("js/extension/read.js is not internal/element/read.js (-update renews it)")
	}
}

// TestExtensionAsksForLittle: what the shipped manifest may do.
func TestExtensionAsksForLittle(t *testing.T) {
	var m map[string]any
	if err := json.Unmarshal(read(t, filepath.Join(extensionDir, "manifest.json")), &m); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]any{"activeTab", "scripting", "sidePanel", "storage"}, m["permissions"]); diff != "" {
		t.Error(diff)
	}
	for _, key := range []string{"host_permissions", "content_scripts", "externally_connectable", "web_accessible_resources"} {
		if m[key] != nil {
			t.Errorf("it asks for %s: %v", key, m[key])
		}
	}
	policy := fmt.Sprint(m["content_security_policy"])
	if m["manifest_version"] != 3.0 || !strings.Contains(policy, "default-src 'none'; script-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("%v %s", m["manifest_version"], policy)
	}
}

// TestExtension loads the extension into Chromium, presses its button (by the
// browser's own command, which counts as the user's gesture, so that activeTab is
// what captures the page) on a page behind a login, and looks at the side panel. Only
// one thing differs from what is shipped: the manifest names the test server among
// its host permissions, since nobody is there to answer the browser's question.
func TestExtension(t *testing.T) {
	needChromium(t)
	s := start(t, t.TempDir(), "--model", "baseline")
	login := loginSite()
	defer login.Close()
	shop := strings.Replace(login.URL, "127.0.0.1", "localhost", 1) // a host for which the variant has no permission
	alloc, closeAlloc := chromedp.NewExecAllocator(context.Background(),
		chromedp.Flag("no-sandbox", os.Geteuid() == 0), chromedp.Flag("headless", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("enable-unsafe-extension-debugging", true), chromedp.WindowSize(1280, 900))
	t.Cleanup(closeAlloc)
	visit := extensionTab(t, alloc, shop)
	loaded, err := chromedp.CallBrowser(visit.ctx, extensions.LoadUnpacked, extensions.LoadUnpackedParams{Path: variantOf(t, s.url)})
	visit.must(err)
	own := "chrome-extension://" + loaded.ID

	panel := extensionTab(t, visit.ctx, own)
	panel.open("/panel.html")
	panel.see("Click Saccade's button")
	visit.open("/account")
	visit.see("Please sign in")
	visit.fill("#password", "secret")
	visit.click("Sign in")
	visit.see("Welcome back")
	press := func() {
		t.Helper()
		call(visit, page.BringToFront, struct{}{})
		_, err := chromedp.CallBrowser(visit.ctx, extensions.TriggerAction, extensions.TriggerActionParams{ID: loaded.ID, TargetID: tabOf(visit, shop)})
		visit.must(err)
	}
	press()
	panel.see("Tell Saccade under Settings")

	settings(t, panel, s)
	press()
	panel.wait("document.querySelectorAll('#rows tr').length > 0")
	panel.wait("document.querySelector('#image').naturalWidth > 300 && document.querySelector('#heat').naturalWidth === document.querySelector('#image').naturalWidth")
	panel.see("button Pay now")
	if text := panel.says(); strings.Contains(text, "hidden away") || strings.Contains(text, "behind the cover") || !strings.Contains(strings.ToLower(text), "focus") {
		t.Errorf("the panel says: %s", text)
	}
	if eval[bool](panel, "!!document.querySelector('#rows b, #page b')") {
		t.Error("a name of the page became an element of the panel")
	}
	sameBoxes(t, s, visit)
	panel.judge("extension panel")
	call(panel, page.BringToFront, struct{}{})
	visit.clean("the page")
}

// loginSite is a site that shows its account to who has signed in.
func loginSite() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.Method == http.MethodPost && r.FormValue("password") == "secret" {
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "yes", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			http.Redirect(w, r, "/account", http.StatusSeeOther)
			return
		}
		if _, err := r.Cookie("session"); err != nil {
			fmt.Fprint(w, `<!doctype html><title>Sign in</title><link rel="icon" href="data:,"><p>Please sign in<form method="post"><input id="password" name="password"><button>Sign in</button></form>`)
			return
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:") // the page's policy must not matter
		fmt.Fprint(w, `<!doctype html><title>Account &lt;b&gt;of&lt;/b&gt; Ada</title><link rel="icon" href="data:,"><style>body{font:20px sans-serif;margin:40px;height:3000px} #pay{font-size:40px;padding:20px 60px;background:#c22;color:#fff}
			#cover{position:absolute;left:0;top:420px;width:600px;height:120px;background:#def;z-index:2}</style>
			<h1>Welcome back, <em>Ada</em></h1><p>Your invoice is due.</p><button id="pay">Pay now</button> <a href="/x">&lt;b&gt;Terms&lt;/b&gt;</a>
			<span id="shut" style="display:inline-block"><template shadowrootmode="closed"><button style="display:block">Shut away</button></template></span>
			<button style="display:none">hidden away</button><p style="position:absolute;top:440px;left:60px">behind the cover</p><div id="cover"></div><h2 style="position:absolute;top:2000px">Below the window</h2>`)
	}))
}

// variantOf is the extension with a permission for one host.
func variantOf(t *testing.T, server string) string {
	t.Helper()
	dir := t.TempDir()
	entries, err := os.ReadDir(extensionDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b := read(t, filepath.Join(extensionDir, e.Name()))
		if e.Name() == "manifest.json" {
			var m map[string]any
			if err := json.Unmarshal(b, &m); err != nil {
				t.Fatal(err)
			}
			m["host_permissions"] = []string{"http://127.0.0.1/*"}
			if b, err = json.Marshal(m); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(server, "http://127.0.0.1:") {
				t.Fatalf("the server is at %s", server)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, e.Name()), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// extensionTab opens a tab; in a context of a tab, in the same browser.
func extensionTab(t *testing.T, in context.Context, address string) *tab {
	t.Helper()
	b := &tab{t: t, url: address, bytes: map[string]float64{}, ids: map[network.RequestID]string{}}
	ctx, closeTab := chromedp.NewContext(in, chromedp.WithListener(b.observe))
	limited, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(func() { cancel(); closeTab() })
	b.ctx = limited
	b.must(chromedp.Do(ctx))
	call(b, runtime.Enable, struct{}{})
	call(b, log.Enable, struct{}{})
	call(b, page.Enable, page.EnableParams{})
	call(b, network.Enable, network.EnableParams{})
	return b
}

// tabOf returns the id of the tab that shows a site.
func tabOf(b *tab, site string) string {
	b.t.Helper()
	all, err := chromedp.CallBrowser(b.ctx, target.GetTargets, target.GetTargetsParams{Filter: target.Filter{{Type: "tab"}}})
	b.must(err)
	for _, info := range all.TargetInfos {
		if strings.HasPrefix(info.URL, site) {
			return string(info.TargetID)
		}
	}
	b.t.Fatalf("no tab shows %s", site)
	return ""
}

// settings writes server and token by the page of settings; an address that would
// send the token in the clear is refused there.
func settings(t *testing.T, panel *tab, s *service) {
	t.Helper()
	panel.open("/options.html")
	panel.wait("document.querySelector('#form')")
	panel.judge("extension settings")
	panel.fill("#server", "http://saccade.example.com")
	panel.fill("#token", s.token)
	panel.click("Save")
	panel.see("must begin with https://")
	eval[any](panel, "document.querySelector('#server').value = ''")
	panel.fill("#server", s.url+"/")
	panel.focus("document.querySelector('#token')")
	panel.keys("\r") // as a user does, whose leave is asked for
	panel.see("Saved.")
	panel.open("/panel.html")
}

// sameBoxes compares the areas of the analysis with the page's own measures.
func sameBoxes(t *testing.T, s *service, visit *tab) {
	t.Helper()
	list := s.call("GET", "/analyses?limit=1", nil)
	var body struct {
		Analyses []struct{ ID, Title string }
	}
	raw, _ := json.Marshal(list.body)
	if err := json.Unmarshal(raw, &body); err != nil || len(body.Analyses) != 1 || body.Analyses[0].Title != "Account <b>of</b> Ada" {
		t.Fatalf("%s %v", raw, err)
	}
	a := s.call("GET", "/analyses/"+body.Analyses[0].ID, nil)
	raw, _ = json.Marshal(a.body)
	var got struct {
		Outputs struct {
			AOIs []struct {
				Name string
				Box  struct{ X, Y, Width, Height float64 }
			}
		}
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"button Pay now": "#pay", "button Shut away": "#shut", "heading Welcome back, Ada": "h1", "link <b>Terms</b>": "a", "paragraph Your invoice is due.": "p"}
	if len(got.Outputs.AOIs) != len(want) {
		t.Errorf("%d areas: %+v", len(got.Outputs.AOIs), got.Outputs.AOIs)
	}
	for _, area := range got.Outputs.AOIs {
		box := eval[[]float64](visit, fmt.Sprintf("(r => [r.left/innerWidth, r.top/innerHeight, r.width/innerWidth, r.height/innerHeight])(document.querySelector(%q).getBoundingClientRect())", want[area.Name]+", none"))
		for i, v := range []float64{area.Box.X, area.Box.Y, area.Box.Width, area.Box.Height} {
			if math.Abs(v-box[i]) > 1e-3 {
				t.Errorf("%s: %+v, want %v", area.Name, area.Box, box)
				break
			}
		}
	}
}
