package artifact

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// FramesReader reads a frames.json row by row.
type FramesReader struct {
	dec      *json.Decoder
	head     Head
	duration float64
	rows     int
	last     float64 // time of the row before
}

// NewFramesReader reads the head of a frames.json. It refuses what is not of
// layout [FramesSchema].
func NewFramesReader(r io.Reader) (*FramesReader, error) {
	f := &FramesReader{dec: json.NewDecoder(io.LimitReader(r, maxFramesBytes))}
	if err := f.open(); err != nil {
		return nil, fmt.Errorf("frames.json: %w", whole(err))
	}
	return f, nil
}

// whole makes the end of a file that should go on an error.
func whole(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (f *FramesReader) open() error {
	if err := f.expect('{'); err != nil {
		return err
	}
	var schema string
	for f.dec.More() {
		key, err := f.key()
		if err != nil {
			return err
		}
		if key == "frames" {
			if schema != FramesSchema {
				return fmt.Errorf("schema %q, want %q", schema, FramesSchema)
			}
			return f.expect('[')
		}
		if key == "schema" {
			err = f.dec.Decode(&schema)
		} else {
			err = f.field(key)
		}
		if err != nil {
			return err
		}
	}
	return errors.New("there are no frames")
}

func (f *FramesReader) expect(d json.Delim) error {
	t, err := f.dec.Token()
	if err == nil && t != d {
		err = fmt.Errorf("%v where %v belongs", t, d)
	}
	return err
}

func (f *FramesReader) key() (string, error) {
	t, err := f.dec.Token()
	s, _ := t.(string) // nothing else stands there
	return s, err
}

// field reads a value beside the rows. Newer writers may add fields.
func (f *FramesReader) field(key string) error {
	var to any = new(json.RawMessage)
	switch key {
	case "model":
		to = &f.head.Model
	case "width":
		to = &f.head.Width
	case "height":
		to = &f.head.Height
	case "grid":
		to = &f.head.Grid
	case "aois":
		to = &f.head.AOIs
	case "duration":
		to = &f.duration
	}
	return f.dec.Decode(to)
}

// Head returns what the rows are about.
func (f *FramesReader) Head() Head { return f.head }

// Duration returns, once Next has returned io.EOF, the time at which the last
// frame ends; 0 for an image, and for a video whose file does not say it (all
// that were written before this was recorded).
func (f *FramesReader) Duration() float64 { return f.duration }

// Next returns the next row; io.EOF after the last. Rows are in order of time.
func (f *FramesReader) Next() (Row, error) {
	var r Row
	if !f.dec.More() {
		if err := f.close(); err != nil {
			return r, fmt.Errorf("frames.json: %w", whole(err))
		}
		return r, io.EOF
	}
	if f.rows++; f.rows > maxFrames {
		return r, fmt.Errorf("frames.json: more than %d frames", maxFrames)
	}
	if err := f.dec.Decode(&r); err != nil {
		return r, fmt.Errorf("frames.json: row %d: %w", f.rows-1, whole(err))
	}
	if r.Time < f.last {
		return r, fmt.Errorf("frames.json: row %d: time %v after %v", f.rows-1, r.Time, f.last)
	}
	f.last = r.Time
	return r, nil
}

// close reads what follows the rows.
func (f *FramesReader) close() error {
	if err := f.expect(']'); err != nil {
		return err
	}
	for f.dec.More() {
		key, err := f.key()
		if err == nil {
			err = f.field(key)
		}
		if err != nil {
			return err
		}
	}
	return f.expect('}')
}

// Frames is a whole frames.json.
type Frames struct {
	Head
	Rows     []Row
	Duration float64 // as [FramesReader.Duration]
}

// ReadFrames reads a whole frames.json into memory; it refuses one without rows.
func ReadFrames(r io.Reader) (*Frames, error) {
	f, err := NewFramesReader(r)
	if err != nil {
		return nil, err
	}
	t := &Frames{Head: f.Head()}
	for {
		row, err := f.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return nil, errors.New("frames.json: there are no frames")
	}
	t.Duration = f.Duration()
	return t, nil
}
