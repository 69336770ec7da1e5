package docs_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"
)

// rule names words that are not used any more, and what is said instead.
type rule struct {
	instead string
	parts   string // words inside declared names (runEvery has run and every)
	names   string // whole declared names, without regard to case
	text    string // expression for comments, documents and sentences in strings
	under   string // only below these directories; empty: everywhere
}

// rules is the vocabulary: one name for one thing, the field's own. Only words
// that are wrong wherever they stand can be listed.
var rules = []rule{
	{instead: "frame", parts: "shot shots"},
	{instead: "output, composite", parts: "film films", text: `films?`},
	{instead: "multi-scale and flip test-time augmentation", text: `looked at (twice|four times|from near)|seen from (near|afar)`},
	{instead: "recurrent branch, temporal features", parts: "recur", text: `time branch`},
	{instead: "teacher", parts: "elder elders", text: `elders?`},
	{instead: "exponential smoothing, converged, drifts", parts: "ease eased eases breathes", text: `eased|eases|breathes`},
	{instead: "page probability", names: "webShare", text: `web share|webshare`},
	{instead: "fixation, scanpath", parts: "glance glances glimpse glimpses", text: `glances?|glimpses?`},
	{instead: "inter-observer, split-half consistency", text: `leave one out|half tells half`},
	{instead: "baseline", parts: "yardstick yardsticks", text: `yardsticks?`},
	{instead: "PageMetrics, pyramid, components, terms", parts: "canvas stimuli reading", under: "internal/score"},
	{instead: "RepeatFrames, remuxer, repeats", parts: "stayer stays stay", text: `stayers?`, under: "internal/webm internal/ffmpeg internal/pipeline"},
	{instead: "duplicate-frame detector", parts: "stillness", text: `stillness`},
	{instead: "frame or image", parts: "picture pictures", text: `pictures?`},
	{instead: "audio", parts: "sound", text: `sound`},
	{instead: "directory", parts: "folder folders", text: `folders?`},
	{instead: "reap", parts: "bury buried", text: `bury|buried`},
	{instead: "unknown instances", parts: "strangers", names: "stranger"},
	{instead: "heartbeat", parts: "beat beats pulse", text: `pulse`},
	{instead: "lease deadline", parts: "silence", under: "internal/worker internal/store"},
	{instead: "classifyRejection", names: "whyNot"},
	{instead: "scanMore", names: "also", under: "internal/store"},
	{instead: "recordIdempotencyKey, checkAdmission, mapDiskFull", names: "remember admit noRoom"},
	{instead: "purge, PendingDeletions, ConfirmDeleted", parts: "wipe wiped erasure erasures", text: `wipe[sd]?|erasures?`},
	{instead: "Prune, tombstone", names: "forget gone", under: "internal/store internal/worker"},
	{instead: "logError", parts: "complain complains complaint"},
	{instead: "runEvery, deregister, finishAttempt", names: "every leave settle", under: "internal/worker internal/store internal/httpapi internal/service"},
	{instead: "long poll, run, drain, idleTimeoutReader, boundBody", parts: "linger paced settle", names: "hold held play",
		text: `lingers?`, under: "internal/httpapi internal/httpfront client internal/service"},
	{instead: "semaphore", parts: "gate gates", under: "internal/httpapi internal/httpfront"},
	{instead: "errorObject, codeForStatus, truncate, splitRoute, parseTime, humanDuration",
		names: "fault sharper clip cut moment words", under: "internal/httpapi internal/httpfront"},
	{instead: "color row, row pair, resampler, blended", parts: "ink inks stroke strokes stencil stencils laid", under: "internal/render"},
	{instead: "packages, parts", parts: "rooms", text: `rooms`},
	{instead: "layout", parts: "house", text: `house`},
	{instead: "best effort", parts: "courtesy", text: `courtesy`},
	{instead: "issued by this server", text: `of ours`},
	{instead: "webhook", parts: "hook hooks", text: `hooks?`},
}

// british are spellings of which the American one is ours.
var british = regexp.MustCompile(`(?i)\b(colour\w*|discolour\w*|behaviour\w*|centre[ds]?|centring|neighbour\w*|favour\w*|honour\w*|grey\w*|` +
	`licence\w*|artefacts?|cancell(ed|ing)|labell(ed|ing)|modell(ed|ing)|travell(ed|ing|er)|signall(ed|ing)|learnt|judgements?|defence|` +
	`catalogue\w*|programmes?|metres?|whilst|analys(e[dr]?|ing)|` +
	`(recogn|normal|summar|author|initial|optim|minim|maxim|organ|quant|synchron|serial|real|special|general|visual|token|sanit|custom|` +
	`emphas|util|standard|final|memor|prior|categor|capital|local|random|discret|penal|pixel|vector|parallel|linear|regular|stabil|equal|symbol|character|apolog)` +
	`is(e[drs]?|ing|ations?))\b`)

// allowed are words that stand in the name of something that does not change:
// on the wire, in a command line, in a file, or in other people's software.
var allowed = []struct{ path, text, why string }{
	{"docs/words_test.go", ``, "lists the words"},
	{"LICENSE", ``, "its text is fixed"},
	{"", `https?://\S+`, "addresses"},
	{"internal/store/migrations/", `erasures`, "the old name of a table"},
	{"train/", `register forward hook`, "a name of torch"},
	{"web/", `preact/hooks`, "a name of Preact"},
	{"internal/mcp/viewer.html", `tool-cancelled`, "a name of MCP Apps"},
	{"web/third_party/", ``, "other people's software"},
}

// finding is a word in a place.
type finding struct {
	where   string
	word    string
	instead string
}

// TestWords searches the whole tree for retired words and British spellings:
// in names, comments and documents, and outside tests in sentences of strings.
func TestWords(t *testing.T) {
	for _, f := range sources(t, false) {
		if f.generated || f.test && f.ast == nil || wordless[filepath.Ext(f.path)] {
			continue
		}
		for _, x := range f.retired() {
			t.Errorf("%s: %q: say %s", x.where, x.word, x.instead)
		}
	}
}

// wordless are kinds of files that hold data alone.
var wordless = map[string]bool{".sum": true, ".svg": true, ".json": true, ".csv": true}

// TestGivesAndTells: docstrings say returns, reports whether, writes.
func TestGivesAndTells(t *testing.T) {
	const most = 25
	word := regexp.MustCompile(`(?i)\b(gives|tells)\b`)
	var lines []string
	for _, f := range sources(t, true) {
		if f.test {
			continue
		}
		for i, line := range strings.Split(string(f.text), "\n") {
			if word.MatchString(line) {
				lines = append(lines, fmt.Sprintf("%s:%d: %s", f.path, i+1, strings.TrimSpace(line)))
			}
		}
	}
	if len(lines) > most {
		t.Errorf("\"gives\" and \"tells\" stand on %d lines, more than %d:\n%s", len(lines), most, strings.Join(lines, "\n"))
	}
}

// retired lists what a file should say otherwise.
func (f *file) retired() []finding {
	var out []finding
	texts, names := f.texts(), f.declared()
	var suspect []passage // the few that the slower search by rule is worth
	for _, s := range texts {
		if anyText().MatchString(s.text) {
			suspect = append(suspect, s)
		}
	}
	add := func(line int, word, instead string) {
		out = append(out, finding{fmt.Sprintf("%s:%d", f.path, line), word, instead})
	}
	base := strings.TrimSuffix(filepath.Base(f.path), filepath.Ext(f.path))
	for _, r := range f.rules() {
		if r.bad(base) {
			add(1, base, r.instead)
		}
		for _, s := range suspect {
			for _, w := range r.in(s.text) {
				add(s.line, w, r.instead)
			}
		}
		for _, n := range names {
			if r.bad(n.Name) {
				add(f.line(n.Pos()), n.Name, r.instead)
			}
		}
	}
	for _, s := range texts {
		for _, w := range british.FindAllString(s.text, -1) {
			add(s.line, w, "it the American way")
		}
	}
	for _, n := range names {
		if british.MatchString(strings.Join(wordsOf(n.Name), " ")) {
			add(f.line(n.Pos()), n.Name, "it the American way")
		}
	}
	return out
}

func (f *file) rules() []rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r rule) bool {
		return r.under != "" && !under(f.path, r.under)
	})
}

func under(path, dirs string) bool {
	for _, d := range strings.Fields(dirs) {
		if strings.HasPrefix(path, d+"/") {
			return true
		}
	}
	return false
}

// bad reports whether a name has a word of the rule.
func (r rule) bad(name string) bool {
	for _, n := range strings.Fields(r.names) {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	bad := strings.Fields(r.parts)
	return slices.ContainsFunc(wordsOf(name), func(w string) bool { return slices.Contains(bad, strings.ToLower(w)) })
}

// in lists the words of the rule in a text.
func (r rule) in(text string) []string {
	if r.text == "" {
		return nil
	}
	return compiled(r.text).FindAllString(text, -1)
}

var expressions = map[string]*regexp.Regexp{}

func compiled(s string) *regexp.Regexp {
	if expressions[s] == nil {
		expressions[s] = regexp.MustCompile(`(?i)\b(` + s + `)\b`)
	}
	return expressions[s]
}

// anyText matches the retired words of all rules.
var anyText = sync.OnceValue(func() *regexp.Regexp {
	var all []string
	for _, r := range rules {
		if r.text != "" {
			all = append(all, r.text)
		}
	}
	return regexp.MustCompile(`(?i)\b(` + strings.Join(all, "|") + `)\b`)
})

// passage is a piece of text in a file.
type passage struct {
	line int
	text string
}

// texts lists what is written for people: of a Go file its comments and, in the
// product, the sentences in its strings; of other files every line.
func (f *file) texts() []passage {
	var out []passage
	add := func(line int, text string) {
		for i, s := range strings.Split(text, "\n") {
			out = append(out, passage{line + i, f.permit(s)})
		}
	}
	if f.ast == nil {
		text := string(f.text)
		if slices.Contains([]string{".py", ".sh"}, filepath.Ext(f.path)) {
			text = strings.ReplaceAll(text, "_", " ")
		}
		add(1, text)
		return out
	}
	for _, g := range f.ast.Comments {
		for _, c := range g.List {
			add(f.line(c.Pos()), c.Text)
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if s, ok := n.(*ast.BasicLit); ok && s.Kind == token.STRING && !f.test && strings.Contains(s.Value, " ") {
			add(f.line(s.Pos()), s.Value)
		}
		return true
	})
	return out
}

// permit removes what is allowed from a line.
func (f *file) permit(line string) string {
	for _, a := range allowed {
		if !strings.HasPrefix(f.path, a.path) {
			continue
		}
		if a.text == "" {
			return ""
		}
		line = compiled(a.text).ReplaceAllString(line, "")
	}
	return line
}

// declared lists the names that a Go file declares.
func (f *file) declared() []*ast.Ident {
	if f.ast == nil {
		return nil
	}
	var out []*ast.Ident
	add := func(names ...*ast.Ident) { out = append(out, names...) }
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			add(n.Name)
		case *ast.TypeSpec:
			add(n.Name)
		case *ast.ValueSpec:
			add(n.Names...)
		case *ast.Field:
			add(n.Names...)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				add(idents(n.Lhs...)...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				add(idents(n.Key, n.Value)...)
			}
		}
		return true
	})
	return out
}

func idents(xs ...ast.Expr) []*ast.Ident {
	var out []*ast.Ident
	for _, x := range xs {
		if id, ok := x.(*ast.Ident); ok {
			out = append(out, id)
		}
	}
	return out
}

// wordsOf splits a name into its words: at underscores and where a capital
// follows a small letter or begins a word after several capitals.
func wordsOf(name string) []string {
	var out []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			out = append(out, string(word))
		}
		word = nil
	}
	r := []rune(name)
	for i, c := range r {
		if c == '_' || c == '-' || c == '.' {
			end()
			continue
		}
		small := i > 0 && unicode.IsLower(r[i-1])
		acronym := i > 0 && unicode.IsUpper(r[i-1]) && i+1 < len(r) && unicode.IsLower(r[i+1])
		if unicode.IsUpper(c) && (small || acronym) {
			end()
		}
		word = append(word, c)
	}
	end()
	return out
}
