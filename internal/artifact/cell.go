package artifact

import "strings"

// Cell returns a text as a cell of a table that a spreadsheet will not take for
// a formula: one that begins with = + - @, a tab or a line break gets an
// apostrophe in front.
func Cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
