package capture

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

func TestGivingUpLeavesNothing(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 1)
	s := site(t, map[string]http.HandlerFunc{"/": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case asked <- struct{}{}:
		default:
		}
		<-r.Context().Done()
	}})
	b := newBrowser(t, func(c *Config) { c.Parallel = 1 }, host(s))
	ctx, cancel := context.WithCancel(t.Context())
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { _, err := b.Capture(ctx, s.URL, ""); first <- err }()
	<-asked
	go func() { _, err := b.Capture(ctx, s.URL, ""); second <- err }() // waits for its turn
	cancel()
	for _, c := range []chan error{first, second} {
		select {
		case err := <-c:
			if !errors.Is(err, context.Canceled) {
				t.Errorf("error %v, want context.Canceled", err)
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the capture did not end")
		}
	}
	if n := running(b.cfg.Dir); n != 0 {
		t.Errorf("%d processes still run", n)
	}
}

// Chromium must ask for the page and for nothing of its own.
func TestChromiumAsksForNothingElse(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/": html("hello")})
	b := newBrowser(t, nil, host(s))
	c, err := b.findChrome(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	one, err := b.start(t.Context(), c, viewports[saccade.MediumDesktop])
	if err != nil {
		t.Fatal(err)
	}
	_, err = one.photograph(s.URL)
	if closeErr := one.close(); err != nil || closeErr != nil {
		t.Fatal(err, closeErr)
	}
	if f := one.proxy.Failures(); len(f) > 0 {
		t.Errorf("also asked for: %v", f)
	}
}

// As root, a Chromium whose sandbox does not work runs as nobody without it;
// as anybody else it is an error.
func TestSandboxThatDoesNotWork(t *testing.T) {
	t.Parallel()
	s := site(t, map[string]http.HandlerFunc{"/": html(`<body style="background:green">`)})
	b := newBrowser(t, nil, host(s))
	real, err := lookChrome("")
	if err != nil {
		t.Fatal(err)
	}
	fake := filepath.Join(b.cfg.Dir, "chromium")
	script := "#!/bin/sh\nfor a; do case $a in --no-sandbox|--version) exec " + real + " \"$@\";; esac; done\necho No usable sandbox! >&2; exit 1\n"
	if err := os.WriteFile(fake, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Remove(fake) }()
	b.cfg.ChromePath = fake
	if os.Geteuid() != 0 {
		_, err := b.Capture(t.Context(), s.URL, "")
		if !saccade.IsCode(err, saccade.CodeServer) || !strings.Contains(err.Error(), "No usable sandbox") {
			t.Errorf("error %v", err)
		}
		return
	}
	at(t, capture(t, b, s.URL, ""), 700, 400, green)
	if l := b.chrome.level(); l != LevelNobody {
		t.Errorf("level %q", l)
	}
}

// running counts the processes that name a directory.
func running(dir string) int {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	n := 0
	for _, f := range files {
		if b, err := os.ReadFile(f); err == nil && strings.Contains(string(b), dir) {
			n++
		}
	}
	return n
}
