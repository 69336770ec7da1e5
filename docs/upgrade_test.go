package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestUpgradeNotes: upgrade.md says of every change of the tables whether there is a way
// back, and of nothing else.
func TestUpgradeNotes(t *testing.T) {
	files, err := filepath.Glob("../internal/store/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	told := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([0-9]{3}_[a-z_]+)` \\| (yes|no|–) \\| (.+) \\|$").FindAllStringSubmatch(read(t, "upgrade.md"), -1) {
		told[m[1]] = true
	}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".sql")
		if !told[name] {
			t.Errorf("docs/upgrade.md does not say whether %s can be downgraded; add to its table the line\n"+
				"| `%s` | yes | new columns with defaults |\n"+
				"with yes if the program of before runs on the new tables (columns with defaults, new tables), no if it does not (dropped, renamed, other contents), and why", name, name)
		}
		delete(told, name)
	}
	for name := range told {
		t.Errorf("docs/upgrade.md speaks of %s, which does not exist", name)
	}
}
