package capture

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"github.com/saccade-dev/saccade"
)

// Level says how well a Chromium is locked in.
type Level string

// The levels, best first.
const (
	LevelSandbox       Level = "Chromium's sandbox, as the server's user"
	LevelNobodySandbox Level = "Chromium's sandbox, as user nobody"
	LevelNobody        Level = "no Chromium sandbox, as user nobody"
	LevelUser          Level = "no Chromium sandbox, as the server's user"
	LevelRoot          Level = "no Chromium sandbox, as root"
)

// chrome is the browser program and how it is to be run.
type chrome struct {
	path    string
	version string // "Chromium 156.0.8078.79 built on ..."
	major   string // "156"
	uid     int    // user to run as; -1: ours
	gid     int
	sandbox bool
}

func (c chrome) level() Level {
	switch {
	case c.uid >= 0 && c.sandbox:
		return LevelNobodySandbox
	case c.uid >= 0:
		return LevelNobody
	case c.sandbox:
		return LevelSandbox
	case os.Geteuid() == 0:
		return LevelRoot
	}
	return LevelUser
}

// owner is the user whose connections the proxy answers.
func (c chrome) owner() int {
	if c.uid >= 0 {
		return c.uid
	}
	return os.Geteuid()
}

// chromeNames in the order of preference.
var chromeNames = []string{
	"chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome", "headless-shell",
	"/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

var versionPattern = regexp.MustCompile(`(\d+)\.\d+\.\d+\.\d+`)

// errNoChrome is what users see where the operator installed no browser.
var errNoChrome = saccade.Errorf(saccade.CodeWebPage, "This server cannot capture web pages, because it has no browser. Send a screenshot as an image instead, or ask the operator to install one: apt install chromium.")

// findChrome looks for the program once and asks it for its version.
func (b *Browser) findChrome(ctx context.Context) (chrome, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.chrome != nil {
		return *b.chrome, nil
	}
	path, err := lookChrome(b.cfg.ChromePath)
	if err != nil {
		return chrome{}, errNoChrome.With(err)
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	c := chrome{path: path, uid: -1, gid: -1, sandbox: !b.cfg.NoSandbox}
	if os.Geteuid() == 0 {
		c.uid, c.gid = nobody()
		if !openToAll(b.cfg.Dir) {
			// Nobody could not enter the directory; Chromium refuses to
			// have a sandbox as root.
			c.uid, c.gid, c.sandbox = -1, -1, false
		}
	}
	out, err := b.askVersion(ctx, c)
	if ctx.Err() != nil {
		return chrome{}, ctx.Err()
	}
	m := versionPattern.FindSubmatch(out)
	if m == nil {
		return chrome{}, errNoChrome.With(fmt.Errorf("%s --version: %q, %v", path, out, err))
	}
	c.version, c.major = string(out), string(m[1])
	b.chrome = &c
	return c, nil
}

// askVersion runs the program as confined as for a capture.
func (b *Browser) askVersion(ctx context.Context, c chrome) ([]byte, error) {
	dir, err := makeDir(b.cfg.Dir, c)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, c.path, "--version")
	cmd.Dir, cmd.Env = dir, environment(dir)
	confine(cmd, c, limits{seconds: 20, memory: b.cfg.Memory, file: b.cfg.Disk})
	out, err := cmd.Output()
	return out, errors.Join(err, removeDir(dir))
}

func lookChrome(path string) (string, error) {
	if path != "" {
		return exec.LookPath(path)
	}
	for _, n := range chromeNames {
		if p, err := exec.LookPath(n); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("none of %v is installed", chromeNames[:5])
}

// withoutSandbox remembers that the sandbox does not work here. It is given up
// only where Chromium runs as nobody anyway.
func (b *Browser) withoutSandbox() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.chrome.sandbox = false
}

// nobody returns the ids of the user without rights.
func nobody() (uid, gid int) {
	u, err := user.Lookup("nobody")
	if err != nil {
		return 65534, 65534
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err1 != nil || err2 != nil {
		return 65534, 65534
	}
	return uid, gid
}

// openToAll reports whether every user may pass through all directories of a path.
func openToAll(dir string) bool {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return false
	}
	for {
		st, err := os.Stat(dir)
		if err != nil || st.Mode().Perm()&0o001 == 0 {
			return false
		}
		if filepath.Dir(dir) == dir {
			return true
		}
		dir = filepath.Dir(dir)
	}
}

// flags of a Chromium that shows one page and reaches out to nothing else.
func flags(c chrome, v Viewport, dir, proxy string) map[string]any {
	f := map[string]any{
		"headless": "new", "hide-scrollbars": true, "mute-audio": true, "disable-gpu": true,
		"force-color-profile": "srgb", "disable-dev-shm-usage": true, "lang": "en-US",
		"window-size": fmt.Sprintf("%d,%d", v.Width, v.Height), "user-agent": v.userAgent(c.major),
		"user-data-dir": filepath.Join(dir, "profile"), "disk-cache-size": "67108864",
		// Only through our proxy.
		"proxy-server": "http://" + proxy, "proxy-bypass-list": "<-loopback>",
		"host-resolver-rules": "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
		"disable-quic":        true, "no-pings": true,
		"webrtc-ip-handling-policy":       "disable_non_proxied_udp",
		"force-webrtc-ip-handling-policy": "disable_non_proxied_udp",
		// Nothing of its own accord.
		"disable-background-networking": true, "disable-component-update": true, "disable-sync": true,
		"disable-default-apps": true, "disable-extensions": true, "disable-domain-reliability": true,
		"disable-client-side-phishing-detection": true, "disable-breakpad": true, "disable-crash-reporter": true,
		"metrics-recording-only": true, "no-first-run": true, "no-default-browser-check": true,
		"password-store": "basic", "use-mock-keychain": true,
		"disable-features": "Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable," +
			"AutofillServerCommunication,CertificateTransparencyComponentUpdater,NetworkTimeServiceQuerying,WebTransport,DirectSockets,BackForwardCache," +
			// One process for all frames: they share nothing but this page,
			// and so everything in them can be waited for and stopped.
			"IsolateOrigins,site-per-process,IsolateSandboxedIframes,OriginIsolationHeader",
		"disable-site-isolation-trials": true,
		// Updates and accounts are asked for in spite of the flags above;
		// these addresses are refused before a name is looked up.
		"component-updater": "url-source=http://127.0.0.1:9/", "gaia-url": "https://127.0.0.1:9/",
		// Nothing that asks or opens.
		"block-new-web-contents": true, "deny-permission-prompts": true, "disable-notifications": true,
		"disable-speech-api": true, "disable-external-intent-requests": true,
		// Keeps working while nobody looks, and stays small.
		"disable-background-timer-throttling": true, "disable-backgrounding-occluded-windows": true,
		"disable-renderer-backgrounding": true, "disable-hang-monitor": true,
		"renderer-process-limit": "4", "js-flags": "--max-old-space-size=512",
		// Explicit, because chromedp adds it as root otherwise.
		"no-sandbox": !c.sandbox,
	}
	return f
}
