package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/remote"
)

// TestRemoteMisbehavior: whatever a server does, the words are right and so is
// the exit code; nothing half-finished is left behind.
func TestRemoteMisbehavior(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.png")
	if err := drawPage(page); err != nil {
		t.Fatal(err)
	}
	analyze := []string{"remote", "analyze", page, "--retries", "0", "--out"}
	for _, tc := range []struct {
		mode, token string
		args        []string
		want        int
		says        string
	}{
		{"foreign", "", nil, 3, "does not answer as a Saccade server does"},
		{"foreign JSON", "", nil, 3, "does not answer as a Saccade server does"},
		{"not found", "", nil, 3, "does not answer as a Saccade server does"},
		{"proxy", "", nil, 3, "502 Bad Gateway"},
		{"full", "", nil, 3, "is full: We are over capacity. Try again later."},
		{"", "wrong", nil, 4, "Sign in with: saccade login http"},
		{"expired", "", nil, 1, "analyze the input again"},
		{"failing", "", nil, 1, "Something broke."},
		{"refusing", "", nil, 1, "This is ?[31mno input?."},
		{"cut", "", nil, 3, "broke off"},
		{"slow", "", []string{"--timeout", "50ms"}, 3, "took longer than --timeout"},
		{"gone", "", nil, 3, "cannot be reached"},
		{"silent", "", []string{"--timeout", "50ms"}, 3, "took longer than --timeout"},
	} {
		t.Run(strings.TrimSpace(tc.mode+" "+tc.token), func(t *testing.T) {
			var url string
			switch tc.mode {
			case "gone":
				url = gone()
			case "silent":
				url = silent(t)
			default:
				url = newVendor(t, tc.mode).URL
			}
			signedIn(t, url)
			if tc.token != "" {
				t.Setenv("SACCADE_TOKEN", tc.token)
			}
			out := t.TempDir()
			code, stdout, stderr := saccadeRun(t, "", slices.Concat(analyze, []string{out}, tc.args)...)
			if code != tc.want || !strings.Contains(stderr, tc.says) || strings.Contains(stdout+stderr, "\x1b") || strings.Contains(stdout+stderr, vendorToken) {
				t.Errorf("exit code %d, want %d\nstdout: %s\nstderr: %s", code, tc.want, stdout, stderr)
			}
			left, err := filepath.Glob(filepath.Join(out, "*"))
			if failed := tc.mode == "failing"; err != nil || len(left) > 0 && !failed {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
	}
}

// TestRemoteInterrupted: the id of what was begun is told, so that it can be waited
// for; the vendor's service has no list to find it in.
func TestRemoteInterrupted(t *testing.T) {
	page := filepath.Join(t.TempDir(), "page.png")
	if err := drawPage(page); err != nil {
		t.Fatal(err)
	}
	v := newVendor(t, "slow")
	signedIn(t, v.URL)
	ctx, interrupt := context.WithCancel(t.Context())
	v.polled = interrupt
	var stdout, stderr strings.Builder
	code := run(env{ctx: ctx, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr}, []string{"remote", "analyze", page})
	if code != 130 || stdout.String() != "i1  pending  "+page+"\n" || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("exit code %d\nstdout: %s\nstderr: %s", code, &stdout, &stderr)
	}
}

// TestRemoteOnVendor: the commands work against the vendor's own service as far
// as it has the call.
func TestRemoteOnVendor(t *testing.T) {
	v := newVendor(t, "")
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("SACCADE_URL", "")
	t.Setenv("SACCADE_TOKEN", "")
	if code, _, stderr := saccadeRun(t, vendorToken+"\n", "login", v.URL+"/v2"); code != 0 || !strings.Contains(stderr, "Signed in to "+v.URL) {
		t.Fatalf("login: %d, %s", code, stderr)
	}
	out := t.TempDir()
	video := "../../examples/sample.webm"
	if code, _, stderr := saccadeRun(t, "", "remote", "analyze", video, "--out", out); code != 0 {
		t.Fatalf("%d, %s", code, stderr)
	}
	sent, err := os.ReadFile(video)
	if err != nil || string(sent) != string(v.put) {
		t.Errorf("the upload is not the video: %d bytes, %v", len(v.put), err)
	}
	page := filepath.Join(t.TempDir(), "page.png")
	if err := drawPage(page); err != nil {
		t.Fatal(err)
	}
	v.polls = 1
	code, stdout, stderr := saccadeRun(t, "", "remote", "analyze", page, "https://example.com/?a=b", "--out", out, "--json", "--medium", "mobileWeb", "--predictions", "clarity.score", "--jobs", "1")
	if code != 0 || strings.Count(stdout, "\n") != 2 || stderr != "" {
		t.Fatalf("%d, %s, %s", code, stdout, stderr)
	}
	var line remote.View
	if err := json.Unmarshal([]byte(stdout[:strings.Index(stdout, "\n")]), &line); err != nil || line.Input != page || *line.Outputs.Clarity.Score != 67 {
		t.Errorf("%+v, %v", line, err)
	}
	var files []string
	err = filepath.Walk(out, func(p string, i os.FileInfo, err error) error {
		if err == nil && !i.IsDir() {
			p, _ = filepath.Rel(out, p)
			files = append(files, p)
		}
		return err
	})
	want := []string{"example.com__a_b-b6cc978b/attentionMap.png", "example.com__a_b-b6cc978b/clarityMap.png", "example.com__a_b-b6cc978b/input.png", "example.com__a_b-b6cc978b/result.json",
		"page/attentionMap.png", "page/clarityMap.png", "page/input.png", "page/result.json", "sample/attentionMap.webm", "sample/result.json"}
	if d := cmp.Diff(want, files); err != nil || d != "" {
		t.Error(err, d)
	}
	for _, tc := range []struct {
		args []string
		want int
		says string
	}{
		{[]string{"show", "v1"}, 0, "attentionMap.webm"},
		{[]string{"watch", v.URL + "/v2/analyses/i1"}, 0, "success"},
		{[]string{"list"}, 1, "keeps no list of analyses"},
		{[]string{"delete", "v1"}, 1, "does not have this"},
		{[]string{"show", "nothing"}, 1, "does not have this"},
	} {
		code, stdout, stderr := saccadeRun(t, "", append([]string{"remote"}, tc.args...)...)
		if code != tc.want || !strings.Contains(stdout+stderr, tc.says) {
			t.Errorf("%v: %d\n%s%s", tc.args, code, stdout, stderr)
		}
	}
}

// TestLogin: where a token comes from, and that it goes nowhere else.
func TestLogin(t *testing.T) {
	v, config := newVendor(t, ""), t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	t.Setenv("SACCADE_URL", "")
	t.Setenv("SACCADE_TOKEN", "")
	file := filepath.Join(config, "saccade", "hosts.json")
	step := func(want int, says, stdin string, args ...string) {
		t.Helper()
		code, stdout, stderr := saccadeRun(t, stdin, args...)
		if code != want || !strings.Contains(stderr, says) || strings.Contains(stdout+stderr, vendorToken) {
			t.Errorf("%v: %d, want %d: %s%s", args, code, want, stdout, stderr)
		}
	}
	step(4, "saccade login URL", "", "remote", "show", "v1")
	step(4, "saccade login "+v.URL, "", "remote", "show", "v1", "--server", v.URL)
	step(2, "holds no token", "", "login", v.URL)
	step(2, "holds no token", "two words\n", "login", v.URL)
	step(2, "not the address of a server", "x", "login", "example")
	step(4, "not signed in", "wrong\n", "login", v.URL)
	step(3, "cannot be reached", "x\n", "login", gone(), "--retries", "0")
	if _, err := os.Stat(file); err == nil {
		t.Error("a token that was refused was kept")
	}
	step(0, "Signed in", vendorToken, "login", v.URL)
	if i, err := os.Stat(file); err != nil || i.Mode().Perm() != 0o600 {
		t.Errorf("hosts.json: %v, %v", i, err)
	}
	step(0, "", "", "remote", "show", "v1")
	t.Setenv("SACCADE_TOKEN", "wrong") // the environment wins
	step(4, "not signed in", "", "remote", "show", "v1")
	t.Setenv("SACCADE_TOKEN", "")
	inFile := filepath.Join(t.TempDir(), "token")
	t.Setenv("SACCADE_TOKEN_FILE", inFile)
	step(1, "SACCADE_TOKEN_FILE cannot be read", "", "remote", "show", "v1")
	if err := os.WriteFile(inFile, []byte(vendorToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	step(0, "", "", "remote", "show", "v1")
	t.Setenv("SACCADE_TOKEN_FILE", "")
	t.Setenv("SACCADE_URL", "https://elsewhere.example")
	step(4, "not signed in to https://elsewhere.example", "", "remote", "show", "v1")
	t.Setenv("SACCADE_URL", "")
	step(4, "not signed in", "", "logout", "https://elsewhere.example")
	step(0, "", "", "logout")
	step(4, "no server is known", "", "remote", "show", "v1")
	if err := os.WriteFile(file, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	step(1, "sign in again", "", "remote", "show", "v1")
}

// TestBatchOnServer: an answer that got lost does not make an analysis twice,
// and a server that misbehaves ends the run with its own exit code.
func TestBatchOnServer(t *testing.T) {
	src := t.TempDir()
	video, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(src, "a.webm"), video, 0o600); err != nil {
		t.Fatal(err)
	}
	v, out := newVendor(t, "lost"), t.TempDir()
	signedIn(t, v.URL)
	args := []string{"batch", src, "--out", out, "--remote", "--retries", "0", "--predictions", "attention.attentionMap"}
	code, _, stderr := saccadeRun(t, "", args...)
	if code != 3 || !strings.Contains(stderr, "cannot be reached") {
		t.Errorf("lost: %d %s", code, stderr)
	}
	v.mode = ""
	code, stdout, stderr := saccadeRun(t, "", args...)
	if code != 0 || !strings.Contains(stdout, "table.csv") || !strings.Contains(stderr, "1 analyzed, 0 done before, 0 failed") {
		t.Errorf("again: %d %s%s", code, stdout, stderr)
	}
	if len(v.keys) < 2 || v.keys[0] != v.keys[len(v.keys)-1] || strings.Count(strings.Join(v.calls, "\n"), "PUT") != 1 {
		t.Errorf("keys %q, calls %q", v.keys, v.calls)
	}
	for mode, want := range map[string]int{"full": 3, "foreign": 3, "refusing": 1, "expired": 1, "failing": 1} {
		v := newVendor(t, mode)
		t.Setenv("SACCADE_URL", v.URL)
		out := t.TempDir()
		args := []string{"batch", src, "--out", out, "--remote", "--retries", "0", "--predictions", "attention.attentionMap"}
		if code, _, stderr := saccadeRun(t, "", args...); code != want {
			t.Errorf("%s: %d %s", mode, code, stderr)
		}
		table, err := os.ReadFile(filepath.Join(out, "table.csv"))
		if done := strings.Contains(string(table), "failed"); err != nil || done != (want == 1) {
			t.Errorf("%s: %v\n%s", mode, err, table)
		}
	}
}
