package capture

import (
	"context"
	"fmt"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Check is one finding of [Browser.Doctor].
type Check struct {
	Name   string
	OK     bool
	Detail string // what was found, or what to do
}

// Doctor looks for Chromium, starts it once and reports how well it is locked in.
// It takes a second or two.
func (b *Browser) Doctor(ctx context.Context) []Check {
	c, err := b.findChrome(ctx)
	if err != nil {
		cause := err
		if e := saccade.AsError(err); e.Cause != nil {
			cause = e.Cause
		}
		return []Check{{Name: "browser", Detail: fmt.Sprintf("web pages cannot be captured: %v. Do: apt install chromium", cause)}}
	}
	found := Check{Name: "browser", OK: true, Detail: fmt.Sprintf("%s (%s)", strings.TrimSpace(c.version), c.path)}
	ctx, cancel := context.WithTimeout(ctx, b.cfg.Timeout)
	defer cancel()
	s, err := b.start(ctx, c, viewports[saccade.MediumDesktop])
	if err != nil {
		return []Check{found, {Name: "browser sandbox", Detail: fmt.Sprintf("Chromium does not start: %.500s", err)}}
	}
	level := s.chrome.level()
	if err := s.close(); err != nil {
		return []Check{found, {Name: "browser sandbox", Detail: fmt.Sprintf("Chromium left something behind: %v", err)}}
	}
	locked := Check{Name: "browser sandbox", OK: level == LevelSandbox || level == LevelNobodySandbox, Detail: string(level)}
	if !locked.OK {
		locked.Detail += ". Pages of strangers are safer where user namespaces are permitted"
	}
	return []Check{found, locked}
}
