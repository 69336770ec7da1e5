package secret_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade/internal/secret"
)

func TestFromEnv(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key := file("key", "from file\n")
	for name, tc := range map[string]struct{ value, path, want, fault string }{
		"neither":        {},
		"file":           {path: key, want: "from file"},
		"both":           {value: " at once ", path: key, want: "at once"},
		"missing file":   {path: key + "x", fault: "cannot be read"},
		"directory":      {path: dir, fault: "cannot be read"},
		"empty file":     {path: file("empty", " \n"), fault: "is empty"},
		"file of 65 KiB": {path: file("huge", strings.Repeat("x", 65<<10)), fault: "longer than any secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("SACCADE_TEST_SECRET", tc.value)
			t.Setenv("SACCADE_TEST_SECRET_FILE", tc.path)
			got, err := secret.FromEnv("SACCADE_TEST_SECRET")
			if got != tc.want || (err != nil) != (tc.fault != "") {
				t.Fatalf("%q, %v", got, err)
			}
			if err != nil && !(strings.Contains(err.Error(), tc.fault) && strings.HasPrefix(err.Error(), "SACCADE_TEST_SECRET_FILE")) {
				t.Errorf("%v, want %q", err, tc.fault)
			}
		})
	}
}
