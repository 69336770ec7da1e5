//go:build unix

// Command chaos starts a whole cluster on loopback addresses: PostgreSQL, a service that
// speaks S3, two processes that answer and two that run jobs. Under a load of real
// videos and images it hits one after the other, at any stage of a job, and then holds
// the service to its word: nothing accepted is lost, nothing is visible twice, every
// analysis ends, webhooks come. It prints what it saw as tables and ends with 1 if
// something did not hold, with 3 if PostgreSQL or versitygw is not installed.
// `make chaos` runs it; with -soak it is `make soak`, see [soak].
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// plan says how long and how much.
type plan struct {
	binary   string
	short    bool          // seconds rather than minutes
	soak     time.Duration // mixed load for so long, in place of blows; 0: blows
	takeover time.Duration // at most, after kill -9 of a worker
	clients  int
}

func main() {
	var p plan
	flag.StringVar(&p.binary, "binary", "bin/saccade", "the program")
	flag.BoolVar(&p.short, "short", false, "less of everything, for tests")
	flag.DurationVar(&p.soak, "soak", 0, "load for so long, and look at what grows")
	flag.DurationVar(&p.takeover, "takeover", 10*time.Second, "how long a job of a killed worker may wait")
	flag.IntVar(&p.clients, "clients", 5, "clients that order one analysis after the other")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, p.soak+12*time.Minute)
	defer cancel()
	err := run(ctx, p)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	switch {
	case errors.Is(err, errMissing):
		os.Exit(3)
	case err != nil:
		os.Exit(1)
	}
}

// run starts a cluster and does what the plan says.
func run(ctx context.Context, p plan) (err error) {
	of := size{apis: 2, count: 2, workers: []string{"--videos", "1", "--images", "1"}}
	if p.short {
		of.workers = append(of.workers, "--model", "baseline")
	}
	if p.soak > 0 {
		of.flags = soaking()
	}
	c, err := startCluster(ctx, p.binary, of)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			fmt.Fprintln(os.Stderr, "logs are in", c.dir)
			c.dir = ""
		}
		err = errors.Join(err, c.end())
	}()
	token, err := c.token("chaos")
	if err != nil {
		return err
	}
	all, err := inputs(ctx, !p.short)
	if err != nil {
		return err
	}
	l := &load{cluster: c, client: newClient(c, token), inputs: all}
	if p.soak > 0 {
		return soak(ctx, l, p)
	}
	return errors.Join(strikeAll(ctx, l, p), fairness(ctx, c, p))
}

// strikeAll hits everything in turn under load, waits for the end of all analyses and
// judges.
func strikeAll(ctx context.Context, l *load, p plan) error {
	rest := 3 * time.Second
	if p.short {
		rest = 0
	}
	loading, stop := context.WithCancel(ctx)
	defer stop()
	l.start(loading, ctx, p.clients)
	t := &tally{}
	fmt.Println("| hit | measured | errors clients saw | well again after, s |\n| --- | --- | --- | ---: |")
	for _, b := range blows(p) {
		if err := pause(ctx, rest); err != nil {
			return err
		}
		before := l.client.faults.take()
		t.count(before)
		measured, err := b.strike(ctx, l, t)
		if err != nil {
			return fmt.Errorf("%s: %w", b.what, err)
		}
		well, err := l.canary(ctx)
		if err != nil {
			return fmt.Errorf("after %s: %w", b.what, err)
		}
		seen := l.client.faults.take()
		t.count(seen)
		fmt.Printf("| %s | %s | %s | %.1f |\n", b.what, measured, listed(seen), well.Seconds())
	}
	stop()
	l.clients.Wait()
	t.count(l.client.faults.take())
	return t.judge(ctx, l, p)
}
