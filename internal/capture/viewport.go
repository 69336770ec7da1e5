package capture

import (
	"fmt"

	"github.com/saccade-dev/saccade"
)

// Viewport is how a medium shows pages.
type Viewport struct {
	Width, Height int     // CSS pixels
	Ratio         float64 // image pixels per CSS pixel
	Mobile        bool    // touch, and the viewport rules of phones
}

// viewports of the media. The phone is a common one; its real pixel ratio is 3,
// but 2 shows the same design in less than half of the pixels.
var viewports = map[saccade.Medium]Viewport{
	saccade.MediumDesktop: {Width: 1440, Height: 900, Ratio: 1},
	saccade.MediumMobile:  {Width: 390, Height: 844, Ratio: 2, Mobile: true},
}

// ViewportOf returns the viewport of a medium; an empty one is desktopWeb. The
// error is an [*saccade.Error] with CodeInvalidInput.
func ViewportOf(m saccade.Medium) (Viewport, error) {
	if m == "" {
		m = saccade.MediumDesktop
	}
	v, ok := viewports[m]
	if !ok {
		return Viewport{}, saccade.Errorf(saccade.CodeInvalidInput, "%q is not a medium. Possible: %s, %s.", m, saccade.MediumDesktop, saccade.MediumMobile).About("input.medium")
	}
	return v, nil
}

// userAgent is how the browser presents itself: Chrome of the real
// version, without the word "Headless" that many sites turn away.
func (v Viewport) userAgent(major string) string {
	if v.Mobile {
		return fmt.Sprintf("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Mobile Safari/537.36", major)
	}
	return fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Safari/537.36", major)
}
