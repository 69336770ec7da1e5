package main_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// killAfterFirst runs a command that prints a line for every input, kills it
// with SIGKILL when the first line is there, and returns that line's input.
func killAfterFirst(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, readErr := bufio.NewReader(out).ReadString('\n')
	killErr := cmd.Process.Kill()
	_ = cmd.Wait()
	if readErr != nil || killErr != nil {
		t.Fatalf("%v, %v", readErr, killErr)
	}
	return inputs(t, line)[0]
}

// inputs lists the inputs of lines of JSON.
func inputs(t *testing.T, lines string) []string {
	t.Helper()
	var all []string
	for line := range strings.Lines(lines) {
		var v struct{ Input, Status string }
		if err := json.Unmarshal([]byte(line), &v); err != nil || v.Status != "success" {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, v.Input)
	}
	return all
}

// copies makes a directory with videos and images.
func copies(t *testing.T, videos, images int) string {
	t.Helper()
	dir := t.TempDir()
	video, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	for i := range videos + images {
		name, b := string(rune('a'+i))+".webm", video
		if i >= videos {
			name, b = string(rune('a'+i))+".png", pngOf(t, screen(400+i, 300))
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestBatchKilled: kill -9 in the middle loses nothing and repeats nothing. However
// quick the machine is, and however late the kill comes, what was done is known from
// the results that are there.
func TestBatchKilled(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	src, out := copies(t, 0, 1), t.TempDir()
	for _, name := range []string{"b.webm", "c.webm"} {
		if err := os.WriteFile(filepath.Join(src, name), encoded(t, name, "-f lavfi -i testsrc2=s=160x96:r=30:d=2"+vp8), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"batch", src, "--out", out, "--model", "baseline", "--jobs", "1", "--json"}
	first := killAfterFirst(t, exec.Command(bin, args...))
	before := results(t, out)
	if before[first] == nil {
		t.Errorf("%s was told before it was done", first)
	}
	rest, err := exec.Command(bin, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range inputs(t, string(rest)) {
		if before[name] != nil {
			t.Errorf("%s was done twice", name)
		}
	}
	after := results(t, out)
	for name, info := range before {
		if !os.SameFile(info, after[name]) || !info.ModTime().Equal(after[name].ModTime()) {
			t.Errorf("the result of %s was written again", name)
		}
	}
	f, err := os.Open(filepath.Join(out, "table.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := csv.NewReader(f).ReadAll(); err != nil || len(after) != 3 || len(rows) != 4 || rows[1][3] != "success" || rows[3][3] != "success" {
		t.Errorf("%d results, %v, %v", len(after), rows, err)
	}
	left, err := filepath.Glob(filepath.Join(out, ".batch", "new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// results are the result.json of a directory, by the names of their directories.
func results(t *testing.T, out string) map[string]os.FileInfo {
	t.Helper()
	found := map[string]os.FileInfo{}
	paths, _ := filepath.Glob(filepath.Join(out, "*", "result.json"))
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(filepath.Dir(path))] = info
	}
	return found
}

// TestBatchOnServerKilled: what the server was asked for is found there again.
func TestBatchOnServerKilled(t *testing.T) {
	s := start(t, t.TempDir(), "--model", "baseline")
	src, out := copies(t, 1, 3), t.TempDir()
	batch := func() *exec.Cmd {
		cmd := exec.Command(s.bin, "batch", src, "--out", out, "--server", s.url, "--jobs", "2", "--json")
		cmd.Env = append(os.Environ(), "SACCADE_TOKEN="+s.token, "XDG_CONFIG_HOME="+src)
		return cmd
	}
	killAfterFirst(t, batch())
	if rest, err := batch().Output(); err != nil || len(inputs(t, string(rest))) > 3 {
		t.Fatalf("%s, %v", rest, err)
	}
	list := s.call("GET", "/analyses?limit=100", nil)
	if n := len(list.body["analyses"].([]any)); n != 4 {
		t.Errorf("%d analyses of 4 inputs: %v", n, list.body)
	}
	began := time.Now()
	if rest, err := batch().Output(); err != nil || len(rest) > 0 {
		t.Errorf("a third time: %s, %v (%v)", rest, err, time.Since(began))
	}
}
