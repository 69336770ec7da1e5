package artifact

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
)

// Writer writes the three files of an analysis in step: a map for every row.
type Writer struct {
	files   [3]*os.File // in the order of All
	head    Head
	frames  *FramesWriter // from the first row on
	density *DensityWriter
}

// Create starts the files in an existing directory. The grid of the head is
// taken from the first density.
func Create(dir string, head Head, image bool) (*Writer, error) {
	w := &Writer{head: head}
	for i, name := range All() {
		f, err := os.Create(filepath.Join(dir, string(name)))
		if err != nil {
			return nil, errors.Join(err, w.closeFiles())
		}
		w.files[i] = f
	}
	w.density = NewDensityWriter(w.files[2], image)
	return w, nil
}

// Write adds a frame. It returns the first error of the files. Nil writes nothing.
func (w *Writer) Write(r Row, d saccade.Density) error {
	if w == nil {
		return nil
	}
	if w.frames == nil {
		w.head.Grid = [2]int{d.W, d.H}
		w.frames = NewFramesWriter(w.files[0], w.files[1], w.head)
	}
	if err := w.density.Write(d); err != nil {
		return err
	}
	return w.frames.Write(r)
}

// Close completes and closes the files and returns the first error; duration
// is when the last frame ends, 0 for an image. After an error of Write, or
// without a row, the files are unfinished.
func (w *Writer) Close(duration float64) error {
	if w == nil {
		return nil
	}
	err := w.density.Close()
	if w.frames != nil {
		err = errors.Join(err, w.frames.Close(duration))
	}
	return errors.Join(err, w.closeFiles())
}

func (w *Writer) closeFiles() error {
	var err error
	for _, f := range w.files {
		if f != nil {
			err = errors.Join(err, f.Close())
		}
	}
	return err
}
