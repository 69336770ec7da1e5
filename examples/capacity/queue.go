package main

import (
	"cmp"
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// job is an analysis in the simulation. Times are seconds since its start.
type job struct {
	account          int
	arrives, seconds float64 // when, and how long it takes one slot
	begins, ends     float64 // what came of it
}

// slots are when the slots of all workers are free again.
type slots []float64

func (s slots) Len() int           { return len(s) }
func (s slots) Less(i, j int) bool { return s[i] < s[j] }
func (s slots) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *slots) Push(v any)        { *s = append(*s, v.(float64)) }
func (s *slots) Pop() any {
	last := (*s)[len(*s)-1]
	*s = (*s)[:len(*s)-1]
	return last
}

// account is one that has jobs.
type account struct {
	waiting []*job // in their order
	running []*job
	served  float64 // when one of its jobs began last
}

// simulate runs jobs on n slots, by the service's rule: of the accounts that wait, the
// one with the least running and served longest ago is next. Taking a job takes claim
// seconds, one after the other, since all workers ask one database.
func simulate(jobs []*job, n int, claim float64) {
	slices.SortStableFunc(jobs, func(a, b *job) int { return cmp.Compare(a.arrives, b.arrives) })
	free, accounts, now, database := make(slots, n), map[int]*account{}, 0.0, 0.0
	for next, waiting := 0, 0; next < len(jobs) || waiting > 0; {
		now = max(now, free[0])
		if waiting == 0 {
			now = max(now, jobs[next].arrives)
		}
		for ; next < len(jobs) && jobs[next].arrives <= now; next++ {
			j := jobs[next]
			if accounts[j.account] == nil {
				accounts[j.account] = &account{served: -1}
			}
			accounts[j.account].waiting = append(accounts[j.account].waiting, j)
			waiting++
		}
		of := turn(accounts, now)
		j := of.waiting[0]
		of.waiting = of.waiting[1:]
		waiting--
		database = max(database, now) + claim
		j.begins, j.ends, of.served = database, database+j.seconds, now
		of.running = append(of.running, j)
		free[0] = j.ends
		heap.Fix(&free, 0)
	}
}

// turn returns the account that is next.
func turn(accounts map[int]*account, now float64) (next *account) {
	first := 0
	for id, a := range accounts {
		if len(a.waiting) == 0 {
			continue
		}
		a.running = slices.DeleteFunc(a.running, func(j *job) bool { return j.ends <= now })
		if next == nil || cmp.Or(cmp.Compare(len(a.running), len(next.running)), cmp.Compare(a.served, next.served), cmp.Compare(id, first)) < 0 {
			next, first = a, id
		}
	}
	return next
}

// load makes the jobs of six hours: many accounts that order one by one at random times, so
// that the slots are busy for a share of the time, and one that orders a batch of images
// every two hours, which is a tenth of that.
func load(c costs, p plan, n int, busy float64, random *rand.Rand) []*job {
	const accounts, bursts, ofBatch = 40, 3, 0.1
	var jobs []*job
	for total := busy * float64(n) * span * (1 - ofBatch); total > 0; {
		j := &job{account: 1 + random.IntN(accounts), arrives: random.Float64() * span, seconds: draw(c, p, random)}
		total -= j.seconds
		jobs = append(jobs, j)
	}
	image := p.seconds(c.of(stillImage))
	size := int(busy * float64(n) * span * ofBatch / bursts / image)
	for burst := range bursts {
		at := (float64(burst) + random.Float64()) * span / bursts
		for range size {
			jobs = append(jobs, &job{arrives: at, seconds: image})
		}
	}
	return jobs
}

// span is how long a simulation is, in seconds.
const span = 6 * 3600

// draw is how long a random analysis of the plan takes; videos differ in length.
func draw(c costs, p plan, random *rand.Rand) float64 {
	v := random.Float64()
	for _, name := range kinds {
		if v -= *p.share[name]; v < 0 {
			k := c.of(name)
			if k.Minutes == 0 {
				return p.seconds(k)
			}
			return p.seconds(k) * min(random.ExpFloat64(), 1/p.length) // a minute is the longest
		}
	}
	return p.seconds(c.of(webPage))
}

// waits are how long jobs waited that a choice takes, shortest first.
func waits(jobs []*job, choose func(*job) bool) []float64 {
	var all []float64
	for _, j := range jobs {
		if choose(j) {
			all = append(all, j.begins-j.arrives)
		}
	}
	slices.Sort(all)
	return all
}

// quantile is that of sorted values, 0 if there are none.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(math.Ceil(q*float64(len(sorted))))-1)]
}

// claim is how long the database takes to give out a job, in seconds; it is assumed.
const claim = 0.005

// batchOf is the size of the batch whose speed-up is simulated.
const batchOf = 40

// speedup returns how many times as fast as one slot n slots finish a batch of recordings.
func speedup(c costs, p plan, n int, seed uint64) float64 {
	last := func(n int) (end float64) {
		random := rand.New(rand.NewPCG(seed, 0))
		var jobs []*job
		for range batchOf {
			jobs = append(jobs, &job{seconds: p.seconds(c.of(recording)) * (0.5 + random.Float64())})
		}
		simulate(jobs, n, claim)
		for _, j := range jobs {
			end = max(end, j.ends)
		}
		return end
	}
	return last(1) / last(n)
}

// queueTables simulates six hours at several loads, and a batch on several workers.
func queueTables(c costs, p plan, seed uint64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Simulated, seed %d: six hours of forty accounts that order one by one, and of one that orders a tenth of the work as batches of images.\n"+
		"How long an analysis waits before it begins, in seconds:\n\n", seed)
	b.WriteString("| slots | busy | others, median | others, p99 | batch, median | batch, last |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n")
	for _, n := range []int{2, 16} {
		for _, busy := range []float64{0.3, 0.5, 0.7, 0.9} {
			jobs := load(c, p, n, busy, rand.New(rand.NewPCG(seed, uint64(n))))
			simulate(jobs, n, claim)
			others, batch := waits(jobs, func(j *job) bool { return j.account > 0 }), waits(jobs, func(j *job) bool { return j.account == 0 })
			fmt.Fprintf(&b, "| %d | %.0f %% | %.1f | %.1f | %.0f | %.0f |\n", n, 100*busy,
				quantile(others, 0.5), quantile(others, 0.99), quantile(batch, 0.5), quantile(batch, 1))
		}
	}
	fmt.Fprintf(&b, "\nSimulated as well: a batch of %d recordings is ready so many times as fast as with one worker, each with a core of its own:\n\n", batchOf)
	b.WriteString("| workers | times as fast |\n| ---: | ---: |\n")
	for _, n := range []int{2, 4, 8} {
		fmt.Fprintf(&b, "| %d | %.2f |\n", n, speedup(c, p, n, seed))
	}
	return b.String()
}
