package ffmpeg

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
)

// learned is what the program said of itself, and how it and its libraries looked then.
type learned struct {
	Marks   []string      `json:"marks"`
	Version string        `json:"version"`
	Sync    string        `json:"sync"`
	Missing []string      `json:"missing"`
	Needs   sandbox.Needs `json:"needs"`
}

// saved is the file that remembers.
func (t *Tool) saved() string { return filepath.Join(t.cfg.Cache, "ffmpeg.json") }

// saves reports whether answers may be kept: the directories of the libraries, by
// which a change is noticed, are known with the sandbox only.
func (t *Tool) saves() bool { return t.cfg.Cache != "" && t.cfg.Sandbox }

// recall takes what was learned of the program before. It reports false where nothing
// was, or the program or a directory of its libraries has changed since.
func (t *Tool) recall() bool {
	if !t.saves() {
		return false
	}
	b, err := os.ReadFile(t.saved())
	if err != nil {
		return false
	}
	var l learned
	if json.Unmarshal(b, &l) != nil || l.Version == "" || l.Sync == "" {
		return false
	}
	marks, err := t.marks(l.Needs.Libraries)
	if err != nil || !slices.Equal(marks, l.Marks) {
		return false
	}
	t.version, t.sync, t.missing, t.needs = l.Version, l.Sync, l.Missing, l.Needs
	t.detail, t.confined = sandbox.Level()
	return true
}

// save keeps what was learned. Where it cannot, the program is asked again next time.
func (t *Tool) save() {
	if !t.saves() {
		return
	}
	marks, err := t.marks(t.needs.Libraries)
	if err != nil || os.MkdirAll(t.cfg.Cache, 0o700) != nil {
		return
	}
	b, err := json.Marshal(learned{marks, t.version, t.sync, t.missing, t.needs})
	if err != nil {
		return
	}
	f, err := os.CreateTemp(t.cfg.Cache, "ffmpeg-*.json")
	if err != nil {
		return
	}
	_, err = f.Write(b)
	if f.Close() != nil || err != nil || os.Rename(f.Name(), t.saved()) != nil {
		_ = os.Remove(f.Name())
	}
}

// marks tell a program, its libraries and our own binary, whose questions are others in
// another version, from others: path, size and time of the last change. A package manager
// that replaces a library changes its directory.
func (t *Tool) marks(dirs []string) ([]string, error) {
	marks := []string{os.Getenv("LD_LIBRARY_PATH")}
	for _, path := range append([]string{t.path, t.helper}, dirs...) {
		st, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		marks = append(marks, fmt.Sprintf("%s %d %d", path, st.Size(), st.ModTime().UnixNano()))
	}
	return marks, nil
}
