package capture

import (
	"bytes"
	"errors"
	"math"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/page"

	"github.com/saccade-dev/saccade/internal/capture/likeness"
)

// screenshotWait bounds one image of a page whose scripts do not pause for it.
const screenshotWait = 5 * time.Second

// refusedWait bounds how long after a command that it refused the browser says that the page
// went elsewhere.
const refusedWait = 2 * time.Second

// errNavigated means that the page went elsewhere while it was photographed.
var errNavigated = errors.New("the page went to another address")

// photograph opens the address and returns its image as PNG.
func (s *session) photograph(address string) ([]byte, error) {
	if err := s.navigate(address); err != nil {
		return nil, err
	}
	for {
		if err := s.waitDocument(); err != nil {
			return nil, err
		}
		png, err := s.capture()
		if !errors.Is(err, errNavigated) {
			return png, err
		}
	}
}

// navigate asks for the address and waits for the head of the answer, which
// must come in the time of Config.AnswerWait.
func (s *session) navigate(address string) error {
	type answer struct {
		page.NavigateResult
		err error
	}
	done := make(chan answer, 1)
	s.guards.Go(func() {
		nav, err := call(s, page.Navigate, page.NavigateParams{URL: address})
		done <- answer{nav, err}
	})
	late := time.NewTimer(s.b.cfg.AnswerWait)
	defer late.Stop()
	select {
	case nav := <-done:
		switch {
		case nav.err != nil:
			return nav.err
		case nav.IsDownload:
			return errDownload
		case nav.ErrorText != "":
			return s.failed(address, nav.ErrorText)
		}
		return nil
	case <-late.C:
		return s.noAnswer()
	}
}

// capture takes the image of the page that is shown now, as soon as it is at
// rest, and at the end of its time whether it is or not. The error is
// errNavigated when another document took its place.
func (s *session) capture() ([]byte, error) {
	number := s.page.number()
	err := s.settle()
	if errors.Is(err, errHung) {
		err = s.interrupt()
	}
	var png []byte
	if err == nil {
		png, err = s.stillImage()
	}
	if s.left(number, err) {
		return nil, errNavigated
	}
	if err != nil {
		return nil, err
	}
	return png, s.judge(s.page.state(s.b.cfg.RequestWait))
}

// left reports whether another document took the place of the one with a number. The
// browser refuses a command while documents change, and says so before it says that they
// did: then what it says next is waited for.
func (s *session) left(number int, err error) bool {
	var refused *cdproto.Error
	limit := time.Now()
	if errors.As(err, &refused) {
		limit = limit.Add(refusedWait)
	}
	for s.ctx.Err() == nil && s.page.number() == number {
		if !time.Now().Before(limit) || s.sleep(pollPause) != nil {
			return false
		}
	}
	return s.ctx.Err() == nil
}

// settle brings the page to rest: loaded, without a curtain, unfolded, scrolled
// through once and loaded again.
func (s *session) settle() error {
	for _, step := range []func() error{s.waitRest, s.waitCurtain, s.unfold, s.scrollThrough, s.waitRest, s.waitCurtain} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// stillImage takes images until two in turn are alike and returns the last one.
// Before each it ends what is animated. A page that shows nothing yet has some
// time to begin; one that never stands still is shown as it is when the time is
// over.
func (s *session) stillImage() ([]byte, error) {
	limit := s.earlier(s.b.cfg.StillWait)
	var last []byte
	for {
		if err := s.standStill(); err != nil && !errors.Is(err, errHung) {
			return nil, err
		}
		png, err := s.screenshot()
		if err != nil {
			return nil, err
		}
		now := time.Now()
		switch {
		case now.After(s.due):
			return png, nil
		case s.patience > 0 && likeness.Blank(png):
			limit = s.earlier(s.b.cfg.StillWait)
			err = s.spend(5 * pollPause)
		case bytes.Equal(png, last), now.After(limit), likeness.Alike(png, last):
			return png, nil
		default:
			err = s.sleep(stillPause)
		}
		if err != nil {
			return nil, err
		}
		last = png
	}
}

// screenshot takes one image from the top of the page down to its end or the
// limit, in the full width of the viewport. A page whose script does not end is
// interrupted.
func (s *session) screenshot() ([]byte, error) {
	png, err := s.screenshotOnce()
	if errors.Is(err, errHung) {
		if err = s.interrupt(); err == nil {
			png, err = s.screenshotOnce()
		}
	}
	return png, err
}

func (s *session) screenshotOnce() ([]byte, error) {
	m, err := callFor(s, screenshotWait, page.GetLayoutMetrics, struct{}{})
	if err != nil {
		return nil, err
	}
	yes := true
	clip := s.clip(m)
	res, err := callFor(s, screenshotWait, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatPng, CaptureBeyondViewport: &yes, FromSurface: &yes, OptimizeForSpeed: &yes, Clip: &clip,
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

// maxHeight of the image in CSS pixels.
func (s *session) maxHeight() float64 {
	return math.Floor(s.b.cfg.MaxHeight * float64(s.view.Height))
}
