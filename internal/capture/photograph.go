package capture

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/saccade-dev/saccade"
)

const (
	quietTime     = 500 * time.Millisecond // without requests: the network is quiet
	longPolls     = 2                      // requests that may stay open while it is
	maxDocuments  = 10                     // of one page that leads from one to the next
	scriptTimeout = 3 * time.Second        // of our own small scripts in the page
)

// errNavigated tells that the page went elsewhere while it was photographed.
var errNavigated = errors.New("the page went to another address")

// photograph opens the address and gives its picture.
func (s *session) photograph(address string) ([]byte, error) {
	nav, err := call(s, page.Navigate, page.NavigateParams{URL: address})
	if err != nil {
		return nil, err
	}
	if nav.IsDownload {
		return nil, errDownload
	}
	if nav.ErrorText != "" {
		return nil, s.failed(address, nav.ErrorText)
	}
	for {
		if err := s.settle(); err != nil {
			return nil, err
		}
		png, err := s.shoot(s.page.state().number)
		if !errors.Is(err, errNavigated) {
			return png, err
		}
	}
}

// settle waits until the page is at rest and is one that may be shown.
func (s *session) settle() error {
	if err := s.waitLoad(); err != nil {
		return err
	}
	return s.waitQuiet(s.b.cfg.QuietWait)
}

// waitLoad waits for the load event of the document that is shown in the end.
// When a resource keeps it from firing, a parsed document is enough.
func (s *session) waitLoad() error {
	number, patience := 0, time.NewTimer(s.b.cfg.LoadWait)
	defer patience.Stop()
	for {
		st := s.page.state()
		if err := s.judge(st); err != nil {
			return err
		}
		if st.number != number {
			number = st.number
			patience.Reset(s.b.cfg.LoadWait)
		}
		if st.doc != nil && st.loaded {
			return nil
		}
		select {
		case <-s.page.changed:
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		case <-patience.C:
			if st.doc != nil && st.ready {
				return nil
			}
			return saccade.Errorf(saccade.CodeWebPage, "The page did not finish loading within %v. Please try again later, or send a screenshot as an image.", s.b.cfg.LoadWait)
		}
	}
}

// waitQuiet waits until the network has been quiet for a while, or for at most
// the given time.
func (s *session) waitQuiet(limit time.Duration) error {
	end := time.NewTimer(limit)
	defer end.Stop()
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for {
		st := s.page.state()
		if err := s.judge(st); err != nil {
			return err
		}
		if st.inflight <= longPolls && time.Since(st.active) > quietTime {
			return nil
		}
		select {
		case <-poll.C:
		case <-end.C:
			return nil
		case <-s.ctx.Done():
			return context.Cause(s.ctx)
		}
	}
}

// judge refuses what is not a page that loaded well.
func (s *session) judge(st state) error {
	switch {
	case st.crashed:
		return saccade.Errorf(saccade.CodeWebPage, "The page made the browser crash. Please send a screenshot as an image instead.")
	case st.number > maxDocuments:
		return saccade.Errorf(saccade.CodeWebPage, "The page leads from one address to the next without end. Please give the address of the last one.")
	case st.doc == nil:
		return nil
	case st.doc.failure != "":
		return s.failed(st.doc.url, st.doc.failure)
	case st.doc.status >= 400:
		return s.badStatus(st.doc)
	}
	if !strings.HasPrefix(st.doc.url, "http://") && !strings.HasPrefix(st.doc.url, "https://") {
		return saccade.Errorf(saccade.CodeWebPage, "The page led to an address that is not http or https. Please give the address of the page itself.")
	}
	return nil
}

// shoot scrolls through the page, stops its animations and takes the picture.
// The number is that of the document meant; errNavigated when it changed.
func (s *session) shoot(number int) ([]byte, error) {
	tree, err := call(s, page.GetFrameTree, struct{}{})
	if err != nil {
		return nil, err
	}
	// A world of our own: the page cannot replace what our scripts call.
	world, err := call(s, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.Frame.ID, WorldName: "saccade"})
	if err != nil {
		return nil, s.unless(number, err)
	}
	if err := s.script(world.ExecutionContextID, scrollThrough, s.maxHeight()); err != nil {
		return nil, s.unless(number, err)
	}
	if err := s.waitQuiet(s.b.cfg.QuietWait / 2); err != nil {
		return nil, err
	}
	if err := s.script(world.ExecutionContextID, standStill, 0); err != nil {
		return nil, s.unless(number, err)
	}
	png, err := s.screenshot()
	if err != nil {
		return nil, s.unless(number, err)
	}
	st := s.page.state()
	if err := s.judge(st); err != nil {
		return nil, err
	}
	return png, s.unless(number, nil)
}

// unless gives errNavigated when another document is shown by now, else err.
func (s *session) unless(number int, err error) error {
	if s.page.state().number != number && s.ctx.Err() == nil {
		return errNavigated
	}
	return err
}

// maxHeight of the picture in CSS pixels.
func (s *session) maxHeight() float64 {
	return math.Floor(s.b.cfg.MaxHeight * float64(s.view.Height))
}

// scrollThrough shows every viewport of the page for a moment, so that what
// loads lazily begins to load, and returns to the top.
const scrollThrough = `async (limit) => {
	const step = innerHeight, wait = (ms) => new Promise((done) => setTimeout(done, ms));
	for (let y = step; y < Math.min(limit, document.documentElement.scrollHeight); y += step) {
		scrollTo({top: y, behavior: "instant"});
		await wait(80);
	}
	scrollTo({top: 0, behavior: "instant"});
	await wait(50);
}`

// standStill ends the animations that end, and stops the others.
const standStill = `async () => {
	for (const a of document.getAnimations()) {
		try {
			if (a.effect && a.effect.getComputedTiming().endTime !== Infinity) a.finish(); else a.pause();
		} catch {}
	}
	scrollTo({top: 0, behavior: "instant"});
	await Promise.race([
		new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
		new Promise((done) => setTimeout(done, 500)),
	]);
}`

// script runs one of our scripts with a number. Whatever goes wrong inside is
// the page's affair and does not keep us from the picture; only a page that
// does not let us run at all does.
func (s *session) script(world runtime.ExecutionContextID, js string, arg float64) error {
	ctx, cancel := context.WithTimeout(s.tab, scriptTimeout)
	defer cancel()
	yes := true
	n, err := json.Marshal(arg)
	if err != nil {
		return err
	}
	_, err = chromedp.Call(ctx, runtime.Evaluate, runtime.EvaluateParams{
		Expression: "(" + js + ")(" + string(n) + ")", ContextID: world, AwaitPromise: &yes, Silent: &yes,
	})
	if errors.Is(err, context.DeadlineExceeded) && s.ctx.Err() == nil {
		return nil
	}
	return err
}

// screenshot takes the picture from the top of the page down to its end or the
// limit, in the full width of the viewport.
func (s *session) screenshot() ([]byte, error) {
	m, err := call(s, page.GetLayoutMetrics, struct{}{})
	if err != nil {
		return nil, err
	}
	yes := true
	clip := s.clip(m)
	res, err := call(s, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &yes, FromSurface: &yes, Clip: &clip,
	})
	return res.Data, err
}

// clip is the part of the page to photograph. A page that is not made for
// phones is laid out wider than a phone and shown smaller by it.
func (s *session) clip(m page.GetLayoutMetricsResult) page.Viewport {
	w, h, scale := float64(s.view.Width), float64(s.view.Height), 1.0
	if s.view.Mobile && m.CSSLayoutViewport != nil && m.CSSLayoutViewport.ClientWidth > int64(s.view.Width) {
		scale = w / float64(m.CSSLayoutViewport.ClientWidth)
	}
	if m.CSSContentSize != nil {
		h = math.Max(h, math.Round(m.CSSContentSize.Height*scale))
	}
	h = math.Min(h, s.maxHeight())
	return page.Viewport{Width: w / scale, Height: h / scale, Scale: scale}
}

// emulate gives the tab the viewport and the manners of the medium.
func (s *session) emulate(ctx context.Context, t *chromedp.Target) error {
	v := s.view
	_, err := call(s, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: int64(v.Width), Height: int64(v.Height), DeviceScaleFactor: v.Ratio, Mobile: v.Mobile,
		ScreenWidth: int64(v.Width), ScreenHeight: int64(v.Height),
	})
	if err != nil {
		return err
	}
	ua := emulation.SetUserAgentOverrideParams{UserAgent: v.userAgent(s.chrome.major), AcceptLanguage: "en-US,en", Platform: "Linux x86_64"}
	ua.UserAgentMetadata = &emulation.UserAgentMetadata{Platform: "Linux", Architecture: "x86", Bitness: "64"}
	if v.Mobile {
		ua.Platform = "Linux armv81"
		ua.UserAgentMetadata = &emulation.UserAgentMetadata{Platform: "Android", PlatformVersion: "10.0.0", Model: "K", Mobile: true}
		if _, err := call(s, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 5}); err != nil {
			return err
		}
	}
	for _, name := range []string{"Chromium", "Google Chrome"} {
		ua.UserAgentMetadata.Brands = append(ua.UserAgentMetadata.Brands, &emulation.UserAgentBrandVersion{Brand: name, Version: s.chrome.major})
	}
	if _, err := call(s, emulation.SetUserAgentOverride, ua); err != nil {
		return err
	}
	tree, err := call(s, page.GetFrameTree, struct{}{})
	if err != nil {
		return err
	}
	s.page.follow(tree.FrameTree.Frame.ID)
	return nil
}

// answerDialogs dismisses alert, confirm and prompt at once, and lets the page
// leave when it asks whether to (beforeunload).
func (s *session) answerDialogs() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case kind := <-s.page.dialogs:
			_, _ = call(s, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: kind == page.DialogTypeBeforeunload})
		}
	}
}
