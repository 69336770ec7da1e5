// Package dataset reads the images behind the fits of the scores: reference
// pages, and sets of images that people judged. Only the commands below train/
// use it; nothing of the product does.
//
// The images lie in a directory that is not part of this repository: pages in
// data/screens/images and data/clarity/calista/images, judged sets in
// directories with a scores.csv.
package dataset

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"

	"github.com/saccade-dev/saccade/internal/pix"
)

// Pages returns the files of the reference pages below shared/data, in the
// order that the fits depend on. No page at all is an error.
func Pages(shared string) ([]string, error) {
	var out []string
	for _, dir := range []string{"screens", "clarity/calista"} {
		files, err := filepath.Glob(filepath.Join(shared, "data", dir, "images", "*"))
		if err != nil {
			return nil, err
		}
		out = append(out, files...)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no pages below %s/data; -shared must name the directory that holds data/screens and data/clarity/calista", shared)
	}
	return out, nil
}

// Judged is one image of a judged set.
type Judged struct {
	File     string
	Category string  // "" in sets without categories
	Score    float64 // what people said of it; unit and sign are the set's own
}

// Load reads dir/scores.csv, whose header names the columns file, score and
// perhaps category. Files are relative to dir.
func Load(dir string) ([]Judged, error) {
	name := filepath.Join(dir, "scores.csv")
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	out, err := judged(rows, dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}

// judged turns the rows of a scores.csv into images.
func judged(rows [][]string, dir string) ([]Judged, error) {
	if len(rows) < 2 {
		return nil, errors.New("no image is listed")
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	file, hasFile := column["file"]
	number, hasScore := column["score"]
	if !hasFile || !hasScore {
		return nil, errors.New("the header must name the columns file and score")
	}
	category, hasCategory := column["category"]
	out := make([]Judged, len(rows)-1)
	for i, row := range rows[1:] {
		v, err := strconv.ParseFloat(row[number], 64)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+2, err)
		}
		out[i] = Judged{File: filepath.Join(dir, row[file]), Score: v}
		if hasCategory {
			out[i].Category = row[category]
		}
	}
	return out, nil
}

// Read decodes an image file.
func Read(file string) (*pix.RGB, error) {
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

// Each runs f for 0..n-1 on all processors and returns one of the errors, if
// there was any.
func Each(n int, f func(i int) error) error {
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
