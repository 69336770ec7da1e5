package movie

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
)

// HasExtension reports whether the name of a file ends like those of the videos and
// images that are read.
func HasExtension(name string) bool {
	return slices.Contains([]string{".webm", ".mp4", ".m4v", ".mov", ".gif", ".png", ".jpg", ".jpeg", ".webp"}, strings.ToLower(filepath.Ext(name)))
}

// SniffFile returns whether a file is a video or an image, and its format ("" is the
// default of the kind), by its first bytes.
func SniffFile(path string) (saccade.Kind, saccade.Format, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", unreadableFile(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return "", "", saccade.Errorf(saccade.CodeInvalidInput, "This is a directory, not a file. Name the files in it, or use saccade batch.")
	}
	head := make([]byte, 16)
	n, err := f.Read(head)
	switch {
	case errors.Is(err, io.EOF) || err == nil && n == 0:
		return "", "", saccade.Errorf(saccade.CodeInvalidInput, "The file is empty.")
	case err != nil:
		return "", "", unreadableFile(err)
	}
	switch head = head[:n]; {
	case n >= 3 && string(head[:3]) == "\xff\xd8\xff", n >= 4 && string(head[:4]) == "\x89PNG":
		return saccade.KindImage, "", nil
	}
	// Everything else is judged as a video: the scanner names what it is.
	format := Sniff(head)
	if format == saccade.FormatWebP {
		return saccade.KindImage, format, nil
	}
	return saccade.KindVideo, format, nil
}

// unreadableFile says why a file cannot be read; the caller names it.
func unreadableFile(err error) error {
	cause := err
	if p := (*fs.PathError)(nil); errors.As(err, &p) {
		cause = p.Err
	}
	return saccade.Errorf(saccade.CodeInvalidInput, "The file cannot be read: %v.", cause).With(err)
}
