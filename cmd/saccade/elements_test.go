package main_test

import (
	"encoding/json"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

// TestPageElements asks a real server with a real browser for all that is
// answered about the elements of a page.
func TestPageElements(t *testing.T) {
	t.Parallel()
	needChromium(t)
	shop := site(t, map[string]http.HandlerFunc{"/": html(pageHTML)})
	s := start(t, t.TempDir(), "--allow", shop.Listener.Addr().String())
	page := object{"type": "url", "content": shop.URL}
	posted := s.call("POST", "/analyses", object{"input": page, "steal": true, "variants": []string{"dark", "zoom200"},
		"aois": []object{{"name": "Buy now", "role": "button"}, {"name": "head", "selector": "header"}}})
	if posted.status != http.StatusCreated {
		t.Fatalf("POST: %d %v", posted.status, posted.body)
	}
	a := s.settle(posted.text("location"), 4*time.Minute)
	b, err := json.Marshal(a.body["outputs"])
	if err != nil {
		t.Fatal(err)
	}
	var out saccade.Outputs[saccade.Link]
	if err := json.Unmarshal(b, &out); err != nil || out.Elements == nil || out.Steal == nil || len(out.Variants) != 2 || len(out.AOIs) != 2 {
		t.Fatalf("%v: %v", err, a.body)
	}
	sum := out.Elements.Rest + out.Elements.Unlisted
	var roles []string
	for _, e := range out.Elements.List {
		sum += e.Share
		roles = append(roles, string(e.Role)+" "+e.Name)
	}
	slices.Sort(roles)
	want := []string{"button Buy now", "heading Spring sale", "paragraph Everything must go, and some of it already went. Buy now"}
	if !slices.Equal(roles, want) || math.Abs(sum-1) > 1e-6 {
		t.Errorf("%q, sum %v", roles, sum)
	}
	if out.Steal.Note != saccade.StealNote || out.Steal.Captures != 4 || len(out.Steal.Rows) != 3 {
		t.Errorf("%+v", out.Steal)
	}
	for _, v := range out.Variants {
		if v.Error != nil || v.Focus == nil || len(v.AOIs) != 2 || !v.AOIs[0].Visible || v.Image == "" {
			t.Errorf("%+v", v)
		}
	}
	id := posted.text("id")
	again := s.call("PUT", "/analyses/"+id+"/aois", object{"aois": []object{{"name": "Spring sale", "role": "heading"}}})
	if again.status != http.StatusOK {
		t.Errorf("PUT: %d %v", again.status, again.body)
	}
	if no := s.call("PUT", "/analyses/"+id+"/aois", object{"aois": []object{{"name": "x", "selector": "#nope"}}}); no.status != http.StatusBadRequest {
		t.Errorf("PUT of what is not there: %d %v", no.status, no.body)
	}
	failed := s.call("POST", "/analyses", object{"input": page, "aois": []object{{"name": "x", "selector": "#nope"}}})
	if a := s.settle(failed.text("location"), 2*time.Minute); a.code() != "invalid_input_configuration" {
		t.Errorf("an area that names nothing: %v", a.body)
	}
	for _, body := range []object{
		{"input": page, "variants": []string{"upside-down"}}, {"input": page, "aois": []object{{"name": "x", "role": "banner"}}},
		{"input": object{"type": "image", "content": "x"}, "elements": true}, {"input": object{"type": "image", "content": "x"}, "variants": []string{"dark"}},
	} {
		if got := s.call("POST", "/analyses", body); got.status != http.StatusBadRequest || got.code() != "invalid_input_configuration" {
			t.Errorf("%v: %d %v", body, got.status, got.body)
		}
	}
}

// TestPageFlags asks for elements, steal matrix and variants by every road from the
// command line, and from Python.
func TestPageFlags(t *testing.T) {
	t.Parallel()
	needChromium(t)
	shop := site(t, map[string]http.HandlerFunc{"/": html(pageHTML)})
	s := start(t, t.TempDir(), "--model", "baseline", "--allow", shop.Listener.Addr().String())
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	draft := write("draft.png", string(pngOf(t, screen(480, 300))))
	list := write("pages.csv", "input,title\n"+shop.URL+"/,Shop\ndraft.png,Draft\n")
	at := outside{t, s.bin, t.TempDir()}.run
	if _, stderr, code := at(s.token, "login", s.url); code != 0 {
		t.Fatalf("login: %d %s", code, stderr)
	}
	asked := []string{"--elements", "--steal", "--variants", "dark,rtl", "--json"}
	for name, args := range map[string][]string{
		"remote analyze":  {"remote", "analyze", shop.URL + "/", "--out", filepath.Join(dir, "one")},
		"batch":           {"batch", list, "--out", filepath.Join(dir, "here"), "--model", "baseline"},
		"batch on server": {"batch", list, "--out", filepath.Join(dir, "there"), "--remote"},
	} {
		if stdout, stderr, code := at("", append(args, asked...)...); code != 0 {
			t.Fatalf("%s: %d %s%s", name, code, stdout, stderr)
		}
		results, err := filepath.Glob(filepath.Join(args[len(args)-1], "*", "result.json"))
		for _, flag := range []string{"--model", "--remote"} {
			if i := slices.Index(args, flag); i > 0 {
				results, err = filepath.Glob(filepath.Join(args[i-1], "*", "result.json"))
			}
		}
		if err != nil || len(results) == 0 {
			t.Fatalf("%s: %v %v", name, results, err)
		}
		pages := 0
		for _, path := range results {
			pages += checkPageResult(t, name, path)
		}
		if pages != 1 {
			t.Errorf("%s: %d pages", name, pages)
		}
	}
	for want, args := range map[string][]string{
		"no input is the address": {"batch", dir, "--out", filepath.Join(dir, "none"), "--elements"},
		"is not a variant":        {"batch", list, "--out", filepath.Join(dir, "none"), "--variants", "upside-down"},
		"on pages alone":          {"remote", "analyze", draft, "--steal"},
		"Only pages have":         {"remote", "analyze", "../../examples/sample.webm", "--variants", "dark"},
	} {
		if _, stderr, code := at("", args...); code == 0 || !strings.Contains(stderr, want) {
			t.Errorf("%v: %d %s", args, code, stderr)
		}
	}
	pythonPages(t, s, shop.URL+"/")
}

// checkPageResult looks at a result.json and the files beside it, and returns 1 if
// it is that of a page.
func checkPageResult(t *testing.T, name, path string) int {
	t.Helper()
	var r struct{ Outputs saccade.Outputs[saccade.File] }
	if err := json.Unmarshal(read(t, path), &r); err != nil {
		t.Fatal(err)
	}
	if r.Outputs.Elements == nil {
		if r.Outputs.Steal != nil || len(r.Outputs.Variants) > 0 {
			t.Errorf("%s: %s is half a page", name, path)
		}
		return 0
	}
	if len(r.Outputs.Elements.List) != 3 || r.Outputs.Steal == nil || len(r.Outputs.Variants) != 2 {
		t.Errorf("%s: %+v", name, r.Outputs)
	}
	for _, file := range []string{"elements.json", "variant-dark.png", "variant-rtl-attentionMap.png"} {
		if i, err := os.Stat(filepath.Join(filepath.Dir(path), file)); err != nil || i.Size() == 0 {
			t.Errorf("%s: %s: %v", name, file, err)
		}
	}
	return 1
}

// pythonPages asks the same from Python.
func pythonPages(t *testing.T, s *service, address string) {
	t.Helper()
	const python = "/usr/bin/python3"
	if exec.Command(python, "-c", "import requests").Run() != nil {
		t.Log("Python's part is skipped: no python3-requests")
		return
	}
	const script = `import os, sys, tempfile
from saccade_client import Client
client = Client(os.environ["SACCADE_URL"], os.environ["SACCADE_TOKEN"])
page = client.analyze(sys.argv[1], elements=True, steal=True, variants=["dark", "zoom200"])
assert len(page.outputs["elements"]["list"]) == 3 and page.outputs["steal"]["rows"], page.outputs
with tempfile.TemporaryDirectory() as d:
    names = {os.path.basename(p) for p in page.download(d)}
assert names >= {"elements.json", "variant-dark.png", "variant-dark-attentionMap.png", "variant-zoom200.png", "input.png", "attentionMap.png"}, names
for wrong in ({"elements": True}, {"variants": "dark"}):
    try:
        client.analyze(b"\x89PNG", **wrong)
    except ValueError:
        continue
    raise AssertionError(wrong)
`
	cmd := exec.Command(python, "-B", "-c", script, address)
	cmd.Env = append(os.Environ(), "SACCADE_URL="+s.url, "SACCADE_TOKEN="+s.token, "PYTHONPATH=../../python")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
