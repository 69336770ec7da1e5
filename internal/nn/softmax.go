package nn

// softmax writes exp(src) over its sum to dst; both have the same length, a multiple of 16, and may be the same.
func softmax(k *Kernels, dst, src []float32) {
	e := eltArgs{dst: at(dst, 0), a: at(src, 0)}
	softmaxWith(k, &e, len(src))
}

// softmaxWith is softmax with an argument that the caller keeps, so that nothing is allocated.
func softmaxWith(k *Kernels, e *eltArgs, n int) {
	src := e.a
	k.each(eltMax, e, n)
	top := e.parts[0]
	for _, m := range e.parts[:k.lanes] {
		top = max(top, m)
	}
	e.s[0] = top
	k.each(eltExpSum, e, n)
	var sum float32
	for _, s := range e.parts[:k.lanes] {
		sum += s
	}
	e.s[0], e.a = 1/sum, e.dst
	k.each(eltScale, e, n)
	e.a = src
}
