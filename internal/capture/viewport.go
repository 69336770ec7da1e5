package capture

import (
	"fmt"

	"github.com/chromedp/cdproto/emulation"

	"github.com/saccade-dev/saccade"
)

// Viewport is how a medium shows pages.
type Viewport struct {
	Width, Height int     // CSS pixels
	Ratio         float64 // image pixels per CSS pixel
	Mobile        bool    // touch, and the viewport rules of phones

	media      map[string]string // features of CSS media queries
	deficiency emulation.SetEmulatedVisionDeficiencyType
	rtl        bool // written from right to left
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

// as returns the viewport in which a page is shown in a variant; an empty one
// changes nothing. The error is an [*saccade.Error] with CodeInvalidInput.
func (v Viewport) as(variant saccade.Variant) (Viewport, error) {
	media := func(name, value string) (Viewport, error) {
		v.media = map[string]string{name: value}
		return v, nil
	}
	switch variant {
	case "":
		return v, nil
	case saccade.VariantDesktop, saccade.VariantMobile:
		return ViewportOf(saccade.Medium(variant))
	case saccade.VariantDark:
		return media("prefers-color-scheme", "dark")
	case saccade.VariantContrast:
		return media("prefers-contrast", "more")
	case saccade.VariantReducedMotion:
		return media("prefers-reduced-motion", "reduce")
	case saccade.VariantZoom: // the window is the same, its CSS pixels are twice as large
		v.Width, v.Height, v.Ratio = v.Width/2, v.Height/2, 2*v.Ratio
		return v, nil
	case saccade.VariantRTL:
		v.rtl = true
		return v, nil
	}
	kind, ok := deficiencies[variant]
	if !ok {
		return v, saccade.Errorf(saccade.CodeInvalidInput, "%q is not a variant.", variant).About("variants")
	}
	v.deficiency = kind
	return v, nil
}

// deficiencies are what Chromium can imitate of how people see.
var deficiencies = map[saccade.Variant]emulation.SetEmulatedVisionDeficiencyType{
	saccade.VariantProtanopia:      emulation.SetEmulatedVisionDeficiencyTypeProtanopia,
	saccade.VariantDeuteranopia:    emulation.SetEmulatedVisionDeficiencyTypeDeuteranopia,
	saccade.VariantTritanopia:      emulation.SetEmulatedVisionDeficiencyTypeTritanopia,
	saccade.VariantAchromatopsia:   emulation.SetEmulatedVisionDeficiencyTypeAchromatopsia,
	saccade.VariantReducedContrast: emulation.SetEmulatedVisionDeficiencyTypeReducedContrast,
	saccade.VariantBlurred:         emulation.SetEmulatedVisionDeficiencyTypeBlurredVision,
}

// userAgent is how the browser presents itself: Chrome of the real
// version, without the word "Headless" that many sites turn away.
func (v Viewport) userAgent(major string) string {
	if v.Mobile {
		return fmt.Sprintf("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Mobile Safari/537.36", major)
	}
	return fmt.Sprintf("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Safari/537.36", major)
}
