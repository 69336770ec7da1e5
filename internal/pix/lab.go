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
	out := new(Lab)
	p.LabInto(out)
	return out
}

// LabInto is [RGB.Lab] in the memory of out, if it is large enough.
func (p *RGB) LabInto(out *Lab) {
	n := p.W * p.H
	if cap(out.L) < 3*n {
		out.L = make([]float32, 3*n)
	}
	v := out.L[:3*n]
	*out = Lab{W: p.W, H: p.H, L: v[:n], A: v[n : 2*n : 2*n], B: v[2*n:]}
	t := &labTables
	L, A, B := out.L, out.A[:n], out.B[:n]
	last := ^uint32(0)
	for i, src := 0, p.Pix[:3*n]; i < n; i, src = i+1, src[3:] {
		s := uint32(src[0]) | uint32(src[1])<<8 | uint32(src[2])<<16
		if s == last { // neighbors often are of one color
			L[i], A[i], B[i] = L[i-1], A[i-1], B[i-1]
			continue
		}
		last = s
		L[i], A[i], B[i] = t.lab(s)
	}
}

// labSteps is the resolution of the table of CIELAB's cube root.
const labSteps = 4096

// labTable holds the two curves between sRGB and CIELAB; never written after
// it was made.
type labTable struct {
	linear [3][256][3]float32       // of red, green and blue: their part of x, y and z
	curve  [labSteps + 1][2]float32 // CIELAB f of i/labSteps, and the step to the next one
}

var labTables = newLabTable()

// labMatrix has the columns of the sRGB matrix, its rows divided by the white point.
var labMatrix = [3][3]float32{
	{0.43395317, 0.21263901, 0.01775658}, {0.37621668, 0.71516868, 0.10947028}, {0.18983015, 0.07219232, 0.87277314},
}

func newLabTable() (t labTable) {
	for i := range 256 {
		v := float64(i) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		for c, column := range labMatrix {
			for k, m := range column {
				t.linear[c][i][k] = m * float32(v)
			}
		}
	}
	root := func(i int) float32 {
		v := float64(i) / labSteps
		if v > 216.0/24389 {
			return float32(math.Cbrt(v))
		}
		return float32((v*24389/27 + 16) / 116)
	}
	for i := range t.curve {
		t.curve[i] = [2]float32{root(i), root(i+1) - root(i)}
	}
	return t
}

// lab is one color in CIELAB, red in the lowest byte.
func (t *labTable) lab(s uint32) (L, A, B float32) {
	r, g, b := &t.linear[0][uint8(s)], &t.linear[1][uint8(s>>8)], &t.linear[2][uint8(s>>16)]
	x, y, z := t.root(r[0]+g[0]+b[0]), t.root(r[1]+g[1]+b[1]), t.root(r[2]+g[2]+b[2])
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}

// root interpolates CIELAB's f for v from 0; what is above 1 counts as that.
func (t *labTable) root(v float32) float32 {
	if v > 1 {
		v = 1
	}
	v *= labSteps
	i := int32(v)
	c := &t.curve[i]
	return c[0] + c[1]*(v-float32(i))
}
