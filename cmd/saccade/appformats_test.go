package main_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestAppFormats drops files that are not WebM: each becomes an analysis whose video
// plays, frame by frame, from the upload or from a copy.
func TestAppFormats(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	b := openTab(t, s.url)
	b.open(s.link())
	b.wait("document.querySelector('#file')")
	for name, data := range map[string][]byte{
		"film.mp4":   encoded(t, "v.mp4", "-f lavfi -i testsrc2=s=160x96:r=10:d=2 -c:v libx264 -preset ultrafast -pix_fmt yuv420p"),
		"banner.gif": encoded(t, "v.gif", "-f lavfi -i testsrc2=s=160x96:r=10:d=2"),
		"cut.mov":    encoded(t, "v.mov", "-f lavfi -i testsrc2=s=160x96:r=10:d=2 -c:v prores_ks"),
		"shot.webp":  encoded(t, "v.webp", "-f lavfi -i testsrc2=s=320x200 -frames:v 1 -c:v libwebp"),
	} {
		eval[any](b, fmt.Sprintf(`(() => {
			const bytes = Uint8Array.from(atob(%q), c => c.charCodeAt(0)), data = new DataTransfer();
			data.items.add(new File([bytes], %q));
			document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
		})()`, base64.StdEncoding.EncodeToString(data), name))
	}
	b.wait("document.querySelectorAll('[data-status=success]').length === 4")
	for _, name := range []string{"film", "banner", "cut"} {
		b.press(fmt.Sprintf("[...document.querySelectorAll('.card-title')].find(e => e.innerText === %q)", name))
		b.wait("document.querySelector('video')?.readyState >= 2 && document.querySelector('.segments')")
		b.keys("g")
		b.wait("document.activeElement.id === 'goto'")
		eval[any](b, "document.activeElement.select()")
		b.fill("#goto", "9")
		b.keys(kb.Enter)
		b.wait("document.querySelector('#where').dataset.frame === '8'")
		b.keys(".")
		b.wait("document.querySelector('#where').dataset.frame === '9'")
		b.wait("document.querySelector('canvas.still:not(.away)')") // decoded exactly
		b.click("Library")
		b.wait("document.querySelectorAll('.card').length === 4")
	}
	b.clean("formats")
}
