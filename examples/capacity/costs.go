package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
)

// cost is what one kind of analysis takes.
type cost struct {
	Name    string  `json:"name"`
	Minutes float64 `json:"minutes,omitempty"` // of video, of each that was measured; 0: no video
	Seconds float64 `json:"seconds"`           // of one core, for each analysis
	Stored  float64 `json:"stored"`            // bytes of results, for each analysis
	Input   float64 `json:"input"`             // bytes of the input that are stored
	Count   int     `json:"count"`             // analyses that were measured
}

// costs are what was measured on one machine.
type costs struct {
	Machine string `json:"machine"`
	Cores   int    `json:"cores"`
	Kinds   []cost `json:"kinds"`
}

// The kinds, by name.
const (
	recording  = "recording, 1280x720"
	footage    = "footage, 1920x1080"
	stillImage = "image, 1280x720"
	webPage    = "page"
)

// kinds are all of them, in the order of tables.
var kinds = []string{recording, footage, stillImage, webPage}

// readCosts reads a file of costs; it refuses one in which a kind is missing.
func readCosts(path string) (c costs, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("%w (measure with -measure first)", err)
	}
	if err := json.Unmarshal(b, &c); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	var errs []error
	for _, name := range kinds {
		if k := c.of(name); k.Seconds <= 0 || k.Stored <= 0 {
			errs = append(errs, fmt.Errorf("%s: no costs of %q", path, name))
		}
	}
	return c, errors.Join(errs...)
}

// save writes a file of costs.
func (c costs) save(path string) error {
	b, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o644)
}

// of is the cost of a kind; zero if it is not there.
func (c costs) of(name string) cost {
	for _, k := range c.Kinds {
		if k.Name == name {
			return k
		}
	}
	return cost{}
}

// table is the costs as text.
func (c costs) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured on %s, %d cores:\n\n", c.Machine, c.Cores)
	b.WriteString("| kind | core seconds each | core seconds a minute of video | results each, KB | input kept, KB |\n| --- | ---: | ---: | ---: | ---: |\n")
	for _, k := range c.Kinds {
		minute := "–"
		if k.Minutes > 0 {
			minute = fmt.Sprintf("%.1f", k.Seconds/k.Minutes)
		}
		fmt.Fprintf(&b, "| %s | %.2f | %s | %.0f | %.0f |\n", k.Name, k.Seconds, minute, k.Stored/1e3, k.Input/1e3)
	}
	return b.String()
}
