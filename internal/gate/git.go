package gate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/movie"
)

// maxBlob is the size of the largest file that is taken out of git, in bytes.
const maxBlob = 100 << 20

// repository is a commit in git, seen from a directory.
type repository struct {
	dir    string
	ref    string // as the user wrote it
	commit string
	listed map[string]map[string]entry // by directory
}

// openRepository finds the commit. A ref that begins with "-" could be taken for an
// option and is refused.
func openRepository(ctx context.Context, dir, ref string) (*repository, error) {
	if strings.HasPrefix(ref, "-") || strings.ContainsAny(ref, "\x00\n") {
		return nil, misuse("--git %q is no name of a commit", ref)
	}
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git is not installed; install it, or compare two directories")
	}
	g := &repository{dir: dir, ref: ref, listed: map[string]map[string]entry{}}
	out, err := g.run(ctx, "rev-parse", "--verify", "--quiet", "--end-of-options", ref+"^{commit}")
	if err != nil {
		if _, inside := g.run(ctx, "rev-parse", "--git-dir"); inside != nil {
			return nil, fmt.Errorf("--git: %w", inside)
		}
		return nil, fmt.Errorf("--git %q: there is no such commit here; in CI fetch it first (actions/checkout: fetch-depth: 0)", ref)
	}
	g.commit = strings.TrimSpace(string(out))
	return g, nil
}

// run runs git in the directory and returns what it prints.
func (g *repository) run(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"--no-pager", "--literal-pathspecs"}, args...)...)
	cmd.Dir = g.dir
	cmd.Env = append(os.Environ(), "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0")
	var out, problem bytes.Buffer
	cmd.Stdout, cmd.Stderr = &limitedBuffer{&out, maxBlob}, &limitedBuffer{&problem, 4096}
	err := cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		if line, _, _ := strings.Cut(strings.TrimSpace(problem.String()), "\n"); line != "" {
			err = errors.New(compare.PrintLine(strings.TrimPrefix(line, "fatal: ")))
		}
		return nil, fmt.Errorf("git: %w", err)
	}
	return out.Bytes(), nil
}

// limitedBuffer refuses more than so many bytes.
type limitedBuffer struct {
	*bytes.Buffer
	left int
}

var errLarge = errors.New("larger than 100 MiB")

// Write implements io.Writer.
func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errLarge
	}
	return b.Buffer.Write(p)
}

// entry is a file of the commit.
type entry struct{ mode, hash, name string } // name relative to the directory

// list lists the files of the commit in a directory by their paths from where the
// repository is seen.
func (g *repository) list(ctx context.Context, dir string) (map[string]entry, error) {
	if known := g.listed[dir]; known != nil {
		return known, nil
	}
	out, err := g.run(ctx, "ls-tree", "-z", g.commit, "--", dir)
	if err != nil {
		return nil, err
	}
	entries := map[string]entry{}
	for record := range strings.SplitSeq(strings.TrimRight(string(out), "\x00"), "\x00") {
		head, name, ok := strings.Cut(record, "\t")
		parts := strings.Fields(head)
		if ok && len(parts) == 3 && parts[1] == "blob" {
			entries[path.Clean(name)] = entry{parts[0], parts[2], name}
		}
	}
	g.listed[dir] = entries
	return entries, nil
}

// extract writes a file of the commit into a new file with the same extension.
func (g *repository) extract(ctx context.Context, e entry, temp string) (string, error) {
	if e.mode == "120000" {
		return "", fmt.Errorf("%s is a symbolic link in %s; name the file it leads to", e.name, g.ref)
	}
	b, err := g.run(ctx, "cat-file", "blob", e.hash)
	if err != nil {
		return "", fmt.Errorf("%s in %s: %w", e.name, g.ref, err)
	}
	if bytes.HasPrefix(b, []byte("version https://git-lfs.github.com/spec/")) {
		return "", fmt.Errorf("%s is a pointer of Git LFS in %s; check that commit out with git lfs and compare two directories", e.name, g.ref)
	}
	f, err := os.CreateTemp(temp, "base-*"+filepath.Ext(e.name))
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, bytes.NewReader(b))
	return f.Name(), errors.Join(err, f.Close())
}

// versions pairs files with what they were in the commit. A file that it does not
// have is new; one that only it has was removed.
func (w Want) versions(ctx context.Context, page compare.PlanPage, g *repository) ([]Pair, error) {
	files, err := w.glob(page.Candidate) // none may be left
	dir := page.Candidate
	if !w.isDir(dir) {
		dir = filepath.Dir(page.Candidate)
	}
	if filepath.IsAbs(dir) || hasMeta(dir) {
		return nil, misuse("%s: with --git write files or patterns of one directory, relative to the working directory", page.Candidate)
	}
	old, listErr := g.list(ctx, filepath.ToSlash(dir)+"/")
	if listErr != nil {
		return nil, listErr
	}
	var pairs []Pair
	here := map[string]bool{}
	for _, f := range files {
		name := filepath.ToSlash(filepath.Join(dir, filepath.Base(f)))
		here[name] = true
		p := Pair{Name: name, Candidate: file(name, f)}
		if e, ok := old[name]; ok {
			if p.Base, err = w.base(ctx, g, name, e); err != nil {
				return nil, err
			}
		}
		pairs = append(pairs, p)
	}
	for _, name := range w.removed(page.Candidate, dir, old, here) {
		base, err := w.base(ctx, g, name, old[name])
		if err != nil {
			return nil, err
		}
		pairs = append(pairs, Pair{Name: name, Base: base})
	}
	if len(pairs) > 0 {
		err = nil
	}
	return pairs, err
}

// base is a file of the commit as an input.
func (w Want) base(ctx context.Context, g *repository, name string, e entry) (*Input, error) {
	path, err := g.extract(ctx, e, w.Temp)
	return file(g.ref+":"+name, path), err
}

func (w Want) isDir(s string) bool {
	st, err := os.Stat(w.at(s))
	return err == nil && st.IsDir()
}

// removed lists the files of the commit that what is wanted would match, if they
// were still here.
func (w Want) removed(pattern, dir string, old map[string]entry, here map[string]bool) []string {
	var names []string
	for name := range old {
		match, _ := path.Match(filepath.ToSlash(filepath.Clean(pattern)), name)
		if w.isDir(dir) && dir == pattern {
			match = movie.HasExtension(name)
		}
		if match && !here[name] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
