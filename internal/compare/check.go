package compare

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/saccade-dev/saccade"
)

// Check is a check that was read; [ParseCheck] makes it. It is immutable.
type Check struct {
	Level saccade.Level
	Text  string

	left  ref
	op    string
	right node
	refs  []placed
}

// node is a part of the right side.
type node interface{}

type (
	number struct {
		v       float64
		percent bool
	}
	baseNode struct{}
	refNode  struct{ ref }
	binary   struct {
		sign        byte
		left, right node
	}
)

// uses reports whether any part of n is as asked.
func uses(n node, is func(node) bool) bool {
	if b, ok := n.(binary); ok {
		return uses(b.left, is) || uses(b.right, is)
	}
	return is(n)
}

func isBase(n node) bool { _, ok := n.(baseNode); return ok }

func isRef(n node) bool { _, ok := n.(refNode); return ok }

// bare reports whether a percentage is compared or added rather than multiplied
// with something.
func bare(n node, multiplied bool) bool {
	switch n := n.(type) {
	case number:
		return n.percent && !multiplied
	case binary:
		if n.sign == '*' || n.sign == '/' {
			multiplied = true
		}
		return bare(n.left, multiplied) || bare(n.right, multiplied)
	}
	return false
}

// Bind reports an area that the check needs and that is not among the names, as
// a [*SyntaxError] with what may have been meant, or with what mend says of an area
// that is unlike all.
func (c *Check) Bind(names []string, mend func(area string) string) error {
	for _, r := range c.refs {
		if r.area == "" || slices.Contains(names, r.area) {
			continue
		}
		do := "did you mean " + quoteName(closest(r.area, names)) + "?"
		if closest(r.area, names) == "" {
			do = mend(r.area)
		}
		l := lexer{src: c.Text}
		return l.fail(r.at, do, "there is no area %q", r.area)
	}
	return nil
}

// Warning says that the check can be true for a difference inside the noise;
// empty: it cannot, or that depends on other quantities.
func (c *Check) Warning() string {
	typical := typicalBase(c.left)
	noise := Noise(c.left.measure, typical)
	if noise == 0 || uses(c.right, isRef) {
		return ""
	}
	if c.left.measure != moved && !uses(c.right, isBase) {
		return ""
	}
	limit, err := c.value(c.right, values{base: func() (float64, bool) { return typical, true }})
	if c.left.measure == moved {
		typical = 0
	}
	if err != nil || math.Abs(limit-typical) >= noise {
		return ""
	}
	return fmt.Sprintf("check %q is true for differences inside the noise (%s of %s, docs/scores.md): it will often report no news",
		c.Text, amount(noise, c.left.unit()), c.left.measure)
}

// values are the numbers that a check is evaluated on. A function reports false
// where there is no number. Never, as a time, is +Inf.
type values struct {
	candidate func(ref) (float64, bool)
	base      func() (float64, bool)
}

var errZero = errors.New("it divides by 0")

// missing is a quantity without a number.
type missing string

// Error says which quantity it is.
func (m missing) Error() string { return "there is no " + string(m) }

// value evaluates a part of the right side.
func (c *Check) value(n node, v values) (float64, error) {
	switch n := n.(type) {
	case number:
		return n.v, nil
	case baseNode:
		if x, ok := v.base(); ok {
			return x, nil
		}
		return 0, missing(c.left.String() + " of the base")
	case refNode:
		if x, ok := v.candidate(n.ref); ok {
			return x, nil
		}
		return 0, missing(n.String())
	}
	b := n.(binary)
	x, err := c.value(b.left, v)
	if err != nil {
		return 0, err
	}
	y, err := c.value(b.right, v)
	if err != nil {
		return 0, err
	}
	switch b.sign {
	case '+':
		x += y
	case '-':
		x -= y
	case '*':
		x *= y
	case '/':
		if y == 0 {
			return 0, errZero
		}
		x /= y
	}
	if math.IsNaN(x) {
		return 0, errors.New("it computes with \"never\"")
	}
	return x, nil
}

// holds compares; values that differ by rounding alone are equal.
func (c *Check) holds(x, y float64) bool {
	size := max(1, math.Abs(x), math.Abs(y))
	equal := x == y || !math.IsInf(size, 0) && math.Abs(x-y) <= 1e-9*size
	switch c.op {
	case "<":
		return x < y && !equal
	case "<=":
		return x < y || equal
	case ">":
		return x > y && !equal
	case ">=":
		return x > y || equal
	case "==":
		return equal
	}
	return !equal
}

// closest returns the choice that a word was probably meant to be, or "".
func closest(word string, choices []string) string {
	best, least := "", max(1, utf8.RuneCountInString(word)/3)+1
	for _, c := range choices {
		if d := editDistance(strings.ToLower(word), strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// editDistance is the number of characters to insert, delete or replace.
func editDistance(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > MaxCheck || len(y) > MaxCheck {
		return MaxCheck
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i, c := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j, d := range y {
			cost := diagonal
			if c != d {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	return row[len(y)]
}
