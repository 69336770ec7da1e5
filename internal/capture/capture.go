// Package capture turns the address of a web page into an image of it, taken
// by a real Chromium.
//
// The contract: [Browser.Capture] returns a PNG of the page as a visitor sees it
// after it has come to rest, from the top down to a limit, in the size of the
// medium asked for ([Viewport]); or an [*saccade.Error] with CodeWebPage whose
// message says what happened and what to do; or the context's error when the
// caller gave up. It ends within [Config].Timeout: a page that never comes to
// rest is photographed as it is then.
//
//   - The width is the viewport's, times its pixel ratio. The height is the
//     page's, at least one viewport and at most [Config].MaxHeight viewports.
//     Content that scrolls inside of the page counts as its height.
//   - The page is at rest when its load event has fired and the network has
//     been quiet for half a second. Every request is waited for until it has
//     been open for [Config].RequestWait; what is open longer is a long poll.
//     A preloader that covers the page is waited for too.
//   - The page is scrolled down once, so that images loaded lazily appear, and
//     photographed from the top. Finite animations are at their end, endless
//     ones are canceled, in frames and shadow trees too; video is paused. The
//     image is taken when two in turn are alike. Cookie banners stay.
//   - WebGL shows nothing, because it would need an unsafe software renderer.
//
// # What is defended, and how
//
// The page and its address are hostile. Every capture has a Chromium process
// group, a profile directory and a proxy of its own; nothing is shared between
// captures and nothing is left behind. Therefore frames of other sites may share
// the page's process: there is nothing in it that they could take from each
// other.
//
// All traffic goes through our proxy, which connects by [netguard] and so to
// public addresses only. Chromium resolves no names itself, and its ways around
// a proxy (QUIC, WebRTC, background services) are off. The proxy listens on a
// random port of the loopback for as long as the capture runs. It has no
// password: on Linux it answers only connections that belong to the user
// Chromium runs as; elsewhere another local user could use it for those
// seconds, to reach public addresses that this machine can reach anyway. A page
// cannot reach it, because the loopback is refused.
//
// Chromium is steered through a pipe, not through a debugging port. Its own
// sandbox is on. Where we run as root, Chromium runs as "nobody" ([Level] says
// what is in force). Its environment holds nothing of the server. Time, processor
// time, memory, disk space and traffic are bounded.
package capture

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
)

// Config of a [Browser]. [DefaultConfig] returns sensible values.
type Config struct {
	ChromePath  string          // program; empty: look for chromium, google-chrome
	Dir         string          // parent of the temporary directories; empty: the system's
	Timeout     time.Duration   // of a whole capture; the image is begun when four fifths are over
	AnswerWait  time.Duration   // for the first byte of the page
	RequestWait time.Duration   // for a request; one open for longer is a long poll
	CurtainWait time.Duration   // for a preloader to go away, once the network is quiet
	StillWait   time.Duration   // for two images in turn that are alike
	MaxHeight   float64         // of the image, in viewports
	Parallel    int             // captures at the same time; more wait
	Memory      int64           // bytes that one Chromium may use
	Disk        int64           // bytes that one Chromium may write to files
	Traffic     int64           // bytes that one page may load
	NoSandbox   bool            // do without Chromium's sandbox even when not root
	Net         netguard.Config // which addresses are reachable
	Log         *slog.Logger    // nil: nothing is logged
}

// DefaultConfig is what the server starts with.
func DefaultConfig() Config {
	return Config{
		Timeout:     30 * time.Second,
		AnswerWait:  15 * time.Second,
		RequestWait: 8 * time.Second,
		CurtainWait: 6 * time.Second,
		StillWait:   5 * time.Second,
		MaxHeight:   5,
		Parallel:    2,
		Memory:      2 << 30,
		Disk:        256 << 20,
		Traffic:     128 << 20,
		Net:         netguard.DefaultConfig(),
	}
}

// Validate reports every fault at once, each naming its field.
func (c Config) Validate() error {
	var faults []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	need(c.Timeout >= time.Second && c.Timeout <= 5*time.Minute, "Timeout: %v is not in 1s..5m", c.Timeout)
	need(c.AnswerWait > 0, "AnswerWait: must be positive")
	need(c.RequestWait > 0, "RequestWait: must be positive")
	need(c.CurtainWait >= 0, "CurtainWait: must not be negative")
	need(c.StillWait >= 0, "StillWait: must not be negative")
	need(c.MaxHeight >= 1 && c.MaxHeight <= 20, "MaxHeight: %v is not in 1..20 viewports", c.MaxHeight)
	need(c.Parallel >= 1 && c.Parallel <= 64, "Parallel: %d is not in 1..64", c.Parallel)
	need(c.Memory >= 512<<20, "Memory: Chromium needs at least 512 MiB")
	need(c.Disk >= 64<<20, "Disk: Chromium needs at least 64 MiB")
	need(c.Traffic >= 1<<20, "Traffic: at least 1 MiB")
	if c.ChromePath != "" {
		_, err := os.Stat(c.ChromePath)
		need(err == nil, "ChromePath: %v", err)
	}
	if c.Dir != "" {
		st, err := os.Stat(c.Dir)
		need(err == nil && st.IsDir(), "Dir: %q is not a directory", c.Dir)
	}
	if err := c.Net.Validate(); err != nil {
		faults = append(faults, fmt.Errorf("Net: %w", err))
	}
	return errors.Join(faults...)
}

// Browser captures pages. It starts a Chromium only when asked to capture, so
// a server runs without one. It is safe for concurrent use.
type Browser struct {
	cfg   Config
	guard *netguard.Guard
	slots chan struct{} // one element for each running capture
	log   *slog.Logger

	mu     sync.Mutex
	chrome *chrome // found and probed; nil until then

	extraFlags map[string]any // of tests
}

// New makes a Browser. It fails only when the configuration is faulty: a
// missing Chromium is reported by [Browser.Capture] and [Browser.Doctor].
func New(c Config) (*Browser, error) {
	if err := c.Validate(); err != nil {
		return nil, fmt.Errorf("capture: %w", err)
	}
	g, err := netguard.New(c.Net)
	if err != nil {
		return nil, err
	}
	if c.Dir == "" {
		c.Dir = os.TempDir()
	}
	b := &Browser{cfg: c, guard: g, slots: make(chan struct{}, c.Parallel), log: c.Log}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	sweepStale(c.Dir, 2*c.Timeout+time.Minute)
	return b, nil
}

// Capture returns a PNG of the page at the address. An empty medium is
// [saccade.MediumDesktop].
func (b *Browser) Capture(ctx context.Context, address string, medium saccade.Medium) ([]byte, error) {
	view, err := ViewportOf(medium)
	if err != nil {
		return nil, err
	}
	u, err := b.guard.CheckURL(address)
	if err != nil {
		return nil, asWebPage(err)
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	c, err := b.findChrome(ctx)
	if err != nil {
		return nil, err
	}
	run, cancel := context.WithTimeoutCause(ctx, b.cfg.Timeout, errTimeout)
	defer cancel()
	s, err := b.start(run, c, view)
	if err != nil {
		return nil, b.explain(ctx, run, nil, err)
	}
	png, err := s.photograph(u.String())
	if closeErr := s.close(); closeErr != nil {
		b.log.Warn("capture left something behind", "err", closeErr)
	}
	if err != nil {
		return nil, b.explain(ctx, run, s, err)
	}
	return png, nil
}

// asWebPage turns the refusal of an address into the code of this package.
func asWebPage(err error) error {
	e := *saccade.AsError(err)
	e.Code = saccade.CodeWebPage
	return &e
}
