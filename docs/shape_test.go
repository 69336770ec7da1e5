package docs_test

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// How large things may become.
const (
	maxFuncLines = 60
	maxFileLines = 400
	maxPkgLines  = 2500 // without tests and generated code
	maxSteps     = 7    // imports between cmd/saccade and the root package
)

// maxLines are packages that must stay smaller than the others.
var maxLines = map[string]int{"internal/httpapi": 2000}

// TestSizes: functions, files and packages stay small enough to be read.
func TestSizes(t *testing.T) {
	forLint(t)
	pkgs := map[string]int{}
	for _, f := range sources(t, true) {
		if n := f.lines(); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", f.path, n, maxFileLines)
		}
		for name, n := range f.functions() {
			if n > maxFuncLines {
				t.Errorf("%s: %s has %d lines, more than %d", f.path, name, n, maxFuncLines)
			}
		}
		if !f.test {
			pkgs[f.pkg()] += f.lines()
		}
	}
	for pkg, n := range pkgs {
		most := maxPkgLines
		if m, ok := maxLines[pkg]; ok {
			most = m
		}
		if n > most {
			t.Errorf("%s has %d lines, more than %d", pkg, n, most)
		}
	}
}

// functions yields the functions of a file and their lines.
func (f *file) functions() func(yield func(string, int) bool) {
	return func(yield func(string, int) bool) {
		for _, d := range f.ast.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				if !yield(fn.Name.Name, f.line(fn.End())-f.line(fn.Pos())+1) {
					return
				}
			}
		}
	}
}

// TestImportChain: the way from the command down to the words is short.
func TestImportChain(t *testing.T) {
	if steps, chain := longestChain(t); steps > maxSteps {
		t.Errorf("%d steps, more than %d: %s", steps, maxSteps, strings.Join(chain, " > "))
	}
}

// longestChain returns the longest way along imports from cmd/saccade to the
// root package, and its number of steps.
func longestChain(t *testing.T) (int, []string) {
	t.Helper()
	graph := map[string][]string{}
	for _, f := range sources(t, true) {
		if f.test {
			continue
		}
		graph[f.pkg()] = append(graph[f.pkg()], f.imports()...)
	}
	best := map[string][]string{".": {"."}}
	var down func(string) []string
	down = func(pkg string) []string {
		if chain, done := best[pkg]; done {
			return chain
		}
		var longest []string
		for _, to := range graph[pkg] {
			if c := down(to); len(c) > len(longest) {
				longest = c
			}
		}
		if longest != nil {
			longest = append([]string{pkg}, longest...)
		}
		best[pkg] = longest
		return longest
	}
	chain := down("cmd/saccade")
	return len(chain) - 1, chain
}

// TestExportsAreDocumented: what another package may use says what it does.
func TestExportsAreDocumented(t *testing.T) {
	for _, f := range sources(t, true) {
		if f.test {
			continue
		}
		for _, d := range f.ast.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s:%d: %s has no doc comment", f.path, f.line(d.Pos()), name)
			}
		}
	}
}

func undocumented(d ast.Decl) []string {
	var out []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && (d.Recv == nil || ast.IsExported(receiver(d.Recv.List[0].Type))) {
			out = append(out, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil {
					out = append(out, s.Name.Name)
				}
			case *ast.ValueSpec:
				if s.Names[0].IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil && d.Tok != token.IMPORT {
					out = append(out, s.Names[0].Name)
				}
			}
		}
	}
	return out
}

func receiver(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.StarExpr:
		return receiver(x.X)
	case *ast.IndexExpr:
		return receiver(x.X)
	case *ast.Ident:
		return x.Name
	}
	return ""
}

var errorKey = regexp.MustCompile(`"error", \w*[eE]rr\b`)

// TestStyle: nothing works before main, and an error is logged as "err".
func TestStyle(t *testing.T) {
	for _, f := range sources(t, true) {
		if f.test {
			continue
		}
		for name := range f.functions() {
			if name == "init" {
				t.Errorf("%s: init works before main; make it a function that somebody calls", f.path)
			}
		}
		for i, line := range strings.Split(string(f.text), "\n") {
			if errorKey.MatchString(line) {
				t.Errorf("%s:%d: the key of an error in a log line is \"err\"", f.path, i+1)
			}
		}
		if name := filepath.Base(f.pkg()); slices.Contains([]string{"util", "utils", "common", "helpers", "misc"}, name) {
			t.Errorf("%s: a package is named after what it knows", f.pkg())
		}
	}
}
