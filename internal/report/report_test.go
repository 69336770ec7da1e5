package report_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"html"
	"image"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// hostile is a name that would like to be more than text.
const hostile = `<script>alert(1)</script>"' onload=x <img src=http://evil/>` + "\u202e"

func side(focus int, v ...float32) *compare.Side {
	return &compare.Side{
		ComparedSide: saccade.ComparedSide{Name: hostile, Kind: saccade.KindImage, Model: "test", Width: 64, Height: 32},
		Density:      saccade.Density{W: 2, H: 1, V: v}, Focus: &focus,
		AOIs: []saccade.AOIResult{{AOI: saccade.AOI{Name: hostile, Box: &saccade.Box{X: 0.25, Y: 0.25, Width: 0.5, Height: 0.5}}, Share: 0.5, Rank: 1, AreaShare: 0.25}},
	}
}

// pixels are a design of w x h in one color but for a stripe.
func pixels(w, h int) *pix.RGB {
	p := pix.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = 0xd0
		if i%(3*w) < 30 {
			p.Pix[i] = 0x20
		}
	}
	return p
}

func comparison(t *testing.T) []byte {
	t.Helper()
	base, candidate := side(50, 0.8, 0.2), side(40, 0.2, 0.8)
	var checks []*compare.Check
	for _, text := range []string{"focus < base-5", "moved > 90%"} {
		c, err := compare.ParseCheck(saccade.LevelError, text)
		if err != nil {
			t.Fatal(err)
		}
		checks = append(checks, c)
	}
	changed, err := compare.Pair("home.png", base, candidate, checks)
	if err != nil {
		t.Fatal(err)
	}
	added, err := compare.Pair(hostile, nil, candidate, checks)
	if err != nil {
		t.Fatal(err)
	}
	d := compare.Document([]saccade.ComparedPair{changed, added, compare.Failed("bad.png", saccade.Errorf(saccade.CodeUnreadableImage, "Broken: %s", hostile))}, []string{hostile})
	var b bytes.Buffer
	err = report.Comparison(&b, d, []report.PairImages{
		{Base: report.NewImage(pixels(64, 32), image.Point{}, base.Density, base.AOIs), Candidate: report.NewImage(pixels(64, 32), image.Point{}, candidate.Density, candidate.AOIs)},
		{Candidate: report.NewImage(nil, image.Pt(64, 32), candidate.Density, candidate.AOIs)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func analysis(t *testing.T) []byte {
	t.Helper()
	s := side(50, 0.8, 0.2)
	clarity := 70
	var rows []artifact.Row
	for i := range 40 {
		rows = append(rows, artifact.Row{Frame: i, Time: 5 + float64(i)/20, Focus: 40 + i, Clarity: &clarity, Cut: i == 20})
	}
	var b bytes.Buffer
	err := report.Analysis(&b, report.Result{Title: hostile, Kind: saccade.KindVideo, Model: "test", Width: 64, Height: 32, Frames: 40, Duration: 2,
		Focus: s.Focus, Clarity: &clarity, AOIs: s.AOIs, Image: report.NewImage(pixels(64, 32), image.Point{}, s.Density, s.AOIs), Rows: rows,
		Notes: "## Summary\n\n**Seen first:** \"a \\| b\" \\<b\\>\n\n| area | share |\n|---|---|\n| x \\| y | 3 % |\n\n- one **bold** item\n" + hostile})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inside replaces the images by their length, to compare the rest.
var inside = regexp.MustCompile(`data:image/jpeg;base64,[A-Za-z0-9+/=&#;]+`)

func TestReportsStandAlone(t *testing.T) {
	for name, b := range map[string][]byte{"comparison.html": comparison(t), "analysis.html": analysis(t)} {
		text := inside.ReplaceAllString(string(b), "data:image")
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), text); diff != "" {
			t.Errorf("%s (-update writes it anew):\n%s", name, diff)
		}
		if bad := regexp.MustCompile(`(?i)<(script|iframe|object|embed|link|base|form)\b|<[^>]*\s(style|on\w+)=|url\(|@import|\x{202e}`).FindString(text); bad != "" {
			t.Errorf("%s holds %q", name, bad)
		}
		for _, source := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if source[1] != "data:image" {
				t.Errorf("%s refers to %s", name, source[1])
			}
		}
		sheet := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(text)[1]
		sum := sha256.Sum256([]byte(sheet))
		if !strings.Contains(html.UnescapeString(text), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
			t.Errorf("%s: the policy does not name the style sheet", name)
		}
	}
}

func TestReportsAreDeterministic(t *testing.T) {
	if !bytes.Equal(comparison(t), comparison(t)) || !bytes.Equal(analysis(t), analysis(t)) {
		t.Error("two reports of the same differ")
	}
}

// TestLargeImagesAreReduced: what a report holds does not grow with the design.
func TestLargeImagesAreReduced(t *testing.T) {
	m := report.NewImage(pixels(3000, 6000), image.Point{}, saccade.NewDensity(2, 4), nil)
	var b bytes.Buffer
	if err := report.Analysis(&b, report.Result{Title: "t", Kind: saccade.KindImage, Width: 3000, Height: 6000, Image: m}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `width="900" height="1800"`) || b.Len() > 1<<20 {
		t.Errorf("%d bytes", b.Len())
	}
}

// failing is a file on a full disk.
type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestReportsOnAFullDisk(t *testing.T) {
	if err := report.Comparison(failing{}, compare.Document(nil, nil), nil); err == nil {
		t.Error("no error")
	}
}

// open starts a Chromium; what it requests and says is in the lists once the
// context is done.
func open(t *testing.T) (ctx context.Context, requested, messages *[]string) {
	t.Helper()
	chrome, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is missing: reports are not opened")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chrome), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))
	ctx, closeAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(func() { closeTab(); closeAllocator() })
	requested, messages = new([]string), new([]string)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	err = chromedp.Listen(ctx, func(e any) {
		switch e := e.(type) {
		case *network.EventRequestWillBeSent:
			if !strings.HasPrefix(e.Request.URL, "data:") {
				*requested = append(*requested, e.Request.URL)
			}
		case *log.EventEntryAdded:
			*messages = append(*messages, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return ctx, requested, messages
}

// run evaluates an action.
func run[T any](t *testing.T, ctx context.Context, a chromedp.Action[T]) T {
	t.Helper()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestReportsInABrowser opens both in Chromium: nothing is requested, nothing
// breaks the policy, the style sheet and all images are there, and they print.
func TestReportsInABrowser(t *testing.T) {
	ctx, requested, messages := open(t)
	var want []string
	for _, b := range [][]byte{comparison(t), analysis(t)} {
		file := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(file, b, 0o666); err != nil {
			t.Fatal(err)
		}
		address := (&url.URL{Scheme: "file", Path: file}).String()
		want = append(want, address)
		run(t, ctx, chromedp.Navigate(address))
		broken := run(t, ctx, chromedp.Evaluate[int](`[...document.images].filter(i => !i.naturalWidth).length + (document.images.length ? 0 : 100)`))
		margin := run(t, ctx, chromedp.Evaluate[string](`getComputedStyle(document.querySelector("figure")).marginLeft`))
		pdf := run(t, ctx, chromedp.PrintToPDF())
		if broken > 0 || margin != "0px" || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			t.Errorf("%d images are broken, margin %s, %d bytes of PDF", broken, margin, len(pdf))
		}
	}
	if err := chromedp.Cancel(ctx); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, *requested); diff != "" {
		t.Errorf("requested:\n%s", diff)
	}
	if len(*messages) > 0 {
		t.Errorf("the browser says: %q", *messages)
	}
}

// TestOutside: the report of an input that the model cannot judge says so.
func TestOutside(t *testing.T) {
	for _, outside := range []bool{false, true} {
		var b bytes.Buffer
		if err := report.Analysis(&b, report.Result{Title: "t", Kind: saccade.KindImage, Width: 30, Height: 20, Outside: outside}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), saccade.OutsideCaution); got != outside {
			t.Errorf("outside %v, said %v", outside, got)
		}
	}
}
