package main_test

import (
	"image"
	"image/color"
	"image/draw"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNotebook runs the commands of notebook.md and then its cells, in their order,
// as one program of Debian's Python.
func TestNotebook(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3"
	if out, err := exec.Command(python, "-c", "import numpy, pandas").CombinedOutput(); err != nil {
		t.Skipf("%s with numpy and pandas is missing (apt install python3-numpy python3-pandas): %v %s", python, err, out)
	}
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	dir, after := t.TempDir(), screen(480, 300)
	draw.Draw(after, image.Rect(20, 200, 180, 280), image.NewUniform(color.NRGBA{200, 0, 30, 255}), image.Point{}, draw.Src)
	for name, b := range map[string][]byte{
		"visit.webm": read(t, sample), "before.png": pngOf(t, screen(480, 300)), "after.png": pngOf(t, after),
		"areas.json":  []byte(`[{"name": "cta", "box": {"x": 0.6, "y": 0.5, "width": 0.3, "height": 0.3}}, {"name": "top", "box": {"x": 0, "y": 0, "width": 1, "height": 0.2}}]`),
		"bin/saccade": []byte("#!/bin/sh\nexec " + bin + " \"$@\"\n"),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	text := string(read(t, "../../docs/notebook.md"))
	env := append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "SACCADE_MODEL=baseline")
	commands := regexp.MustCompile(`(?m)^    (saccade .*)$`).FindAllStringSubmatch(text, -1)
	cells := regexp.MustCompile("(?s)```python\n(.*?)```").FindAllStringSubmatch(text, -1)
	if len(commands) < 2 || len(cells) < 5 {
		t.Fatalf("%d commands, %d cells", len(commands), len(cells))
	}
	for _, c := range commands {
		cmd := exec.Command("bash", "-ec", c[1])
		cmd.Dir, cmd.Env = dir, env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", c[1], err, out)
		}
	}
	var code strings.Builder
	for _, c := range cells {
		code.WriteString(c[1])
	}
	cmd := exec.Command(python, "-B", "-W", "error", "-c", code.String())
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{"gaze1_mass", "most attended in each second", "moved", "spread", "cta, % of attention", "attention that moved: ", "gains most at x "} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(string(out), "moved: 0.0 %") {
		t.Errorf("two designs are the same:\n%s", out)
	}
}
