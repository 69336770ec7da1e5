package main

// Offsets in nn.rowArgs.
const (
	argRowDst   = 0
	argRowSrc   = 8
	argRowVec   = 16
	argRowLdd   = 24
	argRowLds   = 32
	argRowCount = 40
	argRowFull  = 48
	argRowTail  = 56
	argRowWorkD = 64
	argRowWorkS = 72
)

// byRow writes a kernel that does body for every vector of every pixel: r1 walks over dst, r2 over src, r3 over vec; r4
// is r2 plus the distance of source pixels and rRow r1 plus that of the destination.
func byRow(m machine, name string, perPixel int, body func(machine)) {
	m.begin(name)
	l := m.text()
	m.load(r1, rArgs, argRowDst)
	m.store(r1, rArgs, argRowWorkD)
	m.load(r2, rArgs, argRowSrc)
	m.store(r2, rArgs, argRowWorkS)
	m.vconst(14, cQuarter)
	m.vconst(15, cThreeQuarters)
	pixel := l.unique("pixel")
	m.label(pixel)
	m.load(r1, rArgs, argRowWorkD)
	m.load(r2, rArgs, argRowWorkS)
	m.load(r3, rArgs, argRowVec)
	m.load(r4, rArgs, argRowLds)
	m.add(r4, r2)
	m.load(rRow, rArgs, argRowLdd)
	m.add(rRow, r1)
	loopOver(m, argRowFull, argRowTail, func(m machine) {
		body(m)
		m.addi(rRow, 4*m.lanes())
	})
	m.load(r2, rArgs, argRowLds)
	m.load(r1, rArgs, argRowWorkS)
	m.add(r1, r2)
	m.store(r1, rArgs, argRowWorkS)
	m.load(r2, rArgs, argRowLdd)
	m.load(r1, rArgs, argRowWorkD)
	for range perPixel {
		m.add(r1, r2)
	}
	m.store(r1, rArgs, argRowWorkD)
	m.decMemJump(rArgs, argRowCount, pixel)
	m.end()
}

// rowwise writes the kernels over pixels and their channels.
func rowwise(m machine) {
	byRow(m, "chscale", 1, func(m machine) { // dst[x] = src[x]*vec
		m.vload(0, r2, 0)
		m.vload(1, r3, 0)
		m.vop("mul", 0, 0, 1)
		m.vstore(0, r1, 0)
	})
	byRow(m, "chsum", 1, func(m machine) { // vec += src[x]
		m.vload(0, r2, 0)
		m.vload(1, r3, 0)
		m.vop("add", 0, 0, 1)
		m.vstore(0, r3, 0)
	})
	byRow(m, "widen", 2, func(m machine) { // dst[2x], dst[2x+1] = between src[x] and src[x+1]
		m.vload(0, r2, 0)
		m.vload(1, r4, 0)
		m.vop("mul", 2, 0, 15)
		m.vfma(2, 1, 14)
		m.vop("mul", 3, 0, 14)
		m.vfma(3, 1, 15)
		m.vstore(2, r1, 0)
		m.vstore(3, rRow, 0)
	})
}

// normalize writes dst = src*scale + shift for bytes; scale and shift repeat after three vectors.
func normalize(m machine) {
	m.begin("normalize")
	for i, p := range []reg{r1, r2, r3, r4, r5} {
		m.load(p, rArgs, 8*i)
	}
	for i := range 3 {
		m.vload(1+i, r3, 4*i*m.lanes())
		m.vload(4+i, r4, 4*i*m.lanes())
	}
	loop := m.text().unique("loop")
	m.label(loop)
	for i := range 3 {
		m.vbytes(0, r2, i*m.lanes())
		m.vmov(7, 4+i)
		m.vfma(7, 0, 1+i)
		m.vstore(7, r1, 4*i*m.lanes())
	}
	m.addi(r1, 12*m.lanes())
	m.addi(r2, 3*m.lanes())
	m.decJump(r5, loop)
	m.end()
}
