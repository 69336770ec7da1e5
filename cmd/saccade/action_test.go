package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

// pullRequest is a double of the two calls of GitHub's API that the action makes, for
// pull request 7 of acme/site. GitHub itself is not asked.
type pullRequest struct {
	mu       sync.Mutex
	comments []string
}

func (p *pullRequest) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var in struct {
		Body string `json:"body"`
	}
	_ = json.NewDecoder(r.Body).Decode(&in)
	var id int
	switch _, err := fmt.Sscanf(r.URL.Path, "/repos/acme/site/issues/comments/%d", &id); {
	case r.Header.Get("Authorization") != "Bearer ghs_test":
		w.WriteHeader(http.StatusForbidden)
	case r.Method == http.MethodPatch && err == nil:
		p.comments[id-1] = in.Body
	case r.URL.Path != "/repos/acme/site/issues/7/comments":
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodPost:
		p.comments = append(p.comments, in.Body)
		w.WriteHeader(http.StatusCreated)
	default:
		list := []any{}
		for i, c := range p.comments {
			list = append(list, map[string]any{"id": i + 1, "body": c, "user": map[string]string{"type": "Bot"}})
		}
		_ = json.NewEncoder(w).Encode(list)
	}
}

// TestAction runs the script of action.yml.
func TestAction(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is missing: the action is not run")
	}
	p := &pullRequest{}
	github := httptest.NewServer(p)
	t.Cleanup(github.Close)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/action",
		Setup: func(e *testscript.Env) error {
			root, err := filepath.Abs("../..")
			for name, value := range map[string]string{"ACTION_PATH": root, "HOME": e.WorkDir, "SACCADE_MODEL": "baseline", "GITHUB_API_URL": github.URL,
				"GITHUB_REPOSITORY": "acme/site", "GITHUB_TOKEN": "ghs_test", "GITHUB_WORKFLOW": "Design", "GITHUB_JOB": "gate",
				"GITHUB_EVENT_PATH": e.WorkDir + "/event.json", "GITHUB_OUTPUT": e.WorkDir + "/output", "GITHUB_STEP_SUMMARY": e.WorkDir + "/summary"} {
				e.Setenv(name, value)
			}
			return errors.Join(err, drawPage(filepath.Join(e.WorkDir, "page.png")), drawPageWith(filepath.Join(e.WorkDir, "moved.png"), movedButton))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"comments": func(ts *testscript.TestScript, _ bool, _ []string) {
			p.mu.Lock()
			defer p.mu.Unlock()
			_, err := fmt.Fprintln(ts.Stdout(), strings.Join(p.comments, "\n----\n"))
			ts.Check(err)
		}},
	})
}

// TestActionInputs: every input of action.yml reaches the script, by a variable and
// by nothing else, and is explained in docs/ci.md.
func TestActionInputs(t *testing.T) {
	var action struct {
		Inputs  map[string]struct{ Description string }
		Outputs map[string]struct{ Description string }
		Runs    struct {
			Using string
			Steps []struct {
				Run string
				Env map[string]string
			}
		}
	}
	b, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(b, &action); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("../../.ci/compare-action")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	if len(action.Runs.Steps) != 1 || action.Runs.Using != "composite" || strings.Contains(action.Runs.Steps[0].Run, "${{") {
		t.Fatalf("%+v", action.Runs)
	}
	env := action.Runs.Steps[0].Env
	for name, in := range action.Inputs {
		variable := "INPUT_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if name == "token" {
			variable = "SACCADE_TOKEN"
		} else if !regexp.MustCompile(`\$\{?` + variable + `\b`).Match(script) {
			t.Errorf("the script does not read %s", variable)
		}
		if env[variable] != "${{ inputs."+name+" }}" || in.Description == "" {
			t.Errorf("input %s: variable %s is %q", name, variable, env[variable])
		}
		if !strings.Contains(string(page), "| `"+name+"` |") {
			t.Errorf("docs/ci.md does not explain the input %s", name)
		}
	}
	if len(action.Inputs) != 12 || len(action.Outputs) != 2 {
		t.Errorf("%d inputs, %d outputs", len(action.Inputs), len(action.Outputs))
	}
}
