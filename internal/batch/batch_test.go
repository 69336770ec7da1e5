package batch

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
)

// fake is an engine that counts, and does what a test says for an input.
type fake struct {
	mu    sync.Mutex
	calls []string
	does  map[string]func(Job) (Outcome, error)
}

func (f *fake) Analyze(_ context.Context, job Job) (Outcome, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, job.Name)
	if do := f.does[job.Name]; do != nil {
		return do(job)
	}
	score := 71
	return Outcome{Kind: saccade.KindImage, Outputs: &saccade.Outputs[saccade.File]{
		Input: &saccade.InputOutput[saccade.File]{Width: 480, Height: 300}, Focus: &saccade.ScoreOutput[saccade.File]{Score: &score},
		Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.png"},
		AOIs:      []saccade.AOIResult{{AOI: saccade.AOI{Name: "=cta"}, Share: 0.25}},
	}}, os.WriteFile(filepath.Join(job.Dir, "attentionMap.png"), []byte("heat"), 0o600)
}

func (f *fake) took() []string {
	defer func() { f.calls = nil }()
	return f.calls
}

func files(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, n := range names {
		p := filepath.Join(dir, n)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o777), os.WriteFile(p, []byte(n), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
}

func rows(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestResume: what is done stays done, whatever ended the run; what has changed
// is done again.
func TestResume(t *testing.T) {
	src, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	files(t, src, "a.png", "b.png", "sub/c.webm", "=d.png", "e.txt", ".hidden.png", ".git/x.png")
	full := saccade.Errorf(saccade.CodeOverCapacity, "Full.")
	e := &fake{does: map[string]func(Job) (Outcome, error){
		"a.png": func(Job) (Outcome, error) {
			return Outcome{Error: saccade.Errorf(saccade.CodeBlankImage, "-blank")}, nil
		},
		"sub/c.webm": func(Job) (Outcome, error) { return Outcome{}, full },
	}}
	cfg := DefaultConfig()
	cfg.Dir, cfg.Settings = out, "one"
	step := func(name string, want Summary, took []string, fails error) {
		t.Helper()
		inputs, others, err := Read(src, out)
		if err != nil || others != 1 {
			t.Fatal(err, others)
		}
		sum, err := Run(t.Context(), cfg, inputs, e)
		if d := cmp.Diff(want, sum) + cmp.Diff(took, e.took()); d != "" || !errors.Is(err, fails) {
			t.Errorf("%s: %v %s", name, err, d)
		}
	}
	step("full server", Summary{Analyzed: 3, Failed: 1}, []string{"=d.png", "a.png", "b.png", "sub/c.webm"}, full)
	want := [][]string{
		{"input", "title", "type", "status", "width", "height", "frames", "duration", "focus", "clarity", "excitingness", "aoi:=cta", "error_code", "error", "id", "result"},
		{"'=d.png", "'=d", "image", "success", "480", "300", "", "", "71", "", "", "0.2500", "", "", "", FileName("=d.png") + "/result.json"},
		{"a.png", "a", "", "failed", "", "", "", "", "", "", "", "", "blank_input_image", "'-blank", "", "a.png/result.json"},
		{"b.png", "b", "image", "success", "480", "300", "", "", "71", "", "", "0.2500", "", "", "", "b.png/result.json"},
		{"sub/c.webm", "c", "", "pending", "", "", "", "", "", "", "", "", "", "", "", ""},
	}
	if d := cmp.Diff(want, rows(t, filepath.Join(out, "table.csv"))); d != "" {
		t.Error(d)
	}
	delete(e.does, "sub/c.webm")
	step("again", Summary{Analyzed: 1, Kept: 3, Failed: 1}, []string{"sub/c.webm"}, nil)
	step("nothing left", Summary{Kept: 4, Failed: 1}, nil, nil)
	delete(e.does, "a.png")
	cfg.RetryFailed = true
	step("failed ones", Summary{Analyzed: 1, Kept: 3}, []string{"a.png"}, nil)
	if err := os.WriteFile(filepath.Join(src, "b.png"), []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	step("new bytes", Summary{Analyzed: 1, Kept: 3}, []string{"b.png"}, nil)
	cfg.Settings = "two"
	step("new settings", Summary{Analyzed: 4}, []string{"=d.png", "a.png", "b.png", "sub/c.webm"}, nil)
	if err := os.WriteFile(filepath.Join(out, "b.png", "result.json"), []byte(`{"fingerprint":`), 0o600); err != nil {
		t.Fatal(err)
	}
	step("cut result", Summary{Analyzed: 1, Kept: 3}, []string{"b.png"}, nil)
}

// TestKilled: a run that was killed in the middle leaves a state for the
// engine, and rubbish that the next one clears away.
func TestKilled(t *testing.T) {
	src, out := t.TempDir(), t.TempDir()
	files(t, src, "a.png")
	type state struct{ ID string }
	killed := errors.New("killed")
	e := &fake{does: map[string]func(Job) (Outcome, error){"a.png": func(j Job) (Outcome, error) {
		return Outcome{}, errors.Join(j.State.Save(state{"first"}), killed)
	}}}
	cfg := DefaultConfig()
	cfg.Dir = out
	inputs, _, err := Read(src, out)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), cfg, inputs, e); !errors.Is(err, killed) {
		t.Fatal(err)
	}
	files(t, out, ".batch/new-1/half.png")
	var found state
	e.does["a.png"] = func(j Job) (Outcome, error) {
		ok, err := j.State.Load(&found)
		return Outcome{ID: fmt.Sprint(ok)}, err
	}
	cfg.Settings = "others" // the state is not of this request
	if _, err := Run(t.Context(), cfg, inputs, e); err != nil || found.ID != "" {
		t.Errorf("%+v, %v", found, err)
	}
	e.does["a.png"] = func(j Job) (Outcome, error) { return Outcome{}, errors.Join(j.State.Save(state{"second"}), killed) }
	cfg.Settings = ""
	if _, err := Run(t.Context(), cfg, inputs, e); !errors.Is(err, killed) {
		t.Fatal(err)
	}
	e.does["a.png"] = func(j Job) (Outcome, error) {
		_, err := j.State.Load(&found)
		return Outcome{}, err
	}
	if _, err := Run(t.Context(), cfg, inputs, e); err != nil || found.ID != "second" {
		t.Errorf("%+v, %v", found, err)
	}
	left, err := filepath.Glob(filepath.Join(out, ".batch", "*"))
	if d := cmp.Diff([]string{filepath.Join(out, ".batch", "lock")}, left); err != nil || d != "" {
		t.Error(err, d)
	}
}

// TestNothingIsLost: what no batch has made stays, and nothing is analyzed.
func TestNothingIsLost(t *testing.T) {
	for name, place := range map[string]struct {
		file string // that is there before
		mend bool   // it may be overwritten
	}{
		"the input itself":      {"a.png", false},
		"a directory of papers": {"a.png/thesis.txt", false},
		"a table of somebody":   {"table.csv", false},
		"an older result":       {"a.png/result.json", true},
		"another name":          {"b.png", true},
	} {
		src, out := t.TempDir(), t.TempDir()
		files(t, src, "a.png")
		files(t, out, place.file)
		inputs, _, err := Read(src, out)
		if err != nil {
			t.Fatal(err)
		}
		e, cfg := &fake{}, DefaultConfig()
		cfg.Dir = out
		_, err = Run(t.Context(), cfg, inputs, e)
		if (err == nil) != place.mend || len(e.took()) > 0 != place.mend {
			t.Errorf("%s: %v", name, err)
		}
		if b, err := os.ReadFile(filepath.Join(out, place.file)); !place.mend && (err != nil || string(b) != place.file) {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

// TestOneAtATime: two runs in one directory would do things twice.
func TestOneAtATime(t *testing.T) {
	src, out := t.TempDir(), t.TempDir()
	files(t, src, "a.png")
	cfg := DefaultConfig()
	cfg.Dir = out
	inputs, _, err := Read(src, out)
	if err != nil {
		t.Fatal(err)
	}
	var second error
	e := &fake{does: map[string]func(Job) (Outcome, error){"a.png": func(Job) (Outcome, error) {
		_, second = Run(t.Context(), cfg, inputs, &fake{})
		return Outcome{}, nil
	}}}
	if _, err := Run(t.Context(), cfg, inputs, e); err != nil || second == nil || !strings.Contains(second.Error(), "another batch is running") {
		t.Errorf("%v, %v", err, second)
	}
}

func TestInterruptedBatch(t *testing.T) {
	src, out := t.TempDir(), t.TempDir()
	files(t, src, "a.png", "b.png", "c.png")
	ctx, cancel := context.WithCancel(t.Context())
	e := &fake{does: map[string]func(Job) (Outcome, error){"b.png": func(Job) (Outcome, error) {
		cancel()
		return Outcome{}, ctx.Err()
	}}}
	cfg := DefaultConfig()
	cfg.Dir = out
	inputs, _, err := Read(src, out)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := Run(ctx, cfg, inputs, e)
	if !errors.Is(err, context.Canceled) || sum.Analyzed != 1 || len(rows(t, filepath.Join(out, "table.csv"))) != 4 {
		t.Errorf("%+v, %v", sum, err)
	}
}

func TestReadCSV(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"plain", "input\na.png\n", "a.png|/d/a.png|a|"},
		{"bom, order, other columns", "\xef\xbb\xbfTitle,note,INPUT,medium\nHome,x,https://example.com/,mobileWeb\n", "https://example.com/ mobileWeb|https://example.com/|Home|mobileWeb"},
		{"semicolons", "input;title\n/x/a,b.png;Two, one\n", "/x/a,b.png|/x/a,b.png|Two, one|"},
		{"quoted", "input,title\n\"a.png\",\"line\nbreak\"\n", "a.png|/d/a.png|line\nbreak|"},
		{"both media", "input,medium\nhttp://x/,\nhttp://x/,mobileWeb\n", "http://x/|http://x/||; http://x/ mobileWeb|http://x/||mobileWeb"},
		{"empty", "", "the file is empty"},
		{"no header", "a.png\nb.png\n", "one of them input"},
		{"repeated", "input\na.png\nb.png\na.png\n", "line 4 repeats the input of line 2"},
		{"no input", "input,title\n,x\n", "line 2: the cell of the column input is empty"},
		{"bad medium", "input,medium\nhttp://x/,phone\n", `line 2: medium is "phone"`},
		{"wrong width", "input,title\na.png\n", "line 2"},
		{"open quote", "input\n\"a.png\n", "line"},
		{"UTF-16", "\xff\xfei\x00n\x00", "save it as CSV in UTF-8"},
		{"binary", "\x00\x01\x02", "one of them input"},
	} {
		inputs, err := ReadCSV(strings.NewReader(tc.text), "/d")
		var got []string
		for _, in := range inputs {
			got = append(got, strings.Join([]string{in.Name, in.Path, in.Title, string(in.Medium)}, "|"))
		}
		if err != nil {
			got = []string{err.Error()}
		}
		if s := strings.Join(got, "; "); err == nil && s != tc.want || err != nil && !strings.Contains(s, tc.want) {
			t.Errorf("%s: %s", tc.name, s)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{"input\na.png\n", "input;title\r\na;b\r\n", "\xef\xbb\xbfinput,medium\nhttp://x/,mobileWeb\n", "\"", "input,input\na,b\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		inputs, err := ReadCSV(strings.NewReader(s), "/d")
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, in := range inputs {
			if in.Name == "" || seen[in.Name] || !in.Page() && !filepath.IsAbs(in.Path) {
				t.Errorf("%+v", in)
			}
			seen[in.Name] = true
		}
	})
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	files(t, dir, "out/a.png", "notes.txt")
	if err := os.Symlink("nowhere", filepath.Join(dir, "dead.png")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Read(dir, filepath.Join(dir, "out")); err == nil || !strings.Contains(err.Error(), "nothing to analyze") {
		t.Error(err)
	}
	if _, _, err := Read(filepath.Join(dir, "none"), ""); err == nil {
		t.Error("no error")
	}
	inputs, _, err := Read(dir, "")
	if err != nil || len(inputs) != 1 || inputs[0].Name != "out/a.png" {
		t.Errorf("%+v, %v", inputs, err)
	}
}

func TestFileName(t *testing.T) {
	seen := map[string]string{}
	for _, s := range []string{"attentionMap.webm", "", ".", "..", ".ssh", "a/b", `a\b`, "a_b", "\x00", strings.Repeat("x", 300), "ü", "-rf"} {
		got := FileName(s)
		if got == "" || got[0] == '.' || got[0] == '-' || len(got) > 80 || strings.ContainsAny(got, "/\\\x00") {
			t.Errorf("%q: %q", s, got)
		}
		if other, ok := seen[got]; ok {
			t.Errorf("%q and %q are both %q", s, other, got)
		}
		seen[got] = s
	}
	if got := FileName("attentionMap.webm"); got != "attentionMap.webm" {
		t.Error(got)
	}
}
