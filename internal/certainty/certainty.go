// Package certainty says how sure the numbers are: intervals of 80 % around
// shares and scores, from test-time variation.
//
// The contract: everything is a pure function of its arguments and of tables
// that commands below train/ have made (intervals.json), safe for
// concurrent use and the same on every run. An interval always holds its value
// and lies within the range of the number. The tables hold for the model that
// they name ([Knows]); for another one nothing is known.
//
// An interval of a share is the place where the share of people's own attention
// falls in four of five areas: the views of the model (scales, mirror images,
// neighboring frames) say how much its opinion varies, and gaze on images that
// it did not learn from says by what that has to be stretched. docs/scores.md has
// what an interval of each score means, and the coverage on held-out folds.
package certainty

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"sync"

	"github.com/saccade-dev/saccade"
)

// Coverage is the share of cases that an interval is to hold.
const Coverage = 0.8

// Kind is what the error bars of shares are calibrated for.
type Kind string

// The kinds: photographs, pages, videos.
const (
	KindPhoto Kind = "photo"
	KindPage  Kind = "page"
	KindVideo Kind = "video"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{KindPhoto, KindPage, KindVideo} }

// Reach is how far an interval reaches to one side, in logits of the share:
// Base + Spread * s + Small * d, where s is the root mean square deviation of
// the views from the value and d how far the value lies below [SmallShare],
// all in logits. None is negative, so that an interval grows with the
// disagreement of the views.
type Reach struct {
	Base   float64 `json:"base"`
	Spread float64 `json:"spread"`
	Small  float64 `json:"small"`
}

// SmallShare is the share below which intervals grow wider.
const SmallShare = 0.3

// At returns the reach, in logits.
func (r Reach) At(spread, small float64) float64 { return r.Base + r.Spread*spread + r.Small*small }

// Reaches are those to both sides.
type Reaches struct {
	Low  Reach `json:"low"`
	High Reach `json:"high"`
}

// Table calibrates the shares of one kind: with views, and without them, for areas
// that are measured later on a density alone.
type Table struct {
	Views   Reaches `json:"views"`
	Without Reaches `json:"without"`
	Cases   int     `json:"cases"`  // areas it was fitted on
	Groups  int     `json:"groups"` // images, sites or clips they lie in
	Held    float64 `json:"held"`   // share of people's shares inside, on groups left out
}

// Tables is the file intervals.json, which `go run ./train/calibrate` writes.
type Tables struct {
	Version string         `json:"version"`
	Model   string         `json:"model"`
	Kinds   map[Kind]Table `json:"kinds"`
}

//go:embed intervals.json
var intervalsJSON []byte

// tables parses the embedded file once; nothing writes to it.
var tables = sync.OnceValue(func() *Tables {
	t := new(Tables)
	if err := json.Unmarshal(intervalsJSON, t); err != nil {
		panic(fmt.Sprintf("certainty: intervals.json: %v", err)) // the binary itself would be broken
	}
	return t
})

// Knows reports whether there are tables for the attention model of a name.
func Knows(model string) bool { return tables().Model == model }

// Mix weighs kinds; its values sum to 1.
type Mix map[Kind]float64

// OfImage is the mix of an image that shows a page with a probability.
func OfImage(page float64) Mix { return Mix{KindPhoto: 1 - page, KindPage: page} }

// Share returns the interval of a share of attention (0..1), from its value and
// the shares of the same area in the views; without any views a wider one.
func Share(m Mix, value float64, views []float64) saccade.Interval {
	spread, small := Spread(value, views), Smallness(value)
	var low, high float64
	for _, kind := range Kinds() {
		t := tables().Kinds[kind]
		r := t.Views
		if len(views) == 0 {
			r = t.Without
		}
		low += m[kind] * r.Low.At(spread, small)
		high += m[kind] * r.High.At(spread, small)
	}
	return around(value, low, high)
}

// Score returns the interval of a score (0..100), whole numbers, from its value,
// the scores of the views and the half-width in logits that is known to come on
// top ([score.Residuals]; 0: none).
func Score(value int, views []int, residual float64) saccade.Interval {
	v := float64(value) / 100
	shares := make([]float64, len(views))
	for i, s := range views {
		shares[i] = float64(s) / 100
	}
	reach := math.Hypot(residual, viewReach*spreadOf(v, shares, scoreEdge))
	at := logit(clamp(v, scoreEdge))
	low, high := math.Floor(100*logistic(at-reach)), math.Ceil(100*logistic(at+reach))
	return saccade.Interval{max(0, min(low, float64(value))), min(100, max(high, float64(value)))}
}

// viewReach is how many standard deviations of four views the middle 80 % of a
// value reach to either side: the 90 % quantile of Student's t with 3 degrees of
// freedom.
const viewReach = 1.638

const (
	shareEdge = 0.002 // shares nearer to 0 and 1 than this count as this
	scoreEdge = 0.005 // half a point
)

// Spread returns the root mean square deviation of views from a value, in logits;
// 0 without views.
func Spread(value float64, views []float64) float64 { return spreadOf(value, views, shareEdge) }

func spreadOf(value float64, views []float64, edge float64) float64 {
	if len(views) == 0 {
		return 0
	}
	at, sum := logit(clamp(value, edge)), 0.0
	for _, v := range views {
		d := logit(clamp(v, edge)) - at
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(views)))
}

// Smallness returns how far a share lies below [SmallShare], in logits; 0 above it.
func Smallness(value float64) float64 {
	return max(0, logit(SmallShare)-logit(clamp(value, shareEdge)))
}

// Logit returns the logit of a share, kept away from 0 and 1.
func Logit(share float64) float64 { return logit(clamp(share, shareEdge)) }

// around returns an interval around a share, by reaches in logits.
func around(value, low, high float64) saccade.Interval {
	at := Logit(value)
	from, to := logistic(at-low), logistic(at+high)
	if from <= shareEdge { // nobody may look there
		from = 0
	}
	if to >= 1-shareEdge {
		to = 1
	}
	return saccade.Interval{min(value, from), max(value, to)}
}

// Around returns the interval of a share that reaches as far as r says.
func Around(r Reaches, value, spread float64) saccade.Interval {
	small := Smallness(value)
	return around(value, r.Low.At(spread, small), r.High.At(spread, small))
}

func clamp(p, edge float64) float64 {
	if !(p > edge) { // also what is not a number
		return edge
	}
	return min(p, 1-edge)
}

func logit(p float64) float64    { return math.Log(p / (1 - p)) }
func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
