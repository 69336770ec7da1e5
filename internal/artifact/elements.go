package artifact

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/saccade-dev/saccade"
)

// ElementsJSON is the name of the file that holds the elements of a page.
const ElementsJSON saccade.File = "elements.json"

// ElementsSchema names and versions the layout of elements.json.
const ElementsSchema = "saccade.elements/1"

// maxElementsBytes bounds an elements.json that is read.
const maxElementsBytes = 64 << 20

// Elements is an elements.json: every element of a page, in the order of the
// document, with its attention.
type Elements struct {
	Schema    string                  `json:"schema"`
	Model     string                  `json:"model"`
	Width     int                     `json:"width"`     // of the image, pixels
	Height    int                     `json:"height"`    // of the image, pixels
	Truncated bool                    `json:"truncated"` // the page has more elements
	Rest      float64                 `json:"rest"`      // share of attention outside of all elements
	Elements  []saccade.ElementResult `json:"elements"`
}

// WriteElements writes an elements.json of the layout [ElementsSchema].
func WriteElements(w io.Writer, e Elements) error {
	e.Schema = ElementsSchema
	if e.Elements == nil {
		e.Elements = []saccade.ElementResult{}
	}
	return json.NewEncoder(w).Encode(e)
}

// ReadElements reads an elements.json. It refuses another layout, numbers that
// are none of shares, and shares that do not sum to 1 with the rest.
func ReadElements(r io.Reader) (Elements, error) {
	var e Elements
	if err := json.NewDecoder(io.LimitReader(r, maxElementsBytes)).Decode(&e); err != nil {
		return Elements{}, fmt.Errorf("elements.json: %w", whole(err))
	}
	if err := e.validate(); err != nil {
		return Elements{}, fmt.Errorf("elements.json: %w", err)
	}
	return e, nil
}

// WithoutShares returns the elements alone, in the order of the document.
func (e Elements) WithoutShares() []saccade.Element {
	elements := make([]saccade.Element, len(e.Elements))
	for i, r := range e.Elements {
		elements[i] = r.Element
	}
	return elements
}

func (e Elements) validate() error {
	if e.Schema != ElementsSchema {
		return fmt.Errorf("schema %q, want %q", e.Schema, ElementsSchema)
	}
	sum := e.Rest
	for i, r := range e.Elements {
		for _, v := range []float64{r.Share, r.TotalShare, r.AreaShare, r.Box.X, r.Box.Y, r.Box.Width, r.Box.Height} {
			if !(v >= 0 && v <= 1+1e-6) {
				return fmt.Errorf("element %d: %v is not in 0..1", i, v)
			}
		}
		sum += r.Share
	}
	if math.Abs(sum-1) > 1e-3 {
		return errors.New("the shares do not sum to 1")
	}
	return nil
}
