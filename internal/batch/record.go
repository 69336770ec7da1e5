package batch

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade"
)

// maxRecord bounds what is read of a result.json or a state.
const maxRecord = 64 << 20

// FileName returns a name for a file or directory that cannot lead elsewhere:
// letters, digits, dots, dashes and underscores, the first no dot or dash, at
// most 80. What had to change gets a hash, so that names stay different.
func FileName(s string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, s)
	safe = strings.TrimLeft(safe, ".-")
	if safe == s && s != "" && len(s) <= 80 {
		return s
	}
	if safe == "" {
		safe = "input"
	}
	sum := sha256.Sum256([]byte(s))
	return safe[:min(len(safe), 60)] + "-" + hex.EncodeToString(sum[:4])
}

// fingerprint returns what tells one input under its settings from another:
// a hash of the bytes or the address, and of everything that is asked of it.
func fingerprint(in Input, settings string) (string, error) {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q ", settings, in.Title, in.Medium)
	if in.Page() {
		fmt.Fprintf(h, "page %q", in.Path)
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	f, err := os.Open(in.Path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// readRecord reads the result.json of a directory.
func readRecord(dir string) (Record, error) {
	var rec Record
	return rec, readJSON(filepath.Join(dir, ResultFile), &rec)
}

func readJSON(path string, v any) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return json.NewDecoder(io.LimitReader(f, maxRecord)).Decode(v)
}

// put writes result.json into a directory, which holds the rest of the result,
// and moves it to its place by one rename.
func (r Record) put(from, to string) error {
	if r.Status == saccade.StatusFailed {
		if err := ClearDir(from); err != nil {
			return err
		}
	}
	if err := writeJSON(filepath.Join(from, ResultFile), r); err != nil {
		return err
	}
	return ReplaceDir(from, to)
}

func writeJSON(path string, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}

// State is a small value that an Engine keeps for an input until the input is
// done. It survives a kill, but not a change of the input or the settings.
type State struct{ path, fingerprint string }

type stateFile struct {
	Fingerprint string          `json:"fingerprint"`
	State       json.RawMessage `json:"state"`
}

// Load reads the value into v; it reports whether there was one.
func (s State) Load(v any) (bool, error) {
	var f stateFile
	if err := readJSON(s.path, &f); errors.Is(err, fs.ErrNotExist) || err == nil && f.Fingerprint != s.fingerprint {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("%s: %w; remove the file to begin this input anew", s.path, err)
	}
	return true, json.Unmarshal(f.State, v)
}

// Save keeps a value in place of the former one.
func (s State) Save(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	next := s.path + ".new"
	if err := writeJSON(next, stateFile{s.fingerprint, b}); err != nil {
		return err
	}
	return os.Rename(next, s.path)
}

func (s State) remove() error {
	if err := os.Remove(s.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
