package main

import (
	"bytes"
	"context"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// standing are the options without flags.
func standing(t *testing.T, args ...string) options {
	t.Helper()
	var o options
	set := flag.CommandLine
	defer func() { flag.CommandLine = set }()
	flag.CommandLine = flag.NewFlagSet("capacity", flag.ContinueOnError)
	o.flags()
	if err := flag.CommandLine.Parse(args); err != nil {
		t.Fatal(err)
	}
	o.costs, o.write = "costs.json", ""
	return o
}

// some are costs for tests: every kind takes a second of a core and a million bytes.
func some() (c costs) {
	for _, name := range kinds {
		c.Kinds = append(c.Kinds, cost{Name: name, Seconds: 1, Stored: 1e6, Count: 1})
	}
	return c
}

func TestPlan(t *testing.T) {
	o := standing(t, "-busy", "0.5", "-months", "1", "-core-price", "10", "-gib-price", "1", "-cores", "4")
	n := monthSeconds * 8 // eight a second: eight cores, if they are always busy
	got := o.plan.of(some(), n)
	gib := n * 1e6 / (1 << 30)
	for what, v := range map[string][2]float64{"rate": {got.rate, 8}, "cores": {got.cores, 16}, "machines": {got.machines, 4}, "GiB": {got.gib, gib}, "money": {got.money, 160 + gib}} {
		if math.Abs(v[0]-v[1]) > 1e-6*v[1] {
			t.Errorf("%s: %v, want %v", what, v[0], v[1])
		}
	}
	if one := o.plan.of(some(), 1); one.machines != 1 || one.money < 10 {
		t.Errorf("the smallest service: %+v", one)
	}
	long := some()
	long.Kinds[0].Minutes = 0.25 // the plan's videos are twice as long
	if got := o.plan.of(long, n).cores; math.Abs(got-16*1.2) > 1e-6 {
		t.Errorf("%v cores", got)
	}
}

func TestBadPlans(t *testing.T) {
	for args, want := range map[string]string{
		"-pages 0.5": "sum to 1.25", "-busy 0": "-busy", "-busy 2": "-busy", "-minutes -1": "-minutes", "-months 0": "-months",
		"-core-price -1": "prices", "-recordings -0.2 -images 0.9": "negative", "-cores NaN": "-cores",
	} {
		o := standing(t, strings.Fields(args)...)
		if err := run(t.Context(), o, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// jobsAt makes jobs of an account that all arrive at one time.
func jobsAt(account, n int, arrives, seconds float64) (all []*job) {
	for range n {
		all = append(all, &job{account: account, arrives: arrives, seconds: seconds})
	}
	return all
}

func TestSimulate(t *testing.T) {
	for name, tc := range map[string]struct {
		jobs  []*job
		slots int
		claim float64
		want  []float64 // when each begins, in the order of jobs
	}{
		"one after the other": {jobsAt(1, 3, 0, 2), 1, 0, []float64{0, 2, 4}},
		"side by side":        {jobsAt(1, 3, 0, 2), 2, 0, []float64{0, 0, 2}},
		"idle until it comes": {append(jobsAt(1, 1, 0, 1), jobsAt(1, 1, 5, 1)...), 2, 0, []float64{0, 5}},
		"one database":        {jobsAt(1, 2, 0, 2), 2, 0.5, []float64{0.5, 1}},
		"a neighbor is next":  {append(jobsAt(1, 4, 0, 2), jobsAt(2, 1, 1, 2)...), 1, 0, []float64{0, 4, 6, 8, 2}},
		"the least running":   {append(jobsAt(1, 4, 0, 3), jobsAt(2, 2, 0, 1)...), 2, 0, []float64{0, 2, 3, 5, 0, 1}},
		"served longest ago":  {append(jobsAt(2, 2, 0, 1), jobsAt(1, 2, 0.5, 1)...), 1, 0, []float64{0, 2, 1, 3}},
	} {
		t.Run(name, func(t *testing.T) {
			given := append([]*job{}, tc.jobs...)
			simulate(tc.jobs, tc.slots, tc.claim)
			var got []float64
			for _, j := range given {
				got = append(got, j.begins)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestLoad: the load is what was asked for, and the same seed gives the same one.
func TestLoad(t *testing.T) {
	o := standing(t)
	c, err := readCosts("costs.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, busy := range []float64{0.3, 0.9} {
		jobs := load(c, o.plan, 4, busy, rand.New(rand.NewPCG(7, 7)))
		sum, batch := 0.0, 0.0
		for _, j := range jobs {
			if sum += j.seconds; j.account == 0 {
				batch += j.seconds
			}
		}
		if got := sum / (4 * span); math.Abs(got-busy) > 0.01 || math.Abs(batch/sum-0.1) > 0.01 {
			t.Errorf("busy %v, of which %v is batches; want %v", got, batch/sum, busy)
		}
	}
	if a, b := speedup(c, o.plan, 4, 3), speedup(c, o.plan, 4, 3); a != b {
		t.Errorf("the same seed: %v, then %v", a, b)
	}
}

// TestFair: whoever orders one by one does not wait for somebody's batch; two workers are
// nearly twice as fast as one.
func TestFair(t *testing.T) {
	o := standing(t)
	jobs := append(jobsAt(0, 1000, 0, 1), jobsAt(1, 1, 10.5, 1)...)
	neighbor := jobs[1000]
	simulate(jobs, 2, claim)
	if waited := neighbor.begins - neighbor.arrives; waited > 1.1 {
		t.Errorf("the neighbor waited %.1f s", waited)
	}
	for seed := range uint64(5) {
		if got := speedup(some(), o.plan, 2, seed); got < 1.8 || got > 2 {
			t.Errorf("two workers are %.2f times as fast", got)
		}
	}
}

func TestQuantile(t *testing.T) {
	v := []float64{1, 2, 3, 4}
	for q, want := range map[float64]float64{0.25: 1, 0.5: 2, 0.51: 3, 1: 4} {
		if got := quantile(v, q); got != want {
			t.Errorf("%v: %v, want %v", q, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 {
		t.Error("of nothing")
	}
}

func TestBadCosts(t *testing.T) {
	dir := t.TempDir()
	for text, want := range map[string]string{"{": "unexpected end", "{}": `no costs of "page"`, "": "-measure"} {
		path := filepath.Join(dir, "costs.json")
		if _ = os.Remove(path); text != "" {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := readCosts(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPage runs what docs/capacity.md says to run: its tables are what the program prints
// for the costs beside it.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/capacity.md")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "capacity.md")
	if err := os.WriteFile(copied, page, 0o600); err != nil {
		t.Fatal(err)
	}
	o := standing(t)
	o.write = copied
	if err := run(t.Context(), o, &bytes.Buffer{}); err != nil {
		t.Fatal(err)
	}
	renewed, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(page), string(renewed)); diff != "" {
		t.Errorf("docs/capacity.md is not what the costs say; run go run ./examples/capacity -write docs/capacity.md:\n%s", diff)
	}
	ran := 0
	for line := range strings.Lines(string(page)) { // -measure and -polls are TestMeasures
		args, ok := strings.CutPrefix(strings.TrimSpace(line), "go run ./examples/capacity ")
		if !ok || strings.Contains(args, "-help") {
			continue
		}
		ran++
		o := standing(t, strings.Fields(args)...)
		o.measure, o.polls = false, 0
		if err := run(t.Context(), o, &bytes.Buffer{}); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if ran < 3 {
		t.Errorf("only %d command lines were found", ran)
	}
	if err := renew(filepath.Join("..", "README.md"), ""); err == nil || !strings.Contains(err.Error(), "<!-- capacity -->") {
		t.Errorf("a page without marks: %v", err)
	}
}

// TestMeasures measures for a moment on the real program: the commands of
// docs/capacity.md work. What they print is for that page.
func TestMeasures(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skipf("processor time is read from /proc: %v", err)
	}
	t.Chdir(filepath.Join("..", ".."))
	o := standing(t)
	o.binary = filepath.Join(t.TempDir(), "saccade")
	if out, err := exec.Command("go", "build", "-o", o.binary, "./cmd/saccade").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	var out bytes.Buffer
	o.polls = time.Second
	if err := run(ctx, o, &out); err != nil || !strings.Contains(out.String(), "p99") {
		t.Fatalf("%v: %s", err, out.String())
	}
	t.Log(out.String())
	s, err := startService(ctx, o.binary)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.end(); err != nil {
			t.Error(err)
		}
	}()
	k := cost{Count: 1}
	if err := s.measure(ctx, &k, s.video(sample)); err != nil {
		t.Fatal(err)
	}
	if k.Seconds < 0.2 || k.Stored < 1e5 || k.Minutes < 0.1 || k.Input < 1e5 {
		t.Errorf("%+v", k)
	}
}
