package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestDocCommands runs every command line of the pages about the command line,
// in their order, against a real server.
func TestDocCommands(t *testing.T) {
	s := start(t, t.TempDir(), "--model", "baseline")
	dir := t.TempDir()
	video, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	page := string(pngOf(t, screen(480, 300)))
	for name, text := range map[string]string{
		"token.txt": s.token, "visit.webm": string(video), "examples/sample.webm": string(video), "screens/home.png": page,
		"pages.csv": "input,title\nscreens/home.png,Home\n", "areas.json": `[{"name": "cta", "box": {"x": 0.6, "y": 0.5, "width": 0.3, "height": 0.3}}]`,
		"bin/saccade": "#!/bin/sh\nexec " + s.bin + " \"$@\"\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	id := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(video), "title": "Visit"}}).text("id")
	fill := strings.NewReplacer("https://saccade.example.com", s.url, "http://127.0.0.1:8080", s.url, "5h7xk2m4qz3v6w8y2b4d6f8h2k", id)
	s.settle("/analyses/video/"+id, time.Minute)
	ran := 0
	for _, name := range []string{"remote.md", "migrate-from-eyequant.md", "editors.md", "extension.md", "audit.md"} {
		text, err := os.ReadFile(filepath.Join("../../docs", name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimRight(line, "\n")
			if !strings.HasPrefix(line, "    saccade ") || strings.HasPrefix(line, "    saccade serve") { // which runs already
				continue
			}
			ran++
			cmd := exec.Command("bash", "-o", "pipefail", "-ec", fill.Replace(strings.TrimSpace(line)))
			cmd.Dir = dir
			cmd.Env = append(os.Environ(), "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH"), "XDG_CONFIG_HOME="+dir, "HOME="+dir,
				"SACCADE_URL=", "SACCADE_TOKEN=", "SACCADE_MODEL=baseline", "SACCADE_DATA="+s.data)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %s: %v\n%s", name, line, err, out)
			}
		}
	}
	if ran < 10 {
		t.Errorf("only %d command lines were found", ran)
	}
}
