// Command render turns pages of our own making into images and labels.
//
// It reads jobs from standard input, one JSON object a line:
//
//	{"name": "shop-000017", "html": "<!doctype html>…", "width": 1280, "height": 800, "mobile": false, "scroll": 0.4, "about": {…}}
//
// and writes OUT/NAME.png (the viewport) and OUT/NAME.json (see collect.js; "about" is passed on), the JSON last, so that
// a page whose JSON exists is complete. For each job it writes one line to standard output: {"name": …} or {"name": …,
// "err": …}. One browser renders all of them, in several tabs. Pages cannot reach any network.
package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed collect.js
var collect string

const usage = `render draws HTML pages with Chromium and writes a PNG and the labels of each.

Usage:
  render --out DIRECTORY [--tabs 2] [--chromium PATH] < jobs.jsonl

Jobs come from generate.py, which starts this program itself. By hand:
  echo '{"name":"one","html":"<h1 data-label=heading>Hello</h1>","width":1280,"height":800}' | render --out /tmp/pages

Flags:
`

// jobTime bounds one page, so that a page that hangs costs no more than itself.
const jobTime = 30 * time.Second

// config is what the flags say.
type config struct {
	out      string
	tabs     int
	chromium string
}

// job is one page to render. Scroll is the part of the way down, 0 to 1.
type job struct {
	Name   string          `json:"name"`
	HTML   string          `json:"html"`
	Width  int64           `json:"width"`
	Height int64           `json:"height"`
	Mobile bool            `json:"mobile"`
	Scroll float64         `json:"scroll"`
	About  json.RawMessage `json:"about,omitempty"`
}

// labels is what collect.js returns.
type labels struct {
	ScrollY        float64         `json:"scrollY"`
	DocumentHeight float64         `json:"documentHeight"`
	Boxes          json.RawMessage `json:"boxes"`
}

// document is the JSON file of one page.
type document struct {
	Name     string          `json:"name"`
	Width    int64           `json:"width"`
	Height   int64           `json:"height"`
	Mobile   bool            `json:"mobile"`
	Chromium string          `json:"chromium"`
	About    json.RawMessage `json:"about,omitempty"`
	labels
}

// reply is the line that answers a job.
type reply struct {
	Name string `json:"name"`
	Err  string `json:"err,omitempty"`
}

var validName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]*$`)

// validate reports all faults of a job at once.
func (j job) validate() error {
	var errs []error
	if !validName.MatchString(j.Name) {
		errs = append(errs, fmt.Errorf("name %q: want letters, digits, '.', '_' and '-'", j.Name))
	}
	if j.HTML == "" {
		errs = append(errs, errors.New("html is empty"))
	}
	if j.Width < 100 || j.Width > 4096 || j.Height < 100 || j.Height > 4096 {
		errs = append(errs, fmt.Errorf("viewport %dx%d: want 100 to 4096 pixels a side", j.Width, j.Height))
	}
	if j.Scroll < 0 || j.Scroll > 1 {
		errs = append(errs, fmt.Errorf("scroll %v: want 0 to 1", j.Scroll))
	}
	return errors.Join(errs...)
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	cfg, err := parse(os.Args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		return
	case err == nil:
		err = run(ctx, cfg, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

// parse reads the flags.
func parse(args []string) (config, error) {
	var cfg config
	fs := flag.NewFlagSet("render", flag.ContinueOnError)
	fs.Usage = func() {
		fmt.Fprint(fs.Output(), usage)
		fs.PrintDefaults()
	}
	fs.StringVar(&cfg.out, "out", "", "directory for the images and labels (made where it is missing)")
	fs.IntVar(&cfg.tabs, "tabs", 2, "pages that are rendered at the same time")
	fs.StringVar(&cfg.chromium, "chromium", "chromium", "the browser program")
	if err := fs.Parse(args); err != nil {
		return cfg, err
	}
	var errs []error
	if cfg.out == "" {
		errs = append(errs, errors.New("--out is missing: name the directory for the images"))
	}
	if cfg.tabs < 1 {
		errs = append(errs, fmt.Errorf("--tabs %d: want at least 1", cfg.tabs))
	}
	if _, err := exec.LookPath(cfg.chromium); err != nil {
		errs = append(errs, fmt.Errorf("--chromium: %w (apt install chromium)", err))
	}
	return cfg, errors.Join(errs...)
}

// run renders every job that in holds and answers on out. It returns the first
// fault that is not one page's own.
func run(ctx context.Context, cfg config, in io.Reader, out io.Writer) error {
	if err := os.MkdirAll(cfg.out, 0o755); err != nil {
		return err
	}
	opts := []chromedp.ExecAllocatorOption{chromedp.ExecPath(cfg.chromium)}
	for name, value := range flags() {
		opts = append(opts, chromedp.Flag(name, value))
	}
	alloc, closeAlloc := chromedp.NewExecAllocator(ctx, opts...)
	defer closeAlloc()
	// chromedp remarks on every document that is set instead of opened.
	browser, closeBrowser := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	defer closeBrowser()
	if err := chromedp.Do(browser); err != nil {
		return fmt.Errorf("starting %s: %w", cfg.chromium, err)
	}
	jobs, replies := make(chan job), make(chan reply)
	var tabs sync.WaitGroup
	for range cfg.tabs {
		tabs.Go(func() { serve(browser, cfg.out, jobs, replies) })
	}
	failed := make(chan error, 1)
	go func() {
		failed <- read(ctx, in, jobs)
		close(jobs)
		tabs.Wait()
		close(replies)
	}()
	enc := json.NewEncoder(out)
	var writeErr error
	for r := range replies {
		writeErr = errors.Join(writeErr, enc.Encode(r))
	}
	return errors.Join(<-failed, writeErr, ctx.Err())
}

// flags of a Chromium that draws the same pixels each time and reaches nothing.
func flags() map[string]any {
	return map[string]any{
		"headless": "new", "hide-scrollbars": true, "mute-audio": true, "disable-gpu": true, "no-first-run": true,
		"force-color-profile": "srgb", "disable-dev-shm-usage": true, "lang": "en-US", "font-render-hinting": "none",
		"host-resolver-rules": "MAP * ~NOTFOUND", "disable-background-networking": true, "disable-component-update": true,
		"disable-sync": true, "disable-extensions": true, "disable-default-apps": true, "disable-breakpad": true,
		"disable-backgrounding-occluded-windows": true, "disable-renderer-backgrounding": true,
		"disable-background-timer-throttling": true,
		// Chromium refuses to have a sandbox as root; the pages are ours.
		"no-sandbox": os.Geteuid() == 0,
	}
}

// read sends the jobs of in until it ends.
func read(ctx context.Context, in io.Reader, jobs chan<- job) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 32<<20)
	for n := 1; lines.Scan(); n++ {
		var j job
		err := json.Unmarshal(lines.Bytes(), &j)
		if err == nil {
			err = j.validate()
		}
		if err != nil {
			return fmt.Errorf("job %d: %w", n, err)
		}
		select {
		case jobs <- j:
		case <-ctx.Done():
			return nil
		}
	}
	return lines.Err()
}

// serve renders jobs, each in a fresh tab: what one page leaves behind cannot
// change the next.
func serve(browser context.Context, out string, jobs <-chan job, replies chan<- reply) {
	for j := range jobs {
		r := reply{Name: j.Name}
		if err := render(browser, out, j); err != nil {
			r.Err = err.Error()
		}
		replies <- r
	}
}

// render draws one page and writes its two files.
func render(browser context.Context, out string, j job) error {
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	tab, cancel := context.WithTimeout(tab, jobTime)
	defer cancel()
	png, found, err := draw(tab, j)
	if err != nil {
		return err
	}
	doc := document{Name: j.Name, Width: j.Width, Height: j.Height, Mobile: j.Mobile, About: j.About, labels: found}
	if doc.Chromium, err = version(tab); err != nil {
		return err
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	path := filepath.Join(out, j.Name)
	return errors.Join(write(path+".png", png), write(path+".json", text))
}

// draw returns the image of a page and its labels.
func draw(tab context.Context, j job) (png []byte, found labels, err error) {
	err = chromedp.Do(tab, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: j.Width, Height: j.Height, DeviceScaleFactor: 1, Mobile: j.Mobile,
		})
		if err != nil {
			return err
		}
		tree, err := cdp.Call(ctx, t, page.GetFrameTree, struct{}{})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, page.SetDocumentContent, page.SetDocumentContentParams{FrameID: tree.FrameTree.Frame.ID, HTML: j.HTML})
		if err != nil {
			return err
		}
		found, err = chromedp.Evaluate[labels](fmt.Sprintf("(%s)(%v)", body(collect), j.Scroll), chromedp.EvalAwaitPromise)(ctx, t)
		if err != nil {
			return fmt.Errorf("collecting labels: %w", err)
		}
		yes := true
		res, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{
			Format: page.CaptureScreenshotFormatPng, FromSurface: &yes, OptimizeForSpeed: &yes,
		})
		png = res.Data
		return err
	}))
	return png, found, err
}

var comment = regexp.MustCompile(`(?m)\A(//.*\n)+`)

// body returns a script without its head comment: an expression.
func body(script string) string { return comment.ReplaceAllString(script, "") }

// version returns the browser's name and number.
func version(tab context.Context) (string, error) {
	return chromedp.Run(tab, chromedp.Evaluate[string](`navigator.userAgent.match(/Chrome\/[\d.]+/)?.[0] ?? navigator.userAgent`))
}

// write makes a file whole or not at all.
func write(path string, content []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, content, 0o644); err != nil {
		return err
	}
	return os.Rename(part, path)
}
