package capture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/animation"
	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"

	"github.com/saccade-dev/saccade/internal/capture/proxy"
)

// The causes for which a running capture is given up.
var (
	errTimeout  = errors.New("the capture took too long")
	errMemory   = errors.New("the page needs too much memory")
	errDisk     = errors.New("the page needs too much disk space")
	errDownload = errors.New("the page offered a file to download")
)

// dirPrefix begins the name of every temporary directory.
const dirPrefix = "saccade-capture-"

// session is one Chromium with its directory, its proxy and its only tab.
type session struct {
	b      *Browser
	chrome chrome
	view   Viewport
	dir    string
	proxy  *proxy.Proxy
	page   *watcher
	output *tail // what Chromium said

	ctx      context.Context         // ends with the capture
	giveUp   context.CancelCauseFunc // ends ctx
	tab      context.Context         // ctx with chromedp's tab
	due      time.Time               // when the image must be taken, at rest or not
	patience time.Duration           // left for curtains and blank pages
	closes   []func()                // in the order of making
	guards   sync.WaitGroup
	pid      int
}

// start returns a session with an empty tab. Where Chromium's sandbox does not
// work although we are root, it starts once more without.
func (b *Browser) start(ctx context.Context, c chrome, v Viewport) (*session, error) {
	s, err := b.startOnce(ctx, c, v)
	if err != nil && c.sandbox && c.uid >= 0 && ctx.Err() == nil && strings.Contains(err.Error(), "sandbox") {
		b.log.Warn("Chromium's sandbox does not work here; capturing as nobody without it", "err", err)
		b.withoutSandbox()
		c.sandbox = false
		return b.startOnce(ctx, c, v)
	}
	return s, err
}

func (b *Browser) startOnce(ctx context.Context, c chrome, v Viewport) (*session, error) {
	s := &session{b: b, chrome: c, view: v, page: newWatcher(), output: &tail{max: 16 << 10}, patience: b.cfg.CurtainWait}
	s.ctx, s.giveUp = context.WithCancelCause(ctx)
	s.due = time.Now().Add(b.cfg.Timeout * 4 / 5)
	if end, ok := ctx.Deadline(); ok {
		s.due = end.Add(-b.cfg.Timeout / 5)
	}
	if err := s.open(); err != nil {
		return nil, errors.Join(&startError{err, s.output.String()}, s.close())
	}
	return s, nil
}

// startError is a failure of the server, not of the page.
type startError struct {
	err    error
	output string
}

func (e *startError) Error() string { return fmt.Sprintf("starting Chromium: %v\n%s", e.err, e.output) }
func (e *startError) Unwrap() error { return e.err }

func (s *session) open() error {
	var err error
	if s.dir, err = makeDir(s.b.cfg.Dir, s.chrome); err != nil {
		return err
	}
	if s.proxy, err = proxy.Start(s.b.guard, s.b.cfg.Traffic, s.chrome.owner()); err != nil {
		return err
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(s.chrome.path),
		chromedp.CombinedOutput(s.output),
		chromedp.ModifyCmdFunc(s.prepare),
		chromedp.NoInheritEnv,
		chromedp.Env(environment(s.dir)...),
	}
	all := flags(s.chrome, s.view, s.dir, s.proxy.Address())
	maps.Copy(all, s.b.extraFlags)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		opts = append(opts, chromedp.Flag(name, all[name]))
	}
	alloc, closeAlloc := chromedp.NewExecAllocator(s.ctx, opts...)
	s.closes = append(s.closes, closeAlloc)
	tab, closeTab := chromedp.NewContext(alloc, chromedp.WithListener(s.page.observe), chromedp.WithErrorf(s.b.debugf), chromedp.WithLogf(s.b.debugf))
	s.closes = append(s.closes, closeTab)
	s.tab = tab
	if err := chromedp.Do(tab); err != nil {
		return err
	}
	if p := chromedp.FromContext(tab).Browser.Process(); p != nil {
		s.pid = p.Pid
	}
	s.guards.Go(s.watchUse)
	s.guards.Go(s.answerDialogs)
	return s.settings()
}

// prepare confines the process before it starts. Its processor time is bounded
// by what two cores can spend in the time of a capture.
func (s *session) prepare(cmd *exec.Cmd) {
	cmd.Dir = s.dir
	confine(cmd, s.chrome, limits{
		seconds: int(2*s.b.cfg.Timeout/time.Second) + 10, memory: s.b.cfg.Memory, file: s.b.cfg.Disk,
	})
}

// limits of each process of a Chromium.
type limits struct {
	seconds      int   // of processor time
	memory, file int64 // bytes: private memory, size of one file
}

// environment is all that a Chromium, its helpers and the scripts that start it
// find in their environment: nothing of the server's.
func environment(home string) []string {
	return []string{
		"HOME=" + home, "TMPDIR=" + home, "XDG_RUNTIME_DIR=" + home, "XDG_CONFIG_HOME=" + home, "XDG_CACHE_HOME=" + home,
		"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=en_US.UTF-8", "DBUS_SESSION_BUS_ADDRESS=/dev/null",
	}
}

// settings refuses downloads and shows the page in the viewport of the medium.
func (s *session) settings() error {
	yes := true
	err := chromedp.ListenBrowser(s.tab, func(ev any) {
		if _, ok := ev.(*browser.EventDownloadWillBegin); ok {
			s.giveUp(errDownload)
		}
	})
	if err != nil {
		return err
	}
	_, err = chromedp.CallBrowser(s.tab, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorDeny, EventsEnabled: &yes,
	})
	if err != nil {
		return err
	}
	if _, err := call(s, animation.Enable, struct{}{}); err != nil {
		return err
	}
	return s.emulate()
}

// watchUse gives up when the browser's processes use too much memory together,
// or have written too much to files.
func (s *session) watchUse() {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
			if groupMemory(s.pid) > s.b.cfg.Memory {
				s.giveUp(errMemory)
			}
			if diskUse(s.dir)+deletedUse(s.pid, s.dir) > s.b.cfg.Disk {
				s.giveUp(errDisk)
			}
		}
	}
}

// close ends everything and removes everything. It may be called on a session
// that opened only in part.
func (s *session) close() error {
	s.giveUp(context.Canceled)
	for _, f := range slices.Backward(s.closes) {
		f()
	}
	s.guards.Wait()
	var err error
	if s.dir != "" {
		killGroup(s.pid, s.dir)
	}
	if s.proxy != nil {
		err = s.proxy.Close()
	}
	if s.dir != "" {
		err = errors.Join(err, removeDir(s.dir))
	}
	return err
}

// makeDir makes the directory that holds all files of one Chromium.
func makeDir(parent string, c chrome) (string, error) {
	dir, err := os.MkdirTemp(parent, dirPrefix)
	if err != nil {
		return "", err
	}
	if c.uid >= 0 {
		if err := os.Chown(dir, c.uid, c.gid); err != nil {
			return "", errors.Join(err, os.RemoveAll(dir))
		}
	}
	return dir, nil
}

// removeDir removes a directory in which a dying process may still write.
func removeDir(dir string) error {
	deadline := time.Now().Add(3 * time.Second)
	for {
		err := os.RemoveAll(dir)
		if err == nil || time.Now().After(deadline) {
			return err
		}
		<-time.After(20 * time.Millisecond)
	}
}

// sweepStale removes the directories of captures whose server was killed.
func sweepStale(parent string, age time.Duration) {
	found, _ := filepath.Glob(filepath.Join(parent, dirPrefix+"*"))
	for _, dir := range found {
		st, err := os.Lstat(dir)
		if err == nil && st.Mode().Type() == fs.ModeDir && time.Since(st.ModTime()) > age {
			_ = os.RemoveAll(dir) // best effort: it may be another user's
		}
	}
}

// debugf takes chromedp's remarks.
func (b *Browser) debugf(format string, args ...any) {
	b.log.Debug("chromedp: " + fmt.Sprintf(format, args...))
}

// tail keeps the last bytes written to it.
type tail struct {
	mu  sync.Mutex
	b   []byte
	max int
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if n := len(t.b) - t.max; n > 0 {
		t.b = append(t.b[:0], t.b[n:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
