package eval

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	"github.com/saccade-dev/saccade/internal/attention"
)

// Config says how [Run] and [RunVideo] judge. Start from [DefaultConfig].
type Config struct {
	Prior       attention.Prior       // the prior that the predictors use
	Split       Split                 // the part of the set that is judged
	NoObservers bool                  // leave the inter-observer rows out (they take longest)
	Workers     int                   // images or clips judged at the same time, 1 or more
	Resamples   int                   // of the bootstrap, 1 or more
	Seed        uint64                // of bootstrap and random halves; any number
	Step        int                   // of a clip, every so many-th frame is judged, 1 or more
	Progress    func(done, total int) // called now and then, never concurrently; nil: not at all
}

// DefaultConfig returns the settings of the published tables: the whole set,
// the prior chosen by the image, 2,000 resamples with seed 1, every fifth frame.
func DefaultConfig() Config {
	return Config{Prior: attention.PriorAuto, Split: SplitAll, Workers: runtime.GOMAXPROCS(0), Resamples: 2000, Seed: 1, Step: 5}
}

// Validate returns all faults at once, each with the field and the flag of
// `saccade eval` that sets it.
func (c Config) Validate() error {
	var faults []error
	if !slices.Contains([]attention.Prior{attention.PriorAuto, attention.PriorNatural, attention.PriorVideo, attention.PriorWeb, attention.PriorNone}, c.Prior) {
		faults = append(faults, fmt.Errorf("Prior (--prior) is %q; it must be auto, natural, video, web or none", c.Prior))
	}
	if !slices.Contains([]Split{SplitAll, SplitVal, SplitTrain}, c.Split) {
		faults = append(faults, fmt.Errorf("Split (--split) is %q; it must be all, val (every tenth image or clip by name) or train (the others)", c.Split))
	}
	for _, f := range []struct {
		name  string
		value int
	}{{"Workers (--jobs)", c.Workers}, {"Resamples (--resamples)", c.Resamples}, {"Step (--step)", c.Step}} {
		if f.value < 1 {
			faults = append(faults, fmt.Errorf("%s is %d; it must be at least 1", f.name, f.value))
		}
	}
	return errors.Join(faults...)
}

// report passes progress on to the caller.
func (c Config) report(done, total int) {
	if c.Progress != nil {
		c.Progress(done, total)
	}
}
