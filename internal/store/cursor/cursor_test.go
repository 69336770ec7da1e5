package cursor_test

import (
	"strings"
	"testing"

	"github.com/saccade-dev/saccade/internal/store/cursor"
)

func TestFormatAndParse(t *testing.T) {
	for _, at := range []int64{0, 1, 1 << 60} {
		gotAt, gotID, err := cursor.Parse(cursor.Format(at, "msg_abc"))
		if err != nil || gotAt != at || gotID != "msg_abc" {
			t.Errorf("got %d, %q, %v", gotAt, gotID, err)
		}
	}
	for _, bad := range []string{"x", "!!!", "MTIz", "MS8", "MS8A", cursor.Format(-1, "a"), cursor.Format(1, "a b"), cursor.Format(1, "ä"), cursor.Format(1, strings.Repeat("a", 65)), strings.Repeat("A", 1000)} {
		if at, id, err := cursor.Parse(bad); err == nil {
			t.Errorf("%.40q gave %d, %q", bad, at, id)
		}
	}
}

// FuzzParse: what is taken is what was given, and fit for any database.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", cursor.Format(0, "a"), cursor.Format(1<<60, "msg_abc"), "MS8A", "LTEvYQ", strings.Repeat("A", 300)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, id, err := cursor.Parse(text)
		switch {
		case err != nil || text == "":
			return
		case cursor.Format(at, id) != text:
			t.Errorf("%q is not what Format(%d, %q) gives", text, at, id)
		case at < 0 || id == "" || strings.ContainsAny(id, "\x00 \n") || len(id) > 64:
			t.Errorf("%q gave %d, %q", text, at, id)
		}
	})
}
