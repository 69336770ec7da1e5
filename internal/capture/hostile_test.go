package capture

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

// forbidden is a server on the loopback that no page may reach.
func forbidden(t *testing.T) (*httptest.Server, *atomic.Int64) {
	t.Helper()
	var hits atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		t.Errorf("the forbidden server was asked for %s", r.URL)
	}))
	t.Cleanup(s.Close)
	return s, &hits
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

func TestAddressesOfOtherKinds(t *testing.T) {
	b := newBrowser(t, nil)
	for _, a := range []string{
		"file:///etc/passwd", "data:text/html,hello", "chrome://version", "view-source:http://example.com", "javascript:alert(1)",
		"about:blank", "ftp://example.com/", "blob:http://example.com/x", "filesystem:http://example.com/x", "chrome-extension://x/y",
		"devtools://devtools/", "example.com", "", "http://127.0.0.1/", "http://localhost:8080/", "http://[::1]/", "http://2130706433/",
		"http://169.254.169.254/latest/meta-data/", "http://user:pw@example.com/", "http://example.com:22/",
	} {
		_, err := b.Capture(t.Context(), a, "")
		if !saccade.IsCode(err, saccade.CodeWebPage) {
			t.Errorf("%q: %v", a, err)
		}
	}
	if _, err := b.Capture(t.Context(), "https://example.com", "print"); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("medium: %v", err)
	}
}

func TestSubRequestsToTheLoopback(t *testing.T) {
	t.Parallel()
	bad, hits := forbidden(t)
	_, port, _ := net.SplitHostPort(host(bad))
	s := site(t, map[string]http.HandlerFunc{"/": html(fmt.Sprintf(`<body style="margin:0;background:green">
		<img src="http://127.0.0.1:%[1]s/img"><iframe src="http://localhost:%[1]s/frame"></iframe><iframe src="http://[::1]:%[1]s/frame"></iframe>
		<link rel=stylesheet href="http://127.1:%[1]s/css"><link rel=prefetch href="http://127.0.0.1:%[1]s/prefetch"><link rel=preconnect href="http://127.0.0.1:%[1]s">
		<script src="http://0x7f000001:%[1]s/js"></script><object data="http://127.0.0.1:%[1]s/object"></object><video src="http://127.0.0.1:%[1]s/video"></video>
		<iframe src="file:///etc/passwd"></iframe><iframe src="redirect"></iframe>
		<script>fetch("http://127.0.0.1:%[1]s/fetch",{mode:"no-cors"}).catch(()=>{}); new WebSocket("ws://127.0.0.1:%[1]s/ws"); navigator.sendBeacon("http://127.0.0.1:%[1]s/beacon","x");
		new EventSource("http://127.0.0.1:%[1]s/events"); fetch("redirect",{mode:"no-cors"}).catch(()=>{});</script>`, port)),
		"/redirect": redirect("http://127.0.0.1:" + port + "/redirected"),
	})
	b := newBrowser(t, nil, host(s))
	img := capture(t, b, s.URL, "")
	at(t, img, 1400, 890, green)
	if n := hits.Load(); n != 0 {
		t.Errorf("%d requests reached the loopback", n)
	}
}

func TestLedElsewhere(t *testing.T) {
	t.Parallel()
	bad, _ := forbidden(t)
	pages := map[string]http.HandlerFunc{
		"/redirect": redirect(bad.URL),
		"/script":   html(`<script>location="` + bad.URL + `"</script>`),
		"/later":    html(`<script>setTimeout(()=>location="` + bad.URL + `",300)</script>`),
		"/meta":     html(`<meta http-equiv=refresh content="0;url=` + bad.URL + `">`),
		"/tofile":   redirect("file:///etc/passwd"),
		"/todata":   redirect("data:text/html,x"),
		"/circle":   redirect("/circle"),
		"/onandon": func(w http.ResponseWriter, r *http.Request) {
			html(`<script>location="/onandon?"+Math.random()</script>`)(w, r)
		},
		"/first":     html(`<body style="background:red"><script>location="/second"</script>`),
		"/second":    html(`<body style="background:green">`),
		"/intofile":  html(`<body style="background:green"><script>try{location="file:///etc/passwd"}catch{}</script>`),
		"/intodata":  html(`<body style="background:green"><script>try{location="data:text/html,x"}catch{}</script>`),
		"/intoblank": html(`<script>location="about:blank"</script>`),
	}
	s := site(t, pages)
	b := newBrowser(t, nil, host(s))
	refusals(t, b, map[string]string{
		s.URL + "/redirect": "not a public address", s.URL + "/script": "not a public address", s.URL + "/later": "not a public address", s.URL + "/meta": "not a public address",
		s.URL + "/tofile": "cannot be opened here", s.URL + "/todata": "cannot be opened here", s.URL + "/circle": "in a circle",
	})
	refusal(t, b, s.URL+"/intoblank", "not http")
	refusal(t, b, s.URL+"/onandon", "without end")
	for _, path := range []string{"/first", "/intofile", "/intodata"} {
		t.Run(path[1:], func(t *testing.T) { at(t, capture(t, b, s.URL+path, ""), 700, 400, green) })
	}
}

func TestStatusOfThePage(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(code)
			_, _ = w.Write([]byte("<h1>sorry</h1>"))
		}
	}
	s := site(t, map[string]http.HandlerFunc{"/404": status(404), "/500": status(500), "/401": status(401), "/empty": status(204)})
	closed := httptest.NewServer(nil)
	closed.Close()
	b := newBrowser(t, nil, host(s), host(closed))
	refusals(t, b, map[string]string{
		s.URL + "/404": "status 404", s.URL + "/500": "status 500", s.URL + "/401": "status 401",
		s.URL + "/empty": "sent no page", closed.URL: "could not be reached", "http://no-such-host.invalid/": "no-such-host.invalid",
	})
}

func TestDownloads(t *testing.T) {
	t.Parallel()
	file := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="a.bin"`)
		_, _ = w.Write(make([]byte, 1<<16))
	}
	s := site(t, map[string]http.HandlerFunc{
		"/file": file,
		"/link": html(`<a id=a href="/file" download>x</a><script>a.click()</script>`),
		"/blob": html(`<script>const a=document.createElement("a");a.href=URL.createObjectURL(new Blob(["x"]));a.download="x.exe";a.click()</script>`),
		"/octet": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = w.Write([]byte{1, 2, 3})
		},
	})
	b := newBrowser(t, nil, host(s))
	for _, path := range []string{"/file", "/link", "/blob", "/octet"} {
		refusal(t, b, s.URL+path, "file to download")
	}
}

func TestDialogsAndPopups(t *testing.T) {
	t.Parallel()
	var popups atomic.Int64
	s := site(t, map[string]http.HandlerFunc{
		"/": html(`<body style="margin:0;background:red"><script>
			alert(1); confirm(2); prompt(3); print();
			onbeforeunload=(e)=>{e.preventDefault();return "stay"};
			for(let i=0;i<20;i++) window.open("/popup?"+i);
			try { Notification.requestPermission() } catch {} navigator.geolocation.getCurrentPosition(()=>{});
			setTimeout(()=>{alert(4); document.body.style.background="green"},10)</script>`),
		"/popup":   func(http.ResponseWriter, *http.Request) { popups.Add(1) },
		"/forever": html(`<script>for(;;)alert("again")</script>`),
	})
	b := newBrowser(t, nil, host(s))
	at(t, capture(t, b, s.URL, ""), 700, 400, green)
	if n := popups.Load(); n != 0 {
		t.Errorf("%d pop-ups were opened", n)
	}
	// A page that does nothing else is photographed as it is in the end, or is
	// refused where that comes too late.
	b.cfg.Timeout = 20 * time.Second
	_, err := b.Capture(t.Context(), s.URL+"/forever", "")
	if err != nil && !(saccade.IsCode(err, saccade.CodeWebPage) && strings.Contains(err.Error(), "did not")) {
		t.Errorf("/forever: %v", err)
	}
}

func TestPagesThatHang(t *testing.T) {
	t.Parallel()
	never := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	s := site(t, map[string]http.HandlerFunc{
		"/never": never,
		"/loop":  html(`<script>for(;;);</script>`),
		"/after": html(`<body style="background:green"><script>onload=()=>{for(;;);}</script>`),
		"/image": html(`<body style="margin:0;background:green"><img src="/never">`),
		"/block": html(`<body style="background:green"><script src="/never"></script>`),
		"/chat":  html(`<body style="margin:0;background:green"><script>setInterval(()=>fetch("/ok"),50)</script>`),
		"/ok":    func(http.ResponseWriter, *http.Request) {},
	})
	b := newBrowser(t, func(c *Config) { c.Timeout, c.RequestWait, c.AnswerWait = 30*time.Second, 2*time.Second, 4*time.Second }, host(s))
	refusal(t, b, s.URL+"/never", "did not answer")
	for _, path := range []string{"/image", "/chat", "/block", "/after"} {
		at(t, capture(t, b, s.URL+path, ""), 1400, 890, green)
	}
	// There is nothing to see, but that is for others to judge.
	at(t, capture(t, b, s.URL+"/loop", ""), 1400, 890, white)
}

func TestHugePages(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{
		"/memory": html(`<script>const a=[];for(;;){const b=new Uint8Array(32<<20);b.fill(1);a.push(b)}</script>`),
		"/dom":    html(`<body><script>for(;;)document.body.appendChild(document.createElement("div")).innerHTML="<b>x</b>".repeat(1000)</script>`),
		"/stream": html(`<body style="margin:0;background:green"><img src="/endless">`),
		"/endless": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			for b := make([]byte, 1<<16); r.Context().Err() == nil; {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		},
	})
	b := newBrowser(t, func(c *Config) { c.Memory, c.Traffic = 700<<20, 4<<20 }, host(s))
	for _, path := range []string{"/memory", "/dom"} {
		_, err := b.Capture(t.Context(), s.URL+path, "")
		// The page may survive the refusal of more memory.
		if err != nil && !saccade.IsCode(err, saccade.CodeWebPage) {
			t.Errorf("%s: %v", path, err)
		}
	}
	at(t, capture(t, b, s.URL+"/stream", ""), 1400, 890, green)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/", html(`<body style="margin:0;background:red"><script>
		fetch("/data").then(r=>r.text()).then(t=>{ if(t==="yes") document.body.style.background="green" })</script>`))
	mux.HandleFunc("/data", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("yes")) })
	s := httptest.NewUnstartedServer(mux)
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // the first browser rejects the certificate
	s.StartTLS()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	b := newBrowser(t, nil, host(s))
	refusal(t, b, s.URL, "secure connection")
	// Trust this one key, and nothing else.
	sum := sha256.Sum256(s.Certificate().RawSubjectPublicKeyInfo)
	b.extraFlags = map[string]any{"ignore-certificate-errors-spki-list": base64.StdEncoding.EncodeToString(sum[:])}
	at(t, capture(t, b, s.URL, ""), 700, 400, green)
	// Plain HTTP is not TLS.
	plain := site(t, map[string]http.HandlerFunc{"/": html("x")})
	b = newBrowser(t, nil, host(plain))
	refusal(t, b, strings.Replace(plain.URL, "http:", "https:", 1), "secure connection")
}

func TestNothingGoesAroundTheProxy(t *testing.T) {
	t.Parallel()
	udp, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = udp.Close() }()
	var packets atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := make([]byte, 2048); ; packets.Add(1) {
			if _, _, err := udp.ReadFrom(b); err != nil {
				return
			}
		}
	}()
	_, port, _ := net.SplitHostPort(udp.LocalAddr().String())
	s := site(t, map[string]http.HandlerFunc{"/": html(fmt.Sprintf(`<body style="margin:0;background:green"><script>
		(async()=>{
			for (const url of ["stun:127.0.0.1:%[1]s","turn:127.0.0.1:%[1]s?transport=udp"]) try {
				const pc=new RTCPeerConnection({iceServers:[{urls:url,username:"a",credential:"b"}]});
				pc.createDataChannel("x"); await pc.setLocalDescription(await pc.createOffer());
			} catch {}
			try { new WebTransport("https://127.0.0.1:%[1]s/") } catch {}
			try { await fetch("https://127.0.0.1:%[1]s/") } catch {}
		})()</script>`, port))})
	b := newBrowser(t, nil, host(s))
	at(t, capture(t, b, s.URL, ""), 700, 400, green)
	_ = udp.Close()
	<-done
	if n := packets.Load(); n != 0 {
		t.Errorf("%d packets went around the proxy", n)
	}
}

func TestLazyImagesAndAnimations(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{
		"/": html(`<style>@keyframes go{from{background:red}to{background:green}} body{margin:0}
			#a{height:900px;animation:go 60s linear forwards} #b{height:3000px} img{width:100%;height:600px;display:block}</style>
			<div id=a></div><div id=b></div><img loading=lazy src="/blue.svg">`),
		"/blue.svg": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="100" height="100" fill="blue"/></svg>`))
		},
	})
	b := newBrowser(t, nil, host(s))
	img := capture(t, b, s.URL, "")
	size(t, img, 1440, 4500)
	at(t, img, 700, 400, green)
	at(t, img, 700, 2000, white)
	at(t, img, 700, 4200, blue)
}

func TestWhatThePageIsTold(t *testing.T) {
	t.Parallel()
	var agent, mobile atomic.Value
	s := site(t, map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			agent.Store(r.UserAgent())
			mobile.Store(r.Header.Get("Sec-CH-UA-Mobile"))
		}
		for name := range r.Header {
			if strings.HasPrefix(name, "Proxy-") || strings.HasPrefix(name, "X-Forwarded") || name == "Via" {
				t.Errorf("header %s", name)
			}
		}
		html(`<meta name=viewport content="width=device-width"><body><script>
			const told=[innerWidth,innerHeight,devicePixelRatio,navigator.maxTouchPoints,navigator.userAgentData?.mobile].join();
			if(told==="1440,900,1,0,false"||told==="390,844,2,5,true") document.body.style.background="green";
			document.body.append(told)</script>`)(w, r)
	}})
	b := newBrowser(t, nil, host(s))
	for m, want := range map[saccade.Medium]string{saccade.MediumDesktop: "X11; Linux x86_64", saccade.MediumMobile: "Mobile Safari"} {
		at(t, capture(t, b, s.URL, m), 300, 300, green)
		if got := agent.Load().(string); !strings.Contains(got, want) || strings.Contains(got, "Headless") {
			t.Errorf("%s: user agent %q", m, got)
		}
	}
}
