package sniff_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade/internal/sniff"
)

func ExampleBeginning() {
	f, ok := sniff.Beginning([]byte("data:video/webm;base64,GkXfo59ChoEBQveBAULygQRC"))
	fmt.Println(ok, f.What)
	fmt.Println(f.Do)
	// Output:
	// true a data: URL
	// Please decode the Base64 behind its comma and upload the bytes.
}

func TestUnknown(t *testing.T) {
	for head, want := range map[string]string{
		"":                           "empty",
		"undefined":                  `a text that begins with "undefined"`,
		strings.Repeat("word ", 100): `a text that begins with "word word`,
		strings.Repeat("QUJD", 40):   "a Base64 text",
		"\x00\x01\x02":               "something unknown",
	} {
		if f := sniff.Unknown([]byte(head)); !strings.HasPrefix(f.What, want) {
			t.Errorf("%.20q: %q, want %q", head, f.What, want)
		}
	}
}

func FuzzBeginning(f *testing.F) {
	for _, s := range []string{"", "--x\r\nContent-Type: a\r\n", "<!-- a --><html>", "\x00\x00\x00\x20ftypisom", "GkXfo"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		if file, ok := sniff.Beginning(head); ok && file.What == "" {
			t.Error("known, but without a name")
		}
		if file := sniff.Unknown(head); file.What == "" {
			t.Error("no name")
		}
	})
}
