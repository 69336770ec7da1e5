package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestPython: the Python client on the real server, and the code of its page.
func TestPython(t *testing.T) {
	const python = "/usr/bin/python3"
	if out, err := exec.Command(python, "-c", "import requests").CombinedOutput(); err != nil {
		t.Skipf("%s with requests is missing (apt install python3-requests): %v %s", python, err, out)
	}
	s := start(t, t.TempDir(), "--model", "baseline")
	dir := t.TempDir()
	page := filepath.Join(dir, "home.png")
	if err := os.WriteFile(page, pngOf(t, screen(480, 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	video, err := filepath.Abs("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Abs("../../python")
	if err != nil {
		t.Fatal(err)
	}
	run := func(dir string, args ...string) {
		t.Helper()
		cmd := exec.Command(python, append([]string{"-B"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "SACCADE_URL="+s.url, "SACCADE_TOKEN="+s.token, "SACCADE_VIDEO="+video, "SACCADE_IMAGE="+page, "PYTHONPATH="+sources)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		} else if strings.Contains(string(out), "SKIPPED") {
			t.Logf("%s", out)
		}
	}
	run(sources, "-m", "unittest", "test_saccade_client.Saccade")

	text, err := os.ReadFile("../../docs/python.md")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(video, filepath.Join(dir, "visit.webm")); err != nil {
		b, readErr := os.ReadFile(video)
		if writeErr := os.WriteFile(filepath.Join(dir, "visit.webm"), b, 0o600); readErr != nil || writeErr != nil {
			t.Fatal(readErr, writeErr)
		}
	}
	blocks := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 3 {
		t.Fatalf("%d blocks of Python in python.md", len(blocks))
	}
	var code strings.Builder
	for _, b := range blocks { // one page is one program
		code.WriteString(b[1])
	}
	if exec.Command(python, "-c", "import numpy, pandas").Run() != nil {
		t.Log("SKIPPED: the code of python.md needs pandas and numpy")
		return
	}
	run(dir, "-c", code.String())
}
