package main_test

import (
	"os"
	"path/filepath"
	"testing"
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
