package main_test

import (
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

// twoCommands are the first two commands of docs/ci.md.
func twoCommands(t *testing.T) [2]string {
	t.Helper()
	_, text, _ := strings.Cut(string(read(t, "../../docs/ci.md")), "## From nothing, in two commands")
	lines := regexp.MustCompile(`(?m)^    (\S.*)$`).FindAllStringSubmatch(text, 3)
	if len(lines) < 3 || lines[0][1] != "make build" || !strings.HasPrefix(lines[1][1], "bin/saccade compare ") || !strings.HasPrefix(lines[2][1], "saccade compare --git ") {
		t.Fatalf("ci.md begins with %q", lines)
	}
	return [2]string{lines[1][1], lines[2][1]}
}

// shell runs a command line in a directory and returns what it printed and its exit
// code.
func shell(t *testing.T, dir, line string) (string, int) {
	t.Helper()
	cmd := exec.Command("bash", "-o", "pipefail", "-ec", line)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SACCADE_MODEL=baseline", "SACCADE_INSTALL=no", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
		"GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com")
	out, err := cmd.CombinedOutput()
	if cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// TestGateFromAClone: in a clone of Saccade, the two commands of docs/ci.md build it
// and compare; in a clone of somebody's repository with two images, the next one
// passes, and fails once a change takes attention from the button.
func TestGateFromAClone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"git", "make", "go"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if out, code := shell(t, root, "git rev-parse HEAD"); code != 0 {
		t.Skipf("this tree is no repository of git: %s", out)
	}
	commands, dir := twoCommands(t), t.TempDir()
	must := func(in, line string, want int) string {
		t.Helper()
		out, code := shell(t, in, line)
		if code != want {
			t.Fatalf("%s: exit code %d, want %d\n%s", line, code, want, out)
		}
		return out
	}
	must(dir, "git -c safe.directory='*' clone -q "+root+" saccade", 0)
	own := filepath.Join(dir, "saccade")
	must(own, "make build", 0)
	if out := must(own, commands[0], 0); !strings.Contains(out, "button.share") {
		t.Errorf("%s", out)
	}

	origin := filepath.Join(dir, "origin")
	images := filepath.Join(origin, "shots")
	if err := os.MkdirAll(images, 0o700); err != nil {
		t.Fatal(err)
	}
	blank := screen(480, 300)
	draw.Draw(blank, image.Rect(250, 150, 480, 300), image.NewUniform(color.White), image.Point{}, draw.Src) // without its button
	for name, b := range map[string][]byte{"home.png": pngOf(t, screen(480, 300)), "list.png": pngOf(t, screen(400, 300))} {
		if err := os.WriteFile(filepath.Join(images, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(origin, "git init -q -b main . && git add . && git commit -qm one", 0)
	must(dir, "git clone -q origin clone", 0)
	clone := filepath.Join(dir, "clone")
	gate := "PATH=" + filepath.Join(own, "bin") + ":$PATH; " + commands[1]
	must(clone, gate, 0)
	if err := os.WriteFile(filepath.Join(clone, "shots", "home.png"), pngOf(t, blank), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(clone, gate, 1); !strings.Contains(out, "cta.share < 0.9*base") {
		t.Errorf("%s", out)
	}
}

// TestCompareElements: an area that names an element is found on both pages by the
// real browser, wherever it is, and a page without it fails.
func TestCompareElements(t *testing.T) {
	t.Parallel()
	needChromium(t)
	const style = `<!doctype html><style>body{margin:0;font:18px sans-serif} #buy{position:absolute;background:#d22;color:#fff;border:0}</style><h1>Shop</h1><p>Some text to read.</p>`
	shop := site(t, map[string]http.HandlerFunc{
		"/base": html(style + `<button id="buy" style="left:400px;top:300px;width:500px;height:200px;font-size:60px">Buy now</button>`),
		"/new":  html(style + `<button id="buy" style="left:40px;top:700px;width:80px;height:24px;font-size:10px">Buy now</button>`),
		"/gone": html(style),
	})
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	compare := func(base, candidate string) (string, int) {
		t.Helper()
		return shell(t, t.TempDir(), bin+" compare "+shop.URL+base+" "+shop.URL+candidate+` --aoi 'buy=css:#buy' --fail-if 'buy.share < 0.9*base' --format json 2>err.txt || { code=$?; cat err.txt >&2; exit $code; }`)
	}
	share := func(out string) (base, candidate float64) {
		t.Helper()
		var c saccade.Comparison
		if err := json.NewDecoder(strings.NewReader(out)).Decode(&c); err != nil || len(c.Pairs) != 1 {
			t.Fatalf("%v %s", err, out)
		}
		for _, q := range c.Pairs[0].Quantities {
			if q.Name == "buy.share" && q.Base != nil && q.Candidate != nil {
				return *q.Base, *q.Candidate
			}
		}
		t.Fatalf("no buy.share in %s", out)
		return 0, 0
	}
	out, code := compare("/base", "/new")
	if base, now := share(out); code != 1 || base < 0.1 || now > base/4 {
		t.Errorf("exit code %d, share %v, then %v", code, base, now)
	}
	out, code = compare("/new", "/base")
	if base, now := share(out); code != 0 || now < 4*base {
		t.Errorf("exit code %d, share %v, then %v", code, base, now)
	}
	if out, code := compare("/base", "/gone"); code != 1 || !strings.Contains(out, "#buy") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
