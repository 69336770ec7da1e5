package main

import (
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/train/dataset"
)

// sample is one image of a judged set and its features.
type sample struct {
	dataset.Judged
	features []score.Feature
}

// loadSamples reads a judged set and measures all of its images.
func loadSamples(dir string) ([]sample, error) {
	set, err := dataset.Load(dir)
	if err != nil {
		return nil, err
	}
	out := make([]sample, len(set))
	err = dataset.Each(len(set), func(i int) error {
		r, err := measure(set[i].File)
		if err == nil {
			out[i] = sample{set[i], r.Features()}
		}
		return err
	})
	return out, err
}

// measure measures one image file.
func measure(file string) (*score.PageMetrics, error) {
	p, err := dataset.Read(file)
	if err != nil {
		return nil, err
	}
	return score.Measure(p), nil
}
