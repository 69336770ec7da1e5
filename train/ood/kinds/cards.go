package kinds

import (
	"math"
	"math/rand/v2"
)

// cards are the families of test cards: single patterns, and arrangements of them.
func cards() []Family {
	out := []Family{
		{Name: "mosaic", make: mosaic}, {Name: "circle", make: circleCard}, {Name: "smpte", make: smpte}, {Name: "corners", make: corners},
	}
	for name, make := range patterns {
		out = append(out, Family{Name: name, make: make})
	}
	return sorted(out)
}

// pattern makes one pattern.
type pattern = func(r *rand.Rand, aspect float64) shader

// patterns are what cards are put together from, each a card of its own too.
var patterns = map[string]pattern{
	"bars": bars, "ramp": ramp, "hues": hues, "checker": checker, "grating": grating, "sweep": sweep, "zone": zone, "star": star,
	"rings": rings, "hatch": hatch, "dots": dots, "chart": chart, "wedge": wedge, "wheel": wheel, "code": code, "steps": steps,
}

// signal returns a color that cards are made of: of the cube's corners, at 75 or
// 100 %, or gray; now and then any.
func signal(r *rand.Rand) rgb {
	level := [3]float64{0.75, 1, 0.5}[r.IntN(3)]
	switch p := r.Float64(); {
	case p < 0.5:
		return rgb{level * float64(r.IntN(2)), level * float64(r.IntN(2)), level * float64(r.IntN(2))}
	case p < 0.85:
		return gray(float64(r.IntN(9)) / 8)
	}
	return anyColor(r)
}

// two returns two colors, most often black and white.
func two(r *rand.Rand) (a, b rgb) {
	if chance(r, 0.65) {
		a, b = gray(0), gray(1)
		if chance(r, 0.3) {
			a, b = gray(between(r, 0, 0.3)), gray(between(r, 0.7, 1))
		}
		if chance(r, 0.5) {
			a, b = b, a
		}
		return a, b
	}
	a, b = signal(r), signal(r)
	if a == b {
		b = gray(1 - math.Round(a[1]))
	}
	return a, b
}

func turned(r *rand.Rand, s shader) shader {
	if chance(r, 0.35) {
		return func(u, v float64) rgb { return s(v, u) }
	}
	return s
}

func bars(r *rand.Rand, _ float64) shader {
	level := [2]float64{0.75, 1}[r.IntN(2)]
	order := []int{7, 6, 3, 2, 5, 4, 1, 0} // white, yellow, cyan, green, magenta, red, blue, black
	n := 7 + r.IntN(2)
	if chance(r, 0.3) {
		order, n = r.Perm(8), 3+r.IntN(6)
	}
	return turned(r, func(u, _ float64) rgb {
		c := order[min(int(u*float64(n)), n-1)]
		return rgb{level * float64(c>>2), level * float64(c>>1&1), level * float64(c&1)}
	})
}

func steps(r *rand.Rand, _ float64) shader {
	n, down, c := 4+r.IntN(28), chance(r, 0.4), gray(1)
	if chance(r, 0.3) {
		c = signal(r)
	}
	return turned(r, func(u, _ float64) rgb {
		t := math.Floor(u*float64(n)) / float64(n-1)
		if down {
			t = 1 - t
		}
		return mixed(gray(0), c, t)
	})
}

func ramp(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	if chance(r, 0.3) {
		a, b = anyColor(r), anyColor(r)
	}
	turn, radial := between(r, 0, 2*math.Pi), chance(r, 0.2)
	if chance(r, 0.6) {
		turn = math.Pi / 2 * float64(r.IntN(4))
	}
	dx, dy := math.Cos(turn), math.Sin(turn)
	return func(u, v float64) rgb {
		t := 0.5 + (u-0.5)*dx + (v-0.5)*dy
		if radial {
			t = 1.4 * math.Hypot(u-0.5, v-0.5)
		}
		return mixed(a, b, min(max(t, 0), 1))
	}
}

func hues(r *rand.Rand, _ float64) shader {
	turns, s, way := between(r, 0.7, 3), between(r, 0.7, 1), r.IntN(3)
	return turned(r, func(u, v float64) rgb {
		switch way {
		case 0:
			return hue(math.Mod(u*turns, 1), s, 1)
		case 1:
			return hue(math.Mod(u*turns, 1), s, 1-v)
		}
		return hue(math.Mod(u*turns, 1), 1-v, 1)
	})
}

func checker(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	n := math.Floor(math.Exp(between(r, math.Log(3), math.Log(60))))
	m := math.Round(n * aspect)
	return func(u, v float64) rgb {
		if (int(u*m)+int(v*n))%2 == 0 {
			return a
		}
		return b
	}
}

// wave is a sine or a square wave, 0..1.
func wave(r *rand.Rand) func(phase float64) float64 {
	if chance(r, 0.5) {
		return func(p float64) float64 { return 0.5 + 0.5*math.Sin(2*math.Pi*p) }
	}
	return func(p float64) float64 { return math.Round(math.Mod(math.Abs(p), 1)) }
}

func grating(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	turn, n, f := between(r, 0, math.Pi), math.Exp(between(r, math.Log(3), math.Log(90))), wave(r)
	if chance(r, 0.6) {
		turn = math.Pi / 4 * float64(r.IntN(4))
	}
	dx, dy := aspect*math.Cos(turn), math.Sin(turn)
	return func(u, v float64) rgb { return mixed(a, b, f(n*(u*dx+v*dy)+100)) }
}

func sweep(r *rand.Rand, _ float64) shader {
	a, b := two(r)
	from, to, f, parts := between(r, 2, 10), between(r, 30, 150), wave(r), float64(r.IntN(9))
	return turned(r, func(u, _ float64) rgb {
		t := u
		if parts > 3 { // bursts
			k := math.Floor(u * parts)
			if math.Mod(u*parts, 1) < 0.15 {
				return mixed(a, b, 0.5)
			}
			return mixed(a, b, f((from+(to-from)*k/parts)*u))
		}
		return mixed(a, b, f(from*t+(to-from)*t*t/2))
	})
}

func zone(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	n, f := between(r, 15, 150), wave(r)
	cx, cy := 0.5, 0.5
	if chance(r, 0.3) {
		cx, cy = r.Float64(), r.Float64()
	}
	return func(u, v float64) rgb {
		x, y := (u-cx)*aspect, v-cy
		return mixed(a, b, f(n*(x*x+y*y)+0.25))
	}
}

func star(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	n, f, hole := float64(6+r.IntN(60)), wave(r), between(r, 0, 0.08)
	edge := between(r, 0.4, 1.2)
	return func(u, v float64) rgb {
		x, y := (u-0.5)*aspect, v-0.5
		if d := math.Hypot(x, y); d < hole || d > edge {
			return mixed(a, b, 0.5)
		}
		return mixed(a, b, f(n*(math.Atan2(y, x)/(2*math.Pi)+1)))
	}
}

func rings(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	n, f := between(r, 3, 50), wave(r)
	return func(u, v float64) rgb { return mixed(a, b, f(n*math.Hypot((u-0.5)*aspect, v-0.5))) }
}

func hatch(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	n, thick := float64(4+r.IntN(24)), between(r, 0.03, 0.12)
	m := math.Round(n * aspect)
	return func(u, v float64) rgb {
		if math.Mod(u*m+thick/2, 1) < thick || math.Mod(v*n+thick/2, 1) < thick {
			return b
		}
		return a
	}
}

func dots(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	n, size := float64(4+r.IntN(30)), between(r, 0.1, 0.45)
	m := math.Round(n * aspect)
	return func(u, v float64) rgb {
		if math.Hypot(math.Mod(u*m, 1)-0.5, math.Mod(v*n, 1)-0.5) < size {
			return b
		}
		return a
	}
}

// chart is a chart of patches with gaps between them.
func chart(r *rand.Rand, _ float64) shader {
	nx, ny, gap := 3+r.IntN(10), 2+r.IntN(7), between(r, 0, 0.2)
	ground, of := gray(between(r, 0, 1)), make([]rgb, nx*ny)
	for i := range of {
		if of[i] = anyColor(r); chance(r, 0.3) {
			of[i] = signal(r)
		}
		if i/nx == ny-1 { // the last row is gray
			of[i] = gray(1 - float64(i%nx)/float64(nx))
		}
	}
	return func(u, v float64) rgb {
		x, y := u*float64(nx), v*float64(ny)
		if math.Abs(math.Mod(x, 1)-0.5) > 0.5-gap/2 || math.Abs(math.Mod(y, 1)-0.5) > 0.5-gap/2 {
			return ground
		}
		return of[min(int(y), ny-1)*nx+min(int(x), nx-1)]
	}
}

// wedge is lines that come nearer to each other.
func wedge(r *rand.Rand, _ float64) shader {
	a, b := two(r)
	n, narrow, f := float64(5+r.IntN(16)), between(r, 0.05, 0.4), wave(r)
	return turned(r, func(u, v float64) rgb {
		width := 0.9 * (narrow + (1-narrow)*(1-u))
		if t := (v-0.5)/width + 0.5; t > 0 && t < 1 {
			return mixed(a, b, f(n*t))
		}
		return a
	})
}

func wheel(r *rand.Rand, aspect float64) shader {
	ground, radius, hard := gray(between(r, 0, 1)), between(r, 0.35, 0.5), float64(r.IntN(2)*(6+r.IntN(18)))
	return func(u, v float64) rgb {
		x, y := (u-0.5)*aspect, v-0.5
		d, h := math.Hypot(x, y)/radius, math.Atan2(y, x)/(2*math.Pi)+0.5
		if d > 1 {
			return ground
		}
		if hard > 0 {
			h = math.Floor(h*hard) / hard
		}
		return hue(h, d, 1)
	}
}

// code is a field of modules, as of a matrix code, with finder squares now and then.
func code(r *rand.Rand, aspect float64) shader {
	a, b := two(r)
	n := 15 + r.IntN(50)
	m, full := n, chance(r, 0.4)
	if full {
		m = max(2, int(float64(n)*aspect))
	}
	bits := make([]bool, n*m)
	for i := range bits {
		bits[i] = chance(r, 0.5)
	}
	return func(u, v float64) rgb {
		if !full {
			u, v = (u-0.5)*aspect*1.15+0.5, (v-0.5)*1.15+0.5
		}
		if u < 0 || u >= 1 || v < 0 || v >= 1 || bits[int(v*float64(n))*m+int(u*float64(m))] {
			return b
		}
		return a
	}
}
