package kinds

import (
	"math"
	"math/rand/v2"
)

// depths are the families of depth maps: scenes by what they hold, in gray and in the
// colors that depth is shown in.
func depths() []Family {
	var out []Family
	for name, make := range map[string]func(*rand.Rand, *scene){
		"room": room, "street": street, "things": things, "people": people, "hills": hills,
	} {
		out = append(out, Family{Name: name, make: sensor(make, false)}, Family{Name: name + "Color", make: sensor(make, true)})
	}
	return sorted(out)
}

// vector is a place or a direction: right, down, away, in meters.
type vector [3]float64

// scene is what rays from the origin hit: each solid returns the distance along a ray,
// or infinity.
type scene struct {
	solids []func(d vector) float64
	far    float64
}

func (s *scene) add(f func(d vector) float64) { s.solids = append(s.solids, f) }

// plane is all places whose coordinate k is at.
func (s *scene) plane(k int, at float64) {
	s.add(func(d vector) float64 {
		if t := at / d[k]; t > 0 {
			return t
		}
		return math.Inf(1)
	})
}

// box is a box between two corners.
func (s *scene) box(low, high vector) {
	s.add(func(d vector) float64 {
		in, out := 0.0, math.Inf(1)
		for k := range d {
			a, b := low[k]/d[k], high[k]/d[k]
			in, out = max(in, min(a, b)), min(out, max(a, b))
		}
		if in < out && in > 0 {
			return in
		}
		return math.Inf(1)
	})
}

// ball is an ellipsoid, upright.
func (s *scene) ball(c, radius vector) {
	s.add(func(d vector) float64 {
		var dd, dc, cc float64
		for k := range d {
			a, b := d[k]/radius[k], c[k]/radius[k]
			dd += a * a
			dc += a * b
			cc += b * b
		}
		if q := dc*dc - dd*(cc-1); q >= 0 {
			if t := (dc - math.Sqrt(q)) / dd; t > 0 {
				return t
			}
		}
		return math.Inf(1)
	})
}

func (s *scene) depth(d vector) float64 {
	best := s.far
	for _, f := range s.solids {
		best = min(best, f(d))
	}
	return best
}

func room(r *rand.Rand, s *scene) {
	eye, deep, wide := between(r, 1.1, 1.7), between(r, 3, 8), between(r, 1.5, 3.5)
	s.plane(1, eye)
	s.plane(1, eye-2.6)
	s.plane(2, deep)
	s.plane(0, -wide+between(r, -1, 1))
	s.plane(0, wide+between(r, -1, 1))
	for range 3 + r.IntN(8) {
		x, z := between(r, -wide, wide), between(r, 1.5, deep)
		w, h, d := between(r, 0.2, 1), between(r, 0.3, 2), between(r, 0.2, 1)
		s.box(vector{x - w, eye - h, z}, vector{x + w, eye, z + d})
	}
	for range r.IntN(4) {
		c := between(r, 0.1, 0.35)
		s.ball(vector{between(r, -wide, wide), eye - between(r, 0.3, 1.3), between(r, 1.5, deep)}, vector{c, c, c})
	}
}

func street(r *rand.Rand, s *scene) {
	eye, wide := between(r, 1.3, 3), between(r, 4, 10)
	s.plane(1, eye)
	s.far = between(r, 40, 120)
	for _, side := range []float64{-1, 1} {
		for z := between(r, 2, 10); z < s.far; {
			long, h := between(r, 5, 20), between(r, 3, 18)
			x := side * (wide + between(r, 0, 3))
			s.box(vector{min(x, x+side*20), eye - h, z}, vector{max(x, x+side*20), eye, z + long})
			z += long + between(r, 0, 6)
		}
	}
	for range 2 + r.IntN(6) {
		x, z := between(r, -wide, wide), between(r, 5, 40)
		s.box(vector{x - 0.9, eye - 1.5, z}, vector{x + 0.9, eye, z + 4})
	}
	for range r.IntN(6) {
		x, z, side := wide*(float64(r.IntN(2))*2-1), between(r, 4, 30), between(r, 1, 2.5)
		s.box(vector{x - 0.12, eye - 4, z}, vector{x + 0.12, eye, z + 0.2})
		s.ball(vector{x, eye - 4.5, z}, vector{side, side, side})
	}
}

func things(r *rand.Rand, s *scene) {
	eye := between(r, 0.2, 0.8)
	s.plane(1, eye)
	s.far = between(r, 3, 8)
	if chance(r, 0.5) {
		s.plane(2, between(r, 2, 4))
	}
	for range 2 + r.IntN(7) {
		x, z, a, b := between(r, -0.8, 0.8), between(r, 0.8, 2.5), between(r, 0.06, 0.35), between(r, 0.06, 0.5)
		if chance(r, 0.5) {
			s.box(vector{x - a, eye - 2*b, z}, vector{x + a, eye, z + a})
		} else {
			s.ball(vector{x, eye - b, z}, vector{a, b, a})
		}
	}
}

func people(r *rand.Rand, s *scene) {
	eye := between(r, 0.9, 1.7)
	s.plane(1, eye)
	s.far = between(r, 5, 30)
	if chance(r, 0.6) {
		s.plane(2, between(r, 4, 8))
	}
	for range 1 + r.IntN(5) {
		x, z, tall := between(r, -1.5, 1.5), between(r, 1.2, 5), between(r, 1.5, 1.9)
		head, lean := eye-tall+0.12, between(r, 0.15, 0.35)
		s.ball(vector{x, head, z}, vector{0.1, 0.13, 0.11})
		s.ball(vector{x, head + 0.45, z}, vector{0.23, 0.36, 0.15})
		for _, side := range []float64{-1, 1} {
			s.ball(vector{x + side*0.1, eye - 0.42, z}, vector{0.09, 0.48, 0.1})
			s.ball(vector{x + side*lean, head + 0.45, z}, vector{0.06, 0.33, 0.07})
		}
	}
}

// hills are ranges, each an outline at its distance, over a plane.
func hills(r *rand.Rand, s *scene) {
	s.far = between(r, 60, 200)
	s.plane(1, between(r, 1.5, 6))
	for range 2 + r.IntN(5) {
		z, h, f, base := between(r, 6, 80), between(r, 0.02, 0.2), fractal(r, 6, 0.55), between(r, -0.05, 0.2)
		bulge := between(r, 0, 0.4) * z
		s.add(func(d vector) float64 {
			top := base - h*(1+f(min(max(0.5+d[0]/3, 0), 1), 0.5))
			if d[1] < top {
				return math.Inf(1)
			}
			return (z - bulge*min(1, (d[1]-top)*4)) / d[2]
		})
	}
}

// sensor measures a scene: near is light or dark, evenly or by the inverse, with what
// sensors and networks do to it.
func sensor(make func(*rand.Rand, *scene), colored bool) func(*rand.Rand, float64) shader {
	return func(r *rand.Rand, aspect float64) shader {
		s := &scene{far: 20}
		make(r, s)
		pitch, zoom := between(r, -0.3, 0.15), between(r, 0.9, 1.6)
		inverse, dark, gamma := chance(r, 0.65), chance(r, 0.35), between(r, 0.7, 1.4)
		near, most := math.Inf(1), 0.0
		for v := 0.0; v <= 1; v += 0.05 {
			for u := 0.0; u <= 1; u += 0.05 {
				t := s.depth(ray(u, v, aspect, pitch, zoom))
				near, most = min(near, t), max(most, t)
			}
		}
		bent, rough, levels := fractal(r, 6, 0.6), between(r, 0, 0.012), 0.0
		if chance(r, 0.3) {
			levels = float64(12 + r.IntN(60))
		}
		holes, grain := between(r, 0, 0.8)*float64(r.IntN(2)), between(r, 0, 0.02)*float64(r.IntN(2))
		lost, colors := fractal(r, 6, 0.8), ramps[r.IntN(len(ramps))]
		return func(u, v float64) rgb {
			wave := rough * bent(u, v)
			z := s.depth(ray(u+wave, v-wave, aspect, pitch, zoom))
			t := (z - near) / (most - near + 1e-9)
			if inverse {
				t = 1 - (1/z-1/most)/(1/near-1/most+1e-9)
			}
			t = math.Pow(min(max(t, 0), 1), gamma) + grain*r.NormFloat64()
			if holes > 0 && lost(u, v)+0.02/(t+0.02) > 2.4-holes {
				return gray(0)
			}
			if levels > 0 {
				t = math.Floor(t*levels) / levels
			}
			if !dark {
				t = 1 - t
			}
			if !colored {
				return gray(t)
			}
			return spectrum(colors, t)
		}
	}
}

func ray(u, v, aspect, pitch, zoom float64) vector {
	x, y := (u-0.5)*aspect/zoom*1.2, (v-0.5)/zoom*1.2
	sin, cos := math.Sincos(pitch)
	return vector{x, y*cos - sin, cos + y*sin}
}

// ramps are scales of color from low to high, by a few of their colors.
var ramps = [][]rgb{
	{{0.19, 0.07, 0.23}, {0.27, 0.44, 0.93}, {0.1, 0.8, 0.8}, {0.64, 0.99, 0.23}, {0.98, 0.73, 0.22}, {0.85, 0.22, 0.03}, {0.48, 0.02, 0.01}},
	{{0, 0, 0.5}, {0, 0, 1}, {0, 1, 1}, {1, 1, 0}, {1, 0, 0}, {0.5, 0, 0}},
	{{0.27, 0, 0.33}, {0.23, 0.32, 0.55}, {0.13, 0.57, 0.55}, {0.37, 0.79, 0.38}, {0.99, 0.91, 0.14}},
	{{0, 0, 0.02}, {0.31, 0.07, 0.48}, {0.71, 0.21, 0.47}, {0.98, 0.53, 0.38}, {0.99, 0.99, 0.75}},
	{{0.05, 0.03, 0.53}, {0.49, 0.01, 0.66}, {0.8, 0.28, 0.47}, {0.97, 0.58, 0.25}, {0.94, 0.98, 0.13}},
	{{0, 0, 0.01}, {0.34, 0.06, 0.43}, {0.73, 0.21, 0.33}, {0.98, 0.56, 0.04}, {0.99, 1, 0.64}},
	{{0.62, 0, 0.26}, {0.96, 0.43, 0.26}, {1, 1, 0.75}, {0.4, 0.76, 0.65}, {0.37, 0.31, 0.64}},
	{{1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1}, {1, 0, 1}},
}

func spectrum(of []rgb, t float64) rgb {
	x := min(max(t, 0), 1) * float64(len(of)-1)
	k := min(int(x), len(of)-2)
	return mixed(of[k], of[k+1], x-float64(k))
}
