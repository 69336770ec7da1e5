package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"

	"github.com/saccade-dev/saccade/internal/compare"
)

// blocks returns the fenced blocks of a language on a page.
func blocks(page, language string) []string {
	var out []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```").FindAllStringSubmatch(page, -1) {
		out = append(out, m[1])
	}
	return out
}

func ciPage(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCIPage runs every command line of docs/ci.md in a repository like the one that
// it speaks of; the pages that it names are served here.
func TestCIPage(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is missing")
	}
	page, chromium := ciPage(t), true
	if _, err := exec.LookPath("chromium"); err != nil {
		chromium = false
	}
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "<!doctype html><title>t</title><h1>Hello</h1><p>%s<p><button>Buy</button>", strings.Repeat("text ", 40))
	}))
	t.Cleanup(site.Close)
	script := `
exec git init -q -b main .
exec git add shots
exec git -c user.name=t -c user.email=t@example.com commit -qm one
exec git update-ref refs/remotes/origin/main HEAD
cp new.png shots/home.png
cp new.png shots/added.png
`
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^    (?:bin/)?(saccade compare .*)$`).FindAllStringSubmatch(page, -1) {
		line := strings.NewReplacer("https://www.example.com", site.URL, "https://staging.example.com", site.URL).Replace(m[1])
		if strings.Contains(line, site.URL) && !chromium {
			continue
		}
		if regexp.MustCompile(`cta\.share <|"Buy now"\.first|--config`).MatchString(line) { // the button has moved away
			line = "! " + line
		}
		if strings.Contains(line, site.URL) { // a page that a busy machine cannot load within the limit is said to be one
			script += "exec sh -c '" + strings.ReplaceAll(line, "'", `"`) + "; true'\nstdout 'moved|did not come to rest'\n! stderr 'Try:'\n"
			n++
			continue
		}
		script += line + "\nstdout .\n! stderr 'Try:|is no|there is no'\n"
		n++
	}
	if n < 10 {
		t.Errorf("only %d command lines were found", n)
	}
	script += "exists cmp/report.html\n-- saccade.yml --\n" + blocks(page, "yaml")[0]
	path := filepath.Join(t.TempDir(), "ci.txtar")
	if err := os.WriteFile(path, []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{Files: []string{path}, Setup: func(e *testscript.Env) error {
		e.Setenv("HOME", e.WorkDir)
		e.Setenv("TMPDIR", os.TempDir()) // the script's own is too long a name for Chromium's socket
		e.Setenv("SACCADE_MODEL", "baseline")
		return ciRepository(e.WorkDir)
	}})
}

// ciRepository makes the files that docs/ci.md speaks of.
func ciRepository(dir string) error {
	files := map[string]string{"docs/heat.jpg": "../../docs/heat.jpg", "base.webm": "../../examples/sample.webm", "new.webm": "../../examples/sample.webm"}
	var err error
	for _, sub := range []string{"shots", "before", "after", "docs"} {
		err = errors.Join(err, os.Mkdir(filepath.Join(dir, sub), 0o777))
	}
	for _, name := range []string{"base.png", "shots/home.png", "before/home.png"} {
		err = errors.Join(err, drawPage(filepath.Join(dir, name)))
	}
	for _, name := range []string{"new.png", "after/home.png"} {
		err = errors.Join(err, drawPageWith(filepath.Join(dir, name), movedButton))
	}
	for to, from := range files {
		b, e := os.ReadFile(from)
		err = errors.Join(err, e, os.WriteFile(filepath.Join(dir, to), b, 0o666))
	}
	return err
}

// TestCIWorkflow: the workflow of docs/ci.md uses inputs that the action has, and
// checks and areas that can be read.
func TestCIWorkflow(t *testing.T) {
	var action struct{ Inputs map[string]any }
	b, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, &action); err != nil {
		t.Fatal(err)
	}
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct {
				Uses string
				With map[string]string
			}
		}
	}
	if err := yaml.Unmarshal([]byte(blocks(ciPage(t), "yaml")[1]), &workflow); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, s := range workflow.Jobs["attention"].Steps {
		if !strings.HasPrefix(s.Uses, "saccade-dev/saccade@") {
			continue
		}
		found = true
		for name := range s.With {
			if _, ok := action.Inputs[name]; !ok {
				t.Errorf("the action has no input %s", name)
			}
		}
		area, err := compare.ParseArea(strings.TrimSpace(s.With["aois"]))
		if err != nil {
			t.Error(err)
		}
		for _, text := range []string{s.With["fail-if"], s.With["warn-if"]} {
			c, err := compare.ParseCheck("", strings.TrimSpace(text))
			if err != nil {
				t.Error(err)
				continue
			}
			if err := c.Bind([]string{area.Name}, compare.MendFlag); err != nil || c.Warning() != "" {
				t.Error(err, c.Warning())
			}
		}
	}
	if !found {
		t.Error("the workflow does not use the action")
	}
}
