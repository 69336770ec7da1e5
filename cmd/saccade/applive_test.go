package main_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// sharing lets a page share the screen without a person who picks it. Where there
// is no screen, Chromium's test image stands for it: 800 x 600, moving.
func sharing() []chromedp.ExecAllocatorOption {
	return []chromedp.ExecAllocatorOption{
		chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("use-fake-device-for-media-stream", true),
	}
}

// TestAppRecords records the screen for a while, by the keyboard, and finds the
// recording in the library, analyzed.
func TestAppRecords(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	b := openTab(t, s.url, sharing()...)
	b.open(s.link())
	b.wait("[...document.querySelectorAll('button')].some(e => e.innerText === 'Record')")
	b.focus("[...document.querySelectorAll('button')].find(e => e.innerText === 'Record')")
	b.keys(kb.Enter)
	b.see("Stop, 2 s")
	b.judge("recording")
	b.wait("[...document.querySelectorAll('button')].find(e => e.innerText.startsWith('Stop, '))")
	b.focus("[...document.querySelectorAll('button')].find(e => e.innerText.startsWith('Stop, '))")
	b.keys(kb.Enter)
	b.wait("document.querySelector('.card[data-status=success]')")
	list := s.call("GET", "/analyses", nil).body["analyses"].([]any)
	if len(list) != 1 || list[0].(object)["type"] != "video" {
		t.Fatalf("%v", list)
	}
	out := s.call("GET", "/analyses/video/"+list[0].(object)["id"].(string), nil).body["outputs"].(object)["input"].(object)
	if out["frames"].(float64) < 5 || out["duration"].(float64) < 1.5 {
		t.Errorf("the recording: %v", out)
	}
	b.clean("recorded")
}

// TestAppLens shares the screen with the lens: heat follows, nothing is stored, and
// it stops by the keyboard.
func TestAppLens(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	b := openTab(t, s.url, sharing()...)
	b.open(s.link())
	b.click("Lens")
	b.see("Nothing is stored")
	b.judge("lens")
	b.focus("[...document.querySelectorAll('button')].find(e => e.innerText === 'Share a tab')")
	b.keys(kb.Enter)
	b.wait("document.querySelector('video')")
	b.wait("document.querySelector('video').videoWidth > 100 && /Most attention: .* %/.test(document.body.innerText)")
	const drawn = "(c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v, i) => i % 4 === 3 && v > 50))(document.querySelector('canvas.heat'))"
	b.wait(drawn)
	b.judge("lens-live")
	b.keys("x")
	b.wait(drawn) // the key is up again
	if left := s.call("GET", "/analyses", nil).body["analyses"].([]any); len(left) > 0 {
		t.Errorf("the lens has left %v", left)
	}
	eval[any](b, "document.activeElement.blur()")
	b.keys(kb.Escape)
	b.see("Nothing is stored")
	if eval[bool](b, "!!document.querySelector('video')") {
		t.Error("the lens goes on")
	}
	b.clean("lens stopped")
}

// TestAppInsecure: over plain http on another machine the app says what is
// missing there, and why.
func TestAppInsecure(t *testing.T) {
	t.Parallel()
	const host = "saccade.test"
	s := start(t, t.TempDir(), "--public-url", "http://"+host)
	b := openTab(t, "http://"+host, chromedp.Flag("host-resolver-rules", "MAP "+host+" "+s.url[len("http://"):]))
	b.open("/")
	b.see("See where people look")
	b.fill("#token", s.token)
	b.keys(kb.Enter)
	b.see("Recording and exact frame steps need https")
	b.expect("Cross-Origin-Opener-Policy") // which such a browser ignores, and says so
	b.judge("insecure")
	b.click("Lens")
	b.see("Sharing needs a secure context")
	b.judge("lens-insecure")
}
