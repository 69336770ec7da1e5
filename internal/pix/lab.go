package pix

import "math"

// Lab is an image in CIELAB (D65): L 0..100, A and B about -128..127, planes
// of W x H values row by row.
type Lab struct {
	W, H    int
	L, A, B []float32
}

// Lab converts the image. Lightness and color distances are then about as
// large as people see them.
func (p *RGB) Lab() *Lab {
	n := p.W * p.H
	v := make([]float32, 3*n)
	out := &Lab{W: p.W, H: p.H, L: v[:n:n], A: v[n : 2*n : 2*n], B: v[2*n:]}
	t := &labTables
	var L, A, B float32 // of the pixel before: neighbors often are of one color
	var last [3]byte
	for i := range n {
		s := [3]byte(p.Pix[3*i : 3*i+3])
		if i == 0 || s != last {
			last = s
			L, A, B = t.lab(s)
		}
		out.L[i], out.A[i], out.B[i] = L, A, B
	}
	return out
}

// labSteps is the resolution of the table of CIELAB's cube root.
const labSteps = 4096

// labTable holds the two curves between sRGB and CIELAB; never written after
// it was made.
type labTable struct {
	linear [256]float32          // sRGB byte to linear light
	curve  [labSteps + 2]float32 // CIELAB f of i/labSteps
}

var labTables = newLabTable()

func newLabTable() (t labTable) {
	for i := range t.linear {
		v := float64(i) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		t.linear[i] = float32(v)
	}
	for i := range t.curve {
		v := float64(i) / labSteps
		if v > 216.0/24389 {
			v = math.Cbrt(v)
		} else {
			v = (v*24389/27 + 16) / 116
		}
		t.curve[i] = float32(v)
	}
	return t
}

// lab is one color in CIELAB.
func (t *labTable) lab(s [3]byte) (L, A, B float32) {
	r, g, b := t.linear[s[0]], t.linear[s[1]], t.linear[s[2]]
	// Rows of the sRGB matrix divided by the white point.
	x := t.root(0.43395317*r + 0.37621668*g + 0.18983015*b)
	y := t.root(0.21263901*r + 0.71516868*g + 0.07219232*b)
	z := t.root(0.01775658*r + 0.10947028*g + 0.87277314*b)
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}

// root interpolates CIELAB's f for v in 0..1.
func (t *labTable) root(v float32) float32 {
	f := min(max(v, 0), 1) * labSteps
	i := int(f)
	f -= float32(i)
	return t.curve[i] + (t.curve[i+1]-t.curve[i])*f
}
