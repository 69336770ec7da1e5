package markers

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// readEDL reads the markers of an edit decision list by the public description: it
// does not share a line with the writer.
func readEDL(t *testing.T, l List) []located {
	t.Helper()
	var b bytes.Buffer
	if err := WriteEDL(&b, l); err != nil {
		t.Fatal(err)
	}
	return parseEDL(t, b.String(), l.Rate.nominal())
}

type located struct {
	frame int // since the start of the event
	text  string
}

var (
	eventLine = regexp.MustCompile(`^\d{3}  \w{1,8} +(?:V|A|B|AA) +C +((?:\d\d:){3}\d\d) ((?:\d\d:){3}\d\d) ((?:\d\d:){3}\d\d) ((?:\d\d:){3}\d\d)$`)
	locLine   = regexp.MustCompile(`^\* LOC: ((?:\d\d:){3}\d\d) (\w*)\s+(.*)$`)
)

func parseEDL(t *testing.T, text string, fps int) []located {
	t.Helper()
	drop, start, end := false, -1, 0
	frames := func(code string) int { // by counting minutes, not by the writer's divisions
		var h, m, s, f int
		if _, err := fmt.Sscanf(code, "%d:%d:%d:%d", &h, &m, &s, &f); err != nil || m > 59 || s > 59 || f >= fps {
			t.Fatalf("%q is no timecode", code)
		}
		minutes := 60*h + m
		n := (60*minutes+s)*fps + f
		if drop {
			if s == 0 && f < fps/15 && m%10 != 0 {
				t.Fatalf("%q is a number that is left out", code)
			}
			n -= fps / 15 * (minutes - minutes/10)
		}
		return n
	}
	var out []located
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		switch m := locLine.FindStringSubmatch(line); {
		case i == 0 && strings.HasPrefix(line, "TITLE: "), line == "", line == "FCM: NON-DROP FRAME":
		case line == "FCM: DROP FRAME":
			drop = true
		case m != nil:
			n := frames(m[1])
			if start < 0 || n < start || n >= end {
				t.Fatalf("%q is outside of the event", line)
			}
			out = append(out, located{n - start, m[3]})
		case strings.HasPrefix(line, "* "):
		case eventLine.MatchString(line):
			e := eventLine.FindStringSubmatch(line)
			start, end = frames(e[3]), frames(e[4])
			if frames(e[2])-frames(e[1]) != end-start {
				t.Fatalf("%q: source and record differ in length", line)
			}
		default:
			t.Fatalf("line %d is none of an EDL: %q", i+1, line)
		}
	}
	return out
}

// readFCPXML checks a document against what Apple's definition allows and returns
// the times of its markers since the start of the sequence, in seconds.
func readFCPXML(t *testing.T, l List) []float64 {
	t.Helper()
	var b bytes.Buffer
	if err := WriteFCPXML(&b, l); err != nil {
		t.Fatal(err)
	}
	return checkFCPXML(t, b.Bytes())
}

// allowed are the elements that we use, with the children that the definition of
// version 1.10 allows in this order, the attributes it allows, and those it requires.
var allowed = map[string]struct{ children, attributes, required string }{
	"fcpxml": {"resources library", "version", "version"}, "resources": {"format", "", ""}, "format": {"", "id name frameDuration fieldOrder width height colorSpace", "id"},
	"library": {"event", "location", ""}, "event": {"project", "name uid", ""}, "project": {"sequence", "name uid id modDate", ""},
	"sequence": {"note spine metadata", "format duration tcStart tcFormat audioLayout audioRate renderFormat keywords", "format"}, "note": {"", "", ""},
	"spine": {"gap", "name format lane offset", ""}, "gap": {"note marker metadata", "name offset start duration enabled", "duration"},
	"marker": {"", "start duration value completed note", "start value"},
}

// fcpxmlCheck reads a document element by element.
type fcpxmlCheck struct {
	t            *testing.T
	path         []string
	last         map[int]int // by depth: the place of the child before among those allowed
	start, frame float64     // of the sequence and of its frames, seconds
	out          []float64
}

func checkFCPXML(t *testing.T, doc []byte) []float64 {
	t.Helper()
	c := &fcpxmlCheck{t: t, last: map[int]int{}}
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
		token, err := d.Token()
		if token == nil {
			if len(c.path) != 0 || !errors.Is(err, io.EOF) {
				t.Fatalf("%v in %v", err, c.path)
			}
			return c.out
		}
		switch e := token.(type) {
		case xml.Directive:
			if string(e) != "DOCTYPE fcpxml" {
				t.Errorf("<!%s>", e)
			}
		case xml.StartElement:
			c.meaning(e.Name.Local, c.begin(e))
		case xml.EndElement:
			c.path = c.path[:len(c.path)-1]
		}
	}
}

// begin checks the place of an element and returns its attributes.
func (c *fcpxmlCheck) begin(e xml.StartElement) map[string]string {
	name, depth := e.Name.Local, len(c.path)
	if depth > 0 {
		n := index(allowed[c.path[depth-1]].children, name)
		if n < c.last[depth] {
			c.t.Fatalf("%s in %v", name, c.path)
		}
		c.last[depth] = n
	}
	c.path = append(c.path, name)
	c.last[depth+1] = 0
	rule, has := allowed[name], map[string]string{}
	for _, a := range e.Attr {
		if has[a.Name.Local] = a.Value; index(rule.attributes, a.Name.Local) < 0 {
			c.t.Errorf("%s has %s", name, a.Name.Local)
		}
	}
	for _, want := range strings.Fields(rule.required) {
		if _, ok := has[want]; !ok {
			c.t.Errorf("%s lacks %s", name, want)
		}
	}
	return has
}

// meaning checks the times of an element.
func (c *fcpxmlCheck) meaning(name string, has map[string]string) {
	switch name {
	case "fcpxml":
		if has["version"] != "1.10" {
			c.t.Errorf("version %q", has["version"])
		}
	case "format":
		c.frame = c.seconds(has["frameDuration"])
	case "sequence":
		c.start = c.seconds(has["tcStart"])
	case "gap":
		if has["offset"] != has["start"] || c.seconds(has["offset"]) != c.start {
			c.t.Errorf("the gap does not begin with the sequence: %v", has)
		}
	case "marker":
		at := c.seconds(has["start"])
		if n := at / c.frame; math.Abs(n-math.Round(n)) > 1e-6 {
			c.t.Errorf("%s is on no frame", has["start"])
		}
		c.out = append(c.out, at-c.start)
	}
}

// seconds reads a time: a 64-bit number by a 32-bit one.
func (c *fcpxmlCheck) seconds(s string) float64 {
	num, den, cut := strings.Cut(strings.TrimSuffix(s, "s"), "/")
	if !cut {
		den = "1"
	}
	a, err := strconv.ParseInt(num, 10, 64)
	b, err2 := strconv.ParseInt(den, 10, 32)
	if err != nil || err2 != nil || !strings.HasSuffix(s, "s") {
		c.t.Fatalf("%q is no time", s)
	}
	return float64(a) / float64(b)
}

// index is the place of a word; below 0 where it is not.
func index(words, word string) int {
	for i, w := range strings.Fields(words) {
		if w == word {
			return i
		}
	}
	return -1
}
