package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

const (
	wide, high = 1280, 800        // CSS pixels of the video
	limit      = 90 * time.Second // of a single step
)

// tab is the browser. Its methods return once the page has followed, or fail
// after limit, with what they waited for.
type tab struct {
	ctx    context.Context
	x, y   float64   // where the pointer is
	events func(any) // of the page
}

// openTab starts Chromium; the caller closes it.
func openTab(ctx context.Context) (*tab, func(), error) {
	t := &tab{events: func(any) {}}
	alloc, closeAlloc := chromedp.NewExecAllocator(ctx, chromedp.Flag("no-sandbox", os.Geteuid() == 0), chromedp.Flag("headless", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("autoplay-policy", "no-user-gesture-required"), chromedp.Flag("hide-scrollbars", true), chromedp.WindowSize(wide, high))
	tabCtx, closeTab := chromedp.NewContext(alloc, chromedp.WithListener(func(ev any) { t.events(ev) }))
	t.ctx = tabCtx
	end := func() {
		closeTab()
		closeAlloc()
	}
	err := chromedp.Do(tabCtx)
	if err == nil {
		_, err = call(t, page.Enable, page.EnableParams{})
	}
	if err != nil {
		end()
		return nil, nil, err
	}
	return t, end, nil
}

// call runs a command of the protocol.
func call[P, R any](t *tab, cmd cdp.Command[P, R], params P) (R, error) {
	ctx, cancel := context.WithTimeout(t.ctx, limit)
	defer cancel()
	return chromedp.Call(ctx, cmd, params)
}

// look sets the size of the window in CSS pixels, and the theme.
func (t *tab) look(w, h int64, theme string) error {
	_, err := call(t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: w, Height: h, DeviceScaleFactor: 1})
	if err == nil {
		_, err = call(t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}}})
	}
	return err
}

// render is a page as a PNG.
func (t *tab) render(address string, w, h int64) ([]byte, error) {
	if err := t.look(w, h, "light"); err != nil {
		return nil, err
	}
	if err := t.open(address); err != nil {
		return nil, err
	}
	shown, err := call(t, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	return shown.Data, err
}

func (t *tab) open(address string) error {
	ctx, cancel := context.WithTimeout(t.ctx, limit)
	defer cancel()
	return chromedp.Do(ctx, chromedp.Navigate(address))
}

// eval returns the value of an expression, awaited.
func eval[T any](t *tab, expression string) (T, error) {
	ctx, cancel := context.WithTimeout(t.ctx, limit)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		return v, fmt.Errorf("%s: %w", expression, err)
	}
	return v, nil
}

// wait returns once an expression is true.
func (t *tab) wait(expression string) error {
	for end := time.Now().Add(limit); time.Now().Before(end); {
		if is, err := eval[bool](t, "!!("+expression+")"); is || err != nil {
			return err
		}
		if err := t.rest(50 * time.Millisecond); err != nil {
			return err
		}
	}
	says, _ := eval[string](t, "document.body.innerText.slice(0, 600)")
	return fmt.Errorf("never: %s; the page says: %s", expression, says)
}

// rest lets the page show what it shows.
func (t *tab) rest(d time.Duration) error {
	select {
	case <-t.ctx.Done():
		return t.ctx.Err()
	case <-time.After(d):
		return nil
	}
}

func (t *tab) key(name string) error {
	ctx, cancel := context.WithTimeout(t.ctx, limit)
	defer cancel()
	return chromedp.Do(ctx, chromedp.KeyEvent(name))
}

// mouse moves the pointer along a line, as a hand would, pressed or not.
func (t *tab) mouse(x, y float64, pressed bool) error {
	const steps = 18
	fromX, fromY := t.x, t.y
	p := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseMoved}
	if pressed {
		p.Button, p.Buttons = input.MouseButtonLeft, 1
	}
	for i := 1; i <= steps; i++ {
		part := float64(i) / steps
		part = part * part * (3 - 2*part)
		p.X, p.Y = fromX+part*(x-fromX), fromY+part*(y-fromY)
		if _, err := call(t, input.DispatchMouseEvent, p); err != nil {
			return err
		}
		if err := t.rest(25 * time.Millisecond); err != nil {
			return err
		}
	}
	t.x, t.y = x, y
	return nil
}

// press presses or lets go the left button where the pointer is.
func (t *tab) press(down bool) error {
	p := input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseReleased, X: t.x, Y: t.y, Button: input.MouseButtonLeft, ClickCount: 1}
	if down {
		p.Type, p.Buttons = input.DispatchMouseEventTypeMousePressed, 1
	}
	_, err := call(t, input.DispatchMouseEvent, p)
	return err
}

// drag moves to one place, and from there to another with the button pressed.
func (t *tab) drag(fromX, fromY, toX, toY float64) error {
	return steps(
		func() error { return t.mouse(fromX, fromY, false) },
		func() error { return t.press(true) },
		func() error { return t.mouse(toX, toY, true) },
		func() error { return t.press(false) },
	)
}

// click moves to the middle of an element and clicks it.
func (t *tab) click(element string) error {
	if err := t.wait(element); err != nil {
		return err
	}
	at, err := eval[[]float64](t, "(r => [r.x + r.width / 2, r.y + r.height / 2])("+element+".getBoundingClientRect())")
	if err != nil {
		return err
	}
	return t.drag(at[0], at[1], at[0], at[1])
}

// steps runs one after the other until one fails.
func steps(all ...func() error) error {
	for _, f := range all {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}
