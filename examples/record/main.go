// Command record makes examples/sample.webm anew: a real recording by a real
// browser. It opens examples/page.html in headless Chromium, lets the page
// capture its own tab with getDisplayMedia, records that with MediaRecorder
// while the page acts out a visit, and has the browser POST the bytes to a
// server on 127.0.0.1, which writes them to a file unchanged.
//
// What comes out is therefore what users upload: a WebM without a duration,
// with segments of unknown size and frames at uneven distances.
//
// Usage, from the root of the repository:
//
//	go run ./examples/record -out examples/sample.webm
//
// It needs chromium or google-chrome ("apt install chromium").
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// options are the flags.
type options struct {
	page, out     string
	width, height int
	bitrate       int // bits per second that MediaRecorder aims at
	chrome        string
}

func main() {
	var o options
	flag.StringVar(&o.page, "page", "examples/page.html", "page to record; it must define play()")
	flag.StringVar(&o.out, "out", "examples/sample.webm", "file to write")
	flag.IntVar(&o.width, "width", 1280, "width of the recording in pixels")
	flag.IntVar(&o.height, "height", 720, "height of the recording in pixels")
	flag.IntVar(&o.bitrate, "bitrate", 900_000, "bits per second")
	flag.StringVar(&o.chrome, "chrome", "", "path of the browser; empty: look for one")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	page, err := os.ReadFile(o.page)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	recorded := make(chan []byte, 1)
	srv := &http.Server{Handler: handler(page, recorded), ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = srv.Serve(ln) }()
	defer func() { _ = srv.Close() }()

	ctx, cancel := context.WithTimeout(context.Background(), 90*time.Second)
	defer cancel()
	if err := record(ctx, o, "http://"+ln.Addr().String()); err != nil {
		return err
	}
	select {
	case b := <-recorded:
		fmt.Printf("%s: %d bytes\n", o.out, len(b))
		return os.WriteFile(o.out, b, 0o644)
	case <-ctx.Done():
		return errors.New("the browser sent no recording")
	}
}

// handler serves the page and takes the recording.
func handler(page []byte, recorded chan<- []byte) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
	mux.HandleFunc("POST /recording", func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<20))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		recorded <- b
	})
	return mux
}

// record opens the page at its real size and runs the script in it. Asking for
// the tab needs a click of a user; the evaluation stands in for it.
func record(ctx context.Context, o options, address string) error {
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.Flag("headless", "new"),
		chromedp.WindowSize(o.width, o.height),
		chromedp.Flag("disable-gpu", true),
		chromedp.Flag("auto-accept-this-tab-capture", true),
	)
	if o.chrome != "" {
		opts = append(opts, chromedp.ExecPath(o.chrome))
	}
	alloc, cancel := chromedp.NewExecAllocator(ctx, opts...)
	defer cancel()
	tab, cancel := chromedp.NewContext(alloc)
	defer cancel()
	return chromedp.Do(tab,
		chromedp.Navigate(address),
		evaluate(fmt.Sprintf(share, o.width, o.height)),
		contentsSize(o), // after sharing, because its notice takes room
		evaluate(fmt.Sprintf(recordVisit, o.bitrate)),
	)
}

// evaluate runs a script as if a user had clicked, and awaits its promise.
func evaluate(js string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		yes := true
		res, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: js, AwaitPromise: &yes, UserGesture: &yes})
		if err == nil && res.ExceptionDetails != nil {
			err = &chromedp.ExceptionError{ExceptionDetails: res.ExceptionDetails}
		}
		return err
	})
}

// contentsSize sets the inside of the window to the size of the recording. A tab
// is recorded as the window shows it; emulated sizes do not count.
func contentsSize(o options) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		win, err := cdp.Call(ctx, t, browser.GetWindowForTarget, browser.GetWindowForTargetParams{})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, browser.SetContentsSize, browser.SetContentsSizeParams{
			WindowID: win.WindowID, Width: int64(o.width), Height: int64(o.height),
		})
		return err
	})
}

// share asks for the tab's own image. The arguments are width and height.
const share = `(async () => {
	window.stream = await navigator.mediaDevices.getDisplayMedia({
		video: {width: %d, height: %d, frameRate: 30}, audio: false, preferCurrentTab: true,
	});
})()`

// recordVisit records one visit. The argument is the bit rate.
const recordVisit = `(async () => {
	await new Promise((done) => setTimeout(done, 500));
	const rec = new MediaRecorder(window.stream, {mimeType: "video/webm;codecs=vp9", videoBitsPerSecond: %d});
	const parts = [];
	rec.ondataavailable = (e) => parts.push(e.data);
	const stopped = new Promise((done) => { rec.onstop = done; });
	rec.start(1000);
	await play();
	await new Promise((done) => setTimeout(done, 400));
	rec.stop();
	await stopped;
	await fetch("/recording", {method: "POST", body: new Blob(parts)});
})()`
