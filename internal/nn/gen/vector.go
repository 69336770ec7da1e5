package main

// Offsets in nn.eltArgs.
const (
	argEltDst   = 0
	argEltA     = 8
	argEltB     = 16
	argEltC     = 24
	argEltFull  = 32
	argEltTail  = 40
	argEltS0    = 48
	argEltS1    = 52
	argEltParts = 56
)

// loopOver writes loops over whole vectors and over a last half one; r1 to r4 walk over dst, a, b, c.
func loopOver(m machine, full, tail int, body func(machine)) {
	once := func(m machine, count int) {
		l := m.text()
		loop, skip := l.unique("loop"), l.unique("skip")
		m.load(r5, rArgs, count)
		m.jumpZero(r5, skip)
		m.label(loop)
		body(m)
		for _, p := range []reg{r1, r2, r3, r4} {
			m.addi(p, 4*m.lanes())
		}
		m.decJump(r5, loop)
		m.label(skip)
	}
	once(m, full)
	if h := m.half(); h != nil && tail >= 0 {
		once(h, tail)
	}
}

// vector writes one element-wise kernel: prepare loads constants, body handles one vector.
func vector(m machine, name string, prepare, body func(machine)) {
	m.begin(name)
	for i, p := range []reg{r1, r2, r3, r4} {
		m.load(p, rArgs, 8*i)
	}
	if prepare != nil {
		prepare(m)
	}
	loopOver(m, argEltFull, argEltTail, body)
	m.end()
}

// elementwise writes the kernels that work on plain runs of numbers.
func elementwise(m machine) {
	binary := func(name, op string) {
		vector(m, name, nil, func(m machine) {
			m.vload(0, r2, 0)
			m.vload(1, r3, 0)
			m.vop(op, 0, 0, 1)
			m.vstore(0, r1, 0)
		})
	}
	binary("add", "add")
	binary("mul", "mul")
	scalars := func(m machine) {
		m.vbroadcast(14, rArgs, argEltS0)
		m.vbroadcast(15, rArgs, argEltS1)
	}
	vector(m, "blend", scalars, func(m machine) { // dst = s0*a + s1*b
		m.vload(0, r2, 0)
		m.vload(1, r3, 0)
		m.vop("mul", 0, 0, 14)
		m.vfma(0, 1, 15)
		m.vstore(0, r1, 0)
	})
	vector(m, "scale", scalars, func(m machine) { // dst = s0*a
		m.vload(0, r2, 0)
		m.vop("mul", 0, 0, 14)
		m.vstore(0, r1, 0)
	})
	vector(m, "mix", nil, func(m machine) { // dst = a + b*(c-a)
		m.vload(0, r2, 0)
		m.vload(1, r3, 0)
		m.vload(2, r4, 0)
		m.vop("sub", 2, 2, 0)
		m.vfma(0, 1, 2)
		m.vstore(0, r1, 0)
	})
	vector(m, "sigmoid", expConstants, func(m machine) {
		m.vload(0, r2, 0)
		sigmoid(m)
		m.vstore(0, r1, 0)
	})
	vector(m, "tanh", expConstants, func(m machine) { // 2*sigmoid(2a) - 1
		m.vload(0, r2, 0)
		m.vop("add", 0, 0, 0)
		sigmoid(m)
		m.vop("add", 0, 0, 0)
		m.vconst(1, cOne)
		m.vop("sub", 0, 0, 1)
		m.vstore(0, r1, 0)
	})
	reductions(m)
}

// sigmoid turns vector 0 into 1/(1+exp(-x)). Vectors 0 to 4 are spoiled.
func sigmoid(m machine) {
	m.vzero(1)
	m.vop("sub", 0, 1, 0)
	exponential(m)
	m.vconst(1, cOne)
	m.vop("add", 0, 0, 1)
	m.vop("div", 0, 1, 0)
}

// reductions writes the kernels that leave one partial result per lane; their lengths are whole vectors.
func reductions(m machine) {
	m.begin("maximum")
	m.load(r2, rArgs, argEltA)
	m.vload(0, r2, 0)
	loopOver(m, argEltFull, -1, func(m machine) {
		m.vload(1, r2, 0)
		m.vop("max", 0, 0, 1)
	})
	m.vstoreParts()
	m.begin("expsum") // dst = exp(a - s0)
	m.load(r1, rArgs, argEltDst)
	m.load(r2, rArgs, argEltA)
	expConstants(m)
	m.vbroadcast(14, rArgs, argEltS0)
	m.vzero(15)
	loopOver(m, argEltFull, -1, func(m machine) {
		m.vload(0, r2, 0)
		m.vop("sub", 0, 0, 14)
		exponential(m)
		m.vop("add", 15, 15, 0)
		m.vstore(0, r1, 0)
	})
	m.vmov(0, 15)
	m.vstoreParts()
}

// expConstants loads what exponential keeps in registers.
func expConstants(m machine) {
	for i, c := range []constant{cExpMin, cExpMax, cLog2e, cNegLn2Hi, cNegLn2Lo, cExp0, cExp1, cBias} {
		m.vconst(5+i, c)
	}
}

// exponential turns vector 0 into exp(x), x limited to [-87, 88], with a relative error of about 2e-7. Vectors 1 to 4
// are spoiled, 5 to 12 hold expConstants.
func exponential(m machine) {
	m.vop("max", 0, 0, 5)
	m.vop("min", 0, 0, 6)
	m.vop("mul", 1, 0, 7)
	m.vround(1, 1)
	m.vfloat(2, 1)
	m.vfma(0, 2, 8) // r = x - n*ln2
	m.vfma(0, 2, 9)
	m.vop("iadd", 1, 1, 12)
	m.vexp2(1)
	m.vmov(3, 11)
	m.vfma(3, 0, 10)
	for i, c := range []constant{cExp2, cExp3, cExp4, cExp5} {
		from, to := 3+i%2, 4-i%2
		m.vconst(to, c)
		m.vfma(to, from, 0)
	}
	m.vop("mul", 2, 0, 0)
	m.vfma(0, 2, 3) // r + r*r*p
	m.vconst(4, cOne)
	m.vop("add", 0, 0, 4)
	m.vop("mul", 0, 0, 1)
}
