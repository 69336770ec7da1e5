package main

import (
	"sync"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/train/dataset"
)

// sample is one image of a judged set and its features.
type sample struct {
	dataset.Judged
	features []score.Feature
	network  []score.Feature
}

// loadSamples reads a judged set and measures all of its images.
func loadSamples(dir string) ([]sample, error) {
	set, err := dataset.Load(dir)
	if err != nil {
		return nil, err
	}
	out := make([]sample, len(set))
	err = dataset.Each(len(set), func(i int) error {
		r, network, err := measureBoth(set[i].File)
		if err == nil {
			out[i] = sample{set[i], r.Features(), network}
		}
		return err
	})
	return out, err
}

// model is the network whose features clarity is fitted with.
var model = sync.OnceValues(func() (*attention.Neural, error) { return attention.NewNeural("") })

// measureBoth measures one image file, and returns the network's features of it, too.
func measureBoth(file string) (*score.PageMetrics, []score.Feature, error) {
	p, err := dataset.Read(file)
	if err != nil {
		return nil, nil, err
	}
	m, err := model()
	if err != nil {
		return nil, nil, err
	}
	f, _, err := m.Features(p)
	return score.Measure(p), score.NetworkFeatures(f), err
}

// measure measures one image file.
func measure(file string) (*score.PageMetrics, error) {
	p, err := dataset.Read(file)
	if err != nil {
		return nil, err
	}
	return score.Measure(p), nil
}
