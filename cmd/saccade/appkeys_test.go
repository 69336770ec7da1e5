package main_test

import (
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/saccade-dev/saccade"
)

// reach presses Tab, at most as often as any screen has things to reach, until the
// focus is on what has the label, and that can be seen.
func (b *tab) reach(label string) {
	b.t.Helper()
	for range 90 {
		b.keys(kb.Tab)
		if eval[bool](b, fmt.Sprintf(`(e => (e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '').trim().startsWith(%q) &&
			e.matches(':focus-visible') && e.getBoundingClientRect().width > 0)(document.activeElement)`, label)) {
			return
		}
	}
	b.t.Fatalf("Tab never reaches %q; the page says: %s", label, b.says())
}

// TestAppByKeys goes through a visit with the keyboard alone: no click, no pointer,
// no focus that a script sets.
func TestAppByKeys(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	b := openLibrary(t, s)
	b.reach("Analyze the sample")
	b.keys(kb.Enter)
	b.wait("document.querySelector('.card[data-status=success]')")
	s.analyzed(pngOf(t, screen(640, 480)), nil)
	b.reach("Sample: a visit")
	b.keys(kb.Enter)
	b.wait("document.querySelector('video')?.readyState >= 2")
	id := eval[string](b, "location.pathname.split('/')[2]")
	playing(b)
	measuring(b, s, id)
	b.reach("Title")
	b.keys("!")
	b.keys(kb.Enter)
	b.see("Renamed.")
	b.keys("e")
	b.wait("document.querySelector('dialog[open]')")
	b.keys(kb.Escape)
	b.wait("!document.querySelector('dialog[open]')")
	b.keys("c")
	b.wait("document.querySelector('.pick-list button')")
	b.reach("e2e")
	b.keys(kb.Enter)
	b.wait("document.querySelector('.compare-table tbody tr')")
	b.keys("h")
	b.wait("document.querySelector('.sides.swipe')")
	b.keys("s")
	b.wait("document.querySelector('dialog[open] select')")
	b.reach("Make a link")
	b.keys(kb.Enter)
	b.wait("document.querySelector('#share-url')")
	b.keys(kb.Escape)
	b.wait("!document.querySelector('dialog[open]')")
	b.reach("Library")
	b.keys(kb.Enter)
	b.wait("document.querySelectorAll('.card').length === 2")
	b.reach("Select e2e")
	b.keys(" ")
	b.wait("document.querySelectorAll('.card.chosen').length === 1")
	b.keys(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
	b.reach("Select e2e")
	for range 90 { // backward, to the row of buttons above the cards
		b.keys(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
		if eval[bool](b, "document.activeElement.innerText?.trim() === 'Delete'") {
			break
		}
	}
	b.keys(kb.Enter)
	b.wait("document.activeElement.innerText?.trim() === 'Delete for good'")
	b.keys(kb.Enter)
	b.wait("document.querySelectorAll('.card').length === 1")
	b.clean("keys")
}

// TestAppChoosesByKeys chooses files by the keyboard, and by it gives up one that is not
// taken. The photograph of noise that comes of it is said to be one.
func TestAppChoosesByKeys(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	b := openLibrary(t, s)
	call(b, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true})
	b.reach("Choose file")
	b.keys(kb.Enter)
	var field cdp.BackendNodeID
	until(t, time.Minute, "files are asked for", func() bool {
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.choosers) == 1 {
			field = b.choosers[0]
		}
		return field != 0
	})
	dir := t.TempDir()
	good, bad := filepath.Join(dir, "noise.png"), filepath.Join(dir, "notes.txt")
	for path, data := range map[string][]byte{good: pngOf(t, static(400, 300)), bad: []byte("hello")} {
		b.must(os.WriteFile(path, data, 0o600))
	}
	call(b, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{good, bad}, BackendNodeID: field})
	b.see("notes.txt is neither a video")
	b.reach("Cancel notes.txt")
	b.keys(kb.Enter)
	b.wait("!document.body.innerText.includes('notes.txt') && document.querySelector('.card[data-status=success]')")
	for range 90 { // backward, to the card
		b.keys(kb.Tab, chromedp.KeyModifiers(chromedp.ModifierShift))
		if eval[bool](b, "document.activeElement.innerText?.trim() === 'noise'") {
			break
		}
	}
	b.keys(kb.Enter)
	b.see("Do not rely on these numbers.")
	b.judge("caution")
	b.keys("e")
	b.wait("document.querySelector('dialog[open] .caution')")
	b.judge("caution-export")
	if text := eval[string](b, "fetch(document.querySelector('[aria-label=\"Save Report\"]').href).then(r => r.text())"); !strings.Contains(text, saccade.OutsideCaution) {
		t.Error("the report does not say that the image is outside of the training")
	}
}

// static is an image of nothing.
func static(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range m.Pix {
		m.Pix[i] = byte(rnd.Uint32())
		if i%4 == 3 {
			m.Pix[i] = 255
		}
	}
	return m
}

// playing plays and steps, and goes along the timeline.
func playing(b *tab) {
	b.t.Helper()
	b.keys(" ")
	b.wait("document.querySelector('[aria-label=Pause]') && Number(document.querySelector('#where').dataset.frame) > 3")
	b.keys("k")
	b.wait("document.querySelector('[aria-label=Play]')")
	b.keys("0")
	b.wait("document.querySelector('#where').dataset.frame === '0'")
	b.keys(".")
	b.wait("document.querySelector('#where').dataset.frame === '1'")
	b.keys(kb.ArrowRight, chromedp.KeyModifiers(chromedp.ModifierShift))
	b.wait("document.querySelector('#where').dataset.frame === '11'")
	b.reach("Strength of the overlay")
	b.keys(kb.ArrowRight)
	b.wait("document.querySelector('.strength input').value === '1.1'")
	b.reach("Position in the video")
	b.keys(kb.ArrowRight)
	b.wait("Number(document.querySelector('#where').dataset.time) > 1")
}

// measuring draws an area, moves it, grows it, names it and takes the name back.
func measuring(b *tab, s *service, id string) {
	b.t.Helper()
	b.keys("r")
	b.keys(kb.Enter)
	b.wait("document.activeElement.matches('.area.selected polygon')")
	for range 6 {
		b.keys(kb.ArrowLeft)
		b.keys(kb.ArrowUp, chromedp.KeyModifiers(chromedp.ModifierAlt))
	}
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
	box := s.storedAreas(id)[0].(object)["box"].(object)
	if x, h := box["x"].(float64), box["height"].(float64); math.Abs(x-0.315) > 0.001 || math.Abs(h-0.19) > 0.001 {
		b.t.Errorf("stored as %v", box)
	}
	b.reach("Name of Area 1")
	b.keys("Kettle")
	b.keys(kb.Tab)
	b.wait("document.querySelector('[data-area^=\"Area 1\"]') === null || document.querySelector('[data-area]').dataset.area.includes('Kettle')")
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
	if name := s.storedAreas(id)[0].(object)["name"].(string); !strings.Contains(name, "Kettle") {
		b.t.Errorf("stored as %q", name)
	}
}
