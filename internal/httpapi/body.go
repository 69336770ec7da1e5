package httpapi

import (
	"bytes"
	"hash"
	"io"

	"github.com/saccade-dev/saccade"
)

// The budget of a JSON body, judged while it is read: what a decoder makes of a
// body can be a hundred times its size.
const (
	maxBody   = 2 << 20 // bytes, beside input.content
	maxValues = 250_000 // strings, numbers, literals, and empty lists and objects
	maxDepth  = 64      // lists and objects inside of each other
	maxList   = 1000    // elements of a list that the API reads
)

// listKeys are the members of a request, at its top, that the API reads.
var listKeys = map[string]bool{"input": true, "predictions": true, "aois": true, "webhook": true, "events": true}

// jsonBody is a request's body on its way to the decoder.
type jsonBody struct {
	io.ReadCloser
	sum   hash.Hash // nil: nobody asks for it
	judge judge
}

// Read reads on, feeds the hash, and fails with a *saccade.Error when the budget
// is used up.
func (b *jsonBody) Read(p []byte) (int, error) {
	if b.judge.err != nil {
		return 0, b.judge.err
	}
	n, err := b.ReadCloser.Read(p)
	if b.sum != nil {
		b.sum.Write(p[:n])
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
	bytes  int64 // beside input.content
	values int
	err    error

	depth    int
	list     [maxDepth + 1]bool // whether the container at a depth is a list
	elements [maxDepth + 1]int  // commas in it
	key      [2]string          // of the members at depths 1 and 2 that are being read

	inText, escaped bool
	content         bool   // the text is input.content
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
		case j.bytes > maxBody:
			j.err = errBodyTooLarge
		case j.values > maxValues:
			j.err = saccade.Errorf(saccade.CodeTooLarge, "The request has too many values. At most %d are read.", maxValues)
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
	if !j.content {
		j.bytes += int64(n)
	}
	if room := maxKey - len(j.text); room > 0 {
		j.text = append(j.text, p[:min(room, n)]...)
	}
	if !j.inText {
		j.values++
		j.content = false
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
		j.content = j.depth == 2 && j.key == [2]string{"input", "content"}
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
	if !j.list[j.depth] || !listKeys[j.key[0]] {
		return
	}
	j.elements[j.depth]++
	switch n := j.elements[j.depth] + 1; {
	case j.key[0] == "aois" && j.depth == 2 && n > saccade.MaxAOIs:
		j.err = saccade.ValidateAOIs(make([]saccade.AOI, n))
	case n > maxList:
		j.err = saccade.Errorf(saccade.CodeInvalidInput, "A list has at most %d elements.", maxList).About(j.key[0])
	}
}

// setKey keeps the text before a colon where it is the key of a member that the
// judge has to know.
func (j *judge) setKey() {
	if j.depth > 0 && j.depth <= len(j.key) {
		j.key[j.depth-1] = string(bytes.TrimSuffix(j.text, []byte(`"`)))
	}
}
