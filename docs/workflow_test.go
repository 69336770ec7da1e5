package docs_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// workflow is what is checked of a workflow file.
type workflow struct {
	On          any               `yaml:"on"`
	Permissions map[string]string `yaml:"permissions"`
	Jobs        map[string]struct {
		Timeout int `yaml:"timeout-minutes"`
		Steps   []struct {
			Uses string `yaml:"uses"`
			Run  string `yaml:"run"`
		} `yaml:"steps"`
	} `yaml:"jobs"`
}

// TestWorkflows: what is hosted runs the make targets that everybody has, with
// no more rights than reading.
func TestWorkflows(t *testing.T) {
	files, err := filepath.Glob("../.github/workflows/*.yml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no workflows: %v", err)
	}
	targets := makeTargets(t)
	for _, name := range files {
		var w workflow
		if err := yaml.Unmarshal([]byte(read(t, name)), &w); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if w.On == nil || len(w.Jobs) == 0 || w.Permissions["contents"] != "read" || len(w.Permissions) != 1 {
			t.Errorf("%s: needs on, jobs and no permission but contents: read", name)
		}
		for job, j := range w.Jobs {
			runs := 0
			for _, s := range j.Steps {
				if s.Run == "" {
					continue
				}
				runs++
				target, isMake := strings.CutPrefix(s.Run, "make ")
				if !isMake || !slices.Contains(targets, target) {
					t.Errorf("%s: %s runs %q, which is no make target", name, job, s.Run)
				}
			}
			if runs == 0 || j.Timeout == 0 {
				t.Errorf("%s: %s runs nothing or for ever", name, job)
			}
		}
	}
}

// TestMakeTargets: whatever the pages show of make exists.
func TestMakeTargets(t *testing.T) {
	targets := makeTargets(t)
	shown := regexp.MustCompile("(?m)(?:`|^    )make ([a-z-]+)")
	for page, text := range pages(t) {
		for _, m := range shown.FindAllStringSubmatch(text, -1) {
			if !slices.Contains(targets, m[1]) {
				t.Errorf("%s: there is no make target %s", page, m[1])
			}
		}
	}
}

// makeTargets lists the targets that `make help` lists.
func makeTargets(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z-]+):.*## `).FindAllStringSubmatch(read(t, "../Makefile"), -1) {
		out = append(out, m[1])
	}
	if len(out) < 10 {
		t.Fatalf("only %d targets were found: %v", len(out), out)
	}
	return out
}
