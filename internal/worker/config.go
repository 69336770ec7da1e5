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
	Scratch     string        // directory for temporary files, on this machine; one directory per attempt is made in it
	Videos      int           // analyses of videos at a time; 0: this worker leaves them to others
	Images      int           // analyses of images and pages at a time; 0: this worker leaves them to others
	Texts       int           // texts written at a time; 0: this worker leaves them to others
	Webhooks    int           // deliveries at a time; 0: this worker leaves them to others
	Poll        time.Duration // how often jobs are looked for besides the signal that a new one sends
	Heartbeat   time.Duration // how often a running attempt says that it is alive; its lease is five heartbeats
	Timeout     time.Duration // of one attempt at an analysis
	TextTimeout time.Duration // of one attempt at a text
	Pause       time.Duration // before an attempt is repeated; doubles each time
	Requeue     time.Duration // how often jobs that nobody works on are looked for, at least
	Janitor     time.Duration // how often expired things are cleared away
	Orphans     time.Duration // how often objects that no row knows are looked for
	Stale       time.Duration // age at which an upload that nothing uses, and an object that no row knows, is erased
}

// heartbeats is how many heartbeats a lease lasts.
const heartbeats = 5

// DefaultConfig runs one video for every two processor cores.
func DefaultConfig() Config {
	cores := runtime.NumCPU()
	return Config{
		Scratch:     filepath.FromSlash("data/scratch"),
		Videos:      max(1, cores/2),
		Images:      max(2, cores/2),
		Texts:       4,
		Webhooks:    8,
		Poll:        time.Minute,
		Heartbeat:   1500 * time.Millisecond,
		Timeout:     30 * time.Minute,
		TextTimeout: 2 * time.Minute,
		Pause:       2 * time.Second,
		Requeue:     5 * time.Second,
		Janitor:     time.Minute,
		Orphans:     6 * time.Hour,
		Stale:       24 * time.Hour,
	}
}

// Validate reports all faults at once, each naming its field.
func (c Config) Validate() error {
	var errs []error
	bad := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(c.Scratch == "", "Scratch is not set")
	for _, n := range []struct {
		name  string
		value int
	}{{"Videos", c.Videos}, {"Images", c.Images}, {"Texts", c.Texts}, {"Webhooks", c.Webhooks}} {
		bad(n.value < 0, "%s is %d and must be 0 or more", n.name, n.value)
	}
	bad(c.Videos+c.Images+c.Texts+c.Webhooks == 0, "Videos, Images, Texts and Webhooks are all 0: this worker would do nothing")
	for _, d := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"Poll", c.Poll, 10 * time.Millisecond},
		{"Heartbeat", c.Heartbeat, 10 * time.Millisecond},
		{"Timeout", c.Timeout, time.Second},
		{"TextTimeout", c.TextTimeout, time.Second},
		{"Pause", c.Pause, time.Millisecond},
		{"Requeue", c.Requeue, 10 * time.Millisecond},
		{"Janitor", c.Janitor, 10 * time.Millisecond},
		{"Orphans", c.Orphans, 10 * time.Millisecond},
		{"Stale", c.Stale, time.Minute},
	} {
		bad(d.value < d.least, "%s is %v and must be %v or more", d.name, d.value, d.least)
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("worker: %w", err)
	}
	return nil
}
