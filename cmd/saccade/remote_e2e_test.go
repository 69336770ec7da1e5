package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// outside runs the binary as on a user's machine that is signed in by config.
type outside struct {
	t           *testing.T
	bin, config string
}

func (o outside) run(stdin string, args ...string) (string, string, int) {
	o.t.Helper()
	cmd := exec.Command(o.bin, args...)
	var stdout, stderr strings.Builder
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+o.config, "SACCADE_URL=", "SACCADE_TOKEN=", "NO_COLOR=1")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	_ = cmd.Run()
	if strings.Contains(stdout.String()+stderr.String(), "\x1b") {
		o.t.Errorf("%v: escape sequences outside a terminal", args)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// TestRemote: the commands against the real server, by the real binary.
func TestRemote(t *testing.T) {
	s := start(t, t.TempDir(), "--model", "baseline")
	config, out := t.TempDir(), t.TempDir()
	at := outside{t, s.bin, config}.run
	if _, stderr, code := at(s.token, "login", s.url); code != 0 {
		t.Fatalf("login: %d %s", code, stderr)
	}
	image := filepath.Join(t.TempDir(), "draft.png")
	if err := os.WriteFile(image, pngOf(t, screen(480, 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, code := at("", "remote", "analyze", "../../examples/sample.webm", image, "--out", out, "--predictions", "attention.attentionMap,attention.data,clarity.score", "--json")
	if code != 0 || stderr != "" {
		t.Fatalf("analyze: %d %s%s", code, stdout, stderr)
	}
	ids := map[string]string{}
	for line := range strings.Lines(stdout) {
		var v struct{ Input, ID, Type, Status, Files string }
		if err := json.Unmarshal([]byte(line), &v); err != nil || v.Status != "success" {
			t.Errorf("%s: %v", line, err)
		}
		if _, err := os.Stat(v.Files); err != nil {
			t.Error(err)
		}
		ids[v.Type] = v.ID
	}
	for _, name := range []string{"sample/attentionMap.webm", "sample/frames.csv", "sample/density.npy", "draft/attentionMap.png", "draft/frames.json", "draft/result.json"} {
		if i, err := os.Stat(filepath.Join(out, name)); err != nil || i.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if stdout, _, code := at("", "remote", "list"); code != 0 || !strings.Contains(stdout, ids["video"]) || !strings.Contains(stdout, "draft") {
		t.Errorf("list: %d\n%s", code, stdout)
	}
	if stdout, _, _ := at("", "remote", "list", "--type", "image", "--limit", "1", "--json"); strings.Count(stdout, "\n") != 1 || !strings.Contains(stdout, ids["image"]) {
		t.Errorf("list --json:\n%s", stdout)
	}
	if stdout, _, code := at("", "remote", "show", ids["image"], ids["video"]); code != 0 || !strings.Contains(stdout, "clarity") || !strings.Contains(stdout, "attentionMap.webm") {
		t.Errorf("show: %d\n%s", code, stdout)
	}
	if stdout, stderr, code := at("secret\n", "remote", "share", ids["image"], ids["video"], "--password"); code != 0 || !strings.HasPrefix(stdout, s.url+"/s/") || strings.Count(stdout, "\n") != 1 {
		t.Errorf("share: %d %s%s", code, stdout, stderr)
	}
	if _, stderr, code := at("", "remote", "share", "nothing"); code != 1 || !strings.Contains(stderr, "does not have this") {
		t.Errorf("share nothing: %d %s", code, stderr)
	}
	if _, _, code := at("", "remote", "share", ids["image"], "--password"); code != 2 {
		t.Errorf("share without a password: %d", code)
	}
	if _, stderr, code := at("", "remote", "delete", ids["image"], "nothing", ids["video"]); code != 1 || !strings.Contains(stderr, "nothing: ") {
		t.Errorf("delete: %d %s", code, stderr)
	}
	for _, id := range ids {
		if _, stderr, code := at("", "remote", "download", id, "--out", out); code != 1 || !strings.Contains(stderr, "no longer available") {
			t.Errorf("after deletion: %d %s", code, stderr)
		}
	}
	watchAndLose(t, s, at, image)
}

// watchAndLose waits for an analysis by its id, and then for a server that is
// gone.
func watchAndLose(t *testing.T, s *service, at func(string, ...string) (string, string, int), image string) {
	t.Helper()
	if stdout, _, code := at("", "remote", "analyze", image, "--no-wait"); code != 0 || !strings.Contains(stdout, "pending") {
		t.Errorf("--no-wait: %d %s", code, stdout)
	} else if id, _, _ := strings.Cut(stdout, " "); id != "" {
		if stdout, stderr, code := at("", "remote", "watch", id, "--json"); code != 0 || !strings.Contains(stdout, `"status":"success"`) {
			t.Errorf("watch: %d %s%s", code, stdout, stderr)
		}
	}
	s.kill()
	if _, stderr, code := at("", "remote", "list", "--retries", "0"); code != 3 || !strings.Contains(stderr, "cannot be reached") {
		t.Errorf("after the server's end: %d %s", code, stderr)
	}
}
