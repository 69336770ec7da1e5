package capture

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/element"
)

// elementPage is a page of the tests and what a person sees on it.
type elementPage struct {
	html   string
	want   []string // "role name", in the order of the document; nil: only counted
	count  int      // where it is not listed
	medium saccade.Medium
}

// elementPages are ten pages that try what pages do with boxes.
func elementPages(other string) map[string]elementPage {
	var many strings.Builder
	many.WriteString("<style>h2,p,a,button{display:inline-block;margin:0;padding:0;width:40px;height:14px;font-size:8px;overflow:hidden}</style>")
	for i := range 500 {
		fmt.Fprintf(&many, "<h2>H %d</h2><p>T %d</p><a href='#x'>l %d</a><button>D %d</button>", i, i, i, i)
	}
	return map[string]elementPage{
		"plain": {html: `<style>body{margin:20px}</style><nav><a href="/">Home</a> <a href="/p">Prices</a></nav><h1>Tea for two</h1>
			<p>It keeps <b>warm</b> for an hour.</p><img alt="A pot" width=200 height=100 src="` + square4 + `"><button id=buy>Buy now</button>
			<form><label for=m>Mail</label><input id=m><input type=submit value=Send><select aria-label=Size><option>S</select></form>
			<p hidden>never</p><p style="visibility:hidden">nor this</p><p style="opacity:0">nor that</p><input type=hidden value=x>
			<span style="position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)">for ears</span><a>no link</a>`,
			want: []string{"navigation ", "link Home", "link Prices", "heading Tea for two", "paragraph It keeps warm for an hour.", "img A pot",
				"button Buy now", "paragraph Mail", "textbox Mail", "button Send", "combobox Size", "paragraph no link"}},
		"overlapping": {html: `<style>body{margin:0;height:800px}p,div,h1{margin:0;position:absolute}</style>
			<h1 style="left:0;top:0;width:400px;height:200px;background:#f00;color:#f00">under</h1>
			<p style="left:200px;top:100px;width:400px;height:200px;background:#0f0;color:#0f0">over</p>
			<div role=dialog aria-label=Consent style="left:300px;top:50px;width:100px;height:300px;background:#00f;z-index:3"><button style="position:absolute;left:10px;top:10px;width:50px;height:40px;border:0;background:#ff0;color:#ff0">ok</button></div>
			<p style="left:500px;top:250px;width:300px;height:100px;background:#0ff;color:#0ff;z-index:-1">below</p>`,
			want: []string{"heading under", "paragraph over", "dialog Consent", "button ok", "paragraph below"}},
		"fixed": {html: `<style>body{margin:0;height:3000px}</style><header style="position:fixed;top:0;left:0;right:0;height:60px;background:#eee"><a href=/ style="position:absolute;left:40px;top:20px">Top</a></header>
			<h1 style="margin-top:90px">Moves</h1><div style="position:fixed;bottom:10px;right:10px"><button>Chat</button></div>
			<p style="position:sticky;top:0;margin-top:1000px">Sticks</p><p style="position:absolute;top:2900px">End</p>`,
			want: []string{"link Top", "heading Moves", "button Chat", "paragraph Sticks", "paragraph End"}},
		"shadow": {html: `<x-card><span slot=t>Slotted</span></x-card><x-card><span slot=t>Other</span></x-card><script>
			customElements.define("x-card", class extends HTMLElement { constructor() { super();
				const r = this.attachShadow({mode: "open"}); r.innerHTML = "<style>:host{display:block;margin:10px}</style><h2><slot name=t></slot></h2><div><div><button>In</button></div></div><x-deep></x-deep>" } });
			customElements.define("x-deep", class extends HTMLElement { constructor() { super(); this.attachShadow({mode: "open"}).innerHTML = "<p id=in>Deep</p>" } });</script>` + closedTrees,
			want: []string{"heading Slotted", "button In", "paragraph Deep", "heading Other", "button In", "paragraph Deep",
				"heading Shut", "paragraph Deeper", "button Buy", "button Later", "paragraph Declared", "button Light"}},
		"frames": {html: `<h1>Outside</h1><iframe id=a style="border:7px solid;padding:5px;width:400px;height:200px" srcdoc="<body style='margin:30px'><h2>Inside</h2><iframe style='border:0;height:50px' srcdoc='<p style=margin:0>Innermost</p>'></iframe><p style='margin-top:400px'>cut off</p>"></iframe>
			<iframe style="width:300px;height:150px" src="` + other + `"></iframe><iframe style="display:none" srcdoc="<p>hidden</p>"></iframe>`,
			want: []string{"heading Outside", "heading Inside", "paragraph Innermost", "button Foreign"}},
		"rtl": {html: `<html dir=rtl><style>body{margin:0 30px}</style><h1>שלום</h1><p style="width:300px">טקסט קצר</p><button style="float:left">קנה</button>`,
			want: []string{"heading שלום", "paragraph טקסט קצר", "button קנה"}},
		"off-screen": {html: `<style>body{margin:0}</style><p style="position:absolute;left:-9999px">far left</p><p style="position:absolute;left:1400px;top:0;width:200px">half out</p><p style="position:absolute;top:-500px">above</p>
			<div style="width:200px;height:100px;overflow:hidden;position:relative"><p style="margin:0">seen</p><p style="margin:200px 0">clipped</p></div><div style="overflow:hidden;height:0"><button>folded</button></div>
			<details><summary>More</summary><p>closed</p></details><div style="transform:translateX(-3000px)"><p>moved away</p></div>`,
			want: []string{"paragraph half out", "paragraph seen", "button More"}},
		"transformed": {html: `<style>body{margin:50px}</style><h1 style="transform:rotate(10deg) scale(.5);width:400px">Turned</h1><p style="zoom:1.5;width:200px">Zoomed</p><div style="transform:translate(100px,40px)"><button>Moved</button></div>
			<p style="columns:3;width:600px">` + strings.Repeat("word ", 120) + `</p><p>A long line with <a href=#>` + strings.Repeat("a link that wraps ", 20) + `</a> in it</p>`,
			want: []string{"heading Turned", "paragraph Zoomed", "button Moved", "paragraph " + element.Name(strings.Repeat("word ", 120)),
				"paragraph " + element.Name("A long line with "+strings.Repeat("a link that wraps ", 20)), "link " + element.Name(strings.Repeat("a link that wraps ", 20))}},
		"phone": {medium: saccade.MediumMobile, html: `<meta name=viewport content="width=device-width"><style>body{margin:12px}</style><h1>Small</h1><p style="height:1500px">Long</p><a href=#>Last</a>`,
			want: []string{"heading Small", "paragraph Long", "link Last"}},
		"wide phone": {medium: saccade.MediumMobile, html: `<style>body{margin:0;width:980px}</style><h1 style="margin:0;width:490px;height:100px">Half</h1>`,
			want: []string{"heading Half"}},
		"many": {html: many.String(), count: 2000},
	}
}

const square4 = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' width='4' height='4'/>"

// closedTrees has closed shadow trees, made by script and declared, and globals that are
// called as those that the reading script looks for.
const closedTrees = `<i id=saccadeClosed></i><form id=chrome><input name=dom hidden></form><x-shut></x-shut><div id=host></div>
	<section><template shadowrootmode=closed><p id=in>Declared</p><slot></slot></template><button>Light</button></section><script>
	customElements.define("x-shut", class extends HTMLElement { constructor() { super();
		const r = this.attachShadow({mode: "closed"}); r.innerHTML = "<h2>Shut</h2><div><div id=inner></div></div>";
		r.querySelector("#inner").attachShadow({mode: "closed"}).innerHTML = "<p>Deeper</p>" } });
	host.attachShadow({mode: "closed"}).innerHTML = "<button>Buy</button><button id=later>Later</button>"</script>`

// TestElementBoxes measures every element that is found a second time, by the
// browser's own box model, and wants each selector to name just it, again after
// a reload.
func TestElementBoxes(t *testing.T) {
	example, err := os.ReadFile("../../examples/page.html")
	if err != nil {
		t.Fatal(err)
	}
	foreign := site(t, map[string]http.HandlerFunc{"/": html(`<body style="margin:20px"><button>Foreign</button>`)})
	pages := elementPages(foreign.URL)
	pages["example"] = elementPage{html: string(example), count: 25}
	t.Parallel()
	mux := map[string]http.HandlerFunc{}
	for name, p := range pages {
		mux["/"+strings.ReplaceAll(name, " ", "-")] = html(p.html)
	}
	s := site(t, mux)
	b := newBrowser(t, nil, host(s), host(foreign))
	sessions := map[saccade.Medium]*session{"": openSession(t, b, ""), saccade.MediumMobile: openSession(t, b, saccade.MediumMobile)}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		t.Run(name, func(t *testing.T) {
			p, ss, address := pages[name], sessions[pages[name].medium], s.URL+"/"+strings.ReplaceAll(name, " ", "-")
			first := visited(t, ss, address)
			var got []string
			for _, e := range first.Layout.Elements {
				got = append(got, string(e.Role)+" "+e.Name)
			}
			if p.want != nil {
				if diff := cmp.Diff(p.want, got); diff != "" {
					t.Error(diff)
				}
			} else if len(got) < p.count || len(got) > p.count+10 {
				t.Errorf("%d elements, want %d", len(got), p.count)
			}
			compareBoxes(t, ss, first)
			if diff := cmp.Diff(first.Layout.Elements, visited(t, ss, address).Layout.Elements); diff != "" {
				t.Errorf("after a reload: %s", diff)
			}
		})
	}
}

// openSession starts a browser that the test steers itself.
func openSession(t *testing.T, b *Browser, m saccade.Medium) *session {
	t.Helper()
	c, err := b.findChrome(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := ViewportOf(m)
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.start(t.Context(), c, v)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func visited(t *testing.T, s *session, address string) *element.Page {
	t.Helper()
	s.due, s.patience = time.Now().Add(s.b.cfg.Timeout), time.Second // of a session that has seen another page
	p, err := s.visit(address, element.Visit{Elements: true})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compareBoxes finds each element by its selector through the protocol's own DOM
// and compares the boxes with its box model.
func compareBoxes(t *testing.T, s *session, p *element.Page) {
	t.Helper()
	cfg, err := png.DecodeConfig(bytes.NewReader(p.Image))
	if err != nil {
		t.Fatal(err)
	}
	depth, pierce := int64(-1), true
	doc, err := call(s, dom.GetDocument, dom.GetDocumentParams{Depth: &depth, Pierce: &pierce})
	if err != nil {
		t.Fatal(err)
	}
	metrics := layoutWidth(t, s)
	scale := float64(cfg.Width) / metrics // image pixels a CSS pixel
	for _, e := range p.Layout.Elements {
		node, err := findNode(s, doc.Root, e.Selector)
		if err != nil {
			t.Errorf("%s: %v", e.Selector, err)
			continue
		}
		m, err := call(s, dom.GetBoxModel, dom.GetBoxModelParams{NodeID: node})
		if err != nil {
			t.Errorf("%s: %v", e.Selector, err)
			continue
		}
		want := boundsOf(m.Model.Border, scale, cfg)
		got := [4]float64{e.Box.X * float64(cfg.Width), e.Box.Y * float64(cfg.Height), (e.Box.X + e.Box.Width) * float64(cfg.Width), (e.Box.Y + e.Box.Height) * float64(cfg.Height)}
		for i := range got {
			if math.Abs(got[i]-want[i]) > math.Max(1, scale) {
				t.Errorf("%s %q: box %.1f, the browser's is %.1f", e.Selector, e.Name, got, want)
				break
			}
		}
	}
}

// layoutWidth is the width of the part that was photographed, in CSS pixels, as
// the page itself measures its window.
func layoutWidth(t *testing.T, s *session) float64 {
	t.Helper()
	w, err := eval[float64](s, `() => Math.max(document.documentElement.clientWidth, 1)`)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func boundsOf(q dom.Quad, scale float64, c image.Config) [4]float64 {
	out := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for i := 0; i+1 < len(q); i += 2 {
		out[0], out[1] = min(out[0], q[i]*scale), min(out[1], q[i+1]*scale)
		out[2], out[3] = max(out[2], q[i]*scale), max(out[3], q[i+1]*scale)
	}
	return [4]float64{max(out[0], 0), max(out[1], 0), min(out[2], float64(c.Width)), min(out[3], float64(c.Height))}
}

// findNode follows a selector; each part must match once.
func findNode(s *session, root *cdp.Node, selector string) (cdp.NodeID, error) {
	at := root
	parts := strings.Split(selector, element.Pierce)
	for i, part := range parts {
		found, err := call(s, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: at.NodeID, Selector: part})
		if err != nil {
			return 0, err
		}
		if len(found.NodeIDs) != 1 {
			return 0, fmt.Errorf("%q matches %d times", part, len(found.NodeIDs))
		}
		id := found.NodeIDs[0]
		if i == len(parts)-1 {
			return id, nil
		}
		host := nodeOf(root, id)
		switch {
		case host == nil:
			return 0, fmt.Errorf("node %d is not in the tree", id)
		case len(host.ShadowRoots) > 0:
			at = host.ShadowRoots[0]
		case host.ContentDocument != nil:
			at = host.ContentDocument
		default:
			return 0, fmt.Errorf("%q is no host", part)
		}
	}
	return 0, fmt.Errorf("empty selector")
}

func nodeOf(n *cdp.Node, id cdp.NodeID) *cdp.Node {
	if n.NodeID == id {
		return n
	}
	below := slices.Concat(n.Children, n.ShadowRoots)
	if n.ContentDocument != nil {
		below = append(below, n.ContentDocument)
	}
	for _, c := range below {
		if f := nodeOf(c, id); f != nil {
			return f
		}
	}
	return nil
}

// TestElementOwners compares who owns how many pixels with the colors of the
// image: every element of the page has one of its own.
func TestElementOwners(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/": html(elementPages("")["overlapping"].html)})
	b := newBrowser(t, nil, host(s))
	err := b.Visit(t.Context(), element.Visit{Address: s.URL, Elements: true}, func(p *element.Page) error {
		m, err := png.Decode(bytes.NewReader(p.Image))
		if err != nil {
			return err
		}
		w, h := m.Bounds().Dx(), m.Bounds().Dy()
		shares := p.Layout.Owners(w, h).Share(saccade.NewDensity(64, 36))
		for i, c := range []color.RGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {255, 255, 0, 255}, {0, 255, 255, 255}} {
			n := 0
			for y := range h {
				for x := range w {
					if color.RGBAModel.Convert(m.At(x, y)) == c {
						n++
					}
				}
			}
			want := float64(n) / float64(w*h)
			if e := p.Layout.Elements[i]; math.Abs(shares.Area[i]-want) > 1e-4 || n == 0 {
				t.Errorf("%s owns %.5f of the pixels, %.5f have its color", e.Name, shares.Area[i], want)
			}
			if math.Abs(shares.Own[i]-shares.Area[i]) > 1e-6 {
				t.Errorf("element %d has %.6f of an even density on %.6f of the area", i, shares.Own[i], shares.Area[i])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestVisitHides takes images without an element, which are shown again.
func TestVisitHides(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/": html(elementPages("")["overlapping"].html)})
	b := newBrowser(t, nil, host(s))
	err := b.Visit(t.Context(), element.Visit{Address: s.URL, Elements: true, Hide: 1}, func(p *element.Page) error {
		var former []byte
		for range 2 {
			got, err := p.Without(1)
			if err != nil {
				return err
			}
			m, err := png.Decode(bytes.NewReader(got))
			if err != nil {
				return err
			}
			if c := color.RGBAModel.Convert(m.At(250, 250)); c != (color.RGBA{255, 255, 255, 255}) {
				t.Errorf("the hidden element shows %v", c)
			}
			if c := color.RGBAModel.Convert(m.At(250, 150)); c != (color.RGBA{255, 0, 0, 255}) {
				t.Errorf("what was under it shows %v", c)
			}
			if former != nil && !bytes.Equal(former, got) {
				t.Error("two images without the same element differ")
			}
			former = got
		}
		if _, err := p.Without(99); err == nil {
			t.Error("an element that is not there was hidden")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
