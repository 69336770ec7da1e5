package main_test

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestJobs runs the commands of docs/operating.md about the queue beside a service: what
// is dropped fails, and what is retried is made.
func TestJobs(t *testing.T) {
	s := start(t, t.TempDir(), "--role", "api")
	page, err := os.ReadFile("../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Jobs\n")
	section, _, _ = strings.Cut(section, "\n## ")
	id := s.call("POST", "/analyses", object{"input": object{"type": "image", "content": base64Of(pngOf(t, screen(200, 150)))}}).text("id")
	jobs := func(command string) string {
		t.Helper()
		for line := range strings.Lines(section) {
			if line, ok := strings.CutPrefix(line, "    saccade "+command+" "); ok {
				line, _, _ = strings.Cut(line, "#")
				line = strings.NewReplacer("5h7xk2m4qz3v6w8y2b4d6f8h2k", id, "design", "e2e").Replace(line)
				return s.run(append(append(strings.Fields(command), strings.Fields(line)...), "--data", s.data)...)
			}
		}
		t.Fatalf("no %s in the section", command)
		return ""
	}
	if out := jobs("jobs list"); !strings.Contains(out, id) || !strings.Contains(out, "queued") {
		t.Error(out)
	}
	jobs("jobs drop")
	if a := s.call("GET", "/analyses/"+id, nil); a.text("status") != "failed" || a.code() != "server_error" {
		t.Errorf("%v", a.body)
	}
	if out := jobs("jobs list --failed"); !strings.Contains(out, id) || !strings.Contains(out, "The operator has ended this analysis.") {
		t.Error(out)
	}
	jobs("jobs retry")
	if a := s.call("GET", "/analyses/"+id, nil); a.text("status") != "pending" {
		t.Errorf("%v", a.body)
	}
	s.terminate(20 * time.Second)
	whole := start(t, s.data)
	if a := whole.settle("/analyses/"+id, time.Minute); a.text("status") != "success" {
		t.Errorf("%v", a.body)
	}
}
