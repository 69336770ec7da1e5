package store

import (
	"strings"
	"testing"
)

// FuzzCursor: a cursor that is taken is one that was given, and its parts are
// fit for any database.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", cursor(0, "a"), cursor(1<<60, "msg_abc"), "MS8A", "LTEvYQ", strings.Repeat("A", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, id, err := parseCursor(text)
		switch {
		case err != nil || text == "":
			return
		case cursor(at, id) != text:
			t.Errorf("%q is not what cursor(%d, %q) gives", text, at, id)
		case at < 0 || id == "" || strings.ContainsAny(id, "\x00 \n") || len(id) > 64:
			t.Errorf("%q gave %d, %q", text, at, id)
		}
	})
}

// FuzzDSN: no DSN panics, and none is repeated in an error.
func FuzzDSN(f *testing.F) {
	for _, seed := range []string{"sqlite:a.db", "sqlite:///a.db", "postgres://u:p@h/d", "postgresql://h", "x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, dsn string) {
		driver, target, err := splitDSN(dsn)
		if (err == nil) != (driver != "" && target != "") {
			t.Errorf("%q gave %q, %q, %v", dsn, driver, target, err)
		}
		if err != nil && len(dsn) > 30 && strings.Contains(err.Error(), dsn) {
			t.Errorf("the error repeats %q", dsn)
		}
	})
}
