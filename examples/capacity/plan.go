package main

import (
	"errors"
	"flag"
	"fmt"
	"math"
	"strings"
)

// plan is what is wanted of a service, and what machines cost.
type plan struct {
	share   map[string]*float64 // of each kind among all analyses; they sum to 1
	length  float64             // minutes of a video
	busy    float64             // share of the cores' time that is used, on the average
	months  float64             // how long results are kept
	perHost float64             // cores of a machine
	core    float64             // money for a core for a month
	gib     float64             // money for a GiB of objects for a month
}

// flags makes the flags of a plan, with what is assumed without them.
func (p *plan) flags() {
	p.share = map[string]*float64{}
	for name, of := range map[string]struct {
		flag  string
		share float64
	}{recording: {"recordings", 0.2}, footage: {"footage-share", 0.05}, stillImage: {"images", 0.5}, webPage: {"pages", 0.25}} {
		p.share[name] = flag.Float64(of.flag, of.share, "share of the kind among all analyses")
	}
	flag.Float64Var(&p.length, "minutes", 0.5, "length of a video")
	flag.Float64Var(&p.busy, "busy", 0.5, "share of the cores' time that is used on the average; the rest is for bursts")
	flag.Float64Var(&p.months, "months", 3, "how long results are kept")
	flag.Float64Var(&p.perHost, "cores", 16, "cores of a machine")
	flag.Float64Var(&p.core, "core-price", 20, "money for a core for a month")
	flag.Float64Var(&p.gib, "gib-price", 0.02, "money for a GiB of objects for a month")
}

// validate names everything that is wrong.
func (p *plan) validate() error {
	var errs []error
	sum := 0.0
	for _, name := range kinds {
		v := *p.share[name]
		if sum += v; v < 0 {
			errs = append(errs, fmt.Errorf("the share of %q is negative", name))
		}
	}
	if math.Abs(sum-1) > 1e-6 {
		errs = append(errs, fmt.Errorf("-recordings, -footage-share, -images and -pages sum to %.3g, not to 1", sum))
	}
	for name, v := range map[string]float64{"-minutes": p.length, "-busy": p.busy, "-months": p.months, "-cores": p.perHost} {
		if !(v > 0) {
			errs = append(errs, fmt.Errorf("%s has to be more than 0", name))
		}
	}
	if p.busy > 1 || p.core < 0 || p.gib < 0 {
		errs = append(errs, errors.New("-busy is at most 1, and prices are not negative"))
	}
	return errors.Join(errs...)
}

// seconds is what an analysis of a kind takes of a core.
func (p *plan) seconds(k cost) float64 { return k.Seconds * p.scale(k) }

// scale is how much longer a video of the plan is than those that were measured.
func (p *plan) scale(k cost) float64 {
	if k.Minutes == 0 {
		return 1
	}
	return p.length / k.Minutes
}

// need is what so many analyses a month take.
type need struct {
	cores, machines, gib, money float64
	rate                        float64 // analyses a second
}

const monthSeconds = 365.25 / 12 * 24 * 3600

// of returns what n analyses a month take.
func (p *plan) of(c costs, n float64) (out need) {
	seconds, bytes := 0.0, 0.0
	for _, name := range kinds {
		k, share := c.of(name), *p.share[name]
		seconds += share * p.seconds(k)
		bytes += share * (k.Stored + k.Input) * p.scale(k)
	}
	out.rate = n / monthSeconds
	out.cores = out.rate * seconds / p.busy
	out.machines = max(1, math.Ceil(out.cores/p.perHost))
	out.gib = n * bytes * p.months / (1 << 30)
	out.money = max(1, math.Ceil(out.cores))*p.core + out.gib*p.gib
	return out
}

// table is the plan as text.
func (p *plan) table(c costs) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Of a hundred analyses %.0f are recordings, %.0f camera footage, %.0f images and %.0f pages; videos last %.0f s; the cores are busy %.0f %% of the\n"+
		"time; results and inputs are kept for %.0f months. A core for a month costs %.2f, a GiB of objects %.2f: put in your own prices.\n\n",
		100**p.share[recording], 100**p.share[footage], 100**p.share[stillImage], 100**p.share[webPage], 60*p.length, 100*p.busy, p.months, p.core, p.gib)
	fmt.Fprintf(&b, "| analyses a month | a second | cores for workers | machines of %.0f cores | objects, GiB | money a month |\n| ---: | ---: | ---: | ---: | ---: | ---: |\n", p.perHost)
	for _, n := range []float64{1e3, 1e6, 1e9} {
		is := p.of(c, n)
		fmt.Fprintf(&b, "| %s | %.4g | %s | %s | %s | %s |\n", grouped(n), is.rate, grouped(math.Ceil(is.cores)), grouped(is.machines), grouped(is.gib), grouped(is.money))
	}
	return b.String()
}

// grouped is a number without a fraction, with commas.
func grouped(v float64) string {
	s := fmt.Sprintf("%.0f", v)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
