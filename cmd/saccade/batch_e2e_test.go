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

// TestBatchKilled: kill -9 in the middle loses nothing and repeats nothing.
func TestBatchKilled(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	src, out := copies(t, 0, 4), t.TempDir()
	args := []string{"batch", src, "--out", out, "--model", "baseline", "--jobs", "1", "--json"}
	first := killAfterFirst(t, exec.Command(bin, args...))
	before, err := os.Stat(filepath.Join(out, first, "result.json"))
	if err != nil {
		t.Fatal(err)
	}
	rest, err := exec.Command(bin, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	if got := inputs(t, string(rest)); len(got) != 3 || strings.Contains(strings.Join(got, " "), first) {
		t.Errorf("first %s, then %v", first, got)
	}
	if after, err := os.Stat(filepath.Join(out, first, "result.json")); err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
		t.Errorf("%s was done twice, %v", first, err)
	}
	f, err := os.Open(filepath.Join(out, "table.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := csv.NewReader(f).ReadAll(); err != nil || len(rows) != 5 || rows[1][3] != "success" || rows[4][3] != "success" {
		t.Errorf("%v, %v", rows, err)
	}
	left, err := filepath.Glob(filepath.Join(out, ".batch", "new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
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
