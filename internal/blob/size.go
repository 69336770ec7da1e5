package blob

import (
	"errors"
	"io/fs"
	"path/filepath"
)

// DirSize returns the bytes of all files below a directory whose files are to be stored,
// without those that go away meanwhile.
func DirSize(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		var info fs.FileInfo
		if err == nil && e.Type().IsRegular() {
			info, err = e.Info()
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case info != nil:
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
