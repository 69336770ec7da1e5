// Command release builds what is published of Saccade: for every target the binary in a
// .tar.gz and, for linux, a .deb; the licenses and the bill of materials of what is in
// them; SHA256SUMS.
//
// The contract: the bytes of every file depend on the tree, its version, the time of its
// commit and the Go toolchain, and on nothing else of the machine.
package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/saccade-dev/saccade/packaging/debian"
)

// target is an operating system and a processor, in Go's words.
type target struct{ os, arch string }

func (t target) String() string { return t.os + "-" + t.arch }

// targets is what is published.
var targets = []target{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "arm64"}}

// release is what one release is made of.
type release struct {
	root    string    // the tree
	out     string    // directory of the files, emptied first
	version string    // as the program says it
	time    time.Time // of the commit
	cache   string    // Go's build cache; empty: the usual one
	targets []target
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

// run parses the flags and makes the release.
func run(ctx context.Context, args []string) error {
	f := flag.NewFlagSet("release", flag.ContinueOnError)
	root := f.String("root", "..", "directory of the tree")
	out := f.String("out", "../dist", "directory of the files; what an earlier release left there is removed")
	version := f.String("version", "", "version of the program, like v1.2.0")
	seconds := f.Int64("time", 0, "time of the commit, in seconds since 1970")
	cache := f.String("cache", "", "build cache of Go (default: the usual one)")
	only := f.String("targets", "", "targets alone, like linux-amd64,darwin-arm64 (default: all)")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *version == "" || *seconds <= 0 {
		return errors.New("-version and -time are needed; make release sets them")
	}
	r := release{version: *version, time: time.Unix(*seconds, 0).UTC(), cache: *cache}
	var err1, err2, err3 error
	r.root, err1 = filepath.Abs(*root)
	r.out, err2 = filepath.Abs(*out)
	r.targets, err3 = parseTargets(*only)
	if err := errors.Join(err1, err2, err3); err != nil {
		return err
	}
	return r.make(ctx)
}

// parseTargets reads names of targets; none are all.
func parseTargets(names string) ([]target, error) {
	if names == "" {
		return targets, nil
	}
	var out []target
	for name := range strings.SplitSeq(names, ",") {
		found := false
		for _, t := range targets {
			if t.String() == name {
				out, found = append(out, t), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no target %q; there are %v", name, targets)
		}
	}
	return out, nil
}

// make builds every target and writes the checksums.
func (r release) make(ctx context.Context) error {
	work, err := os.MkdirTemp("", "saccade-release-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }()
	if err := r.clear(); err != nil {
		return err
	}
	native := filepath.Join(work, "native", "saccade")
	if err := r.build(ctx, host(), native); err != nil {
		return err
	}
	common, err := r.texts(ctx, native)
	if err != nil {
		return err
	}
	var sums strings.Builder
	for _, t := range r.targets {
		binary := native
		if t != host() {
			binary = filepath.Join(work, t.String(), "saccade")
			if err := r.build(ctx, t, binary); err != nil {
				return err
			}
		}
		names, err := r.pack(ctx, t, binary, common)
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		for _, name := range names {
			b, err := os.ReadFile(filepath.Join(r.out, name))
			if err != nil {
				return err
			}
			fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(b), name)
			fmt.Printf("%s: %.1f MB\n", name, float64(len(b))/1e6)
		}
	}
	return os.WriteFile(filepath.Join(r.out, "SHA256SUMS"), []byte(sums.String()), 0o644)
}

// clear makes the directory of the files, and removes what releases before left in it.
func (r release) clear() error {
	err := os.MkdirAll(r.out, 0o755)
	for _, pattern := range []string{"saccade*.tar.gz", "saccade_*.deb", "saccade*.cdx.json", "SHA256SUMS"} {
		old, e := filepath.Glob(filepath.Join(r.out, pattern))
		for err = errors.Join(err, e); len(old) > 0; old = old[1:] {
			err = errors.Join(err, os.Remove(old[0]))
		}
	}
	return err
}

// pack writes the files of one target and returns their names.
func (r release) pack(ctx context.Context, t target, binary string, common texts) ([]string, error) {
	bill, err := r.bill(ctx, binary)
	if err != nil {
		return nil, err
	}
	base := "saccade-" + r.version + "-" + t.String()
	names := []string{base + ".tar.gz", base + ".cdx.json"}
	if err := os.WriteFile(filepath.Join(r.out, names[1]), bill, 0o644); err != nil {
		return nil, err
	}
	if err := r.tarball(filepath.Join(r.out, names[0]), base, binary, common.files(bill)); err != nil {
		return nil, err
	}
	if t.os != "linux" {
		return names, nil
	}
	p := debian.Package{
		Version: debian.Version(r.version, r.time), Arch: t.arch, Time: r.time, Binary: binary, Manual: common.manual, Changes: common.changes,
		Readme: common.readme, Licenses: common.licenses, Bill: bill, Completes: common.completions,
	}
	w, err := os.OpenFile(filepath.Join(r.out, p.Name()), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return nil, err
	}
	return append(names, p.Name()), errors.Join(p.Write(w), w.Close())
}
