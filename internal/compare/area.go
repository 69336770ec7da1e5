package compare

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade"
)

// Area is an area of interest by a box, or on pages by a selector.
type Area struct {
	Name     string
	Box      *saccade.Box
	Selector string // CSS; empty: the box
}

const mendArea = "write NAME=X,Y,WIDTH,HEIGHT in fractions of the image, as cta=0.35,0.55,0.30,0.12, or for a page NAME=css:SELECTOR"

// ParseArea reads NAME=X,Y,WIDTH,HEIGHT, in fractions of width and height from
// the top left, or NAME=css:SELECTOR.
func ParseArea(text string) (Area, error) {
	name, where, found := strings.Cut(text, "=")
	if !found {
		return Area{}, fmt.Errorf("area %q: there is no \"=\"; %s", short(text), mendArea)
	}
	return NewArea(strings.TrimSpace(name), where)
}

// NewArea reads where an area is.
func NewArea(name, where string) (Area, error) {
	a := Area{Name: name}
	where = strings.TrimSpace(where)
	if selector, ok := strings.CutPrefix(where, "css:"); ok {
		if a.Selector = strings.TrimSpace(selector); a.Selector == "" {
			return Area{}, fmt.Errorf("area %q: the selector is empty; %s", short(name), mendArea)
		}
		return a, a.validName()
	}
	parts := strings.Split(where, ",")
	if len(parts) != 4 {
		return Area{}, fmt.Errorf("area %q: %q has %d numbers, not 4; %s", short(name), short(where), len(parts), mendArea)
	}
	var v [4]float64
	for i, p := range parts {
		var err error
		if v[i], err = strconv.ParseFloat(strings.TrimSpace(p), 64); err != nil {
			return Area{}, fmt.Errorf("area %q: %q is no number; %s", short(name), short(p), mendArea)
		}
	}
	a.Box = &saccade.Box{X: v[0], Y: v[1], Width: v[2], Height: v[3]}
	if err := saccade.ValidateAOIs([]saccade.AOI{a.AOI()}); err != nil {
		return Area{}, fmt.Errorf("area %q: %s; %s", short(name), strings.TrimSuffix(saccade.AsError(err).Message, "."), mendArea)
	}
	return a, nil
}

// validName checks the name of an area without a box.
func (a Area) validName() error {
	if err := saccade.ValidateAOIs([]saccade.AOI{a.AOI()}); err != nil {
		return fmt.Errorf("area %q: %s", short(a.Name), saccade.AsError(err).Message)
	}
	return nil
}

// MendFlag says how an area is named on a command line.
func MendFlag(area string) string {
	if quoteName(area) != area {
		area = "'" + strings.ReplaceAll(area, "'", `'\''`) + "'"
	}
	return "name it with --aoi " + area + "=X,Y,WIDTH,HEIGHT"
}

// AOI returns the area as an area of interest, by its box or its selector.
func (a Area) AOI() saccade.AOI { return saccade.AOI{Name: a.Name, Box: a.Box, Selector: a.Selector} }

// short cuts a text for a message.
func short(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "..."
	}
	return s
}
