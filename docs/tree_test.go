package docs_test

import (
	"bytes"
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// file is a text of the repository.
type file struct {
	path      string // from the root, with slashes
	text      []byte
	test      bool // a Go test or its data
	generated bool

	fset *token.FileSet // Go only
	ast  *ast.File      // Go only
}

// tree reads every text of the repository once; SACCADE_TREE names another one.
var tree = sync.OnceValues(func() ([]*file, error) {
	root := cmp.Or(os.Getenv("SACCADE_TREE"), "..")
	names, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		return nil, err
	}
	var files []*file
	for name := range strings.SplitSeq(strings.TrimRight(string(names), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, name))
		if os.IsNotExist(err) { // deleted, not committed yet
			continue
		}
		if err != nil {
			return nil, err
		}
		if bytes.IndexByte(text, 0) >= 0 {
			continue
		}
		f := &file{path: name, text: text, test: strings.HasSuffix(name, "_test.go") || strings.Contains(name, "/testdata/")}
		if filepath.Ext(name) == ".go" {
			f.fset = token.NewFileSet()
			if f.ast, err = parser.ParseFile(f.fset, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
				return nil, err
			}
			f.generated = ast.IsGenerated(f.ast)
		} else {
			f.generated = bytes.Contains(text[:min(len(text), 200)], []byte("Code generated"))
		}
		files = append(files, f)
	}
	return files, nil
})

// sources lists the texts of the repository, or only the Go files that were
// written by hand.
func sources(t *testing.T, goOnly bool) []*file {
	t.Helper()
	files, err := tree()
	if err != nil {
		t.Fatalf("the repository cannot be read: %v", err)
	}
	var out []*file
	for _, f := range files {
		if !goOnly || f.ast != nil && !f.generated {
			out = append(out, f)
		}
	}
	return out
}

// line returns the line of a position.
func (f *file) line(p token.Pos) int { return f.fset.Position(p).Line }

// lines returns the number of lines of a Go file.
func (f *file) lines() int { return bytes.Count(f.text, []byte("\n")) }

// pkg returns the directory of a file, "." for the root.
func (f *file) pkg() string { return filepath.ToSlash(filepath.Dir(f.path)) }

// forLint skips a check that only `make lint` makes.
func forLint(t *testing.T) {
	t.Helper()
	if os.Getenv("SACCADE_LINT") == "" {
		t.Skip("make lint runs this")
	}
}

// imports lists the packages of this module that a Go file imports, as paths from the
// root of the repository.
func (f *file) imports() []string {
	var out []string
	for _, i := range f.ast.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		if p == module {
			out = append(out, ".")
		} else if rest, ours := strings.CutPrefix(p, module+"/"); ours {
			out = append(out, rest)
		}
	}
	return out
}
