package main_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
)

// TestAppOnBucket: objects are in a bucket, which has an origin of its own. The browser
// uploads to it and reads heat, video, tables and images from it; the policy of the
// page names that origin, and nothing else, where that is needed.
func TestAppOnBucket(t *testing.T) {
	needChromium(t)
	c := startCluster(t, 1)
	if err := s3test.AllowOrigin(t.Context(), c.storage, c.url); err != nil {
		t.Fatal(err)
	}
	bucket := strings.TrimSuffix(c.storage.Endpoint.String(), "/")
	namesBucket(t, c.url, bucket)
	b := openTab(t, c.url)
	b.storage = bucket
	signIn(b, c.service)
	uploadsSlowly(b)
	b.click("Open")
	b.wait("document.querySelector('.timeline') && document.querySelector('video')?.readyState >= 2")
	b.clean("watched")
	heatFromBucket(b)
	savesFiles(b, "sample")
	b.click("Library")
	b.wait("[...document.querySelectorAll('.card img')].length > 0 && [...document.querySelectorAll('.card img')].every(i => i.complete && i.naturalWidth > 0)")
	imageFromBucket(b)
}

// namesBucket checks the policy of the page.
func namesBucket(t *testing.T, page, bucket string) {
	t.Helper()
	resp, err := http.Get(page)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	outside := map[string][]string{}
	for part := range strings.SplitSeq(resp.Header.Get("Content-Security-Policy"), "; ") {
		words := strings.Fields(part)
		for _, w := range words[1:] {
			if strings.Contains(w, "://") || strings.Contains(w, "*") {
				outside[words[0]] = append(outside[words[0]], w)
			}
		}
	}
	want := map[string][]string{"connect-src": {bucket}, "img-src": {bucket}, "media-src": {bucket}}
	if diff := cmp.Diff(want, outside); diff != "" {
		t.Errorf("the policy names (-want +got):\n%s", diff)
	}
}

// uploadsSlowly drops the sample on a slow line: its progress is seen, and it goes to
// the bucket by one PUT.
func uploadsSlowly(b *tab) {
	b.t.Helper()
	slow := func(bytesPerSecond float64) {
		call(b, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{DownloadThroughput: -1, UploadThroughput: bytesPerSecond}}})
	}
	eval[any](b, `window.sent = new Set(), setInterval(() => {
		const bar = document.querySelector('.upload[data-state=sending] [role=progressbar]');
		if (bar) window.sent.add(Number(bar.getAttribute('aria-valuenow')));
	}, 10)`)
	slow(200e3)
	dropSample(b)
	b.wait("document.querySelector('.upload[data-state=done]')")
	slow(-1)
	if between := eval[int](b, "[...window.sent].filter(v => v > 0 && v < 100).length"); between < 2 {
		b.t.Errorf("the progress of the upload was not seen: %v", eval[[]float64](b, "[...window.sent]"))
	}
	puts := 0
	for _, request := range b.requests() {
		if strings.HasPrefix(request, "PUT ") {
			puts++
		}
	}
	if puts != 1 {
		b.t.Errorf("%d uploads went to the bucket: %v", puts, b.requests())
	}
}

// requests are those that went to the bucket, with the last part of the address.
func (b *tab) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.stored)
}

// heatFromBucket loads the page anew, as on another machine: the video and the numbers
// come from the bucket; single frames are exact, and heat is drawn over them.
func heatFromBucket(b *tab) {
	b.t.Helper()
	b.open(eval[string](b, "location.pathname"))
	b.wait("document.querySelector('.timeline') && document.querySelector('video')?.readyState >= 2")
	if from := eval[string](b, "new URL(document.querySelector('video').src).origin"); from != b.storage {
		b.t.Errorf("the video comes from %s", from)
	}
	if !slices.Contains(b.requests(), "GET attention.grid") {
		b.t.Errorf("the grid does not come from the bucket: %v", b.requests())
	}
	b.wait("(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v > 50))(document.querySelector('canvas.heat'))")
	b.keys(",")
	b.wait("document.querySelector('canvas.still:not(.away)')")
	b.keys(".")
	b.wait("document.querySelector('#where').dataset.frame === '1'")
	eval[any](b, "document.querySelector('canvas.still').getContext('2d').getImageData(0, 0, 1, 1)") // nothing taints it
	b.judge("bucket")
}

// savesFiles saves everything that is offered: with its name, and without leaving the
// page, though browsers let no page name files of another origin.
func savesFiles(b *tab, name string) {
	b.t.Helper()
	at := eval[string](b, "location.href")
	eval[any](b, `window.saved = [], window.click = HTMLAnchorElement.prototype.click, HTMLAnchorElement.prototype.click = function () { window.saved.push(this.protocol + ' ' + this.download); }`)
	b.keys("e")
	b.wait("document.querySelector('dialog[open]')")
	if eval[bool](b, "[...document.querySelectorAll('dialog button')].some(e => e.textContent === 'Render')") {
		b.click("Render") // it comes from the bucket as well, once it is there
		b.wait("document.querySelector('dialog a[download$=\"-heat.webm\"]')")
	}
	n := eval[int](b, `(() => {
		const all = [...document.querySelectorAll('dialog li')].flatMap(li => [...li.querySelectorAll('button, a[download]')]).filter(e => !e.href || new URL(e.href).origin !== location.origin);
		for (const e of all) e.tagName === 'A' ? e.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true})) : e.click();
		return all.length;
	})()`)
	b.wait(fmt.Sprintf("window.saved.length >= %d || document.querySelector('.toast.bad')", n))
	for _, s := range eval[[]string](b, "window.saved") {
		if !strings.HasPrefix(s, "blob: ") || filepath.Ext(s) == "" {
			b.t.Errorf("%s: saved as %q", name, s)
		}
	}
	if bad := eval[string](b, "document.querySelector('.toast.bad')?.innerText ?? ''"); bad != "" || n < 4 || eval[string](b, "location.href") != at {
		b.t.Errorf("%s: %d files, now at %s: %s", name, n, eval[string](b, "location.href"), bad)
	}
	eval[any](b, "HTMLAnchorElement.prototype.click = window.click")
	b.keys(kb.Escape)
	b.wait("!document.querySelector('dialog[open]')")
	b.clean("saved " + name)
}

// imageFromBucket has an image analyzed, shows it and saves it with its heat.
func imageFromBucket(b *tab) {
	b.t.Helper()
	eval[any](b, fmt.Sprintf(`(() => {
		const bytes = Uint8Array.from(atob(%q), c => c.charCodeAt(0)), data = new DataTransfer();
		data.items.add(new File([bytes], 'shop.png', {type: 'image/png'}));
		const input = document.querySelector('#file');
		input.files = data.files;
		input.dispatchEvent(new Event('change', {bubbles: true}));
	})()`, base64.StdEncoding.EncodeToString(pngOf(b.t, screen(900, 640)))))
	b.wait("document.querySelectorAll('.card[data-status=success]').length === 2")
	b.press("[...document.querySelectorAll('.card-title')].find(e => e.innerText === 'shop')")
	b.wait("document.querySelector('.result img')?.naturalWidth > 0 && document.querySelector('.segments')")
	savesFiles(b, "image")
	b.judge("bucket-image")
}
