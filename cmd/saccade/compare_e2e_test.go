package main_test

import (
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

// TestCompareOnAServer: the command line with --server, the curl of docs/ci.md, and
// the same pair in the process agree.
func TestCompareOnAServer(t *testing.T) {
	s := start(t, t.TempDir(), "--model", "baseline")
	dir := t.TempDir()
	base, changed := screen(480, 300), screen(480, 300)
	draw.Draw(changed, image.Rect(20, 240, 140, 290), image.NewUniform(color.NRGBA{230, 20, 20, 255}), image.Point{}, draw.Src)
	files := []string{filepath.Join(dir, "base.png"), filepath.Join(dir, "changed.png")}
	for i, m := range []*image.NRGBA{base, changed} {
		if err := os.WriteFile(files[i], pngOf(t, m), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	compare := func(env []string, more ...string) (saccade.Comparison, string, int) {
		cmd := exec.Command(s.bin, append(append([]string{"compare"}, files...), more...)...)
		var stdout, stderr strings.Builder
		cmd.Env = append(append(os.Environ(), "XDG_CONFIG_HOME="+dir, "SACCADE_TOKEN="+s.token), env...)
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		_ = cmd.Run()
		var d saccade.Comparison
		_ = json.Unmarshal([]byte(stdout.String()), &d) // what is wrong with it is seen below
		return d, stderr.String(), cmd.ProcessState.ExitCode()
	}
	args := []string{"--format", "json", "--aoi", "cta=0.62,0.59,0.26,0.15", "--fail-if", "cta.share < 0.9*base"}
	here, stderr, code := compare(nil, append(args, "--model", "baseline")...)
	if len(here.Pairs) != 1 {
		t.Fatalf("in the process: %d %s", code, stderr)
	}
	there, stderr, remoteCode := compare(nil, append(args, "--server", s.url, "--out", filepath.Join(dir, "cmp"))...)
	if len(there.Pairs) != 1 || remoteCode != code {
		t.Fatalf("on the server: %d %s", remoteCode, stderr)
	}
	want := quantitiesOf(here)
	if got := quantitiesOf(there); got != want {
		t.Errorf("on the server:\n%s\nin the process:\n%s", got, want)
	}
	if b, err := os.ReadFile(filepath.Join(dir, "cmp", "report.html")); err != nil || strings.Count(string(b), "data:image/jpeg") != 5 {
		t.Errorf("report of the server's analyses: %v", err)
	}
	if d := curlOfThePage(t, s, s.analyzedID(pngOf(t, base)), s.analyzedID(pngOf(t, changed))); quantitiesOf(d) != want {
		t.Errorf("by curl:\n%s\nin the process:\n%s", quantitiesOf(d), want)
	}
	if _, stderr, code := compare([]string{"SACCADE_TOKEN=sac_wrong"}, "--server", s.url); code != 4 || !strings.Contains(stderr, "saccade login") {
		t.Errorf("a wrong token: %d %s", code, stderr)
	}
	if signed, stderr, code := compare([]string{"SACCADE_URL=" + s.url}, append(args, "--remote")...); len(signed.Pairs) != 1 || quantitiesOf(signed) != want {
		t.Errorf("--remote: %d %s", code, stderr)
	}
	if _, stderr, code := compare([]string{"SACCADE_URL="}, "--remote"); code != 4 || !strings.Contains(stderr, "saccade login") {
		t.Errorf("--remote without a server: %d %s", code, stderr)
	}
	if _, stderr, code := compare(nil, "--server", "http://127.0.0.1:1"); code != 3 || !strings.Contains(stderr, "cannot be reached") {
		t.Errorf("no server: %d %s", code, stderr)
	}
}

// analyzedID analyzes an image with all scores and returns the id.
func (s *service) analyzedID(b []byte) string {
	s.t.Helper()
	return s.analyzed(b, object{"predictions": object{"clarity": object{}, "excitingness": object{}}}).text("id")
}

// quantitiesOf is what must agree, whoever analyzed.
func quantitiesOf(d saccade.Comparison) string {
	b, _ := json.MarshalIndent(d.Pairs[0].Quantities, "", " ")
	return string(b)
}

// curlOfThePage runs the call that docs/ci.md shows.
func curlOfThePage(t *testing.T, s *service, base, candidate string) saccade.Comparison {
	t.Helper()
	page, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?ms)^```sh\n(.*?)^```").FindSubmatch(page)
	cmd := exec.Command("bash", "-c", string(m[1]))
	cmd.Env = append(os.Environ(), "SACCADE_URL="+s.url, "SACCADE_TOKEN="+s.token, "BASE="+base, "CANDIDATE="+candidate)
	out, err := cmd.Output()
	var d saccade.Comparison
	if err != nil || json.Unmarshal(out, &d) != nil || len(d.Pairs) != 1 {
		t.Fatalf("%v: %s", err, out)
	}
	return d
}
