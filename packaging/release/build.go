package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// build builds the program for a target into a file.
func (r release) build(ctx context.Context, t target, to string) error {
	_, err := r.gotool(ctx, t, "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version="+r.version, "-o", to, "./cmd/saccade")
	return err
}

// gotool runs Go in the tree, for a target, and returns what it prints. Variables that
// change what is built are not taken from the machine.
func (r release) gotool(ctx context.Context, t target, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = r.root
	cmd.Env = append(os.Environ(), "GOOS="+t.os, "GOARCH="+t.arch, "CGO_ENABLED=0", "GOFLAGS=-trimpath", "GOAMD64=v1", "GOARM64=v8.0", "GOEXPERIMENT=", "GOWORK=off", "NO_COLOR=1")
	if r.cache != "" {
		cmd.Env = append(cmd.Env, "GOCACHE="+r.cache)
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s for %s: %w\n%s", args[0], t, err, said.Bytes())
	}
	return out, nil
}

// bill is the bill of materials of a binary, as the Go toolchain has written it there:
// CycloneDX JSON, without a serial number and a time.
func (r release) bill(ctx context.Context, binary string) ([]byte, error) {
	return r.gotool(ctx, host(), "tool", "-modfile=.ci/tools.mod", "cyclonedx-gomod", "bin", "-json", "-noserial", "-notimestamp", "-std", "-version", r.version, binary)
}

// tarball writes a .tar.gz with one directory in it: the binary and the texts.
func (r release) tarball(path, dir, binary string, texts map[string][]byte) error {
	program, err := os.ReadFile(binary)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.DefaultCompression)
	if err != nil {
		return err
	}
	w := tar.NewWriter(z)
	add := func(name string, mode int64, content []byte) {
		h := &tar.Header{Name: dir + "/" + name, Mode: mode, Size: int64(len(content)), ModTime: r.time, Format: tar.FormatPAX, Uname: "root", Gname: "root"}
		if name == "" {
			h.Typeflag = tar.TypeDir
		}
		err = errors.Join(err, w.WriteHeader(h))
		_, e := w.Write(content)
		err = errors.Join(err, e)
	}
	add("", 0o755, nil)
	add("saccade", 0o755, program)
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		add(name, 0o644, texts[name])
	}
	if err := errors.Join(err, w.Close(), z.Close()); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o644)
}

// licenses collects the licenses of everything in the binaries: Go, the modules of all
// targets, and the scripts of the app.
func (r release) licenses(ctx context.Context) ([]byte, error) {
	root, err := r.gotool(ctx, host(), "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	dirs := map[string]string{"Go": strings.TrimSpace(string(root))}
	for _, t := range targets {
		list, err := r.gotool(ctx, t, "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", "./cmd/saccade")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(list)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				dirs[name] = dir
			}
		}
	}
	scripts, err := filepath.Glob(filepath.Join(r.root, "web", "third_party", "*", "LICENSE"))
	for _, s := range scripts {
		dirs[filepath.Base(filepath.Dir(s))+" (in the app)"] = filepath.Dir(s)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "What the program contains of others, and its licenses.\n")
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		found, e := licensesIn(dirs[name])
		if len(found) == 0 {
			e = errors.Join(e, fmt.Errorf("%s has no license in %s", name, filepath.Base(dirs[name])))
		}
		err = errors.Join(err, e)
		fmt.Fprintf(&b, "\n%s\n%s\n\n", strings.Repeat("=", 78), name)
		b.Write(bytes.Join(found, []byte("\n")))
	}
	return b.Bytes(), err
}

// licensesIn reads the texts of licenses in a directory.
func licensesIn(dir string) ([][]byte, error) {
	entries, err := os.ReadDir(dir)
	var out [][]byte
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || strings.HasSuffix(name, ".GO") {
			continue
		}
		for _, word := range []string{"LICENSE", "UNLICENSE", "COPYING", "NOTICE", "PATENTS"} {
			if strings.HasPrefix(name, word) {
				b, e := os.ReadFile(filepath.Join(dir, e.Name()))
				out, err = append(out, b), errors.Join(err, e)
			}
		}
	}
	return out, err
}
