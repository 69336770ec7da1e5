// Package ood says whether an image is unlike all that the attention model has learned
// from: out-of-distribution detection. Attention on noise, X-rays, test cards or depth
// maps is a number like any other, but nothing stands behind it.
//
// The contract: everything is a pure function of its arguments and of a table that
// `go run ./train/ood` has made (outside.json), safe for concurrent use and the same on
// every run. The table holds for the attention model that it names ([Knows]).
//
// An image is described by the features that the network has of it and by plain
// statistics of its pixels ([Inputs]), and a logistic regression over classes, three of
// them natural (photographs and designs, pages, frames of videos), judges it. It knows
// the kinds it was shown: noise, X-rays, test cards and depth maps, all drawn by package
// train/ood/kinds. What is strange in another way may pass unnoticed; docs/accuracy.md
// has the figures.
package ood

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"sync"

	"github.com/saccade-dev/saccade/internal/pix"
)

// Classes lists what images are told apart into; the first [Natural] of them are natural.
func Classes() []string {
	return []string{"photo", "page", "video", "noise", "xray", "card", "depth"}
}

// Natural is how many of the classes are natural.
const Natural = 3

// Table is the file outside.json, which `go run ./train/ood` writes.
type Table struct {
	Version   string      `json:"version"`
	Model     string      `json:"model"`     // attention.Predictor.Name
	Threshold float64     `json:"threshold"` // log-odds above which an image is outside
	Mean      []float64   `json:"mean"`      // of the inputs
	Scale     []float64   `json:"scale"`     // their standard deviation
	Bias      []float64   `json:"bias"`      // by class
	Weights   [][]float64 `json:"weights"`   // by class: of the terms, see [Table.Terms]
}

//go:embed outside.json
var outsideJSON []byte

// table parses the embedded file once; nothing writes to it.
var table = sync.OnceValue(func() *Table {
	t := new(Table)
	if err := json.Unmarshal(outsideJSON, t); err != nil {
		panic(fmt.Sprintf("ood: outside.json: %v", err)) // the binary itself would be broken
	}
	return t
})

// Knows reports whether the table is that of the attention model of a name.
func Knows(model string) bool { return table().Model == model }

// Outside reports whether an image is unlike all training, from the features that the
// network has of it and the image at the size at which it saw it (see
// attention.Examiner).
func Outside(features []float32, small *pix.RGB) bool {
	t := table()
	return t.LogOdds(Inputs(features, small)) > t.Threshold
}

// Inputs returns what the detector knows of an image: the features of the network and
// statistics of the pixels.
func Inputs(features []float32, small *pix.RGB) []float64 {
	out := make([]float64, len(features))
	for i, v := range features {
		out[i] = float64(v)
	}
	return append(out, statistics(small)...)
}

// cut is how many standard deviations an input counts at most.
const cut = 5

// networkFeatures is attention.FeatureCount.
const networkFeatures = 128

// Terms returns what the classes weigh: the inputs in standard deviations from their
// mean, and of those that are statistics of pixels also the squares.
func (t *Table) Terms(inputs []float64) []float64 {
	out := make([]float64, len(inputs), 2*len(inputs))
	for i, v := range inputs {
		out[i] = min(max((v-t.Mean[i])/t.Scale[i], -cut), cut)
	}
	for _, v := range out[networkFeatures:] {
		out = append(out, v*v)
	}
	return out
}

// LogOdds returns the logarithm of how much likelier the inputs belong to a class that
// is not natural than to a natural one.
func (t *Table) LogOdds(inputs []float64) float64 {
	terms := t.Terms(inputs)
	z := make([]float64, len(t.Weights))
	for k, w := range t.Weights {
		z[k] = t.Bias[k]
		for i, v := range terms {
			z[k] += w[i] * v
		}
	}
	return logSum(z[Natural:]) - logSum(z[:Natural])
}

// logSum returns the logarithm of the sum of exponentials.
func logSum(z []float64) float64 {
	most, sum := math.Inf(-1), 0.0
	for _, v := range z {
		most = max(most, v)
	}
	for _, v := range z {
		sum += math.Exp(v - most)
	}
	return most + math.Log(sum)
}
