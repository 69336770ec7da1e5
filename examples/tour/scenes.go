package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/page"

	"github.com/saccade-dev/saccade"
)

// visit signs in and goes through the scenes; it returns the id of the analysis
// of the sample.
func visit(t *tab, s *service, c *cast) (id string, err error) {
	err = steps(
		func() error { return t.look(wide, high, "light") },
		func() error { return pointer(t) },
		func() error { return t.open(s.link) },
		func() error {
			return t.wait("document.querySelectorAll('.card[data-status=success]').length === 3 && " + loaded)
		},
		func() error { return c.start(t) },
		func() error { return c.play("drop", 2200*time.Millisecond, func() error { return drop(t) }) },
		func() error { return c.play("heat", 4*time.Second, func() error { return heat(t) }) },
		func() (err error) {
			id, err = eval[string](t, "location.pathname.split('/')[2]")
			return err
		},
		func() error { return c.play("play", 3*time.Second, func() error { return watch(t) }) },
		func() error { return c.play("area", 3500*time.Millisecond, func() error { return area(t) }) },
		func() error { return c.play("compare", 6*time.Second, func() error { return compare(t) }) },
		func() error { return c.stop(t) },
	)
	return id, err
}

// loaded is true once every image on screen is there.
const loaded = "[...document.images].every(i => i.complete && i.naturalWidth > 0)"

// pointer draws one where the mouse is, on every page that is opened.
func pointer(t *tab) error {
	_, err := call(t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `addEventListener('DOMContentLoaded', () => {
		const p = document.createElement('div');
		p.id = 'pointer';
		p.style.cssText = 'position:fixed;z-index:9999;left:-40px;top:0;width:22px;height:22px;margin:-11px;border-radius:50%;pointer-events:none;background:rgb(20 110 255/.35);border:2px solid rgb(20 110 255/.9);box-sizing:border-box';
		document.documentElement.append(p);
		addEventListener('pointermove', e => { p.style.left = e.clientX + 'px'; p.style.top = e.clientY + 'px'; }, true);
		for (const [name, size] of [['pointerdown', .7], ['pointerup', 1]]) addEventListener(name, () => (p.style.scale = size), true);
	})`})
	return err
}

// drop drags the sample over the library and lets it go.
func drop(t *tab) error {
	return steps(
		func() error { return t.mouse(900, 500, false) },
		func() error {
			_, err := eval[any](t, `(async () => {
				window.dropped = new DataTransfer();
				dropped.items.add(new File([await (await fetch('app/sample.webm')).blob()], 'A visit to a shop.webm', {type: 'video/webm'}));
				for (const name of ['dragenter', 'dragover']) document.body.dispatchEvent(new DragEvent(name, {dataTransfer: dropped, bubbles: true, cancelable: true}));
			})()`)
			return err
		},
		func() error { return t.mouse(700, 420, false) },
		func() error { return t.rest(400 * time.Millisecond) },
		func() error {
			_, err := eval[any](t, "document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: dropped, bubbles: true, cancelable: true}))")
			return err
		},
		func() error {
			return t.click("[...document.querySelectorAll('.upload a')].find(e => e.innerText === 'Open')")
		},
	)
}

// heat watches the analysis until it is there.
func heat(t *tab) error {
	return steps(
		func() error { return t.mouse(1180, 760, false) },
		func() error { return t.wait("document.querySelector('.timeline')") },
		func() error { return t.wait("document.querySelector('video')?.readyState >= 3") },
		func() error { return t.rest(300 * time.Millisecond) },
	)
}

// watch plays the video.
func watch(t *tab) error {
	return steps(
		func() error { return t.click("document.querySelector('#play')") },
		func() error { return t.rest(2200 * time.Millisecond) },
		func() error { return t.click("document.querySelector('#play')") },
		func() error { return t.wait("document.querySelector('[aria-label=Play]')") },
	)
}

// area draws a box around the headline; its share is there at once, and stored
// soon.
func area(t *tab) error {
	box, err := eval[[]float64](t, "(r => [r.x, r.y, r.width, r.height])(document.querySelector('.screen').getBoundingClientRect())")
	if err != nil {
		return err
	}
	return steps(
		func() error { return t.key("r") },
		func() error {
			return t.drag(box[0]+0.035*box[2], box[1]+0.28*box[3], box[0]+0.49*box[2], box[1]+0.48*box[3])
		},
		func() error { return t.wait("document.querySelector('[data-area]')") },
		func() error {
			return t.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
		},
		func() error { return t.rest(900 * time.Millisecond) },
	)
}

// compare looks at the recording beside the cut without its message.
func compare(t *tab) error {
	mode := func(name string) string {
		return fmt.Sprintf("[...document.querySelectorAll('.segments button')].find(e => e.innerText === %q)", name)
	}
	return steps(
		func() error {
			return t.click("[...document.querySelectorAll('button')].find(e => e.innerText.trim() === 'Compare')")
		},
		func() error {
			return t.click("[...document.querySelectorAll('.pick-list button')].find(e => e.innerText.includes('without its message'))")
		},
		func() error {
			return t.wait("document.querySelectorAll('.sides video').length === 2 && [...document.querySelectorAll('.sides video')].every(v => v.readyState >= 3)")
		},
		func() error { return t.click("document.querySelector('.transport button')") },
		func() error { return t.rest(1500 * time.Millisecond) },
		func() error { return t.click(mode("Swipe")) },
		func() error { return t.rest(1200 * time.Millisecond) },
	)
}

// screenshots writes the library in the light and the analysis in the dark theme,
// with areas that the service has measured.
func screenshots(ctx context.Context, t *tab, s *service, id, out string) error {
	if _, err := s.c.VideoAOIs(ctx, id, []saccade.AOI{
		{Name: "Headline", Box: &saccade.Box{X: 0.035, Y: 0.28, Width: 0.455, Height: 0.2}},
		{Name: "Button", Box: &saccade.Box{X: 0.04, Y: 0.61, Width: 0.2, Height: 0.1}},
		{Name: "Kettle", Box: &saccade.Box{X: 0.56, Y: 0.36, Width: 0.34, Height: 0.4}},
		{Name: "Message", Box: &saccade.Box{X: 0.81, Y: 0.02, Width: 0.18, Height: 0.1}},
	}); err != nil {
		return err
	}
	hide := func() error {
		_, err := eval[any](t, "document.querySelector('#pointer')?.remove()")
		return err
	}
	return steps(
		func() error { return t.look(wide, 500, "light") },
		func() error { return t.open(s.url + "/") },
		func() error {
			return t.wait("document.querySelectorAll('.card[data-status=success]').length === 4 && " + loaded)
		},
		hide,
		func() error { return t.save(filepath.Join(out, "library.jpg")) },
		func() error { return t.look(1440, 1150, "dark") },
		func() error { return t.open(s.url + "/a/" + id + "?t=6.8") },
		func() error {
			return t.wait("document.querySelector('video')?.readyState >= 3 && document.querySelectorAll('[data-area]').length === 4")
		},
		hide,
		func() error { return t.wait("Number(document.querySelector('#where').dataset.time) > 6.5") },
		func() error { return t.key(".") },
		func() error { return t.wait("document.querySelector('canvas.still:not(.away)')") },
		func() error { return t.rest(2 * time.Second) }, // the frames of the timeline come one by one
		func() error { return t.save(filepath.Join(out, "analysis.jpg")) },
	)
}

// save writes what is on screen.
func (t *tab) save(file string) error {
	quality := int64(84)
	shown, err := call(t, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatJpeg, Quality: &quality})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d bytes\n", file, len(shown.Data))
	return os.WriteFile(file, shown.Data, 0o644)
}
