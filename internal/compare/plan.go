package compare

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/saccade-dev/saccade"
)

// Plan is what a saccade.yml says.
type Plan struct {
	Pages  []PlanPage
	Media  []saccade.Medium // of pages; empty: the caller's default
	Areas  []Area
	Checks []*Check
}

// PlanPage is a pair to compare: files, patterns of files or addresses.
type PlanPage struct {
	Name      string // empty: the candidate's
	Base      string // empty: it comes from git
	Candidate string
}

// Rebase makes the relative files of the pages relative to the directory that the
// plan lies in; what keep reports is no file.
func (p *Plan) Rebase(dir string, keep func(string) bool) {
	for i := range p.Pages {
		for _, s := range []*string{&p.Pages[i].Base, &p.Pages[i].Candidate} {
			if *s != "" && !filepath.IsAbs(*s) && !keep(*s) {
				*s = filepath.Join(dir, *s)
			}
		}
	}
}

// Limits of a saccade.yml.
const (
	maxPlan   = 1 << 20 // bytes
	maxPages  = 1000
	maxChecks = 200
)

// ReadPlan reads a saccade.yml. Whatever it does not know is an error that names
// the line, and what was probably meant.
func ReadPlan(r io.Reader) (*Plan, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxPlan+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxPlan {
		return nil, fmt.Errorf("the file is larger than %d bytes", maxPlan)
	}
	var doc yaml.Node
	d := yaml.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&doc); errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		return nil, errors.New("the file is empty; write pages:, aois: and checks:")
	} else if err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one document in the file; keep one")
	}
	p := &Plan{}
	err = fields(doc.Content[0], map[string]func(*yaml.Node) error{
		"pages": p.pages, "medium": p.media, "aois": p.aois, "checks": p.checks,
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// at names the line of a node in an error.
func at(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("line %d: %s", n.Line, fmt.Sprintf(format, args...))
}

// fields reads a mapping whose keys are all known.
func fields(n *yaml.Node, known map[string]func(*yaml.Node) error) error {
	var names []string
	for name := range known {
		names = append(names, name)
	}
	slices.Sort(names)
	return mapping(n, "keys: "+strings.Join(names, ", "), func(key, value *yaml.Node) error {
		read := known[key.Value]
		if read == nil {
			if s := closest(key.Value, names); s != "" {
				return at(key, "there is no key %q; did you mean %q?", short(key.Value), s)
			}
			return at(key, "there is no key %q; known keys: %s", short(key.Value), strings.Join(names, ", "))
		}
		return read(value)
	})
}

// mapping visits the keys of a mapping, each of which may stand once.
func mapping(n *yaml.Node, want string, visit func(key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return at(n, "a mapping belongs here, with %s", want)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		switch {
		case key.Kind != yaml.ScalarNode:
			return at(key, "a key is a plain word")
		case seen[key.Value]:
			return at(key, "the key %q stands there twice", short(key.Value))
		}
		seen[key.Value] = true
		if err := visit(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// list visits the elements of a list of at most so many.
func list(n *yaml.Node, most int, visit func(*yaml.Node) error) error {
	if n.Kind != yaml.SequenceNode {
		return at(n, "a list belongs here")
	}
	if len(n.Content) > most {
		return at(n, "the list has more than %d elements", most)
	}
	for _, e := range n.Content {
		if err := visit(e); err != nil {
			return err
		}
	}
	return nil
}

// text reads a plain value.
func text(n *yaml.Node, into *string) error {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return at(n, "a text belongs here")
	}
	*into = n.Value
	return nil
}

func (p *Plan) pages(n *yaml.Node) error {
	return list(n, maxPages, func(n *yaml.Node) error {
		var page PlanPage
		if n.Kind == yaml.ScalarNode { // a file whose base comes from git
			p.Pages = append(p.Pages, PlanPage{Candidate: n.Value})
			return text(n, &page.Candidate)
		}
		set := func(into *string) func(*yaml.Node) error { return func(n *yaml.Node) error { return text(n, into) } }
		err := fields(n, map[string]func(*yaml.Node) error{"name": set(&page.Name), "base": set(&page.Base), "candidate": set(&page.Candidate)})
		if err == nil && page.Candidate == "" {
			err = at(n, "the page has no candidate")
		}
		p.Pages = append(p.Pages, page)
		return err
	})
}

func (p *Plan) media(n *yaml.Node) error {
	one := func(n *yaml.Node) error {
		var s string
		if err := text(n, &s); err != nil {
			return err
		}
		media, err := ParseMedia(s)
		if err != nil {
			return at(n, "%v", err)
		}
		p.Media = append(p.Media, media...)
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return one(n)
	}
	return list(n, 2, one)
}

// ParseMedia reads media separated by commas.
func ParseMedia(s string) ([]saccade.Medium, error) {
	var out []saccade.Medium
	for part := range strings.SplitSeq(s, ",") {
		m := saccade.Medium(strings.TrimSpace(part))
		if m != saccade.MediumDesktop && m != saccade.MediumMobile {
			return nil, fmt.Errorf("there is no medium %q; write %s or %s, or both with a comma", short(string(m)), saccade.MediumDesktop, saccade.MediumMobile)
		}
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

func (p *Plan) aois(n *yaml.Node) error {
	return mapping(n, "names of areas as keys, as in cta: 0.35,0.55,0.30,0.12", func(key, value *yaml.Node) error {
		var where string
		if err := text(value, &where); err != nil {
			return err
		}
		a, err := NewArea(key.Value, where)
		if err != nil {
			return at(value, "%v", err)
		}
		if len(p.Areas) == saccade.MaxAOIs {
			return at(key, "at most %d areas are possible", saccade.MaxAOIs)
		}
		p.Areas = append(p.Areas, a)
		return nil
	})
}

func (p *Plan) checks(n *yaml.Node) error {
	return list(n, maxChecks, func(n *yaml.Node) error {
		var parts []string
		const want = `a check is a level and a condition, as in [error, "cta.share < 0.9*base"]`
		if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
			return at(n, want)
		}
		for _, e := range n.Content {
			var s string
			if err := text(e, &s); err != nil {
				return at(e, want)
			}
			parts = append(parts, s)
		}
		if parts[0] != string(saccade.LevelError) && parts[0] != string(saccade.LevelWarn) {
			return at(n, "there is no level %q; %s", short(parts[0]), want)
		}
		c, err := ParseCheck(saccade.Level(parts[0]), parts[1])
		if err != nil {
			return at(n, "%v", err)
		}
		p.Checks = append(p.Checks, c)
		return nil
	})
}
