package docs_test

import (
	"go/ast"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestMeasure prints the figures of the tree, or of another one in
// SACCADE_TREE: `make measure`. It holds nothing; TestSizes does.
func TestMeasure(t *testing.T) {
	if !testing.Verbose() {
		t.Skip("make measure runs this")
	}
	var functions, files []int
	var code, comments, tests, examples, fuzz int
	for _, f := range sources(t, true) {
		n, c := f.count()
		if f.test {
			tests += n
			e, z := f.shown()
			examples, fuzz = examples+e, fuzz+z
			continue
		}
		code, comments = code+n, comments+c
		files = append(files, f.lines())
		for _, n := range f.functions() {
			functions = append(functions, n)
		}
	}
	steps, chain := longestChain(t)
	t.Logf("functions, lines (median / p90 / max)  %v", spread(functions))
	t.Logf("files, lines (median / p90 / max)      %v", spread(files))
	t.Logf("comments, share of lines               %.0f %%", 100*float64(comments)/float64(code+comments))
	t.Logf("tests to code, lines                   %.2f (%d to %d)", float64(tests)/float64(code), tests, code)
	t.Logf("runnable examples / fuzz targets       %d / %d", examples, fuzz)
	t.Logf("import depth                           %d (%s)", steps, strings.Join(chain, " > "))
}

// spread returns the median, the 90th percentile and the largest of numbers.
func spread(xs []int) [3]int {
	slices.Sort(xs)
	return [3]int{xs[len(xs)/2], xs[len(xs)*9/10], xs[len(xs)-1]}
}

// count returns how many lines of a Go file have code on them, and how many
// only a comment.
func (f *file) count() (code, comments int) {
	const (
		comment = 1
		other   = 2
	)
	lines := make([]int, f.lines()+2)
	var s scanner.Scanner
	set := token.NewFileSet()
	at := set.AddFile(f.path, -1, len(f.text))
	s.Init(at, f.text, nil, scanner.ScanComments)
	for {
		pos, tok, text := s.Scan()
		if tok == token.EOF {
			break
		}
		what := other
		if tok == token.COMMENT {
			what = comment
		}
		for i := range strings.Count(text, "\n") + 1 {
			if n := at.Line(pos) + i; text != "\n" && n < len(lines) {
				lines[n] = max(lines[n], what)
			}
		}
	}
	for _, l := range lines {
		switch l {
		case comment:
			comments++
		case other:
			code++
		}
	}
	return code, comments
}

// shown returns how many runnable examples and fuzz targets a test file has.
func (f *file) shown() (examples, fuzz int) {
	for _, d := range f.ast.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Recv != nil {
			continue
		}
		switch {
		case strings.HasPrefix(fn.Name.Name, "Fuzz"):
			fuzz++
		case strings.HasPrefix(fn.Name.Name, "Example"):
			for _, g := range f.ast.Comments {
				text := strings.ToLower(g.Text())
				if g.Pos() > fn.Body.Pos() && g.End() <= fn.Body.End() &&
					(strings.HasPrefix(text, "output:") || strings.HasPrefix(text, "unordered output:")) {
					examples++
					break
				}
			}
		}
	}
	return examples, fuzz
}
