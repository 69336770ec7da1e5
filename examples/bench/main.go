// Command bench times the program on whole videos, beside what ffmpeg alone
// takes to decode them and to decode and encode them, in turn in one run, and
// prints one table. `make bench` runs it.
//
// Each row is one command on one clip with so many cores: the least wall time
// of its runs, the processor seconds of that run, all child processes included,
// and the most memory (PSS) that its processes held together in a run before them. The last two
// columns are ratios of wall times: to decoding alone, and to decoding and
// encoding with the usual settings for VP9 in real time.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// options are what the command line says.
type options struct {
	binary, clips, only string
	runs                int
	fast                bool
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/saccade", "the program")
	flag.StringVar(&o.clips, "clips", "../shared/data/video", "directory with further clips (*.webm); it need not exist")
	flag.StringVar(&o.only, "only", "", "time the clips whose name has this text")
	flag.IntVar(&o.runs, "runs", 3, "timed runs of each command, of which the quickest counts, after one for its memory")
	flag.BoolVar(&o.fast, "fast", false, "all cores only, not fewer as well")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run makes the clips and times every command on each.
func run(ctx context.Context, o options) (err error) {
	if flag.NArg() > 0 || o.runs < 1 {
		return errors.New("want no arguments and at least one run; see -help")
	}
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "saccade-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	fmt.Printf("%s, %d cores; the least of %d runs in turn.\n\n", processor(), runtime.NumCPU(), o.runs)
	fmt.Println("| clip | cores | what | wall s | CPU s | peak MB | x decode | x level 8 |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, make := range clips(o.clips) {
		if !strings.Contains(make.name, o.only) {
			continue
		}
		c, err := make.file(ctx, dir)
		if err != nil {
			return fmt.Errorf("%s: %w", make.name, err)
		}
		for _, cores := range coreCounts(o.fast) {
			if err := table(ctx, o, c, cores, dir); err != nil {
				return fmt.Errorf("%s: %w", make.name, err)
			}
		}
	}
	return nil
}

// coreCounts is 1, 2, 4, … to all cores of the machine, or all cores alone.
func coreCounts(fast bool) []int {
	all := runtime.NumCPU()
	if fast {
		return []int{all}
	}
	var counts []int
	for n := 1; n < all; n *= 2 {
		counts = append(counts, n)
	}
	return append(counts, all)
}

// table times every command on a clip, in turn, and prints its rows.
func table(ctx context.Context, o options, c clip, cores int, dir string) error {
	all := commands(o.binary, c, cores, dir)
	best, peak := make([]usage, len(all)), make([]int, len(all))
	for n := range o.runs + 1 {
		for i, cmd := range all {
			u, err := measure(ctx, cores, cmd.args, n == 0)
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w", cmd.what, err)
			case n == 0: // watching takes time
				peak[i] = u.memory
			case n == 1 || u.wall < best[i].wall:
				best[i] = u
			}
		}
	}
	decode, level8 := best[0].wall, best[1].wall
	for i, cmd := range all {
		u := best[i]
		fmt.Printf("| %s | %d | %s | %.2f | %.2f | %.0f | %.2f | %.2f |\n", c.name, cores, cmd.what, u.wall.Seconds(), u.cpu.Seconds(),
			float64(peak[i])/1e6, ratio(u.wall, decode), ratio(u.wall, level8))
	}
	return nil
}

func ratio(a, b time.Duration) float64 { return a.Seconds() / b.Seconds() }

// processor is the name of the machine's processor.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimLeft(strings.TrimSpace(name), ": ")
		}
	}
	return runtime.GOARCH
}

// output runs a command to its end; an error has its last words.
func output(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s: %w: %s", args[0], err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}
