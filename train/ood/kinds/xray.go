package kinds

import (
	"math"
	"math/rand/v2"
)

// xrays are the families of X-ray-like shadows.
func xrays() []Family {
	return []Family{
		{Name: "chest", make: exposed(chest)},
		{Name: "hand", make: exposed(hand)},
		{Name: "skull", make: exposed(skull)},
		{Name: "limb", make: exposed(limb)},
		{Name: "pelvis", make: exposed(pelvis)},
		{Name: "spine", make: exposed(spine)},
		{Name: "teeth", make: exposed(teeth)},
		{Name: "section", make: exposed(section)},
	}
}

// body is how much of the rays is held back at a place; x and y count from the middle,
// in heights of the image.
type body func(x, y float64) float64

// exposed exposes a body: light where much is held back, with grain, haze and a frame.
func exposed(make func(r *rand.Rand) body) func(*rand.Rand, float64) shader {
	return func(r *rand.Rand, aspect float64) shader {
		b, haze := make(r), fractal(r, 5, 0.6)
		scale, turn := between(r, 0.85, 1.35), between(r, -0.15, 0.15)
		if chance(r, 0.2) {
			turn += math.Pi / 2 * float64(r.IntN(4))
		}
		cx, cy := between(r, -0.06, 0.06), between(r, -0.06, 0.06)
		grain, cloudy, gain, low := between(r, 0, 0.03), between(r, 0.01, 0.07), between(r, 0.7, 1.3), between(r, 0, 0.12)
		tint, negative := gray(1), chance(r, 0.12)
		if chance(r, 0.15) {
			tint = rgb{0.85, 0.93, 1}
		}
		rim := between(r, 0, 0.08) * float64(r.IntN(2))
		mark := part{between(r, 0.04, 0.9), between(r, 0.04, 0.15), 0.03, 0.05, flat(gray(1))}
		marked := chance(r, 0.5)
		sin, cos := math.Sincos(turn)
		return func(u, v float64) rgb {
			if u < rim || u > 1-rim || v < rim || v > 1-rim {
				return gray(0)
			}
			if marked && mark.holds(u, v) && math.Mod((u-mark.x)*100, 1) < 0.5 {
				return gray(0.95)
			}
			x, y := ((u-0.5)*aspect-cx)/scale, (v-0.5-cy)/scale
			t := gain * b(x*cos-y*sin, x*sin+y*cos)
			t = low + (1-low)*(1-math.Exp(-1.6*max(t, 0))) + cloudy*haze(u, v)*min(1, 0.2+t) + grain*r.NormFloat64()
			if negative {
				t = 1 - t
			}
			c := tint
			for k := range c {
				c[k] *= t
			}
			return c
		}
	}
}

// oval is 1 in an ellipse and falls to 0 within soft of its rim.
func oval(x, y, cx, cy, rx, ry, soft float64) float64 {
	return 1 - smooth(1-soft, 1+soft, math.Hypot((x-cx)/rx, (y-cy)/ry))
}

// bone is a tube from a to b, denser at its wall and thicker at its ends.
func bone(x, y, ax, ay, bx, by, radius, ends float64) float64 {
	dx, dy := bx-ax, by-ay
	t := min(max(((x-ax)*dx+(y-ay)*dy)/(dx*dx+dy*dy), 0), 1)
	d := math.Hypot(x-ax-t*dx, y-ay-t*dy)
	rr := radius * (1 + ends*math.Pow(math.Abs(2*t-1), 4))
	if d > 1.15*rr {
		return 0
	}
	wall := 0.55 + 0.45*smooth(0.45, 0.85, d/rr)
	return wall * (1 - smooth(0.85, 1.15, d/rr))
}

func chest(r *rand.Rand) body {
	wide, tall, ribs := between(r, 0.38, 0.5), between(r, 0.55, 0.7), 7+r.IntN(5)
	heart, lung, bend := between(r, 0.1, 0.17), between(r, 0.6, 0.95), between(r, 0.15, 0.45)
	dense := between(r, 0.12, 0.35)
	return func(x, y float64) float64 {
		t := 0.9 * oval(x, y, 0, 0.1, wide*1.15, tall, 0.12)
		t += 0.5*oval(x, y, wide, -0.35, 0.2, 0.2, 0.5) + 0.5*oval(x, y, -wide, -0.35, 0.2, 0.2, 0.5)
		left := oval(x, y, -0.19, -0.03, 0.15, 0.34, 0.15) + oval(x, y, 0.19, -0.03, 0.15, 0.34, 0.15)
		t -= lung * min(left, 1) * t
		t += 0.5 * oval(x, y, 0.05, 0.12, heart, heart*1.2, 0.2)
		t += 0.5 * bone(x, y, 0, -0.6, 0, 0.7, 0.045, 0) * (0.8 + 0.2*math.Sin(70*y))
		for k := range ribs {
			base := -0.42 + 0.9*float64(k)/float64(ribs)
			arc := base + bend*math.Abs(x) - 0.25*math.Sqrt(max(0, 0.2-x*x))
			d := math.Abs(y-arc) / 0.016
			if d < 1.5 && math.Abs(x) < wide && math.Abs(x) > 0.03 {
				t += dense * (1 - smooth(0.5, 1.5, d))
			}
		}
		t += 0.35 * (bone(x, y, -0.03, -0.4, -0.36, -0.46, 0.02, 0.4) + bone(x, y, 0.03, -0.4, 0.36, -0.46, 0.02, 0.4))
		return t
	}
}

// tube is a bone with soft tissue around it.
type tube struct{ ax, ay, bx, by, r float64 }

// limbs are bones in flesh.
func limbs(of []tube, flesh, thick float64) body {
	return func(x, y float64) float64 {
		soft, hard := 0.0, 0.0
		for _, t := range of {
			dx, dy := t.bx-t.ax, t.by-t.ay
			k := min(max(((x-t.ax)*dx+(y-t.ay)*dy)/(dx*dx+dy*dy), 0), 1)
			soft = max(soft, 1-smooth(0.8, 1, math.Hypot(x-t.ax-k*dx, y-t.ay-k*dy)/(t.r*thick)))
			hard += bone(x, y, t.ax, t.ay, t.bx, t.by, t.r, 0.5)
		}
		return flesh*soft + 0.75*hard
	}
}

func hand(r *rand.Rand) body {
	var of []tube
	spread := between(r, 0.14, 0.3)
	for k := range 5 {
		turn, ax, ay := (float64(k)-2)*spread, (float64(k)-2)*0.06, 0.16
		sin, cos := math.Sincos(turn)
		long := 0.2 - 0.02*math.Abs(float64(k)-2)
		if k == 0 {
			long, ay = 0.13, 0.22
		}
		for part := range 4 {
			bx, by := ax+long*sin, ay-long*cos
			of = append(of, tube{ax, ay, bx, by, 0.026 - 0.004*float64(part)})
			ax, ay, long = bx+0.012*sin, by-0.012*cos, long*between(r, 0.62, 0.72)
		}
	}
	for range 7 {
		x, y := between(r, -0.1, 0.1), between(r, 0.18, 0.27)
		of = append(of, tube{x, y, x + 0.02, y + 0.015, 0.026})
	}
	of = append(of, tube{-0.05, 0.3, -0.06, 0.7, 0.035}, tube{0.05, 0.3, 0.05, 0.7, 0.03})
	return limbs(of, between(r, 0.15, 0.4), between(r, 1.6, 2.4))
}

func limb(r *rand.Rand) body {
	bend, wide := between(r, -0.4, 0.4), between(r, 0.04, 0.08)
	of := []tube{{between(r, -0.1, 0.1), -0.7, 0, -0.03, wide}, {0.03, 0.03, bend, 0.7, wide * 0.9}}
	if chance(r, 0.6) {
		of = append(of, tube{-wide * 1.6, 0.06, bend - wide*1.8, 0.7, wide * 0.45})
	}
	if chance(r, 0.5) {
		of = append(of, tube{wide * 1.3, -0.03, wide * 1.5, 0.0, wide * 0.5})
	}
	return limbs(of, between(r, 0.2, 0.5), between(r, 1.8, 3))
}

func skull(r *rand.Rand) body {
	wide, tall, shell := between(r, 0.26, 0.36), between(r, 0.34, 0.42), between(r, 0.05, 0.1)
	side := chance(r, 0.4)
	return func(x, y float64) float64 {
		d := math.Hypot(x/wide, (y+0.06)/tall)
		t := 0.55*(1-smooth(0.97, 1.03, d)) + 0.6*(1-smooth(0, shell, math.Abs(d-1+shell/2)))
		t += 0.35 * oval(x, y, 0, 0.22, wide*0.6, 0.2, 0.2)
		for _, eye := range []float64{-1, 1} {
			if side && eye < 0 {
				continue
			}
			t -= 0.35 * oval(x, y, eye*wide*0.42, 0.06, 0.075, 0.065, 0.3)
		}
		t -= 0.3 * oval(x, y, 0, 0.16, 0.035, 0.06, 0.3)
		if y > 0.24 && y < 0.32 && math.Abs(x) < wide*0.45 {
			t += 0.3 * (0.5 + 0.5*math.Cos(140*x))
		}
		return t + 0.3*bone(x, y, 0, 0.3, 0, 0.8, 0.06, 0)*(0.7+0.3*math.Sin(60*y))
	}
}

func spine(r *rand.Rand) body {
	bend, size, gap := between(r, -0.12, 0.12), between(r, 0.05, 0.1), between(r, 0.07, 0.13)
	flesh := between(r, 0.3, 0.6)
	return func(x, y float64) float64 {
		x -= bend * math.Sin(3*y)
		t := flesh * oval(x, y, 0, 0, 0.45, 1.2, 0.3)
		k := math.Mod(y+10, gap)/gap - 0.5
		t += 0.6 * (1 - smooth(0.8, 1.1, math.Max(math.Abs(x)/size, math.Abs(k)/0.42)))
		t += 0.25 * oval(math.Abs(x), k*gap, size*1.5, 0, size*0.9, gap*0.2, 0.4)
		return t + 0.3*oval(math.Abs(x), k*gap, size*0.45, 0, size*0.2, gap*0.22, 0.3)
	}
}

func pelvis(r *rand.Rand) body {
	wide, hole := between(r, 0.26, 0.36), between(r, 0.09, 0.14)
	flesh := between(r, 0.3, 0.55)
	return func(x, y float64) float64 {
		a := math.Abs(x)
		t := flesh * oval(x, y, 0, 0, 0.62, 0.8, 0.2)
		t += 0.5 * (oval(a, y, wide*0.75, -0.1, wide*0.5, 0.2, 0.12) - 0.6*oval(a, y, wide*0.8, -0.12, wide*0.36, 0.14, 0.2))
		t += 0.45*oval(a, y, 0.09, 0.16, 0.1, 0.1, 0.1) - 0.5*oval(a, y, 0.1, 0.17, hole*0.5, hole*0.45, 0.2)
		t += 0.6*oval(a, y, wide, 0.1, 0.06, 0.06, 0.1) + 0.6*bone(a, y, wide+0.02, 0.12, wide+0.08, 0.7, 0.05, 0.3)
		return t + 0.45*oval(x, y, 0, -0.12, 0.08, 0.16, 0.2)*(0.8+0.2*math.Sin(60*y))
	}
}

func teeth(r *rand.Rand) body {
	n, bend := 10+r.IntN(8), between(r, 0, 0.5)
	jaw := between(r, 0.3, 0.6)
	return func(x, y float64) float64 {
		y -= bend * x * x
		t := jaw * oval(x, y, 0, 0, 1, 0.42, 0.2)
		k := math.Mod(x*float64(n)+50, 1) - 0.5
		t += 0.7 * oval(k, math.Abs(y), 0, 0.09, 0.44, 0.09, 0.15) * (1 - smooth(0.75, 0.9, math.Abs(x)))
		t += 0.4 * oval(k, math.Abs(y), 0, 0.2, 0.25, 0.1, 0.3) * (1 - smooth(0.75, 0.9, math.Abs(x)))
		return t - 0.2*(1-smooth(0.005, 0.015, math.Abs(y)))
	}
}

// section is a slice through a body, as a computed tomogram.
func section(r *rand.Rand) body {
	wide, tall := between(r, 0.4, 0.6), between(r, 0.3, 0.42)
	type organ struct{ x, y, rx, ry, t float64 }
	var of []organ
	for range 5 + r.IntN(10) {
		of = append(of, organ{between(r, -0.7, 0.7) * wide, between(r, -0.7, 0.7) * tall, between(r, 0.03, 0.18), between(r, 0.03, 0.15), between(r, -0.4, 0.4)})
	}
	return func(x, y float64) float64 {
		d := math.Hypot(x/wide, y/tall)
		t := 0.45 * (1 - smooth(0.98, 1.01, d))
		if d < 0.93 {
			for _, o := range of {
				t += o.t * oval(x, y, o.x, o.y, o.rx, o.ry, 0.08)
			}
			t += 0.9*oval(x, y, 0, 0.6*tall, 0.06, 0.05, 0.1) - 0.6*oval(x, y, 0, 0.72*tall, 0.02, 0.02, 0.1)
		}
		return t
	}
}
