package worker

import (
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"time"
)

// Config says how much is done at a time and how long things may take.
type Config struct {
	Scratch  string        // folder for temporary files, on this machine; one folder per attempt is made in it
	Videos   int           // analyses of videos at a time; 0: this worker leaves them to others
	Images   int           // analyses of images and pages at a time; 0: this worker leaves them to others
	Webhooks int           // deliveries at a time; 0: this worker leaves them to others
	Poll     time.Duration // how often new images are looked for; videos are at a quarter, webhooks at a tenth of the rate
	Beat     time.Duration // how often a running attempt says that it is alive; well below the store's lease
	Timeout  time.Duration // of one attempt at an analysis
	Pause    time.Duration // before an attempt is repeated; doubles each time
	Sweep    time.Duration // how often the jobs of dead instances are looked for
	Tidy     time.Duration // how often expired things are cleared away
	Stale    time.Duration // age at which an upload that nothing uses is erased
}

// DefaultConfig runs one video for every two processor cores.
func DefaultConfig() Config {
	cores := runtime.NumCPU()
	return Config{
		Scratch:  filepath.FromSlash("data/scratch"),
		Videos:   max(1, cores/2),
		Images:   max(2, cores/2),
		Webhooks: 4,
		Poll:     50 * time.Millisecond,
		Beat:     2 * time.Second,
		Timeout:  30 * time.Minute,
		Pause:    2 * time.Second,
		Sweep:    5 * time.Second,
		Tidy:     time.Minute,
		Stale:    24 * time.Hour,
	}
}

// Validate reports all faults at once.
func (c Config) Validate() error {
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(c.Scratch == "", "Scratch is not set")
	bad(c.Videos < 0 || c.Images < 0 || c.Webhooks < 0, "Videos, Images and Webhooks are %d, %d and %d and must be 0 or more", c.Videos, c.Images, c.Webhooks)
	bad(c.Videos+c.Images+c.Webhooks == 0, "Videos, Images and Webhooks are all 0: this worker would do nothing")
	for _, d := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"Poll", c.Poll, 10 * time.Millisecond},
		{"Beat", c.Beat, 10 * time.Millisecond},
		{"Timeout", c.Timeout, time.Second},
		{"Pause", c.Pause, time.Millisecond},
		{"Sweep", c.Sweep, 10 * time.Millisecond},
		{"Tidy", c.Tidy, 10 * time.Millisecond},
		{"Stale", c.Stale, time.Minute},
	} {
		bad(d.value < d.least, "%s is %v and must be %v or more", d.name, d.value, d.least)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	return nil
}
