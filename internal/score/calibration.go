package score

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Calibration is what was fitted: the weights of clarity and the tables that
// turn raw values into percentiles. `go run ./train/fit` makes it.
type Calibration struct {
	Version    string `json:"version"`
	Population string `json:"population"` // what the percentiles refer to
	Target     string `json:"target"`     // what the weights were fitted to
	Clarity    struct {
		Weights   []Weight  `json:"weights"`
		Quantiles Quantiles `json:"quantiles"` // of Complexity
		Map       LocalMap  `json:"map"`
		Residual  float64   `json:"residual"` // see [Residuals]

		Network NetworkTable `json:"network"` // where features of a network are at hand
	} `json:"clarity"`
	Excitingness struct {
		Measures  map[string]Quantiles `json:"measures"`
		Quantiles Quantiles            `json:"quantiles"` // of Stimulation
		Map       LocalMap             `json:"map"`
		Residual  float64              `json:"residual"` // see [Residuals]
	} `json:"excitingness"`
}

// NetworkTable weighs the measures of an image together with the features that the
// network of an attention model has of it.
type NetworkTable struct {
	Model     string    `json:"model"` // attention.Predictor.Name
	Weights   []Weight  `json:"weights"`
	Quantiles Quantiles `json:"quantiles"`
	Residual  float64   `json:"residual"`
}

// Complexity weighs the features of an image as people judge complexity.
func (c *Calibration) Complexity(features []Feature) float64 {
	return Weigh(c.Clarity.Weights, features)
}

// Weigh returns the sum of weights times features, as differences from their means.
func Weigh(weights []Weight, features []Feature) float64 {
	var sum float64
	for k, w := range weights {
		if k < len(features) && features[k].Name == w.Name { // as they always are
			sum += w.Weight * (features[k].Value - w.Mean)
		} else {
			sum += w.Weight * (valueOf(features, w.Name) - w.Mean)
		}
	}
	return sum
}

// NetworkFeatures are the features of a network as those of [Measure], by names of
// their own.
func NetworkFeatures(values []float32) []Feature {
	out := make([]Feature, len(values))
	for i, v := range values {
		out[i] = Feature{"network" + strconv.Itoa(i), float64(v)}
	}
	return out
}

// terms is the formula of excitingness; a negative weight turns its measure
// round. Many colors of many hues, saturated and warm ones, strong contrasts
// and darkness stimulate; an image that is crowded all over does so less than
// its colors promise, on photographs at least.
var terms = []struct {
	name   string
	weight float64
}{
	{"colors", 0.22},
	{"hueEntropy", 0.08},
	{"chromaMean", 0.14},
	{"warm", 0.10},
	{"lightSd", 0.16},
	{"lightMean", -0.15},
	{"covered", -0.15},
}

// Terms lists the measures that excitingness is made of.
func Terms() []string {
	out := make([]string, len(terms))
	for i, s := range terms {
		out[i] = s.name
	}
	return out
}

// Stimulation is the weighted mean of the measures' positions among pages, on
// a logit scale that ends at 2 and 98 %, so that no single measure outweighs
// the others.
func (c *Calibration) Stimulation(features []Feature) float64 {
	const end = 4
	var sum float64
	for _, s := range terms {
		p := c.Excitingness.Measures[s.name].Percentile(valueOf(features, s.name))
		sum += s.weight * min(max(logit(p), -end), end)
	}
	return sum
}

func valueOf(features []Feature, name string) float64 {
	for _, f := range features {
		if f.Name == name {
			return f.Value
		}
	}
	return 0
}

// Weight is the part of one feature in Complexity.
type Weight struct {
	Name   string  `json:"name"`
	Mean   float64 `json:"mean"`   // over the population
	Weight float64 `json:"weight"` // per unit of the feature
}

// LocalMap calibrates a map: the units of its parts and the values of all
// places of the population.
type LocalMap struct {
	Components [4]float64 `json:"components"`
	Quantiles  Quantiles  `json:"quantiles"`
}

// FocusTable holds the focus (in bits) of the reference pages as each attention
// model sees them. `go run ./train/calibrate` adds a model to it.
type FocusTable struct {
	Version    string               `json:"version"`
	Population string               `json:"population"`
	Models     map[string]Quantiles `json:"models"` // by attention.Predictor.Name
	Default    string               `json:"default"`
}

//go:embed calibration.json
var calibrationJSON []byte

//go:embed focus.json
var focusJSON []byte

// tables parses the embedded calibration once; nothing writes to it.
var tables = sync.OnceValue(func() *Calibration {
	c := new(Calibration)
	parse("calibration.json", calibrationJSON, c)
	return c
})

var focusTable = sync.OnceValue(func() *FocusTable {
	f := new(FocusTable)
	parse("focus.json", focusJSON, f)
	return f
})

// parse panics on a broken table: the binary itself would be broken.
func parse(name string, b []byte, into any) {
	if err := json.Unmarshal(b, into); err != nil {
		panic(fmt.Sprintf("score: %s: %v", name, err))
	}
}

// Residuals returns how far people's own order differs from the scores: the
// distance, in logits of the percentile, within which four of five images of a
// judged set lie whose place by people is held against their place by clarity
// (on images left out of the fit) and by excitingness. That of clarity is smaller with
// the features of the attention model's network.
func Residuals(model string) (clarity, excitingness float64) {
	t := tables()
	if t.Clarity.Network.Model == model {
		return t.Clarity.Network.Residual, t.Excitingness.Residual
	}
	return t.Clarity.Residual, t.Excitingness.Residual
}

// FocusScore is the focus of a density as 0..100: the percentage of reference
// pages on which the named attention model is less focused. A model without a
// table of its own is judged by that of the default model.
func FocusScore(model string, d saccade.Density) int {
	t := focusTable()
	q, ok := t.Models[model]
	if !ok {
		q = t.Models[t.Default]
	}
	return score(q.Percentile(Focus(d)))
}

// apply turns local values into percentiles of the population's places.
func (m *LocalMap) apply(p *pix.Plane) *pix.Plane {
	for i, v := range p.V {
		p.V[i] = float32(m.Quantiles.rank(float64(v)))
	}
	return p
}
