// Command fit makes internal/score/calibration.json: the weights of clarity,
// fitted to the human pair comparisons of SAVOIAS, and the percentile tables of
// both scores and both maps over the reference pages.
//
//	go run ./train/fit -shared ../shared
//
// It is deterministic. Nothing of the images gets into the file but linear
// weights and quantiles. Its test cross-validates the same fit.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/train/dataset"
)

// lambda is the penalty of the ridge for measures of pixels: the largest one that costs
// hardly anything in cross-validation, for weights that carry over to pages. That of
// features of the network is chosen by cross-validation (see choose).
const lambda = 5

const (
	percents   = 100   // steps of a table
	placeCount = 2_000 // places of a page that enter the tables of the maps
)

func main() {
	shared := flag.String("shared", "../shared", "directory with data/clarity and data/screens")
	out := flag.String("out", "internal/score/calibration.json", "file to write")
	flag.Parse()
	if err := run(*shared, *out); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(shared, out string) error {
	train, err := loadSamples(filepath.Join(shared, "data/clarity/savoias"))
	if err != nil {
		return err
	}
	files, err := dataset.Pages(shared)
	if err != nil {
		return err
	}
	var c score.Calibration
	c.Version = "2"
	c.Population = fmt.Sprintf("%d first screens of home pages on a desktop: 150 of the Alexa top 500 of April 2021 (aalto-ui/aim, MIT), the others of calista-ai/website-aesthetics-datasets (MIT)", len(files))
	c.Target = fmt.Sprintf("complexity scores of %d images of SAVOIAS (ads, interiors, objects, scenes), Apache-2.0", len(train))
	c.Clarity.Weights = ridge(train, 0)
	penalty := choose(train)
	c.Clarity.Network.Model, c.Clarity.Network.Weights = attention.NeuralName, ridge(train, penalty)
	fmt.Printf("penalty of the features of the network: %v\n", penalty)
	pages, err := loadPages(files)
	if err != nil {
		return err
	}
	calibrateScores(&c, pages)
	if err := calibrateMaps(&c, files); err != nil {
		return err
	}
	if err := residuals(&c, train, shared); err != nil {
		return err
	}
	return write(out, &c)
}

// residuals fills in how far people's order differs from the scores.
func residuals(c *score.Calibration, train []sample, shared string) error {
	c.Clarity.Residual = residual(train, crossValidated(train, 0, 0))
	c.Clarity.Network.Residual = residual(train, crossValidated(train, 0, withNetwork))
	for _, name := range []string{"oasis", "bad_ads"} {
		s, err := loadSamples(filepath.Join(shared, "data/excitingness", name))
		if err != nil {
			return err
		}
		predicted := make([]float64, len(s))
		for i := range s {
			s[i].Category, predicted[i] = name, c.Stimulation(s[i].features)
		}
		c.Excitingness.Residual = max(c.Excitingness.Residual, residual(s, predicted))
	}
	return nil
}

// page is what the tables need of a reference page.
type page struct {
	features, network    []score.Feature
	clutter, stimulation [4]float64
}

// both are the features of pixels and those of the network.
func (p page) both() []score.Feature { return slices.Concat(p.features, p.network) }

func loadPages(files []string) ([]page, error) {
	pages := make([]page, len(files))
	err := dataset.Each(len(files), func(i int) error {
		r, network, err := measureBoth(files[i])
		if err != nil {
			return err
		}
		pages[i].features, pages[i].network = r.Features(), network
		pages[i].clutter, pages[i].stimulation = r.Components()
		return nil
	})
	return pages, err
}

// calibrateScores fills everything but the tables of the maps.
func calibrateScores(c *score.Calibration, pages []page) {
	collect := func(f func(p page) float64) []float64 {
		out := make([]float64, len(pages))
		for i, p := range pages {
			out[i] = f(p)
		}
		return out
	}
	for k := range c.Clarity.Weights {
		c.Clarity.Weights[k].Mean = mean(collect(func(p page) float64 { return p.features[k].Value }))
	}
	for k := range c.Clarity.Network.Weights {
		c.Clarity.Network.Weights[k].Mean = mean(collect(func(p page) float64 { return p.both()[k].Value }))
	}
	c.Clarity.Network.Quantiles = score.NewQuantiles(collect(func(p page) float64 { return score.Weigh(c.Clarity.Network.Weights, p.both()) }), percents)
	c.Clarity.Quantiles = score.NewQuantiles(collect(func(p page) float64 { return c.Complexity(p.features) }), percents)
	c.Excitingness.Measures = map[string]score.Quantiles{}
	for k, f := range pages[0].features {
		for _, name := range score.Terms() {
			if name == f.Name {
				c.Excitingness.Measures[name] = score.NewQuantiles(collect(func(p page) float64 { return p.features[k].Value }), percents/5)
			}
		}
	}
	c.Excitingness.Quantiles = score.NewQuantiles(collect(func(p page) float64 { return c.Stimulation(p.features) }), percents)
	for k := range 4 {
		c.Clarity.Map.Components[k] = mean(collect(func(p page) float64 { return p.clutter[k] }))
		c.Excitingness.Map.Components[k] = mean(collect(func(p page) float64 { return p.stimulation[k] }))
	}
}

func mean(v []float64) float64 {
	var s float64
	for _, x := range v {
		s += x
	}
	return s / float64(len(v))
}

// calibrateMaps collects the local values at random places of every page.
func calibrateMaps(c *score.Calibration, files []string) error {
	clutter, stimulation := make([][]float64, len(files)), make([][]float64, len(files))
	err := dataset.Each(len(files), func(i int) error {
		r, err := measure(files[i])
		if err != nil {
			return err
		}
		random := rand.New(rand.NewPCG(uint64(i), 1))
		a, b := r.LocalClutter(c.Clarity.Map.Components), r.LocalStimulation(c.Excitingness.Map.Components)
		for range placeCount {
			at := random.IntN(len(a.V))
			clutter[i] = append(clutter[i], float64(a.V[at]))
			stimulation[i] = append(stimulation[i], float64(b.V[at]))
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.Clarity.Map.Quantiles = score.NewQuantiles(slices.Concat(clutter...), percents)
	c.Excitingness.Map.Quantiles = score.NewQuantiles(slices.Concat(stimulation...), percents)
	return nil
}

func write(file string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o644)
}
