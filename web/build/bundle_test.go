package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDistIsFresh: what is committed is what the sources make.
func TestDistIsFresh(t *testing.T) {
	files, err := bundle("../..")
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir("../../internal/web/dist")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff(sortedNames(files), names); diff != "" {
		t.Fatalf("files of internal/web/dist (make generate): %s", diff)
	}
	for _, name := range names {
		is, err := os.ReadFile(filepath.Join("../../internal/web/dist", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(is, files[name]) {
			t.Errorf("internal/web/dist/%s is not what web/src makes; make generate writes it anew", name)
		}
	}
}

// TestSources: components stay small enough to be read, and write no markup
// from strings.
func TestSources(t *testing.T) {
	files, err := filepath.Glob("../src/*")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d sources, %v", len(files), err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 400 {
			t.Errorf("%s has %d lines, more than 400", name, n)
		}
		for _, bad := range []string{"innerHTML", "dangerouslySet", "eval(", "document.write"} {
			if bytes.Contains(text, []byte(bad)) {
				t.Errorf("%s has %s", name, bad)
			}
		}
	}
}
