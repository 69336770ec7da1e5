// Command capacity says how many machines and how much money so many analyses a month
// take, and how long they wait under bursts.
//
//	capacity              the plan and the simulation, from the costs in costs.json
//	capacity -measure     measure the costs here, on a service of its own, and keep them there
//	capacity -polls 30s   how long a poll takes while all cores analyze
//
// Costs are processor seconds of the service and of the programs that it runs, and bytes
// of stored objects. The plan and the simulation are arithmetic: the same costs and the
// same seed give the same page. -write renews the lines of a page between
// <!-- capacity --> and <!-- /capacity -->.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	binary, costs, write string
	footage              string // a file; empty: footage is made
	measure              bool
	polls                time.Duration
	seed                 uint64
	plan                 plan
}

func main() {
	var o options
	o.flags()
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "capacity:", err)
		os.Exit(1)
	}
}

// flags makes the flags.
func (o *options) flags() {
	flag.StringVar(&o.binary, "binary", "bin/saccade", "the program")
	flag.StringVar(&o.costs, "costs", "examples/capacity/costs.json", "the file of costs")
	flag.StringVar(&o.write, "write", "", "a page to renew")
	flag.StringVar(&o.footage, "footage", "", "a WebM file to measure in place of made footage")
	flag.BoolVar(&o.measure, "measure", false, "measure the costs here, and keep them in the file of costs")
	flag.DurationVar(&o.polls, "polls", 0, "poll for so long while all cores analyze")
	flag.Uint64Var(&o.seed, "seed", 1, "seed of the simulation")
	o.plan.flags()
}

// run does what the options say.
func run(ctx context.Context, o options, out io.Writer) error {
	if err := o.plan.validate(); err != nil || flag.NArg() > 0 {
		return errors.Join(err, errors.New("see -help"))
	}
	if o.polls > 0 {
		return polls(ctx, o, out)
	}
	if o.measure {
		c, err := measureAll(ctx, o)
		if err == nil {
			err = c.save(o.costs)
		}
		if err != nil {
			return err
		}
	}
	c, err := readCosts(o.costs)
	if err != nil {
		return err
	}
	text := c.table() + "\n" + o.plan.table(c) + "\n" + queueTables(c, o.plan, o.seed)
	fmt.Fprint(out, text)
	if o.write == "" {
		return nil
	}
	return renew(o.write, text)
}

// renew writes a text into a page, between its two marks.
func renew(page, text string) error {
	const begin, end = "<!-- capacity -->\n", "<!-- /capacity -->"
	b, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(b), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no lines %s and %s", page, strings.TrimSpace(begin), end)
	}
	return os.WriteFile(page, []byte(before+begin+text+end+after), 0o644)
}
