package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/saccade-dev/saccade/examples"
)

//go:embed dist
var dist embed.FS

// Config is what the app's pages depend on.
type Config struct {
	// Storage are the origins of the object store, as "https://bucket.example.com",
	// where links lead there; empty: objects come from this server.
	Storage []string
	// SignedIn reports whether a request comes with a session, good or not; nil:
	// none does. It spares the app the question, and the console a refusal.
	SignedIn func(*http.Request) bool
	// SignIn is what the provider is called that signs browsers in at /signin/oidc; empty:
	// there is none.
	SignIn string
}

// App serves the browser app: its screens, which are one page, and its files
// below /app/. It expects the API at /v2 of the same server, under whatever path
// a proxy puts both.
type App struct {
	cfg    Config
	page   [2][3]appFile // signed out and in, by depth of the address: as seen from /, /a/ID and /a/ID/
	files  map[string]appFile
	policy string
}

// appFile is a file in the two forms that it is sent in.
type appFile struct {
	kind   string
	plain  []byte
	packed func() []byte // by gzip, once; nil where that does not pay
	tag    string
}

// NewApp reads the files of the app.
func NewApp(cfg Config) (*App, error) {
	entries, err := dist.ReadDir("dist")
	if err != nil {
		return nil, err
	}
	a := &App{cfg: cfg, files: map[string]appFile{}, policy: cfg.policy()}
	for _, e := range entries {
		b, err := dist.ReadFile("dist/" + e.Name())
		if err != nil {
			return nil, err
		}
		if e.Name() == "index.html" {
			for i, session := range []string{"no", "yes"} {
				for depth := range a.page[i] {
					a.page[i][depth] = newAppFile(e.Name(), fill(b, "{{session}}", session, "{{signin}}", html.EscapeString(cfg.SignIn), "{{root}}", strings.Repeat("../", depth)))
				}
			}
			continue
		}
		a.files[e.Name()] = newAppFile(e.Name(), b)
	}
	a.files["sample.webm"] = newAppFile("sample.webm", examples.Sample())
	return a, nil
}

// fill puts values in the places of a page.
func fill(page []byte, pairs ...string) []byte {
	return []byte(strings.NewReplacer(pairs...).Replace(string(page)))
}

func newAppFile(name string, b []byte) appFile {
	f := appFile{kind: mime.TypeByExtension(path.Ext(name)), plain: b}
	switch path.Ext(name) { // not what the machine believes
	case ".js":
		f.kind = "text/javascript; charset=utf-8"
	case ".css":
		f.kind = "text/css; charset=utf-8"
	case ".html":
		f.kind = "text/html; charset=utf-8"
	case ".svg":
		f.kind = "image/svg+xml"
	case ".webm":
		f.kind = "video/webm"
	}
	sum := sha256.Sum256(b)
	f.tag = hex.EncodeToString(sum[:8])
	if f.kind != "video/webm" {
		f.packed = sync.OnceValue(func() []byte { return pack(b) })
	}
	return f
}

func pack(b []byte) []byte {
	var packed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression) // the level exists
	_, _ = z.Write(b)                                          // into memory
	_ = z.Close()
	return packed.Bytes()
}

// policy lets the app use its own code and talk to its own server and store;
// nothing else. Strings become neither markup nor code.
func (c Config) policy() string {
	store := ""
	for _, origin := range c.Storage {
		store += " " + origin
	}
	return strings.Join([]string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "worker-src 'self'", "manifest-src 'self'",
		"connect-src 'self' blob:" + store, "img-src 'self' blob: data:" + store, "media-src 'self' blob:" + store,
		"base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
	}, "; ")
}

// screens are the patterns of the app's screens.
var screens = []string{"/{$}", "/about", "/settings", "/lens", "/a/{id}", "/c/{pair}", "/s/{share}"}

// Register adds the app's screens and files to a router; missing answers for
// what is not there.
func (a *App) Register(handle func(pattern string, h func(http.ResponseWriter, *http.Request)), missing http.HandlerFunc) {
	for _, pattern := range screens {
		handle("GET "+pattern, a.serveScreen)
	}
	handle("GET /app/{file}", func(w http.ResponseWriter, r *http.Request) {
		f, ok := a.files[r.PathValue("file")]
		if !ok {
			missing(w, r)
			return
		}
		f.serve(w, r)
	})
}

// serveScreen answers the page, whatever the screen: the browser draws it. It
// answers everybody, for the page says how to sign in.
func (a *App) serveScreen(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", a.policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	if strings.HasPrefix(r.URL.Path, "/s/") {
		h.Set("X-Robots-Tag", "noindex")
	}
	// As the browser sees the address, which may end in a slash that the router
	// has taken away.
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	pages := a.page[0]
	if a.cfg.SignedIn != nil && a.cfg.SignedIn(r) {
		pages = a.page[1]
	}
	pages[min(max(strings.Count(asked, "/")-1, 0), len(pages)-1)].serve(w, r)
}

// serve answers the file, or that the browser's copy is good still: names do
// not change with their contents, so every use asks.
func (f appFile) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding, Cookie")
	body, tag := f.plain, `"`+f.tag+`"`
	if f.packed != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body, tag = f.packed(), `"`+f.tag+`-gzip"`
	}
	h.Set("ETag", tag)
	if matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body)
}

// acceptsGzip reads an Accept-Encoding header.
func acceptsGzip(header string) bool {
	return slices.ContainsFunc(strings.Split(header, ","), func(s string) bool {
		name, q, _ := strings.Cut(strings.TrimSpace(s), ";")
		return strings.EqualFold(strings.TrimSpace(name), "gzip") && strings.TrimSpace(q) != "q=0"
	})
}

// matches reads an If-None-Match header.
func matches(header, tag string) bool {
	return slices.ContainsFunc(strings.Split(header, ","), func(s string) bool {
		return strings.TrimPrefix(strings.TrimSpace(s), "W/") == tag
	})
}
