package main_test

import (
	"image"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAppRendering exports the video with heat of an analysis that was not asked for it:
// it is rendered while the dialog shows how far it is.
func TestAppRendering(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	clip := encoded(t, "v.webm", "-f lavfi -i testsrc2=s=160x96:r=10:d=2"+vp9)
	id := s.watched(clip, object{"attention": object{"outputs": []string{"data"}}})
	b := openTab(t, s.url)
	b.open(s.link())
	b.see("e2e")
	b.open("/a/" + id)
	b.wait("document.querySelector('video')?.readyState >= 2")
	b.click("Export")
	b.see("rendered now")
	b.judge("export")
	b.click("Render")
	b.wait("document.querySelector('[aria-label=\"Save Video with heat\"]')")
	link := eval[string](b, "document.querySelector('[aria-label=\"Save Video with heat\"]').href")
	in, out := filepath.Join(t.TempDir(), "in.webm"), filepath.Join(t.TempDir(), "out.webm")
	for path, data := range map[string][]byte{in: clip, out: s.fetch(link)} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sameFrames(t, frames(t, out), frames(t, in))
	b.judge("exported")
	b.clean("rendering")
}

// TestAppRenderingStill exports the heat map of an image and of a page that were not asked
// for it: a PNG of their size.
func TestAppRenderingStill(t *testing.T) {
	t.Parallel()
	shop := site(t, map[string]http.HandlerFunc{"/": html(shopHTML)})
	s := start(t, t.TempDir(), "--allow", shop.Listener.Addr().String())
	b := openLibrary(t, s)
	alone := object{"clarity": object{"outputs": []string{"score"}}}
	for name, input := range map[string]object{
		"image": {"type": "image", "content": base64Of(pngOf(t, screen(320, 200)))}, "page": {"type": "url", "content": shop.URL},
	} {
		posted := s.call("POST", "/analyses", object{"input": input, "predictions": alone})
		done := s.settle(posted.text("location"), time.Minute)
		if done.text("status") != "success" {
			t.Fatalf("%s: %v", name, done.body)
		}
		in := done.body["outputs"].(object)["input"].(object)
		b.open("/a/" + posted.text("id"))
		b.wait("document.querySelector('.result img')?.naturalWidth > 0")
		b.click("Export")
		b.see("rendered now")
		b.click("Render")
		b.wait("document.querySelector('[aria-label=\"Save Heat map\"]')")
		link := eval[string](b, "document.querySelector('[aria-label=\"Save Heat map\"]').href")
		s.fetchPNG(link, image.Pt(int(in["width"].(float64)), int(in["height"].(float64))))
		b.expect("404") // the app learns from it that this is no video
		b.judge("exported-" + name)
	}
}
