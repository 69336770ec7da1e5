// Command ood makes internal/ood/outside.json, the table by which an image counts as
// unlike all training, and prints how well it does on images left out of its fit.
//
//	go run ./train/ood -shared ../shared -pages DIR
//
// The natural images lie below -shared, and in DIR pages of our own making (python3 -m
// pages --out DIR --count 400, in train/); the others are drawn by package kinds.
// It is deterministic. Nothing of the images gets into the file but weights. It needs
// ffmpeg and some minutes.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"github.com/saccade-dev/saccade/internal/attention"
)

func main() {
	shared := flag.String("shared", "../shared", "directory with data/attention, data/clarity, data/excitingness, data/screens, data/video-gaze")
	made := flag.String("pages", "", "directory with pages that train/pages made")
	cache := flag.String("cache", "", "file that keeps the measured images between runs; none: they are measured every time")
	out := flag.String("out", "internal/ood/outside.json", "file to write")
	flag.Parse()
	if err := run(*shared, *made, *cache, *out); err != nil {
		fmt.Fprintln(os.Stderr, "ood:", err)
		os.Exit(1)
	}
}

func run(shared, made, cache, out string) error {
	samples, err := measured(cache, shared, made)
	if err != nil {
		return err
	}
	scores, err := leftOut(samples)
	if err != nil {
		return err
	}
	t := fit(samples)
	t.Version, t.Model = "1", attention.NeuralName
	t.Threshold = threshold(samples, scores)
	report(os.Stdout, samples, scores, t.Threshold)
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return os.WriteFile(out, append(b, '\n'), 0o644)
}

// measured returns all samples, from the cache if there is one.
func measured(cache, shared, made string) ([]sample, error) {
	var samples []sample
	if b, err := os.ReadFile(cache); err == nil {
		return samples, json.Unmarshal(b, &samples)
	}
	model, err := attention.NewNeural("")
	if err != nil {
		return nil, err
	}
	from, err := sources(shared, made)
	if err != nil {
		return nil, err
	}
	if samples, err = collect(model, from); err != nil || cache == "" {
		return samples, err
	}
	b, err := json.Marshal(samples)
	if err != nil {
		return nil, err
	}
	return samples, os.WriteFile(cache, b, 0o644)
}
