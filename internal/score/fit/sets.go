package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
)

// sample is one picture of a set: its features and what people said.
type sample struct {
	file     string
	category string
	human    float64
	features []score.Feature
}

// loadSet measures all pictures that a scores.csv (columns file, score and
// perhaps category) names.
func loadSet(dir string) ([]sample, error) {
	f, err := os.Open(filepath.Join(dir, "scores.csv"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	out := make([]sample, len(rows)-1)
	for i, row := range rows[1:] {
		s := &out[i]
		s.file = filepath.Join(dir, row[column["file"]])
		if s.human, err = strconv.ParseFloat(row[column["score"]], 64); err != nil {
			return nil, err
		}
		if c, ok := column["category"]; ok {
			s.category = row[c]
		}
	}
	err = each(len(out), func(i int) error {
		r, err := measure(out[i].file)
		if err == nil {
			out[i].features = r.Features()
		}
		return err
	})
	return out, err
}

// pageFiles lists the reference pages.
func pageFiles(shared string) ([]string, error) {
	var out []string
	for _, dir := range []string{"screens", "clarity/calista"} {
		files, err := filepath.Glob(filepath.Join(shared, "data", dir, "images", "*"))
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no pages below %s/data", shared)
	}
	return out, nil
}

// read decodes a picture.
func read(file string) (*pix.RGB, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	m, _, err := pix.Decode(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return pix.FromImage(m), nil
}

func measure(file string) (*score.Reading, error) {
	p, err := read(file)
	if err != nil {
		return nil, err
	}
	return score.Measure(p), nil
}

// each runs f for 0..n-1 on all processors and returns the first error.
func each(n int, f func(i int) error) error {
	var wg sync.WaitGroup
	next := make(chan int)
	errs := make(chan error, n)
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for i := range next {
				if err := f(i); err != nil {
					errs <- err
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	close(errs)
	return <-errs
}
