package advice

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pix"
)

var update = flag.Bool("update", false, "write the golden texts anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// directory is a Source of files in memory.
type directory map[saccade.File][]byte

func (f directory) Open(_ context.Context, _ *saccade.Analysis, file saccade.File) (io.ReadCloser, error) {
	b, ok := f[file]
	if !ok {
		return nil, errors.New("no such file")
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func ptr[T any](v T) *T { return &v }

// npy is a density.npy: of an image if there is one density, else of a video.
func npy(t testing.TB, all ...saccade.Density) []byte {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "density.npy"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := artifact.NewDensityWriter(f, len(all) == 1)
	for _, d := range all {
		if err := w.Write(d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hill is a density with one peak.
func hill(w, h int, cx, cy, width float64) saccade.Density {
	d := saccade.NewDensity(w, h)
	for i := range d.V {
		x, y := (float64(i%w)+0.5)/float64(w)-cx, (float64(i/w)+0.5)/float64(h)-cy
		d.V[i] = float32(0.05 + math.Exp(-(x*x+y*y)/(2*width*width)))
	}
	d.Normalize()
	return d
}

// framesJSON is a frames.json as every analysis leaves it.
func framesJSON(t testing.TB, rows ...artifact.Row) []byte {
	t.Helper()
	var b bytes.Buffer
	w := artifact.NewFramesWriter(&b, io.Discard, artifact.Head{Width: 640, Height: 360})
	for _, r := range rows {
		if err := w.Write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(0); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func area(name string, box saccade.Box, share float64, rank int, seen *float64) saccade.AOIResult {
	return saccade.AOIResult{AOI: saccade.AOI{Name: name, Box: &box}, Share: share, Rank: rank, FirstSeen: seen,
		PeakShare: share * 1.2, AreaShare: box.Width * box.Height}
}

// page is a cluttered page whose call to action is missed.
func page(t *testing.T) (*saccade.Analysis, directory) {
	an := &saccade.Analysis{ID: "p", Status: saccade.StatusSuccess,
		Request: saccade.Request{Kind: saccade.KindPage, Title: "Shop | home", Medium: saccade.MediumDesktop,
			Meta: map[string]string{"goal": "Visitors should subscribe to the newsletter", "description": "Landing page of a shop"}},
		Outputs: &saccade.Outputs[saccade.File]{
			Input:   &saccade.InputOutput[saccade.File]{Image: "input.png", Width: 1280, Height: 2400},
			Clarity: &saccade.ScoreOutput[saccade.File]{Score: ptr(22)},
			Attention: &saccade.AttentionOutput[saccade.File]{GazePath: []saccade.GazePoint{
				{X: .2, Y: .8, Mass: .14, Time: .3}, {X: .75, Y: .2, Mass: .12, Time: .8}, {X: .5, Y: .5, Mass: .05, Time: 1.3}}},
			AOIs: []saccade.AOIResult{
				area("Newsletter form", saccade.Box{X: .1, Y: .3, Width: .2, Height: .2}, .021, 3, nil),
				area("Hero", saccade.Box{X: .5, Y: .1, Width: .4, Height: .2}, .31, 1, ptr(.8)),
				area("Footer", saccade.Box{X: 0, Y: .9, Width: 1, Height: .1}, .03, 2, nil),
			}}}
	img := image.NewNRGBA(image.Rect(0, 0, 64, 120))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for i := range 500 {
		img.SetNRGBA(i*7%20, i*13%40, color.NRGBA{uint8(i), uint8(i * 3), 9, 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return an, directory{"input.png": b.Bytes(), "density.npy": npy(t, hill(32, 60, .2, .8, .2)),
		"frames.json": framesJSON(t, artifact.Row{Focus: 31, Clarity: ptr(22), Excitingness: ptr(55), Gaze: an.Outputs.Attention.GazePath})}
}

// video is restless: six cuts in six seconds, a calm end.
func video(t *testing.T) (*saccade.Analysis, directory) {
	an := &saccade.Analysis{ID: "v", Status: saccade.StatusSuccess,
		Request: saccade.Request{Kind: saccade.KindVideo, Title: "Spot"},
		Outputs: &saccade.Outputs[saccade.File]{Input: &saccade.InputOutput[saccade.File]{Width: 640, Height: 360, Frames: 60, Duration: 6},
			AOIs: []saccade.AOIResult{area("Logo", saccade.Box{X: .8, Y: .8, Width: .15, Height: .15}, .02, 1, nil)}}}
	var rows []artifact.Row
	var maps []saccade.Density
	for i := range 60 {
		x := 0.2 + 0.6*float64(i/4%2)
		rows = append(rows, artifact.Row{Time: float64(i) / 10, Focus: 20 + i, Clarity: ptr(60), Excitingness: ptr(70), Cut: i%10 == 5,
			Gaze: []saccade.GazePoint{{X: x, Y: .5, Mass: .2}}})
		maps = append(maps, hill(24, 16, x, .5, .1))
	}
	return an, directory{"frames.json": framesJSON(t, rows...), "density.npy": npy(t, maps...)}
}

// fine is an image with no fault.
func fine(*testing.T) (*saccade.Analysis, directory) {
	return &saccade.Analysis{ID: "f", Request: saccade.Request{Kind: saccade.KindImage, Meta: map[string]string{"goal": "Sell bikes"}},
		Outputs: &saccade.Outputs[saccade.File]{Clarity: &saccade.ScoreOutput[saccade.File]{Score: ptr(81)}, Focus: &saccade.ScoreOutput[saccade.File]{Score: ptr(77)}}}, nil
}

// hostile carries words that must not become markup.
func hostile(*testing.T) (*saccade.Analysis, directory) {
	evil := "](http://evil.example) <script>*x*\n# Head | cell `code` www.evil.example \u202e" + strings.Repeat("long ", 90)
	return &saccade.Analysis{ID: "h", Request: saccade.Request{Kind: saccade.KindImage, Title: evil, Meta: map[string]string{"goal": evil, "description": evil}},
		Outputs: &saccade.Outputs[saccade.File]{AOIs: []saccade.AOIResult{area(evil, saccade.Box{X: 0, Y: 0, Width: .5, Height: .5}, .1, 1, ptr(3.0))}}}, directory{}
}

func busyUpperLeft(p *pix.RGB) saccade.Density { return hill(p.W, p.H, .15, .15, .15) }

func TestGoldenTexts(t *testing.T) {
	for name, make := range map[string]func(*testing.T) (*saccade.Analysis, directory){"page": page, "video": video, "fine": fine, "hostile": hostile} {
		for _, kind := range []string{KindSummary, KindRecommendations} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				an, files := make(t)
				o := Config{Clutter: busyUpperLeft}
				if files != nil {
					o.Source = files
				}
				a, err := New(o)
				if err != nil {
					t.Fatal(err)
				}
				got, err := a.Advise(context.Background(), an, kind)
				if err != nil {
					t.Fatal(err)
				}
				if again, _ := a.Advise(context.Background(), an, kind); again != got {
					t.Error("the same analysis has another text")
				}
				path := filepath.Join("testdata", name+"."+kind+".md")
				if *update {
					if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(string(want), got); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

// TestEveryStatementCarriesAFigure holds the texts to their promise.
func TestEveryStatementCarriesAFigure(t *testing.T) {
	for _, make := range []func(*testing.T) (*saccade.Analysis, directory){page, video} {
		an, files := make(t)
		a, err := New(Config{Source: files})
		if err != nil {
			t.Fatal(err)
		}
		text, err := a.Advise(context.Background(), an, KindRecommendations)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(text, "\n") {
			_, because, ok := strings.Cut(line, ".** ")
			if ok && !numbers.MatchString(because) {
				t.Errorf("no figure behind %q", line)
			}
		}
	}
}

func TestHostileWordsStayWords(t *testing.T) {
	an, files := hostile(t)
	a, err := New(Config{Source: files})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{KindSummary, KindRecommendations} {
		text, err := a.Advise(context.Background(), an, kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"<script", "](", "http://", "www.evil", "\n# Head", "\u202e"} {
			if strings.Contains(strings.ReplaceAll(text, "\\"+bad[:1], ""), bad) {
				t.Errorf("%s holds %q:\n%s", kind, bad, text)
			}
		}
	}
}

func TestAdviseRefuses(t *testing.T) {
	a, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	an, _ := fine(t)
	if _, err := a.Advise(context.Background(), an, "poem"); !saccade.IsCode(err, saccade.CodeClient) {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := a.Advise(context.Background(), &saccade.Analysis{}, KindSummary); !saccade.IsCode(err, saccade.CodeClient) {
		t.Errorf("no outputs: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := a.Advise(ctx, an, KindSummary); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled context: %v", err)
	}
}

func TestBrokenFilesAreLeftOut(t *testing.T) {
	an, _ := page(t)
	for name, files := range map[string]directory{
		"junk":      {"frames.json": []byte("{"), "density.npy": []byte("junk"), "input.png": []byte("junk")},
		"foreign":   {"frames.json": []byte(`{"schema":"other","frames":[{}]}`), "density.npy": []byte("\x93NUMPY\x02\x00__")},
		"truncated": {"density.npy": npy(t, hill(8, 8, .5, .5, .2))[:200]},
	} {
		a, err := New(Config{Source: files, Clutter: busyUpperLeft})
		if err != nil {
			t.Fatal(err)
		}
		text, err := a.Advise(context.Background(), an, KindSummary)
		if err != nil || !strings.Contains(text, "Clarity** is 22") {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

func TestMeasureSpread(t *testing.T) {
	even := measureSpread(saccade.NewDensity(30, 30))
	if math.Abs(even.half-0.5) > 0.01 || math.Abs(even.thirds[4]-1.0/9) > 1e-3 {
		t.Errorf("even attention: %+v", even)
	}
	peak := measureSpread(hill(30, 30, .9, .1, .03))
	if peak.half > 0.45 || peak.thirds[2] < 0.15 {
		t.Errorf("a peak: %+v", peak)
	}
	var s spread
	s.measureFold(saccade.NewDensity(20, 50), 1000, 2500, saccade.MediumDesktop)
	if math.Abs(s.screen-0.25) > 1e-9 || math.Abs(s.fold-0.25) > 1e-3 {
		t.Errorf("fold: %+v", s)
	}
	s = spread{}
	s.measureFold(saccade.NewDensity(20, 20), 1000, 700, saccade.MediumDesktop)
	if s.screen != 0 {
		t.Errorf("a page of one screen has a fold: %+v", s)
	}
}

func TestGoalArea(t *testing.T) {
	a := []saccade.AOIResult{{AOI: saccade.AOI{Name: "Hero image"}}, {AOI: saccade.AOI{Name: "Sign up button"}}, {AOI: saccade.AOI{Name: "Prices"}}}
	for _, c := range []struct {
		meta map[string]string
		want int
	}{
		{nil, -1},
		{map[string]string{"goal": "More registrations"}, 1},
		{map[string]string{"goal": "People must see the prices!"}, 2},
		{map[string]string{"description": "With a large hero and more"}, 0},
	} {
		if got := goalArea(a, c.meta); got != c.want {
			t.Errorf("%v: area %d, want %d", c.meta, got, c.want)
		}
	}
}

func TestClarityMapFindsTheBusyCorner(t *testing.T) {
	p := pix.New(600, 400)
	for i := range p.Pix {
		p.Pix[i] = 255
	}
	for y := range 120 {
		for x := 410; x < 600; x++ {
			copy(p.Pix[3*(y*p.W+x):], []byte{byte(x * y * 31), byte(x * 97), byte(y * 59)})
		}
	}
	got := busiest(clarityMap(p))
	if len(got) == 0 || got[0].ninth != 2 || got[0].share < 0.5 {
		t.Errorf("the upper right is busy, found %+v", got)
	}
	if even := busiest(clarityMap(pix.New(90, 90))); len(even) != 0 {
		t.Errorf("a black image is busy at %+v", even)
	}
}

// TestScoresNotAskedForAreNotSpokenOf: an image with default outputs has no
// excitingness, and a video with default outputs neither that nor clarity.
func TestScoresNotAskedForAreNotSpokenOf(t *testing.T) {
	for name, row := range map[string]artifact.Row{
		"image": {Focus: 40, Clarity: ptr(61)},
		"video": {Focus: 40},
	} {
		a, err := New(Config{Source: directory{"frames.json": framesJSON(t, row)}})
		if err != nil {
			t.Fatal(err)
		}
		an := &saccade.Analysis{Request: saccade.Request{Kind: saccade.Kind(name)}, Outputs: &saccade.Outputs[saccade.File]{}}
		for _, kind := range []string{KindSummary, KindRecommendations} {
			text, err := a.Advise(context.Background(), an, kind)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(text, "xcitingness") || (strings.Contains(text, "larity") != (row.Clarity != nil)) {
				t.Errorf("%s, %s:\n%s", name, kind, text)
			}
		}
	}
}

// FuzzAdviseOnFrames: whatever frames.json holds, a text comes out.
func FuzzAdviseOnFrames(f *testing.F) {
	f.Add(framesJSON(f, artifact.Row{Time: .5, Focus: 3}, artifact.Row{Time: 1, Cut: true}))
	f.Fuzz(func(t *testing.T, b []byte) {
		an := &saccade.Analysis{Request: saccade.Request{Kind: saccade.KindVideo}, Outputs: &saccade.Outputs[saccade.File]{}}
		a, _ := New(Config{Source: directory{"frames.json": b}})
		for _, kind := range []string{KindSummary, KindRecommendations} {
			if _, err := a.Advise(context.Background(), an, kind); err != nil {
				t.Error(err)
			}
		}
	})
}

// TestOutside: both texts warn of an input that the model cannot judge, before any
// figure.
func TestOutside(t *testing.T) {
	a, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{KindSummary, KindRecommendations} {
		for _, outside := range []bool{false, true} {
			an := &saccade.Analysis{Request: saccade.Request{Kind: saccade.KindImage}, Outputs: &saccade.Outputs[saccade.File]{
				Input: &saccade.InputOutput[saccade.File]{Width: 30, Height: 20, OutsideTraining: &outside}, Focus: &saccade.ScoreOutput[saccade.File]{Score: ptr(40)}}}
			text, err := a.Advise(t.Context(), an, kind)
			if err != nil {
				t.Fatal(err)
			}
			if at := strings.Index(text, saccade.OutsideCaution); (at >= 0) != outside || at > strings.Index(text, "40") && strings.Contains(text, "40") {
				t.Errorf("%s, outside %v:\n%s", kind, outside, text)
			}
		}
	}
}
