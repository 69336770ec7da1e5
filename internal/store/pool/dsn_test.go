package pool

import (
	"strings"
	"testing"
)

// FuzzDSN: no DSN panics, and none is repeated in an error.
func FuzzDSN(f *testing.F) {
	for _, seed := range []string{"sqlite:a.db", "sqlite:///a.db", "postgres://u:p@h/d", "postgresql://h", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		driver, target, err := SplitDSN(dsn)
		if (err == nil) != (driver != "" && target != "") {
			t.Errorf("%q gave %q, %q, %v", dsn, driver, target, err)
		}
		if err != nil && len(dsn) > 30 && strings.Contains(err.Error(), dsn) {
			t.Errorf("the error repeats %q", dsn)
		}
	})
}
