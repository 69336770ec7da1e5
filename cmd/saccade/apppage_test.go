package main_test

import (
	"fmt"
	"math"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// shopHTML is a page with elements of many roles, above and below the fold.
const shopHTML = `<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content="width=device-width"><title>Spring shop</title>
<style>body{margin:0;font:16px/1.5 sans-serif;color:#223}header{display:flex;gap:2em;align-items:center;padding:1em 3em;background:#f3efe8}
h1{font-size:52px;line-height:1.1;margin:0 0 .4em}main{padding:4em 3em;display:grid;grid-template-columns:1fr 1fr;gap:3em}.pot{background:radial-gradient(circle at 50% 60%,#e2703a 0 30%,#f7d9c4 31% 100%);height:380px;border-radius:16px}
button{font:inherit;font-weight:700;background:#c8102e;color:#fff;border:0;border-radius:8px;padding:.9em 1.6em}.low{padding:10em 3em 3em;background:#fafafa}
@media (prefers-color-scheme:dark){body{background:#14161a;color:#eee}header,.low{background:#22252b}}@media (max-width:700px){main{display:block;padding:1em}}</style>
<header><strong>Pottery</strong><nav aria-label="Main"><a href="#a">New</a> <a href="#b">Bowls</a> <a href="#c">Cups</a></nav></header>
<main><section><h1>Spring sale, until Sunday</h1><p>Hand-made bowls and cups, each one different from the next. Fired twice, safe in the oven.</p>
<button>Buy now</button> <a href="#more">How we make them</a></section><div class="pot" role="img" aria-label="An orange bowl"></div></main>
<div class="low"><h2>Letters from the kiln</h2><p>Twice a year, no more.</p><label>Email <input type=email></label> <button>Subscribe</button></div>`

// TestAppPage names the address of a page, asks for all that is known about
// pages, and finds the elements by mouse and by keyboard.
func TestAppPage(t *testing.T) {
	t.Parallel()
	shop := site(t, map[string]http.HandlerFunc{"/": html(shopHTML)})
	s := start(t, t.TempDir(), "--allow", shop.Listener.Addr().String())
	b := openTab(t, s.url)
	b.open(s.link())
	b.click("Address")
	b.wait("document.querySelector('dialog[open] #address')")
	if !eval[bool](b, "document.querySelector('[name=elements]').checked && !document.querySelector('[name=steal]').checked") {
		t.Error("elements alone are asked for unless somebody wants more")
	}
	b.press("document.querySelector('dialog summary')")
	for _, name := range []string{"[name=steal]", "[value=dark]", "[value=zoom200]", "[value=achromatopsia]"} {
		b.press(fmt.Sprintf("document.querySelector(%q)", name))
	}
	b.judge("address")
	b.fill("#address", shop.URL)
	b.keys(kb.Enter)
	b.wait("document.querySelector('.card[data-status=success]')")
	b.click(shop.URL)
	b.wait("document.querySelector('.element-table tbody tr') && document.querySelector('.steal-table') && document.querySelectorAll('[data-variant]').length === 3")
	b.judge("page")
	elements(b, s)
	b.see("the model's opinion, not a measurement")
	b.showing("steal", ".steal-table")
	if rows := eval[[]string](b, "[...document.querySelectorAll('.steal-table tbody th')].map(e => e.innerText)"); len(rows) < 5 {
		t.Errorf("the matrix has the rows %q", rows)
	}
	eval[any](b, "document.querySelector('.variants').scrollIntoView()")
	b.wait("[...document.querySelectorAll('.variants img')].every(i => i.naturalWidth > 0)")
	b.showing("variants", ".variants")
}

// elements compares the list with the service, and points at an element in
// every way there is.
func elements(b *tab, s *service) {
	b.t.Helper()
	id := eval[string](b, "location.pathname.split('/')[2]")
	list := s.call("GET", "/analyses/"+id, nil).body["outputs"].(object)["elements"].(object)["list"].([]any)
	shown := eval[[]float64](b, "[...document.querySelectorAll('[data-element][data-share]')].map(e => Number(e.dataset.share))")
	if len(shown) != min(len(list), 12) {
		b.t.Fatalf("%d of %d elements are listed", len(shown), len(list))
	}
	for i, v := range shown {
		if want := list[i].(object)["share"].(float64); math.Abs(v-want) > 1e-9 {
			b.t.Errorf("element %d: %v, the service says %v", i, v, want)
		}
	}
	row := "[...document.querySelectorAll('.element-table tbody tr')].find(r => r.innerText.includes('Buy now'))"
	eval[any](b, row+".scrollIntoView({block: 'center'})")
	at := eval[[]float64](b, "(r => [r.x + r.width / 2, r.y + r.height / 2])("+row+".getBoundingClientRect())")
	b.move(at[0], at[1])
	b.wait("document.querySelector('.marked')?.innerText === 'Buy now'")
	want := list[eval[int](b, "[...document.querySelectorAll('.element-table tbody tr')].indexOf("+row+")")].(object)["box"].(object)
	is := eval[[]float64](b, "(([m, s]) => [(m.x - s.x) / s.width, (m.y - s.y) / s.height, m.width / s.width, m.height / s.height])([document.querySelector('.marked').getBoundingClientRect(), document.querySelector('.screen').getBoundingClientRect()])")
	for i, name := range []string{"x", "y", "width", "height"} {
		if math.Abs(is[i]-want[name].(float64)) > 0.01 {
			b.t.Errorf("%s of the box is %v, want %v", name, is[i], want[name])
		}
	}
	b.move(5, 5)
	b.wait("!document.querySelector('.marked')")
	eval[any](b, row+".querySelector('button').focus()") // by the keyboard
	b.wait("document.querySelector('.marked')?.innerText === 'Buy now'")
	b.keys(kb.Enter)
	eval[any](b, "document.activeElement.blur()")
	b.wait("document.querySelector('.marked') && document.querySelector('.element-name[aria-pressed=true]')?.innerText === 'Buy now'")
	b.judge("element")
	b.keys(kb.Escape)
	b.wait("!document.querySelector('.marked')")
	b.clean("elements")
}
