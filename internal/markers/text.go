package markers

import (
	"strings"
	"unicode"
)

// maxName is how many runes of a name of unknown origin stand in a text.
const maxName = 60

// oneLine returns a text of unknown origin on one line: white space and what cannot
// be seen (control and formatting characters, line and paragraph separators) become
// single spaces.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "?"), func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r)
	}), " ")
}

// cut shortens a text.
func cut(s string) string {
	if r := []rune(s); len(r) > maxName {
		return string(r[:maxName-1]) + "…"
	}
	return s
}
