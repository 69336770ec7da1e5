package gate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/gate"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/report"
)

// tree writes files below a new directory; each holds its text.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// names shows pairs as "name: base > candidate", with the text of files.
func names(t *testing.T, pairs []gate.Pair) []string {
	t.Helper()
	side := func(in *gate.Input) string {
		switch {
		case in == nil:
			return "-"
		case in.Path == "":
			return string(in.Medium) + " " + in.Address
		}
		b, err := os.ReadFile(in.Path)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var out []string
	for _, p := range pairs {
		out = append(out, p.Name+": "+side(p.Base)+" > "+side(p.Candidate))
	}
	return out
}

func TestFindFiles(t *testing.T) {
	dir := tree(t, map[string]string{"a/x.png": "ax", "a/y.jpg": "ay", "a/read.me": "no", "b/x.png": "bx", "b/z.webm": "bz", "c/v.mp4": "cv", "d/v.mp4": "dv", "d/w.WEBP": "dw", "[1].png": "odd"})
	for _, c := range []struct {
		base, candidate string
		want            []string
	}{
		{"a/x.png", "b/z.webm", []string{"b/z.webm: ax > bz"}},
		{"a/x.png", "b", []string{"b: ax > bx"}},
		{"a", "b/x.png", []string{"b/x.png: ax > bx"}},
		{"d", "c", []string{"v.mp4: dv > cv", "w.WEBP: dw > -"}},
		{"a/*.png", "b/*.png", []string{"x.png: ax > bx"}},
		{"a", "b", []string{"x.png: ax > bx", "z.webm: - > bz", "y.jpg: ay > -"}},
		{"a/*.png", "b/*", []string{"x.png: ax > bx", "z.webm: - > bz"}},
		{"[1].png", "a/x.png", []string{"a/x.png: odd > ax"}}, // a file before a pattern
		{"https://a.example/", "HTTP://b.example", []string{"HTTP://b.example: desktopWeb https://a.example/ > desktopWeb HTTP://b.example"}},
		{"a/x.png", "https://a.example", []string{"https://a.example: ax > desktopWeb https://a.example"}},
	} {
		pairs, err := gate.Find(context.Background(), gate.Want{Dir: dir, Pages: []compare.PlanPage{{Base: c.base, Candidate: c.candidate}}})
		if err != nil {
			t.Errorf("%s %s: %v", c.base, c.candidate, err)
			continue
		}
		if diff := cmp.Diff(c.want, names(t, pairs)); diff != "" {
			t.Errorf("%s %s: %s", c.base, c.candidate, diff)
		}
	}
	media := []saccade.Medium{saccade.MediumDesktop, saccade.MediumMobile}
	pairs, err := gate.Find(context.Background(), gate.Want{Media: media, Pages: []compare.PlanPage{{Name: "home", Base: "http://a", Candidate: "http://b"}}})
	if diff := cmp.Diff([]string{"home: desktopWeb http://a > desktopWeb http://b", "home: mobileWeb http://a > mobileWeb http://b"}, names(t, pairs)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestFindRefuses(t *testing.T) {
	dir := tree(t, map[string]string{"a/x.png": "ax", "b/x.png": "bx", "c/y.png": "cy", "empty/read.me": "no"})
	for says, p := range map[string]compare.PlanPage{
		"a/*.gif matches no file":          {Base: "a/*.gif", Candidate: "b"},
		"there are no images or videos in": {Base: "a", Candidate: "empty"},
		"nowhere.png: no such file":        {Base: "nowhere.png", Candidate: "a/x.png"},
		"has no base; name a base":         {Candidate: "a/x.png"},
		"an address cannot come from git":  {Candidate: "https://a.example"},
		"** is not understood":             {Base: "**/*.png", Candidate: "a/x.png"},
		"two files that are called x.png":  {Base: "*/*.png", Candidate: "a"},
		"several files and the other side": {Base: "*/*.png", Candidate: "https://a.example"},
		"is no pattern":                    {Base: "[", Candidate: "a"},
		"none in c is called x.png":        {Base: "a/x.png", Candidate: "c"},
		"none in c/*.png is called x.png":  {Base: "c/*.png", Candidate: "a/x.png"},
		"no file of c is called as one":    {Base: "a", Candidate: "c"},
	} {
		_, err := gate.Find(context.Background(), gate.Want{Dir: dir, Pages: []compare.PlanPage{p}})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %s", p, err, says)
		}
	}
}

// git runs git in a repository of its own.
func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// history is a repository with a commit, and files that were changed since.
func history(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is missing")
	}
	dir := tree(t, map[string]string{"shots/a.png": "old a", "shots/b c.png": "old b", "shots/gone.png": "gone", "shots/note.txt": "note", "top.png": "old top",
		"shots/lfs.png": "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"})
	if err := os.Symlink("a.png", filepath.Join(dir, "shots", "link.png")); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "init", "-q", "-b", "main")
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-qm", "one")
	for name, text := range map[string]string{"shots/a.png": "new a", "shots/b c.png": "new b", "shots/added.png": "added", "top.png": "new top"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(dir, "shots", "gone.png")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// inGit finds candidates with their bases at a commit, seen from a directory.
func inGit(t *testing.T, dir, ref string, candidates ...string) ([]gate.Pair, error) {
	t.Helper()
	w := gate.Want{Dir: dir, Ref: ref, Temp: t.TempDir()}
	for _, c := range candidates {
		w.Pages = append(w.Pages, compare.PlanPage{Candidate: c})
	}
	return gate.Find(context.Background(), w)
}

func TestFindInGit(t *testing.T) {
	dir := history(t)
	for _, c := range []struct {
		sub        string
		candidates []string
		want       []string
	}{
		{"", []string{"shots/[abg]*.png"}, []string{"shots/a.png: old a > new a", "shots/added.png: - > added", "shots/b c.png: old b > new b", "shots/gone.png: gone > -"}},
		{"", []string{"shots/a.png", "shots/b c.png", "./shots/a.png", "top.png"}, []string{"shots/a.png: old a > new a", "shots/b c.png: old b > new b", "top.png: old top > new top"}},
		{"shots", []string{"a*.png", "../top.png"}, []string{"a.png: old a > new a", "added.png: - > added", "../top.png: old top > new top"}},
		{"", []string{"shots/gone.png"}, []string{"shots/gone.png: gone > -"}},
	} {
		pairs, err := inGit(t, filepath.Join(dir, c.sub), "HEAD", c.candidates...)
		if err != nil {
			t.Errorf("%v: %v", c.candidates, err)
			continue
		}
		if diff := cmp.Diff(c.want, names(t, pairs)); diff != "" {
			t.Errorf("%v: %s", c.candidates, diff)
		}
	}
	pairs, err := inGit(t, dir, "main", "shots/a.png")
	if err != nil || pairs[0].Base.Name != "main:shots/a.png" || filepath.Ext(pairs[0].Base.Path) != ".png" {
		t.Errorf("%+v %v", pairs, err)
	}
}

func TestFindInGitRefuses(t *testing.T) {
	dir := history(t)
	for says, c := range map[string][2]string{
		"is no name of a commit":    {"--upload-pack=x", "top.png"},
		"there is no such commit":   {"nowhere", "top.png"},
		"matches no file":           {"HEAD", "shots/*.gif"},
		"no such file":              {"HEAD", "shots/never.png"},
		"is a pointer of Git LFS":   {"HEAD", "shots/lfs.png"},
		"is a symbolic link":        {"HEAD", "shots/link.png"},
		"relative to the working":   {"HEAD", "/shots/a.png"},
		"patterns of one directory": {"HEAD", "*/a.png"},
	} {
		if _, err := inGit(t, dir, c[0], c[1]); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: %v, want %s", c, err, says)
		}
	}
	outside := gate.Want{Dir: t.TempDir(), Ref: "HEAD", Pages: []compare.PlanPage{{Candidate: "a.png"}}}
	if _, err := gate.Find(context.Background(), outside); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("outside of a repository: %v", err)
	}
}

// fake measures by the name of the file.
type fake struct{ err error }

func (f fake) Analyze(_ context.Context, in gate.Input, _ []compare.Area) (*gate.Measured, error) {
	switch {
	case f.err != nil:
		return nil, f.err
	case strings.Contains(in.Name, "bad"):
		return nil, saccade.Errorf(saccade.CodeUnreadableImage, "not an image")
	}
	focus := len(in.Name)
	side := &compare.Side{ComparedSide: saccade.ComparedSide{Name: in.Name, Kind: saccade.KindImage, Model: "fake", Width: 2, Height: 1},
		Density: saccade.NewDensity(2, 1), Focus: &focus}
	if strings.Contains(in.Name, "film") {
		side.Kind = saccade.KindVideo
	}
	return &gate.Measured{Side: side, Image: report.NewImage(nil, image.Pt(2, 1), side.Density, nil)}, nil
}

func in(name string) *gate.Input { return &gate.Input{Name: name, Path: name} }

func TestRun(t *testing.T) {
	check, err := compare.ParseCheck(saccade.LevelError, "focus < base")
	if err != nil {
		t.Fatal(err)
	}
	job := gate.Job{Analyzer: fake{}, Workers: 3, Checks: []*compare.Check{check}, Pairs: []gate.Pair{
		{Name: "one", Base: in("a"), Candidate: in("bb")}, {Name: "two", Base: in("aa"), Candidate: in("b")}, {Name: "new", Candidate: in("b")},
		{Name: "removed", Base: in("b")}, {Name: "broken", Base: in("a"), Candidate: in("bad.png")}, {Name: "kinds", Base: in("a"), Candidate: in("film")},
	}}
	calls := 0
	job.Progress = func(done, total int) {
		if calls++; done != calls || total != 6 {
			t.Errorf("progress %d of %d", done, total)
		}
	}
	r, err := gate.Run(context.Background(), job)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.Document.Pairs {
		s := p.Name + " " + string(p.Status)
		for _, c := range p.Checks {
			s += " " + string(c.Outcome)
		}
		if p.Error != nil {
			s += " " + p.Error.Message
		}
		got = append(got, s)
	}
	want := []string{"one compared false", "two compared true", "new new skipped", "removed removed", "broken failed bad.png: not an image",
		`kinds failed The base is of kind "image" and the candidate of kind "video". Compare a video with a video, an image or a page with an image or a page.`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Document.Verdict != saccade.VerdictFail || len(r.Document.Warnings) != 1 {
		t.Errorf("%s %q", r.Document.Verdict, r.Document.Warnings)
	}
	for i, m := range r.Images {
		if has := m.Candidate != nil; has != (i < 3) {
			t.Errorf("pair %d has an image of the candidate: %t", i, has)
		}
	}
}

// TestRunEnds: what is about no input ends the run.
func TestRunEnds(t *testing.T) {
	job := gate.Job{Pairs: []gate.Pair{{Name: "p", Candidate: in("a")}}}
	for _, err := range []error{os.ErrPermission, saccade.Errorf(saccade.CodeOverCapacity, "full"), saccade.Errorf(saccade.CodeAuth, "who?")} {
		job.Analyzer = fake{err}
		if _, got := gate.Run(context.Background(), job); got == nil || !strings.Contains(got.Error(), err.Error()) {
			t.Errorf("%v: %v", err, got)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	job.Analyzer = fake{saccade.Errorf(saccade.CodeWebPage, "stopped")}
	if _, err := gate.Run(ctx, job); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	job.Areas = []compare.Area{{Name: "a"}, {Name: "a"}}
	if _, err := gate.Run(context.Background(), job); err == nil || !strings.Contains(err.Error(), "names must differ") {
		t.Errorf("two areas of one name: %v", err)
	}
}

// analyzed is a pipeline that writes an image of even attention, with a button on
// the left of pages.
type analyzed struct{ requests []saccade.Request }

func (p *analyzed) Run(_ context.Context, job pipeline.Job, _ func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	p.requests = append(p.requests, job.Request)
	w, err := artifact.Create(job.Dir, artifact.Head{Model: "fake", Width: 40, Height: 20}, true)
	if err != nil {
		return nil, err
	}
	out := &saccade.Outputs[saccade.File]{}
	for _, a := range job.Request.AOIs {
		if a.Names() {
			a.Box = &saccade.Box{Width: 0.25, Height: 1}
		}
		out.AOIs = append(out.AOIs, saccade.AOIResult{AOI: a})
	}
	return out, errors.Join(w.Write(artifact.Row{}, saccade.NewDensity(4, 2)), w.Close(0))
}

// TestSelectors: on a page an area is where its element is; a file has no elements.
func TestSelectors(t *testing.T) {
	p := &analyzed{}
	local := gate.Local{Pipeline: p, Temp: t.TempDir()}
	button, err := compare.ParseArea("buy=css:#buy > button")
	if err != nil {
		t.Fatal(err)
	}
	half := compare.Area{Name: "half", Box: &saccade.Box{Width: 0.5, Height: 1}}
	m, err := local.Analyze(context.Background(), gate.Input{Name: "page", Address: "https://a.example"}, []compare.Area{button, half})
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Side.AOIs; len(got) != 2 || got[0].Share != 0.25 || got[1].Share != 0.5 || p.requests[0].AOIs[0].Selector != "#buy > button" {
		t.Errorf("%+v", got)
	}
	dir := tree(t, map[string]string{"a.png": "\x89PNG"})
	file := gate.Input{Name: "a.png", Path: filepath.Join(dir, "a.png")}
	if _, err := local.Analyze(context.Background(), file, []compare.Area{button}); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("a selector on an image: %v", err)
	}
	if m, err := local.Analyze(context.Background(), file, []compare.Area{half}); err != nil || m.Side.AOIs[0].Share != 0.5 || p.requests[1].AOIs != nil {
		t.Errorf("%+v %v", m, err)
	}
}

func TestSaveReplaces(t *testing.T) {
	r, err := gate.Run(context.Background(), gate.Job{Analyzer: fake{}, Pairs: []gate.Pair{{Name: "<p>", Base: in("a"), Candidate: in("b")}}})
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := r.Save(dir); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Fatalf("%v %v", entries, err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "compare.json"))
	if err != nil {
		t.Fatal(err)
	}
	var d saccade.Comparison
	if err := json.Unmarshal(b, &d); err != nil || d.Schema != saccade.ComparisonSchema || !bytes.Contains(b, []byte(`"<p>"`)) {
		t.Errorf("%v: %s", err, b)
	}
	if err := r.Save(filepath.Join(dir, "compare.json")); err == nil {
		t.Error("a file was taken for a directory")
	}
	if err := r.Write(&bytes.Buffer{}, "xml"); err == nil {
		t.Error("a format that does not exist")
	}
}
