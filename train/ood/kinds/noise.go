package kinds

import (
	"math"
	"math/rand/v2"
)

// noises are the families of noise.
func noises() []Family {
	return []Family{
		{Name: "uniform", make: uniform(true)},
		{Name: "uniformColor", make: uniform(false)},
		{Name: "gaussian", make: gaussian(true)},
		{Name: "gaussianColor", make: gaussian(false)},
		{Name: "blocks", make: blocks},
		{Name: "clouds", make: clouds(true)},
		{Name: "cloudsColor", make: clouds(false)},
		{Name: "impulses", make: impulses},
		{Name: "static", make: static},
		{Name: "streaks", make: streaks},
		{Name: "binary", make: binary},
	}
}

func uniform(mono bool) func(*rand.Rand, float64) shader {
	return func(r *rand.Rand, _ float64) shader {
		low, high := between(r, 0, 0.4), between(r, 0.6, 1)
		return func(u, v float64) rgb {
			if mono {
				return gray(between(r, low, high))
			}
			return rgb{between(r, low, high), between(r, low, high), between(r, low, high)}
		}
	}
}

func gaussian(mono bool) func(*rand.Rand, float64) shader {
	return func(r *rand.Rand, _ float64) shader {
		mean, sd := anyColor(r), between(r, 0.04, 0.4)
		if mono || chance(r, 0.6) {
			mean = gray(between(r, 0.2, 0.8))
		}
		return func(u, v float64) rgb {
			c, n := mean, r.NormFloat64()
			for k := range c {
				if !mono {
					n = r.NormFloat64()
				}
				c[k] += sd * n
			}
			return c
		}
	}
}

// blocks are cells of several pixels, hard or smooth.
func blocks(r *rand.Rand, aspect float64) shader {
	n := int(math.Exp(between(r, math.Log(12), math.Log(160))))
	w, h := max(2, int(float64(n)*aspect)), n
	mono, soft := chance(r, 0.5), chance(r, 0.4)
	var of [3]*field
	for k := range of {
		if of[k] = newField(r, w, h); mono && k > 0 {
			of[k] = of[0]
		}
	}
	contrast := between(r, 0.2, 0.5)
	return func(u, v float64) rgb {
		if !soft {
			u, v = math.Floor(u*float64(w))/float64(w), math.Floor(v*float64(h))/float64(h)
		}
		var c rgb
		for k := range c {
			c[k] = 0.5 + contrast*of[k].at(u, v)
		}
		return c
	}
}

// clouds have a falling spectrum, from nearly white to nearly smooth.
func clouds(mono bool) func(*rand.Rand, float64) shader {
	return func(r *rand.Rand, aspect float64) shader {
		octaves, roughness := 6+r.IntN(4), between(r, 0.5, 1.1)
		a := fractal(r, octaves, roughness)
		contrast, base := between(r, 0.15, 0.6), between(r, 0.3, 0.7)
		if mono {
			return func(u, v float64) rgb { return gray(base + contrast*a(u, v)) }
		}
		b, c := fractal(r, octaves, roughness), fractal(r, octaves, roughness)
		return func(u, v float64) rgb {
			return rgb{base + contrast*a(u, v), base + contrast*b(u, v), base + contrast*c(u, v)}
		}
	}
}

// impulses are single pixels on an even ground.
func impulses(r *rand.Rand, _ float64) shader {
	share := math.Exp(between(r, math.Log(0.01), math.Log(0.6)))
	ground, light, colored := gray(between(r, 0, 1)), between(r, 0.2, 0.8), chance(r, 0.3)
	return func(u, v float64) rgb {
		switch {
		case !chance(r, share):
			return ground
		case colored:
			return anyColor(r)
		case chance(r, light):
			return gray(1)
		}
		return gray(0)
	}
}

// static is a screen without a signal: noise with lines and bands.
func static(r *rand.Rand, _ float64) shader {
	lines, depth := between(r, 60, 300), between(r, 0, 0.5)
	bands, phase, sd := between(r, 0.5, 5), between(r, 0, 6), between(r, 0.15, 0.5)
	held, run := 0.0, between(r, 0, 0.8) // neighbors in a line are alike
	return func(u, v float64) rgb {
		if !chance(r, run) {
			held = math.Abs(r.NormFloat64())
		}
		light := 0.6 + 0.4*math.Sin(2*math.Pi*bands*v+phase)
		if math.Mod(v*lines, 1) < 0.5 {
			light *= 1 - depth
		}
		return gray(held * sd * light * 1.6)
	}
}

// streaks vary along one axis, more or less.
func streaks(r *rand.Rand, aspect float64) shader {
	n, few := 40+r.IntN(400), 2+r.IntN(12)
	f := newField(r, n, few)
	var tint *field
	if chance(r, 0.4) {
		tint = newField(r, n, few)
	}
	across, grain := chance(r, 0.5), between(r, 0, 0.15)
	return func(u, v float64) rgb {
		if across {
			u, v = v, u
		}
		a := 0.5 + 0.45*f.at(u, v) + grain*r.NormFloat64()
		if tint == nil {
			return gray(a)
		}
		return rgb{a, 0.5 + 0.45*tint.at(u, v), 1 - a}
	}
}

// binary has two levels: speckles of any size.
func binary(r *rand.Rand, _ float64) shader {
	f := fractal(r, 7+r.IntN(3), between(r, 0.9, 1.5))
	a, b, level := gray(0), gray(1), between(r, -0.4, 0.4)
	if chance(r, 0.4) {
		a, b = anyColor(r), anyColor(r)
	}
	grain := between(r, 0, 0.8)
	return func(u, v float64) rgb {
		if f(u, v)+grain*r.NormFloat64() > level {
			return a
		}
		return b
	}
}
