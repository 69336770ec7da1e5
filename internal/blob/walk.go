package blob

import (
	"context"
	"io/fs"
	"path/filepath"
	"time"
)

// Walk implements [Store].
func (d *Disk) Walk(ctx context.Context, visit func(key Key, put time.Time) error) error {
	return filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			if missing(err) {
				return nil // deleted meanwhile
			}
			return diskError("walk", err)
		}
		name, err := filepath.Rel(d.root, path)
		if err != nil {
			return diskError("walk", err)
		}
		key := Key(filepath.ToSlash(name))
		if e.IsDir() && name == tempDir {
			return fs.SkipDir
		}
		if !e.Type().IsRegular() || CheckKey(key) != nil {
			return nil
		}
		info, err := e.Info()
		if err != nil {
			return nil // deleted meanwhile
		}
		return visit(key, info.ModTime().UTC())
	})
}
