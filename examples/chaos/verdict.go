//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// tally is what the final table shows.
type tally struct {
	takeover time.Duration // the longest
	faults   int           // that clients saw
	lost     int
	twice    int
	failed   int // ended, but not well
	unsent   int // webhooks that did not come
}

// count adds up what clients saw.
func (t *tally) count(n map[string]int) {
	for _, k := range n {
		t.faults += k
	}
}

// quiet is how long webhooks may come after the last analysis has ended: the second try
// comes after 5 s, whatever was away by then.
const quiet = 30 * time.Second

// judge compares what was accepted with what there is.
func (t *tally) judge(ctx context.Context, l *load, p plan) error {
	var errs []error
	accepted, ended := l.accepted()
	for _, o := range l.orders {
		errs = append(errs, t.verdict(ctx, l, o))
	}
	if err := t.webhooks(ctx, l); err != nil {
		errs = append(errs, err)
	}
	doubled, err := l.cluster.number(ctx, `SELECT count(*) FROM (SELECT analysis FROM deliveries GROUP BY analysis HAVING count(*) > 1) AS d`)
	errs = append(errs, err)
	t.twice += doubled
	pending, err := l.cluster.number(ctx, `SELECT count(*) FROM analyses WHERE status = 'pending'`)
	errs = append(errs, err)
	fmt.Println("\n| | | must be |\n| --- | ---: | ---: |")
	fmt.Printf("| analyses accepted | %d | |\n| ended | %d | %d |\n| not ended in the database | %d | 0 |\n| lost | %d | 0 |\n| failed | %d | 0 |\n", accepted, ended, accepted, pending, t.lost, t.failed)
	fmt.Printf("| outputs or messages visible twice | %d | 0 |\n| webhooks that did not come | %d | 0 |\n", t.twice, t.unsent)
	fmt.Printf("| takeover after kill -9 of a worker, s | %.1f | %.0f |\n| errors clients saw | %d | |\n", t.takeover.Seconds(), p.takeover.Seconds(), t.faults)
	errs = append(errs, l.errs...)
	for what, bad := range map[string]bool{
		"analyses were lost": t.lost > 0, "analyses did not end": ended < accepted || pending > 0, "something is visible twice": t.twice > 0,
		"analyses of good inputs failed": t.failed > 0, "webhooks did not come": t.unsent > 0,
		"a takeover took too long": t.takeover > p.takeover || t.takeover == 0, "nothing was accepted": accepted == 0,
	} {
		if bad {
			errs = append(errs, errors.New(what))
		}
	}
	return errors.Join(errs...)
}

// verdict looks at one analysis once more: it is there, as it was when it was seen first.
func (t *tally) verdict(ctx context.Context, l *load, o *order) error {
	a, err := l.client.settle(ctx, o.in, o.id)
	var gone *refusal
	switch {
	case errors.As(err, &gone):
		t.lost++
		return fmt.Errorf("analysis %s: %w", o.id, err)
	case err != nil:
		return err
	case a.text("status") != "success":
		t.failed++
		return fmt.Errorf("analysis %s of %s: %v", o.id, o.in.name, a.body)
	}
	sum, err := l.client.fetch(ctx, a)
	if err != nil {
		t.lost++
		return fmt.Errorf("output of %s: %w", o.id, err)
	}
	if o.sum != "" && sum != o.sum {
		t.twice++
		return fmt.Errorf("the output of %s (%s) is another one than before", o.id, o.in.name)
	}
	return nil
}

// webhooks waits for all messages. More than one about an analysis, with ids of their
// own, is one too many; the same may come twice.
func (t *tally) webhooks(ctx context.Context, l *load) error {
	for begin := time.Now(); ; {
		t.unsent = 0
		for _, o := range l.orders {
			if l.cluster.receiver.of(o.id) == 0 {
				t.unsent++
			}
		}
		if t.unsent == 0 || time.Since(begin) > quiet {
			break
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	for _, o := range l.orders {
		if l.cluster.receiver.of(o.id) > 1 {
			t.twice++
		}
	}
	return nil
}
