package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ResultFile is the name of the file that tells the directory of a result.
const ResultFile = "result.json"

// Replaceable returns an error unless a result may be put at a path: where there is
// nothing, an empty directory, or an older result. Anything else was not made here
// and is not lost to a result that happens to have its name.
func Replaceable(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist), err == nil && len(entries) == 0:
		return nil
	case err == nil && slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == ResultFile && !e.IsDir() }):
		return nil
	}
	return fmt.Errorf("%s exists and is no result of an analysis; it is not overwritten: move it, or choose another --out", dir)
}

// ReplaceDir puts a finished directory in the place of an older result, and of
// nothing else ([Replaceable]).
func ReplaceDir(from, to string) error {
	if err := errors.Join(os.Chmod(from, 0o755), Replaceable(to)); err != nil {
		return err
	}
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// ClearDir removes what a directory holds.
func ClearDir(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
	}
	return err
}
