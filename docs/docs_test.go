// Package docs_test keeps the documentation true: links lead somewhere, command
// lines exist, the table of the layout is that of the code.
package docs_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/saccade-dev/saccade"

// pages reads the *.md files of the root, of docs and of examples, by path
// relative to this directory.
func pages(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, pattern := range []string{"*.md", "../*.md", "../examples/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no pages match %s: %v", pattern, err)
		}
		for _, name := range files {
			out[name] = read(t, name)
		}
	}
	return out
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksLeadSomewhere(t *testing.T) {
	for page, text := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			to := page
			if target != "" {
				to = filepath.Join(filepath.Dir(page), target)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s: link to %s: %v", page, m[1], err)
				continue
			}
			if anchor != "" && !hasHeading(read(t, to), anchor) {
				t.Errorf("%s: link to %s: no such heading", page, m[1])
			}
		}
	}
}

var unanchored = regexp.MustCompile(`[^a-z0-9 _-]`)

// hasHeading reports whether a page has a heading with this anchor.
func hasHeading(text, anchor string) bool {
	for line := range strings.Lines(text) {
		heading := strings.TrimLeft(line, "#")
		if heading == line {
			continue
		}
		plain := unanchored.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
		if strings.ReplaceAll(plain, " ", "-") == anchor {
			return true
		}
	}
	return false
}

func TestReadmeIsOnePage(t *testing.T) {
	if n := strings.Count(read(t, "../README.md"), "\n"); n > 90 {
		t.Errorf("README.md has %d lines, more than 90", n)
	}
}

func TestSchemaIsJSON(t *testing.T) {
	if !json.Valid([]byte(read(t, "frames.schema.json"))) {
		t.Error("frames.schema.json is not valid JSON")
	}
}

// helper builds the program, once for all tests, and asks it for its help.
type helper struct{ binary string }

func newHelper(t *testing.T) helper {
	t.Helper()
	h := helper{filepath.Join(t.TempDir(), "saccade")}
	if out, err := exec.Command("go", "build", "-o", h.binary, "../cmd/saccade").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return h
}

// of returns the help of a command, or an error if there is no such command.
func (h helper) of(command []string) (string, error) {
	out, err := exec.Command(h.binary, append(command, "--help")...).CombinedOutput()
	if usage := "Usage: saccade " + strings.Join(command, " "); err == nil && !strings.HasPrefix(string(out), usage) {
		err = fmt.Errorf("the help does not begin with %q", usage)
	}
	return string(out), err
}

// subcommands are the commands that have commands of their own.
var subcommands = map[string]bool{"token": true, "account": true, "audit": true, "jobs": true, "remote": true}

// commandLine finds "saccade ..." as the command of a line, after assignments,
// "$(", a path or "time".
var commandLine = regexp.MustCompile(`(?:^|[ (=/])saccade ((?:[a-z-]|\$\().*)$`)

// shown lists the command lines in the code blocks of a page.
func shown(text string) []string {
	var out []string
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
			continue
		}
		code := strings.TrimRight(line, "\n")
		if !fenced && !strings.HasPrefix(code, "    ") {
			continue
		}
		code, _, _ = strings.Cut(code, " #")
		if m := commandLine.FindStringSubmatch(strings.TrimSpace(code)); m != nil {
			out = append(out, strings.TrimSpace(strings.TrimRight(m[1], "&) ")))
		}
	}
	return out
}

// split returns the command, the arguments and the flags of a command line.
func split(line string) (command []string, args int, flags []string) {
	words := strings.Fields(line)
	n := 1
	if subcommands[words[0]] && len(words) > 1 {
		n = 2
	}
	for _, w := range words[n:] {
		if strings.HasPrefix(w, "-") {
			name, _, _ := strings.Cut(w, "=")
			flags = append(flags, name)
		} else {
			args++
		}
	}
	return words[:n], args, flags
}

// TestCommandLines holds every command line of a code block, and the table of
// serve's flags in operating.md, against what the program says about itself.
func TestCommandLines(t *testing.T) {
	help, found := newHelper(t), 0
	for page, text := range pages(t) {
		for _, line := range shown(text) {
			found++
			if err := help.accepts(line); err != nil {
				t.Errorf("%s: saccade %s: %v", page, line, err)
			}
		}
	}
	if found < 10 {
		t.Errorf("only %d command lines were found; is the pattern right?", found)
	}
	serve, err := help.of([]string{"serve"})
	if err != nil {
		t.Fatal(err)
	}
	operating := read(t, "operating.md")
	flags := regexp.MustCompile(`(?m)^ +(--[a-z-]+)[= ]`).FindAllStringSubmatch(serve, -1)
	for _, m := range flags {
		if !strings.Contains(operating, "`"+m[1]+"`") {
			t.Errorf("operating.md does not list %s", m[1])
		}
	}
	if len(flags) < 10 {
		t.Errorf("only %d flags of serve were found; is the pattern right?", len(flags))
	}
}

// accepts reports whether the command, its flags and enough arguments exist.
func (h helper) accepts(line string) error {
	command, args, flags := split(line)
	help, err := h.of(command)
	if err != nil {
		return err
	}
	for _, f := range flags {
		if !regexp.MustCompile(`(?m)(^|[ ,])` + regexp.QuoteMeta(f) + `($|[ =,])`).MatchString(help) {
			return fmt.Errorf("there is no flag %s", f)
		}
	}
	usage, _, _ := strings.Cut(help, "\n")
	if least := strings.Count(usage, " <"); args < least {
		return fmt.Errorf("%d arguments; %s", args, usage)
	}
	return nil
}

// TestFocusTables: scores.md says which models have a table of their own.
func TestFocusTables(t *testing.T) {
	var focus struct {
		Models map[string]json.RawMessage `json:"models"`
	}
	if err := json.Unmarshal([]byte(read(t, "../internal/score/focus.json")), &focus); err != nil {
		t.Fatal(err)
	}
	words := strings.Join(strings.Fields(read(t, "scores.md")), " ")
	told := strings.Contains(words, "`saccade-1` and `baseline` have one each")
	if _, ours := focus.Models["saccade-1"]; !ours || len(focus.Models) != 2 || !told {
		t.Error("scores.md is wrong about which models have a focus table of their own")
	}
}

var (
	row  = regexp.MustCompile(`(?m)^\| ([0-9]) \| (.*?) \|`)
	room = regexp.MustCompile("`((?:internal|cmd)/[a-z/]+)`")
)

// TestFloors holds the table of packages in README.md against the imports: a
// package imports only packages of lower floors, or of its own row. A package
// that the table does not list belongs to the one above it in the tree.
func TestFloors(t *testing.T) {
	floor, place := map[string]int{}, map[string]int{}
	for i, m := range row.FindAllStringSubmatch(read(t, "../README.md"), -1) {
		for _, p := range room.FindAllStringSubmatch(m[2], -1) {
			floor[p[1]], _ = strconv.Atoi(m[1])
			place[p[1]] = i
		}
	}
	listed := func(pkg string) string {
		for ; pkg != "."; pkg = path.Dir(pkg) {
			if _, ok := floor[pkg]; ok {
				return pkg
			}
		}
		return ""
	}
	seen := map[string]bool{}
	for _, f := range sources(t, false) {
		if f.ast == nil || f.test || !strings.HasPrefix(f.path, "internal/") && !strings.HasPrefix(f.path, "cmd/") {
			continue
		}
		if f.ast.Name.Name == "main" && f.pkg() != "cmd/saccade" {
			continue // a generator beside its package
		}
		from := listed(f.pkg())
		if seen[from] = true; from == "" {
			t.Errorf("README.md does not list %s", f.pkg())
		}
		for _, pkg := range f.imports() {
			to := listed(pkg)
			if to != from && to != "" && place[to] != place[from] && floor[to] >= floor[from] {
				t.Errorf("%s: %s (floor %d) imports %s (floor %d)", f.path, from, floor[from], to, floor[to])
			}
		}
	}
	for pkg := range floor {
		if !seen[pkg] {
			t.Errorf("README.md lists %s, which does not exist", pkg)
		}
	}
}

// TestClientStandsAlone: whoever imports the client gets no more than the
// words.
func TestClientStandsAlone(t *testing.T) {
	for _, f := range sources(t, true) {
		if dir := f.pkg(); f.test || dir != "client" && dir != "." {
			continue
		}
		for _, i := range f.ast.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			if first, _, _ := strings.Cut(p, "/"); strings.Contains(first, ".") && (p != module || f.pkg() == ".") {
				t.Errorf("%s imports %s", f.path, p)
			}
		}
	}
}
