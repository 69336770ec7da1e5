//go:build unix

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// soaking is how the processes are started for a soak: results go soon, so that what
// stays shows.
func soaking() []string { return []string{"--result-ttl", "20s"} }

// level is what a cluster takes at a moment.
type level struct {
	processes  []usage // those that answer, then those that run jobs
	goroutines []int
	tickets    int // rows of the queue
	rows       int // of analyses that have not been cleared away
	objects    int
	some       string  // path of one of them
	megabytes  float64 // of objects
	scratch    int     // files of work under way, in all data directories
}

// soak loads the cluster for a while and compares what it takes before and after.
func soak(ctx context.Context, l *load, p plan) error {
	loading, stop := context.WithCancel(ctx)
	defer stop()
	l.forget = true
	l.start(loading, ctx, p.clients)
	warm := min(time.Minute, p.soak/4)
	if err := pause(ctx, warm); err != nil {
		return err
	}
	before, err := l.cluster.level(ctx)
	if err != nil {
		return err
	}
	if err := pause(ctx, p.soak-warm); err != nil {
		return err
	}
	stop()
	l.clients.Wait()
	after, err := l.cluster.rest(ctx)
	if err != nil {
		return err
	}
	all, ended := l.accepted()
	fmt.Printf("%d analyses ordered and ended in %v; errors clients saw: %s\n\n", ended, p.soak, listed(l.client.faults.take()))
	if ended < all || all == 0 {
		l.errs = append(l.errs, fmt.Errorf("%d of %d analyses ended", ended, all))
	}
	return errors.Join(append(l.errs, l.cluster.compare(before, after))...)
}

// patience is how long what has expired may take to be cleared away: it does so every
// minute, twice over.
const patience = 4 * time.Minute

// rest waits until nothing is left of what has ended, and returns what the cluster takes
// then.
func (c *cluster) rest(ctx context.Context) (v level, err error) {
	for begin := time.Now(); ; {
		if v, err = c.level(ctx); err != nil || v.rows+v.tickets+v.objects == 0 || time.Since(begin) > patience {
			return v, err
		}
		if err := pause(ctx, time.Second); err != nil {
			return v, err
		}
	}
}

// level looks at everything.
func (c *cluster) level(ctx context.Context) (v level, err error) {
	for _, p := range append(c.apis[:len(c.apis):len(c.apis)], c.workers...) {
		n, err := goroutines(ctx, p.url)
		if err != nil {
			return v, err
		}
		v.processes, v.goroutines = append(v.processes, p.usage()), append(v.goroutines, n)
	}
	var e error
	v.tickets, err = c.number(ctx, `SELECT count(*) FROM river_job`)
	v.rows, e = c.number(ctx, `SELECT count(*) FROM analyses WHERE tombstone = ''`)
	err = errors.Join(err, e)
	count := func(dir string, add func(path string, size int64)) {
		err = errors.Join(err, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil // gone meanwhile
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			if info, err := d.Info(); err == nil {
				add(path, info.Size())
			}
			return nil
		}))
	}
	count(c.objects, func(path string, size int64) {
		v.objects, v.megabytes, v.some = v.objects+1, v.megabytes+float64(size)/1e6, path
	})
	for _, w := range c.workers {
		for _, sub := range []string{"scratch", "spool"} {
			if dir := filepath.Join(c.dir, w.name, sub); dirExists(dir) {
				count(dir, func(string, int64) { v.scratch++ })
			}
		}
	}
	return v, err
}

func dirExists(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}

// goroutines asks a process for the number of its goroutines.
func goroutines(ctx context.Context, url string) (n int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), "go_goroutines "); ok {
			_, err := fmt.Sscan(rest, &n)
			return n, err
		}
	}
	return 0, fmt.Errorf("%s/metrics has no go_goroutines", url)
}

// compare prints both and returns what has grown too much. Memory may, by half and 64
// MiB: what garbage there is at a moment is chance.
func (c *cluster) compare(before, after level) error {
	var errs []error
	fmt.Println("| | under load, at the start | at rest, at the end | at most |\n| --- | ---: | ---: | ---: |")
	line := func(what string, a, b, most int) {
		fmt.Printf("| %s | %d | %d | %d |\n", what, a, b, most)
		if b > most {
			errs = append(errs, fmt.Errorf("%s: %d at the end, %d at the start", what, b, a))
		}
	}
	for i, p := range append(c.apis[:len(c.apis):len(c.apis)], c.workers...) {
		a, b := before.processes[i], after.processes[i]
		line("memory of "+p.name+", MiB", a.memory, b.memory, a.memory*3/2+64)
		line("open files of "+p.name, a.files, b.files, a.files+16)
		line("goroutines of "+p.name, before.goroutines[i], after.goroutines[i], before.goroutines[i]+32)
	}
	line("rows of the queue", before.tickets, after.tickets, 0)
	line("analyses with results", before.rows, after.rows, 0)
	line("objects in the bucket", before.objects, after.objects, 0)
	line("bytes in the bucket, MB", int(before.megabytes), int(after.megabytes), 0)
	line("files of work under way", before.scratch, after.scratch, 0)
	if after.objects > 0 {
		errs = append(errs, fmt.Errorf("an object that is left: %s", after.some))
	}
	return errors.Join(errs...)
}
