package compare

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxCheck is the length of the longest check, in bytes.
const MaxCheck = 500

// SyntaxError says what is wrong with a check, where, and what to write.
type SyntaxError struct {
	Check   string
	At      int // the offending character, counted from 1
	Message string
	Mend    string // what to write instead
}

// Error returns the check, the place, what is wrong and what to write.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("check %q, character %d: %s; %s", e.Check, e.At, e.Message, e.Mend)
}

// tokenKind is what a token is.
type tokenKind int

const (
	tokEnd    tokenKind = iota
	tokNumber           // value holds it
	tokName             // text holds it, without quotes
	tokOp               // a comparison
	tokSign             // one of + - * / % ( ) .
)

// token is a word of a check.
type token struct {
	kind   tokenKind
	text   string
	quoted bool
	value  float64
	at     int // byte offset
}

// lexer splits a check into tokens.
type lexer struct {
	src string
	pos int
}

// fail returns an error at a byte offset.
func (l *lexer) fail(at int, mend, format string, args ...any) error {
	return &SyntaxError{Check: l.src, At: utf8.RuneCountInString(l.src[:at]) + 1, Message: fmt.Sprintf(format, args...), Mend: mend}
}

// comparisons are what may stand between both sides, longest first, and
// mistaken what people write for them.
var (
	comparisons = []string{"<=", ">=", "==", "!=", "<", ">"}
	mistaken    = map[string]string{"=<": "<=", "=>": ">=", "<>": "!=", "≤": "<=", "≥": ">=", "≠": "!=", "=": "=="}
	joining     = []string{"&&", "||", "&", "|", ";"}
)

const mendOneEach = "write every check on its own, as --fail-if A --fail-if B"

// next returns the next token.
func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) && (l.src[l.pos] == ' ' || l.src[l.pos] == '\t') {
		l.pos++
	}
	at, rest := l.pos, l.src[l.pos:]
	if rest == "" {
		return token{kind: tokEnd, at: at}, nil
	}
	for _, j := range joining {
		if strings.HasPrefix(rest, j) {
			return token{}, l.fail(at, mendOneEach, "%q does not join checks", j)
		}
	}
	for _, wrong := range []string{"=<", "=>", "<>", "≤", "≥", "≠"} {
		if strings.HasPrefix(rest, wrong) {
			return token{}, l.fail(at, "write "+mistaken[wrong], "%q is no comparison", wrong)
		}
	}
	for _, op := range comparisons {
		if strings.HasPrefix(rest, op) {
			l.pos += len(op)
			return token{kind: tokOp, text: op, at: at}, nil
		}
	}
	c, size := utf8.DecodeRuneInString(rest)
	switch {
	case c == '=':
		return token{}, l.fail(at, "write ==", "one = is no comparison")
	case strings.ContainsRune("+-*/%().", c) && !(c == '.' && len(rest) > 1 && isDigit(rest[1]) && !l.afterName()):
		l.pos += size
		return token{kind: tokSign, text: string(c), at: at}, nil
	case c == '"' || c == '\'':
		return l.quoted(c)
	case isDigit(rest[0]) || c == '.':
		return l.number()
	case isNameStart(c):
		end := strings.IndexFunc(rest, func(c rune) bool { return !isNameStart(c) && !unicode.IsDigit(c) })
		if end < 0 {
			end = len(rest)
		}
		l.pos += end
		return token{kind: tokName, text: rest[:end], at: at}, nil
	case c == ',':
		return token{}, l.fail(at, "write 0.9 for a decimal", "a comma has no meaning")
	}
	return token{}, l.fail(at, "put names with such characters in double quotes", "%q has no meaning", c)
}

// afterName reports whether the character before belongs to a name, so that a
// point is one between a name and a measure.
func (l *lexer) afterName() bool {
	c, _ := utf8.DecodeLastRuneInString(l.src[:l.pos])
	return l.pos > 0 && (isNameStart(c) || c == '"' || c == '\'')
}

// quoted reads a name in quotes; the quote itself is written twice inside.
func (l *lexer) quoted(quote rune) (token, error) {
	at, q := l.pos, string(quote)
	rest := l.src[at+1:]
	var name strings.Builder
	for {
		part, after, closed := strings.Cut(rest, q)
		name.WriteString(part)
		if !closed {
			return token{}, l.fail(at, "end the name with "+q, "the quote is not closed")
		}
		rest = after
		if !strings.HasPrefix(rest, q) {
			break
		}
		name.WriteString(q)
		rest = rest[1:]
	}
	l.pos = len(l.src) - len(rest)
	return token{kind: tokName, text: name.String(), quoted: true, at: at}, nil
}

// number reads digits, with or without a decimal point.
func (l *lexer) number() (token, error) {
	at, end := l.pos, l.pos
	for end < len(l.src) && (isDigit(l.src[end]) || l.src[end] == '.') {
		end++
	}
	v, err := strconv.ParseFloat(l.src[at:end], 64)
	if err != nil {
		return token{}, l.fail(at, "write it as 0.9 or 12", "%q is no number", l.src[at:end])
	}
	if end < len(l.src) && l.src[end] == ',' && end+1 < len(l.src) && isDigit(l.src[end+1]) {
		return token{}, l.fail(end, "write the decimal with a point", "a comma stands in a number")
	}
	l.pos = end
	return token{kind: tokNumber, text: l.src[at:end], value: v, at: at}, nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isNameStart(c rune) bool { return c == '_' || unicode.IsLetter(c) }
