package httpfront

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"strings"

	"github.com/saccade-dev/saccade"
)

// JSONBudget bounds a JSON body. It is judged while the body is read: what a
// decoder makes of a body can be a hundred times its size.
type JSONBudget struct {
	Bytes  int64     // beside the text that is free
	Values int       // strings, numbers, literals, and empty lists and objects
	Free   [2]string // keys of the text, in an object in the body, that does not count
	// List judges a list below a member of the body once it has n elements, at the
	// depth of the list: 2 is the member itself. nil: lists are as long as they are.
	List func(member string, depth, n int) error
}

// maxDepth is how many lists and objects may be inside of each other.
const maxDepth = 64

// ErrTooLarge says that a body has used up its budget.
var ErrTooLarge = saccade.Errorf(saccade.CodeTooLarge, "The request is too large. Please send less than the documented limit.")

// JSONBody is a request's body on its way to the decoder.
type JSONBody struct {
	io.ReadCloser
	Sum hash.Hash // is fed what is read; may be nil

	judge judge
}

// NewJSONBody returns the body, bounded by the budget.
func NewJSONBody(body io.ReadCloser, budget JSONBudget) *JSONBody {
	return &JSONBody{ReadCloser: body, judge: judge{JSONBudget: budget}}
}

// Read reads on, feeds the hash, and fails with a *saccade.Error when the budget
// is used up.
func (b *JSONBody) Read(p []byte) (int, error) {
	if b.judge.err != nil {
		return 0, b.judge.err
	}
	n, err := b.ReadCloser.Read(p)
	if b.Sum != nil {
		b.Sum.Write(p[:n])
	}
	if refused := b.judge.add(p[:n]); refused != nil {
		return n, refused
	}
	return n, err
}

// judge counts what a JSON text will be, byte by byte, without decoding it. It
// accepts text that is no JSON, as long as there is not too much of it: the
// decoder says what is wrong.
type judge struct {
	JSONBudget
	bytes  int64 // beside the text that is free
	values int
	err    error

	depth    int
	list     [maxDepth + 1]bool // whether the container at a depth is a list
	elements [maxDepth + 1]int  // commas in it
	key      [2]string          // of the members at depths 1 and 2 that are being read

	inText, escaped bool
	free            bool   // the text does not count
	text            []byte // the beginning of the text
	inWord          bool   // in a number or a literal
	opened          bool   // the last byte opened a container
}

// maxKey is longer than any key that the judge has to know.
const maxKey = 16

// add judges the next bytes.
func (j *judge) add(p []byte) error {
	for len(p) > 0 && j.err == nil {
		if j.inText {
			p = p[j.addText(p):]
		} else {
			j.addByte(p[0])
			p = p[1:]
		}
		switch {
		case j.err != nil:
		case j.bytes > j.Bytes:
			j.err = ErrTooLarge
		case j.values > j.Values:
			j.err = saccade.Errorf(saccade.CodeTooLarge, "The request has too many values. At most %d are read.", j.Values)
		}
	}
	return j.err
}

// addText takes bytes of a text, up to its end, and returns how many.
func (j *judge) addText(p []byte) int {
	n := 0
	if j.escaped {
		j.escaped, n = false, 1
	} else if n = bytes.IndexAny(p, `"\`); n < 0 {
		n = len(p)
	} else if n++; p[n-1] == '\\' {
		j.escaped = true
	} else {
		j.inText = false
	}
	if !j.free {
		j.bytes += int64(n)
	}
	if room := maxKey - len(j.text); room > 0 {
		j.text = append(j.text, p[:min(room, n)]...)
	}
	if !j.inText {
		j.values++
		j.free = false
	}
	return n
}

// addByte takes a byte outside of texts.
func (j *judge) addByte(c byte) {
	j.bytes++
	word, opened := j.inWord, j.opened
	j.inWord, j.opened = false, false
	switch c {
	case '"':
		j.inText, j.text = true, j.text[:0]
		j.free = j.depth == 2 && j.key == j.Free
	case '{', '[':
		j.open(c == '[')
	case '}', ']':
		if opened {
			j.values++
		}
		j.depth = max(0, j.depth-1)
	case ',':
		j.next()
	case ':':
		j.values-- // the text before it was a key
		j.setKey()
	case ' ', '\t', '\r', '\n':
		j.opened = opened
	default:
		if !word {
			j.values++
		}
		j.inWord = true
	}
}

// open enters a container.
func (j *judge) open(list bool) {
	if j.depth++; j.depth > maxDepth {
		j.err = saccade.Errorf(saccade.CodeClient, "The body is nested too deeply.")
		return
	}
	j.opened, j.list[j.depth], j.elements[j.depth] = true, list, 0
	if j.depth <= len(j.key) {
		j.key[j.depth-1] = ""
	}
}

// next begins the next element or member.
func (j *judge) next() {
	if j.depth > 0 && j.depth <= len(j.key) {
		j.key[j.depth-1] = ""
	}
	if !j.list[j.depth] || j.List == nil {
		return
	}
	j.elements[j.depth]++
	j.err = j.List(j.key[0], j.depth, j.elements[j.depth]+1)
}

// setKey keeps the text before a colon where it is the key of a member that the
// judge has to know.
func (j *judge) setKey() {
	if j.depth > 0 && j.depth <= len(j.key) {
		j.key[j.depth-1] = string(bytes.TrimSuffix(j.text, []byte(`"`)))
	}
}

var errNUL = errors.New("texts must not contain NUL characters")

// DecodeJSON reads a body. Members that are null count as left out, since
// clients send both; texts with NUL are refused, since no database keeps them.
func DecodeJSON(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if tree, ok := v.(*any); ok {
		return tidy(*tree)
	}
	return nil
}

// tidy drops null members in place and looks for NUL. The decoder has bounded
// the depth.
func tidy(tree any) error {
	switch t := tree.(type) {
	case string:
		if strings.IndexByte(t, 0) >= 0 {
			return errNUL
		}
	case []any:
		for _, v := range t {
			if err := tidy(v); err != nil {
				return err
			}
		}
	case map[string]any:
		for k, v := range t {
			if strings.IndexByte(k, 0) >= 0 {
				return errNUL
			}
			if v == nil {
				delete(t, k)
			} else if err := tidy(v); err != nil {
				return err
			}
		}
	}
	return nil
}
