package capture

import (
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
)

// emulate shows the tab in the viewport of the medium, with its manners.
func (s *session) emulate() error {
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
	if err := s.emulateVariant(); err != nil {
		return err
	}
	tree, err := call(s, page.GetFrameTree, struct{}{})
	if err != nil {
		return err
	}
	s.page.follow(tree.FrameTree.Frame.ID)
	return nil
}

// rtlScript writes a page from right to left, from its beginning.
const rtlScript = `if (window === top) {
	const turn = () => { if (document.documentElement) document.documentElement.dir = "rtl"; };
	turn();
	document.addEventListener("DOMContentLoaded", turn);
}`

// emulateVariant shows pages as the variant asks.
func (s *session) emulateVariant() error {
	if len(s.view.media) > 0 {
		var p emulation.SetEmulatedMediaParams
		for name, value := range s.view.media {
			p.Features = append(p.Features, &emulation.MediaFeature{Name: name, Value: value})
		}
		if _, err := call(s, emulation.SetEmulatedMedia, p); err != nil {
			return err
		}
	}
	if s.view.rtl {
		if _, err := call(s, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: rtlScript, WorldName: worldName}); err != nil {
			return err
		}
	}
	if s.view.deficiency == "" {
		return nil
	}
	_, err := call(s, emulation.SetEmulatedVisionDeficiency, emulation.SetEmulatedVisionDeficiencyParams{Type: s.view.deficiency})
	return err
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
