package mcp

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Root is the one directory that files are taken from.
type Root struct {
	dir string // absolute, without symbolic links
	max int64  // bytes of a file
}

// NewRoot returns a root; files above max bytes are refused.
func NewRoot(dir string, max int64) (*Root, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if abs, err = filepath.EvalSymlinks(abs); err != nil {
		return nil, err
	}
	if info, err := os.Stat(abs); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("%s is not a directory", dir)
	}
	return &Root{abs, max}, nil
}

// Copy copies a file below the root, named by an absolute path or one relative
// to the root, to a new file and returns its name. Symbolic links are resolved
// first; what they lead to must lie below the root too. Everything else is
// refused in the same words, whether it exists or not.
func (r *Root) Copy(path, dir string) (string, error) {
	refused := saccade.Errorf(saccade.CodeInvalidInput, "Only files below %s can be read, and there is none of this name. Give a path relative to it.", quote(r.dir)).About("path")
	full := path
	if !filepath.IsAbs(full) {
		full = filepath.Join(r.dir, full)
	}
	full, err := filepath.EvalSymlinks(full)
	if err != nil {
		return "", refused.With(err)
	}
	rel, err := filepath.Rel(r.dir, full)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", refused
	}
	root, err := os.OpenRoot(r.dir) // holds even if a link is put there now
	if err != nil {
		return "", err
	}
	defer root.Close()
	info, err := root.Stat(rel)
	if err != nil || !info.Mode().IsRegular() {
		return "", refused.With(err)
	}
	if info.Size() > r.max {
		return "", saccade.Errorf(saccade.CodeInvalidInput, "The file has %d bytes, more than %d. Cut it shorter.", info.Size(), r.max).About("path")
	}
	in, err := root.Open(rel)
	if err != nil {
		return "", refused.With(err)
	}
	defer in.Close()
	return copyTo(filepath.Join(dir, "input"), in, r.max)
}

func copyTo(path string, in io.Reader, most int64) (string, error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(out, io.LimitReader(in, most))
	if closeErr := out.Close(); err == nil {
		err = closeErr
	}
	return path, err
}
