package capture

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/google/go-cmp/cmp"
	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
)

func TestNoChromium(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	c := DefaultConfig()
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Capture(t.Context(), "https://example.com/", "")
	if !saccade.IsCode(err, saccade.CodeWebPage) || !strings.Contains(saccade.AsError(err).Message, "apt install chromium") {
		t.Errorf("error %v", err)
	}
	got := b.Doctor(t.Context())
	if len(got) != 1 || got[0].OK || !strings.Contains(got[0].Detail, "apt install chromium") {
		t.Errorf("doctor: %v", got)
	}
}

func TestChromiumThatDoesNotStart(t *testing.T) {
	dir := t.TempDir()
	fake := filepath.Join(dir, "chromium")
	script := "#!/bin/sh\n[ \"$1\" = --version ] && echo Chromium 1.2.3.4 && exit\necho cannot start: reason >&2\nexit 1\n"
	if err := os.WriteFile(fake, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	c := DefaultConfig()
	c.ChromePath, c.Dir = fake, dir
	b, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.Capture(t.Context(), "https://example.com/", "")
	if !saccade.IsCode(err, saccade.CodeServer) || !strings.Contains(err.Error(), "cannot start: reason") {
		t.Errorf("error %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, dirPrefix+"*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDoctor(t *testing.T) {
	b := newBrowser(t, nil)
	got := b.Doctor(t.Context())
	t.Log(got)
	if len(got) != 2 || !got[0].OK {
		t.Errorf("%v", got)
	}
}

func TestConfigFaultsAllAtOnce(t *testing.T) {
	if err := DefaultConfig().Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	c := Config{ChromePath: "/no/such/program", Dir: "/no/such/folder", Timeout: time.Hour, Net: netguard.Config{Allow: []string{"?"}}}
	_, err := New(c)
	for _, name := range []string{"ChromePath", "Dir", "Timeout", "AnswerWait", "RequestWait", "MaxHeight", "Parallel", "Memory", "Disk", "Traffic", "Net"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is missing in %v", name, err)
		}
	}
}

func TestSweepStale(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{dirPrefix + "old", dirPrefix + "new", "other"} {
		if err := os.MkdirAll(filepath.Join(dir, n, "profile"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	past := time.Now().Add(-time.Hour)
	for _, n := range []string{dirPrefix + "old", "other"} {
		if err := os.Chtimes(filepath.Join(dir, n), past, past); err != nil {
			t.Fatal(err)
		}
	}
	sweepStale(dir, 10*time.Minute)
	left, _ := filepath.Glob(filepath.Join(dir, "*"))
	want := []string{filepath.Join(dir, "other"), filepath.Join(dir, dirPrefix+"new")}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
}

func TestWatcherFollowsTheMainFrame(t *testing.T) {
	w := newWatcher()
	w.follow("main")
	doc := func(id network.RequestID, url string, frame cdp.FrameID) *network.EventRequestWillBeSent {
		return &network.EventRequestWillBeSent{RequestID: id, Type: network.ResourceTypeDocument, FrameID: frame, Request: &network.Request{URL: url}}
	}
	answer := func(id network.RequestID, url string, status int64) *network.EventResponseReceived {
		return &network.EventResponseReceived{RequestID: id, Response: &network.Response{URL: url, Status: status}}
	}
	for _, ev := range []any{
		doc("1", "http://a/", "main"), answer("1", "http://a/", 200),
		&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", URL: "http://a/"}},
		doc("2", "http://ad/", "child"), answer("2", "http://ad/", 500),
		&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "child", ParentID: "main", URL: "http://ad/"}},
		&page.EventLoadEventFired{},
		// A download leaves the document as it is.
		doc("3", "http://a/file", "main"), &network.EventLoadingFailed{RequestID: "3", ErrorText: "net::ERR_ABORTED", Canceled: true},
	} {
		w.observe(ev)
	}
	got := w.state(time.Minute)
	want := document{request: "1", url: "http://a/", status: 200}
	if diff := cmp.Diff(want, *got.doc, cmp.AllowUnexported(document{})); diff != "" || !got.loaded || got.number != 1 {
		t.Errorf("%s %+v", diff, got)
	}
	w.observe(doc("4", "http://b/", "main"))
	w.observe(&network.EventLoadingFailed{RequestID: "4", ErrorText: "net::ERR_FAILED"})
	w.observe(&page.EventFrameNavigated{Frame: &cdp.Frame{ID: "main", URL: "chrome-error://x", UnreachableURL: "http://b/"}})
	got = w.state(time.Minute)
	if got.loaded || got.number != 2 || got.doc.failure != "net::ERR_FAILED" || got.doc.url != "http://b/" {
		t.Errorf("%+v %+v", got, got.doc)
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	w := &tail{max: 8}
	for range 100 {
		_, _ = w.Write([]byte("abc"))
	}
	if got := w.String(); got != "bcabcabc" {
		t.Errorf("%q", got)
	}
}
