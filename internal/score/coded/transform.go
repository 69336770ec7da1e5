package coded

// codeBlock transforms 8 x 8 samples and divides their coefficients, which come column by
// column; bit i of the answer says that coefficient i is zero.
func codeBlock(dst *[64]int16, src []byte, stride int, q *quantization) (zeros uint64) {
	if zeros, ok := codeBlockFast(dst, src, stride, q); ok {
		return zeros
	}
	return codeBlockPlain(dst, src, stride, q)
}

func codeBlockPlain(dst *[64]int16, src []byte, stride int, q *quantization) (zeros uint64) {
	var c [64]int32
	for y := range 8 {
		for x, v := range src[y*stride:][:8] {
			c[8*x+y] = int32(v)
		}
	}
	for x := range 8 {
		v := (*[8]int32)(c[8*x:])
		alongColumns.apply(v)
	}
	for y := range 8 {
		var v [8]int32
		for x := range v {
			v[x] = c[8*x+y]
		}
		alongRows.apply(&v)
		for x, a := range v {
			c[8*x+y] = (a + 1<<17) >> 18
		}
	}
	for i, a := range c {
		v := int32((float32(max(a, -a)) + q.more[i]) * q.inverse[i])
		if v == 0 {
			zeros |= 1 << i
		}
		if a < 0 {
			v = -v
		}
		dst[i] = int16(v)
	}
	return zeros
}

// cosineTransform is a discrete cosine transform of eight values in 18 bits behind the
// point, as image/jpeg calculates it (after Loeffler, Ligtenberg and Moschytz, 1989).
type cosineTransform struct {
	three, one, six [3]int32 // rotations: cos, sin - cos, cos + sin
	root            int32    // of 2
	drop, dropRoot  int      // bits dropped before multiplications
	middle          int32    // of samples, eight times
	raise           int      // bits that samples are behind
}

// The first pass takes samples, the second one what the first one makes.
var (
	alongColumns = cosineTransform{
		three: [3]int32{217965, 145639 - 217965, 217965 + 145639}, one: [3]int32{257107, 51142 - 257107, 257107 + 51142},
		six: [3]int32{141871, 342508 - 141871, 141871 + 342508}, root: 5793, dropRoot: 12, middle: 1024, raise: 18,
	}
	alongRows = cosineTransform{
		three: [3]int32{13623, 9102 - 13623, 13623 + 9102}, one: [3]int32{16069, 3196 - 16069, 16069 + 3196},
		six: [3]int32{8867, 21407 - 8867, 8867 + 21407}, root: 23170, drop: 14, dropRoot: 14,
	}
)

func (t *cosineTransform) apply(x *[8]int32) {
	x0, x7 := x[0]+x[7], x[0]-x[7]
	x1, x6 := x[1]+x[6], x[1]-x[6]
	x2, x5 := x[2]+x[5], x[2]-x[5]
	x3, x4 := x[3]+x[4], x[3]-x[4]
	x4, x7 = rotated(x4>>t.drop, x7>>t.drop, &t.three)
	x5, x6 = rotated(x5>>t.drop, x6>>t.drop, &t.one)
	x0, x3 = x0+x3, x0-x3
	x1, x2 = x1+x2, x1-x2
	x2, x3 = rotated(x2>>t.drop, x3>>t.drop, &t.six)
	x0, x1 = x0+x1, x0-x1
	x4, x6 = x4+x6, x4-x6
	x7, x5 = x7+x5, x7-x5
	x5, x6 = (x5>>t.dropRoot)*t.root, (x6>>t.dropRoot)*t.root
	x7, x4 = x7+x4, x7-x4
	*x = [8]int32{(x0 - t.middle) << t.raise, x7, x2, x5, x1 << t.raise, x6, x3, x4}
}

func rotated(x, y int32, k *[3]int32) (int32, int32) {
	sum := k[0] * (x + y)
	return sum + k[1]*y, sum - k[2]*x
}
