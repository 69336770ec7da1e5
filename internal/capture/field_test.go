package capture

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// slow answers after the milliseconds that the request asks for, or never.
func slow(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ms, _ := strconv.Atoi(r.FormValue("ms"))
		select {
		case <-time.After(time.Duration(ms) * time.Millisecond):
			h(w, r)
		case <-r.Context().Done():
		}
	}
}

// slowParts are what the pages of these tests ask for.
func slowParts(pages map[string]http.HandlerFunc) map[string]http.HandlerFunc {
	pages["/api"] = slow(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) })
	pages["/hang"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	pages["/img"] = slow(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Cache-Control", "no-store")
		_, _ = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="100" height="100" fill="%s"/></svg>`, r.FormValue("c"))
	})
	return pages
}

// pixel is what must be seen at a place.
type pixel struct {
	x, y int
	c    color.Color
}

const mobileHead = `<meta name=viewport content="width=device-width,initial-scale=1"><style>body{margin:0;font:16px sans-serif}</style>`

// readyCases are pages that were photographed too early, or not whole.
var readyCases = map[string]struct {
	page string
	want []pixel
}{
	"content by a request after load": {
		`<div id=a style="height:600px;background:red">loading</div><script>onload=()=>fetch('/api?ms=3000').then(r=>r.text()).then(()=>a.style.background='green')</script>`,
		[]pixel{{700, 200, green}}},
	"one request leads to the next": {
		`<div id=a style="height:600px;background:red">loading</div><script>onload=async()=>{for(const ms of [900,300,1200]) await (await fetch('/api?ms='+ms)).text(); a.style.background='green'}</script>`,
		[]pixel{{700, 200, green}}},
	"two requests that never end": {
		`<div id=a style="height:600px;background:red">x</div><script>fetch('/hang');fetch('/hang?2');onload=()=>fetch('/api?ms=2500').then(()=>a.style.background='green')</script>`,
		[]pixel{{700, 200, green}}},
	"lazy images": {
		`<div style="height:2000px;background:#eee">top</div><img loading=lazy src="/img?ms=1200&c=blue&n=1" style="display:block;width:100%;height:600px"><img loading=lazy src="/img?ms=1200&c=blue&n=2" style="display:block;width:100%;height:600px">`,
		[]pixel{{700, 2900, blue}}},
	"lazy image in a frame of another site": {
		`<iframe src="//OTHER/frame" style="border:0;width:100%;height:800px"></iframe>`,
		[]pixel{{700, 300, green}}},
	"right to left and too wide": {
		`<script>document.documentElement.dir='rtl'</script><h1 style="margin:0;height:300px;background:green">x</h1><div style="width:1700px;height:200px;background:blue">wide table</div>`,
		[]pixel{{5, 100, green}, {1400, 100, green}, {700, 400, blue}, {5, 400, blue}}},
	"animation in an open shadow tree": {
		`<x-hero></x-hero><script>customElements.define('x-hero',class extends HTMLElement{constructor(){super();this.attachShadow({mode:'open'}).innerHTML='<style>@keyframes f{from{opacity:0}to{opacity:1}}div{height:400px;background:green;animation:f 20s both}</style><div>hero</div>'}})</script>`,
		[]pixel{{700, 200, green}}},
	"animation in a closed shadow tree": {
		`<x-hero></x-hero><script>customElements.define('x-hero',class extends HTMLElement{constructor(){super();this.attachShadow({mode:'closed'}).innerHTML='<style>@keyframes f{from{opacity:0}to{opacity:1}}div{height:400px;background:green;animation:f 20s both}</style><div>hero</div>'}})</script>`,
		[]pixel{{700, 200, green}}},
	"animation in frames": {
		`<iframe srcdoc="<style>@keyframes f{from{opacity:0}to{opacity:1}}body{margin:0}div{height:400px;background:green;animation:f 20s both}</style><div>hero</div>" style="border:0;width:100%;height:400px;display:block"></iframe><iframe sandbox srcdoc="<style>@keyframes f{0%,100%{opacity:1}20%,80%{opacity:0}}body{margin:0}div{height:400px;background:blue;animation:f 3s infinite}</style><div>hero</div>" style="border:0;width:100%;height:400px;display:block"></iframe>`,
		[]pixel{{700, 200, green}, {700, 600, blue}}},
	"endless blinking": {
		`<style>@keyframes f{0%,100%{opacity:1}20%,80%{opacity:0}}</style><div style="height:400px;background:green;animation:f 3s infinite">hero</div>`,
		[]pixel{{700, 200, green}}},
	"an animation follows another": {
		`<style>@keyframes f{from{opacity:0}to{opacity:1}}.a{animation:f 9s both}</style><div id=a style="height:400px;background:red">x</div><div id=b style="height:400px;background:blue;opacity:0">y</div><script>a.className='a';a.onanimationend=()=>{a.style.background='green';b.style.transition='opacity 9s';b.style.opacity=1}</script>`,
		[]pixel{{700, 200, green}, {700, 600, blue}}},
	"reveal by scroll position": {
		`<style>@keyframes f{from{opacity:0}to{opacity:1}}</style><div style="height:1000px;background:#eee">x</div><div style="height:500px;background:green;animation:f linear both;animation-timeline:view()">card</div>`,
		[]pixel{{700, 1200, green}}},
	"reveal by script": {
		`<div style="height:1000px;background:#eee">top</div><div id=r style="height:500px;background:green;opacity:0">card</div><script>new IntersectionObserver((e,o)=>{if(e[0].isIntersecting){o.disconnect();let t0=performance.now();(function f(){const k=Math.min(1,(performance.now()-t0)/1500);r.style.opacity=k;if(k<1)requestAnimationFrame(f)})()}}).observe(r)</script>`,
		[]pixel{{700, 1200, green}}},
	"body scrolls": {
		`<style>html,body{height:100%;overflow-x:hidden}</style><div style="height:900px;background:green">a</div><div style="height:1500px;background:blue">b</div>`,
		[]pixel{{700, 200, green}, {700, 2300, blue}}},
	"a shell with an inner scroller": {
		`<style>html,body{height:100%;overflow:hidden}</style><div style="position:fixed;inset:0;display:flex;flex-direction:column"><header style="height:60px;background:red">x</header><main style="flex:1;min-height:0;overflow-y:auto"><div style="height:1000px;background:green">a</div><img loading=lazy src="/img?ms=300&c=blue" style="display:block;width:100%;height:1000px"></main></div>`,
		[]pixel{{700, 30, red}, {700, 1000, green}, {700, 2000, blue}}},
	"a preloader": {
		`<div id=preloader style="position:fixed;inset:0;background:red;z-index:9">one moment</div><div style="height:600px;background:green">` + loremText + `</div><script>onload=()=>setTimeout(()=>preloader.remove(),2500)</script>`,
		[]pixel{{700, 300, green}}},
	"a preloader without a telling name": {
		`<div id=x style="position:fixed;inset:0;background:red;z-index:9"></div><div style="height:600px;background:green">` + loremText + `</div><script>onload=()=>setTimeout(()=>x.remove(),2500)</script>`,
		[]pixel{{700, 300, green}}},
	"a preloader that is no element": {
		`<style>body.wait::before{content:"";position:fixed;inset:0;background:red;z-index:99}</style><script>onload=()=>{document.body.className='wait';setTimeout(()=>document.body.className='',2500)}</script><div style="height:600px;background:green">` + loremText + `</div>`,
		[]pixel{{700, 300, green}}},
	"a skeleton": {
		`<style>@keyframes s{50%{opacity:.4}}.card-skeleton{height:600px;background:red;animation:s 1s infinite}</style><div id=x class=card-skeleton></div><p>` + loremText + `</p><script>onload=()=>setTimeout(()=>{x.className='';x.style.cssText='height:600px;background:green'},2500)</script>`,
		[]pixel{{700, 300, green}}},
	"nothing for a while": {
		`<div id=x></div><script>onload=()=>setTimeout(()=>x.style.cssText='height:600px;background:green',2500)</script>`,
		[]pixel{{700, 300, green}}},
	"shown only while in view": {
		`<div style="height:1200px;background:#eee">top</div><div id=r style="height:500px;background:green;opacity:0;transition:opacity .6s">card</div><script>new IntersectionObserver((e)=>{r.style.opacity=e[0].isIntersecting?1:0}).observe(r)</script>`,
		[]pixel{{700, 1500, green}}},
	"a page that reloads itself": {
		`<div style="height:600px;background:green">x</div><script>setTimeout(()=>location.reload(),700)</script>`,
		[]pixel{{700, 300, green}}},
	"a frame that holds the page": {
		`<style>html,body{height:100%;overflow:hidden}</style><iframe srcdoc="<style>body{margin:0}</style><div style='height:1000px;background:green'>a</div><div style='height:1000px;background:blue'>b</div>" style="border:0;width:100%;height:100%;display:block"></iframe>`,
		[]pixel{{700, 500, green}, {700, 1900, blue}}},
	"a page that hides itself": {
		`<style>html.wait{opacity:0}</style><script>document.documentElement.className='wait';onload=()=>setTimeout(()=>document.documentElement.className='',2000)</script><div style="height:600px;background:green">x</div>`,
		[]pixel{{700, 300, green}}},
}

const loremText = `<p>Everything that the page wants to say is behind the curtain, and is more than a few words long.</p>`

// TestPagesAreReady visits all pages in one browser, which is what takes time.
func TestPagesAreReady(t *testing.T) {
	t.Parallel()
	other := site(t, map[string]http.HandlerFunc{
		"/frame": html(`<style>body{margin:0}</style><div id=a style="height:600px;background:red">x</div><script>onload=()=>fetch('//'+location.host+'/api').then(()=>a.style.background='green')</script>`),
		"/api": func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(2 * time.Second)
			_, _ = w.Write([]byte("{}"))
		},
	})
	pages := slowParts(map[string]http.HandlerFunc{"/page": func(w http.ResponseWriter, r *http.Request) {
		html(mobileHead+replaceOther(readyCases[r.FormValue("name")].page, host(other)))(w, r)
	}})
	s := site(t, pages)
	b := newBrowser(t, func(c *Config) { c.CurtainWait = DefaultConfig().CurtainWait }, host(s), host(other), "localhost")
	v := newVisits(t, b)
	for _, name := range slices.Sorted(maps.Keys(readyCases)) {
		t.Run(name, func(t *testing.T) {
			got, err := v.photograph(s.URL + "/page?name=" + url.QueryEscape(name))
			if err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(bytes.NewReader(got))
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range readyCases[name].want {
				at(t, img, p.x, p.y, p.c)
			}
		})
	}
}

// replaceOther names the other server by another host, and so another site.
func replaceOther(page, address string) string {
	return strings.ReplaceAll(page, "OTHER", strings.Replace(address, "127.0.0.1", "localhost", 1))
}

// hangUp accepts a request and closes the connection.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_ = c.Close()
	}
}

func TestWhatIsNoPage(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{
		"/pdf": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/pdf")
			_, _ = w.Write([]byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj 3 0 obj<</Type/Page/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>"))
		},
		"/to-pdf": redirect("/pdf"),
		"/film": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "video/webm")
			_, _ = w.Write(make([]byte, 1000))
		},
		"/hangup": hangUp,
		"/gzip": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("<h1>this is not compressed</h1>"))
		},
		"/nothing": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/html") },
		"/half": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Length", "100000")
			_, _ = w.Write([]byte(`<body style="background:green"><h1>the first half</h1>`))
		},
		"/502": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
	})
	raw := func(answer string) string {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ln.Close() })
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				_, _ = c.Read(make([]byte, 1000))
				_, _ = c.Write([]byte(answer))
				_ = c.Close()
			}
		}()
		return ln.Addr().String()
	}
	mail, tls := raw("220 mail.example ESMTP\r\n"), raw("\x15\x03\x01\x00\x02\x02\x16")
	b := newBrowser(t, nil, host(s), mail, tls)
	refusals(t, b, map[string]string{
		s.URL + "/pdf": "a PDF, not", s.URL + "/to-pdf": "a PDF, not", s.URL + "/film": "a recording", s.URL + "/hangup": "closed the connection",
		s.URL + "/gzip": "announced as compressed", s.URL + "/nothing": "an empty page", s.URL + "/502": "status 502",
		"http://" + mail: "not one of a web server", "http://" + tls: "https://", "https://" + mail: "secure connection",
		"http://no-such-host.invalid/": "no public site is known", "http://localhost.invalid/": "no public site is known",
	})
	at(t, capture(t, b, s.URL+"/half", ""), 700, 800, green)
}

// A page may not fill the disk.
func TestDiskIsBounded(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/": html(`<body style="background:green"><script>(async()=>{
		const part=new Uint8Array(8<<20); for(let i=0;i<part.length;i+=65536) crypto.getRandomValues(part.subarray(i,i+65536));
		const dir=await navigator.storage.getDirectory();
		for(let n=0;n<400;n++) { const f=await (await dir.getFileHandle("f"+n,{create:true})).createWritable(); await f.write(part); await f.close() }
	})();fetch("/never")</script>`), "/never": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }})
	b := newBrowser(t, func(c *Config) { c.Disk, c.RequestWait = 64<<20, time.Minute }, host(s))
	refusal(t, b, s.URL, "stores more data")
}

// Neither Chromium nor what starts it may see the server's environment.
func TestEnvironmentIsEmpty(t *testing.T) {
	t.Setenv("SACCADE_TEST_SECRET", "swordfish")
	b := newBrowser(t, nil)
	real, err := lookChrome("")
	if err != nil {
		t.Fatal(err)
	}
	fake, seen := filepath.Join(b.cfg.Dir, "chromium"), filepath.Join(b.cfg.Dir, "seen")
	script := "#!/bin/sh\n{ env; echo run; } >>" + seen + "\nexec " + real + " \"$@\"\n"
	if err := os.WriteFile(fake, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(seen, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(seen, 0o666); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = os.Remove(fake), os.Remove(seen) }()
	b.cfg.ChromePath = fake
	b.Doctor(t.Context())
	got, err := os.ReadFile(seen)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(got), "run\n"); n != 2 || strings.Contains(string(got), "swordfish") {
		t.Errorf("%d runs, want 2, and no secret in\n%s", n, got)
	}
}
