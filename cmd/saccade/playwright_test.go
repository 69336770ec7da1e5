package main_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlaywright runs the matchers' own tests by npm's Playwright in the
// system's Chromium, against a real server and by the real binary. It installs
// the test runner below bin, once; it skips where node, npm, Chromium or the
// registry is missing.
func TestPlaywright(t *testing.T) {
	for _, name := range []string{"node", "npm", "chromium"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	runner, err := filepath.Abs("../../bin/playwright")
	if err != nil {
		t.Fatal(err)
	}
	cli := filepath.Join(runner, "node_modules", "@playwright", "test", "cli.js")
	if _, err := os.Stat(cli); err != nil {
		install := exec.Command("npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", runner, "@playwright/test@1.56.1")
		if out, err := install.CombinedOutput(); err != nil {
			t.Skipf("@playwright/test cannot be installed: %v %s", err, out)
		}
	}
	chromium, _ := exec.LookPath("chromium") // found above
	s := start(t, t.TempDir(), "--model", "baseline")
	dir := t.TempDir() // with the runner beside the matchers, as in a project
	for _, name := range []string{"saccade.js", "saccade.spec.js", "playwright.config.js"} {
		b, err := os.ReadFile(filepath.Join("../../js/playwright", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile("../../docs/playwright.md")
	if err != nil {
		t.Fatal(err)
	}
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><h1>Shop</h1><button id="buy" style="font-size:60px">Buy now</button><p id="terms">terms</p>`)
	}))
	defer pages.Close()
	_, code, _ := strings.Cut(string(text), "```js\n")
	code, _, found := strings.Cut(code, "```")
	if !found || os.WriteFile(filepath.Join(dir, "docs.spec.js"), []byte(strings.ReplaceAll(code, "http://localhost:3000", pages.URL)), 0o600) != nil {
		t.Fatal("playwright.md has no code")
	}
	if err := os.Symlink(filepath.Join(runner, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(dir, "node_modules", "@playwright", "test", "cli.js"), "test", "--reporter=line")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SACCADE_URL="+s.url, "SACCADE_TOKEN="+s.token, "SACCADE_BINARY="+s.bin, "SACCADE_CHROMIUM="+chromium,
		"SACCADE_OUTPUT="+t.TempDir(), "TMPDIR="+t.TempDir(), "CI=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
