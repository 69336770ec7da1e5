package compare

import (
	"fmt"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
)

// The names of quantities.
const (
	focus        = "focus"
	clarity      = "clarity"
	excitingness = "excitingness"
	moved        = "moved"
	base         = "base"
)

// pageQuantities belong to the whole, areaQuantities to an area.
var (
	pageQuantities = []string{focus, clarity, excitingness, moved}
	areaQuantities = []string{"share", "rank", "first", "peak"}
)

// ref names a quantity; area is empty for those of the whole.
type ref struct{ area, measure string }

// String returns the quantity as it is written in a check.
func (r ref) String() string {
	if r.area == "" {
		return r.measure
	}
	return quoteName(r.area) + "." + r.measure
}

// quoteName returns a name as a check writes it.
func quoteName(name string) string {
	plain := name != base && !slices.Contains(pageQuantities, name)
	for i, c := range name {
		plain = plain && (isNameStart(c) || i > 0 && c >= '0' && c <= '9')
	}
	if plain && name != "" {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// unit returns what the quantity is counted in.
func (r ref) unit() saccade.Unit {
	switch r.measure {
	case focus, clarity, excitingness:
		return saccade.UnitPoints
	case "rank":
		return saccade.UnitRank
	case "first":
		return saccade.UnitSeconds
	}
	return saccade.UnitShare
}

// parser reads a check by recursive descent.
type parser struct {
	lexer
	tok   token
	depth int
	refs  []placed
}

// placed is a quantity and where it stands.
type placed struct {
	ref
	at int
}

const maxDepth = 40

// ParseCheck reads a check; an empty level is [saccade.LevelError]. The error is
// a [*SyntaxError].
func ParseCheck(level saccade.Level, text string) (*Check, error) {
	p := &parser{lexer: lexer{src: text}}
	switch {
	case len(text) > MaxCheck:
		p.src = text[:20] + "..."
		return nil, p.fail(0, fmt.Sprintf("write at most %d bytes", MaxCheck), "the check is too long")
	case strings.TrimSpace(text) == "":
		return nil, p.fail(0, "write as in: cta.share < 0.9*base", "the check is empty")
	}
	if level == "" {
		level = saccade.LevelError
	}
	if level != saccade.LevelError && level != saccade.LevelWarn {
		return nil, p.fail(0, "write error or warn", "the level %q does not exist", level)
	}
	c, err := p.check()
	if err != nil {
		return nil, err
	}
	c.Level, c.Text, c.refs = level, text, p.refs
	return c, nil
}

// check reads the whole.
func (p *parser) check() (*Check, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	const mendLeft = "write one quantity of the candidate on the left, as in: cta.share < 0.9*base"
	if p.tok.kind != tokName || p.tok.text == base && !p.tok.quoted {
		return nil, p.fail(p.tok.at, mendLeft, "the check does not begin with a quantity")
	}
	left, err := p.quantity()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokOp {
		if p.tok.kind == tokEnd {
			return nil, p.fail(p.tok.at, "add a comparison, as in: "+left.String()+" < base", "there is no comparison")
		}
		return nil, p.fail(p.tok.at, mendLeft, "more than a quantity stands on the left")
	}
	op := p.tok.text
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, err := p.sum()
	if err != nil {
		return nil, err
	}
	switch {
	case p.tok.kind == tokOp:
		return nil, p.fail(p.tok.at, mendOneEach, "there are two comparisons")
	case p.tok.kind != tokEnd:
		return nil, p.fail(p.tok.at, mendOneEach, "the check should end before %q", p.tok.text)
	}
	c := &Check{left: left, op: op, right: right}
	return c, p.meaning(c)
}

// meaning refuses what can be read but says something else than was meant.
func (p *parser) meaning(c *Check) error {
	if c.left.measure == moved && uses(c.right, isBase) {
		return p.fail(0, "write as in: moved > 15%", "moved compares with the base already")
	}
	if u := c.left.unit(); u != saccade.UnitShare && bare(c.right, false) {
		if u == saccade.UnitPoints {
			return p.fail(0, "write 50 for 50 points, or 90%*base", "scores run from 0 to 100, and 50%% is 0.5")
		}
		return p.fail(0, "write a plain number, or 90%*base", "%s is no share, and 50%% is 0.5", c.left)
	}
	return nil
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

// sum reads terms with + and - between them.
func (p *parser) sum() (node, error) { return p.chain("+-", p.term) }

// term reads factors with * and / between them.
func (p *parser) term() (node, error) { return p.chain("*/", p.factor) }

// chain reads operands with any of the signs between them, left to right.
func (p *parser) chain(signs string, operand func() (node, error)) (node, error) {
	left, err := operand()
	if err != nil {
		return nil, err
	}
	for p.tok.kind == tokSign && strings.Contains(signs, p.tok.text) {
		sign := p.tok.text[0]
		if err := p.advance(); err != nil {
			return nil, err
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		left = binary{sign, left, right}
	}
	return left, nil
}

// factor reads a number, a quantity, or what stands in parentheses.
func (p *parser) factor() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(p.tok.at, "write it with fewer of them", "parentheses and signs are nested too deeply")
	}
	defer func() { p.depth-- }()
	t := p.tok
	switch {
	case t.kind == tokNumber:
		return p.numeral()
	case t.kind == tokName && t.text == base && !t.quoted:
		return baseNode{}, p.advance()
	case t.kind == tokName:
		r, err := p.quantity()
		return refNode{r}, err
	case t.kind == tokSign && t.text == "-":
		if err := p.advance(); err != nil {
			return nil, err
		}
		of, err := p.factor()
		return binary{'-', number{}, of}, err
	case t.kind == tokSign && t.text == "(":
		return p.parenthesis()
	case t.kind == tokEnd:
		return nil, p.fail(t.at, "add a number, a quantity or base", "the check ends too early")
	}
	return nil, p.fail(t.at, "write a number, a quantity or base there", "%q stands where a value belongs", t.text)
}

// numeral reads a number with or without a percent sign.
func (p *parser) numeral() (node, error) {
	n := number{v: p.tok.value}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokSign && p.tok.text == "%" {
		n.v, n.percent = n.v/100, true
		return n, p.advance()
	}
	return n, nil
}

// parenthesis reads a sum in parentheses.
func (p *parser) parenthesis() (node, error) {
	open := p.tok.at
	if err := p.advance(); err != nil {
		return nil, err
	}
	n, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokSign || p.tok.text != ")" {
		return nil, p.fail(open, "close it with )", "the parenthesis is not closed")
	}
	return n, p.advance()
}

// quantity reads focus, or a name, a point and a measure.
func (p *parser) quantity() (ref, error) {
	name := p.tok
	if err := p.advance(); err != nil {
		return ref{}, err
	}
	if p.tok.kind != tokSign || p.tok.text != "." {
		if !name.quoted && slices.Contains(pageQuantities, name.text) {
			return p.found(ref{measure: name.text}, name.at), nil
		}
		return ref{}, p.fail(name.at, p.mendName(name), "%q is no quantity", name.text)
	}
	if err := p.advance(); err != nil {
		return ref{}, err
	}
	m := p.tok
	if m.kind != tokName || !slices.Contains(areaQuantities, m.text) {
		mend := "write one of .share .rank .first .peak"
		if s := closest(m.text, areaQuantities); s != "" {
			mend = "did you mean " + quoteName(name.text) + "." + s + "?"
		}
		return ref{}, p.fail(m.at, mend, "an area has no %q", m.text)
	}
	return p.found(ref{name.text, m.text}, name.at), p.advance()
}

func (p *parser) found(r ref, at int) ref {
	p.refs = append(p.refs, placed{r, at})
	return r
}

// mendName says what may have been meant by a name that stands alone.
func (p *parser) mendName(name token) string {
	if s := closest(name.text, pageQuantities); s != "" {
		return "did you mean " + s + "?"
	}
	if name.text == "and" || name.text == "or" || name.text == "not" {
		return mendOneEach
	}
	if p.tok.kind == tokName || p.tok.kind == tokNumber {
		return "put a name with spaces in double quotes"
	}
	return fmt.Sprintf("write focus, clarity, excitingness or moved, or of an area %s.share", quoteName(name.text))
}
