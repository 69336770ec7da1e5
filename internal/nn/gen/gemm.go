package main

import "fmt"

// Offsets in nn.gemmArgs.
const (
	argA          = 0
	argC          = 8
	argRes        = 16
	argB          = 24
	argBias       = 32
	argLda        = 40
	argLdc        = 48
	argK4         = 56
	argK1         = 64
	argSegs       = 72
	argSegDelta   = 80
	argN32        = 88
	argN16        = 96
	argN8         = 104
	argPanelBytes = 112
	argAct        = 120
	argTiles      = 128
	argWorkA      = 136
	argWorkC      = 144
	argWorkRes    = 152
	argPanelRes   = 160
	argCount      = 168
)

// gemm writes the product of tiles of a fixed number of rows with all column panels: C = act(A*B + bias) + res.
//
// In: r1 walks over B, r2 over the bias, r3 over the columns of C, r4 counts, r5 counts segments of A, rTmp walks over
// the second panel of a pair.
func gemm(m machine, rows int) {
	m.begin(fmt.Sprintf("gemm%d", rows))
	for _, p := range [][2]int{{argA, argWorkA}, {argC, argWorkC}, {argRes, argWorkRes}} {
		m.load(r1, rArgs, p[0])
		m.store(r1, rArgs, p[1])
	}
	tile := m.text().unique("tile")
	m.label(tile)
	m.load(r1, rArgs, argB)
	m.load(r2, rArgs, argBias)
	m.load(r3, rArgs, argWorkC)
	m.load(r4, rArgs, argWorkRes)
	m.store(r4, rArgs, argPanelRes)
	if m.wide() {
		panels(m, gemmTile{rows, 32, argN32})
	}
	panels(m, gemmTile{rows, 16, argN16})
	if h := m.half(); h != nil {
		panels(h, gemmTile{rows, 8, argN8})
	} else {
		panels(m, gemmTile{rows, 8, argN8})
	}
	nextTile(m, rows)
	m.decMemJump(rArgs, argTiles, tile)
	m.end()
}

// gemmTile is the shape of one block of C held in registers, and the argument that says how many there are in a row.
type gemmTile struct {
	rows, columns int
	count         int
}

// nextTile moves the working pointers down by the rows just done.
func nextTile(m machine, rows int) {
	m.load(r4, rArgs, argLda)
	m.muli(r4, rows)
	m.load(r5, rArgs, argWorkA)
	m.add(r5, r4)
	m.store(r5, rArgs, argWorkA)
	m.load(r4, rArgs, argLdc)
	m.muli(r4, rows)
	m.load(r5, rArgs, argWorkC)
	m.add(r5, r4)
	m.store(r5, rArgs, argWorkC)
	none := m.text().unique("nores")
	m.load(r5, rArgs, argWorkRes)
	m.jumpZero(r5, none)
	m.add(r5, r4)
	m.store(r5, rArgs, argWorkRes)
	m.label(none)
}

// panels writes the loop over the column panels of one width.
func panels(m machine, t gemmTile) {
	l := m.text()
	loop, skip := l.unique("panel"), l.unique("skip")
	vecs := t.columns / m.lanes()
	m.load(r4, rArgs, t.count)
	m.jumpZero(r4, skip)
	m.store(r4, rArgs, argCount)
	m.label(loop)
	for v := range vecs {
		m.vload(v, r2, 4*v*m.lanes())
	}
	for i := vecs; i < t.rows*vecs; i++ {
		m.vmov(i, i%vecs)
	}
	m.load(r4, rArgs, argWorkA)
	m.rowsStart(t.rows, r4)
	if t.columns == 32 {
		m.load(rTmp, rArgs, argPanelBytes)
		m.add(rTmp, r1)
	}
	segments(m, t)
	finish(m, t)
	if t.columns == 32 {
		m.mov(r1, rTmp)
	}
	m.addi(r2, 4*t.columns)
	m.addi(r3, 4*t.columns)
	m.decMemJump(rArgs, argCount, loop)
	m.label(skip)
}

// segments writes the sum over the segments of A and the columns of each.
func segments(m machine, t gemmTile) {
	l := m.text()
	segment, four, rest, one, done := l.unique("seg"), l.unique("four"), l.unique("rest"), l.unique("one"), l.unique("done")
	m.load(r5, rArgs, argSegs)
	m.label(segment)
	m.load(r4, rArgs, argK4)
	m.jumpZero(r4, rest)
	m.label(four)
	steps(m, t, 4)
	m.decJump(r4, four)
	m.label(rest)
	m.load(r4, rArgs, argK1)
	sum := l.unique("sum")
	m.jumpZero(r4, sum)
	m.label(one)
	steps(m, t, 1)
	m.decJump(r4, one)
	m.label(sum)
	m.addi(r5, -1)
	m.jumpZero(r5, done)
	m.load(r4, rArgs, argSegDelta)
	m.rowsAdd(t.rows, r4)
	m.jump(segment)
	m.label(done)
}

// steps writes n steps of the inner product.
func steps(m machine, t gemmTile, n int) {
	vecs := t.columns / m.lanes()
	b := t.rows * vecs
	temps := m.vectors() - b - vecs
	panel := 4 * min(t.columns, 16)
	for s := range n {
		for v := range vecs {
			if t.columns == 32 {
				m.vload(b+v, []reg{r1, rTmp}[v], s*panel)
			} else {
				m.vload(b+v, r1, s*panel+4*v*m.lanes())
			}
		}
		for row := range t.rows {
			tmp := b + vecs + row%min(temps, 4)
			m.rowBroadcast(tmp, row, s)
			for v := range vecs {
				m.vfma(row*vecs+v, tmp, b+v)
			}
		}
	}
	m.addi(r1, n*panel)
	if t.columns == 32 {
		m.addi(rTmp, n*panel)
	}
	m.rowsAdvance(t.rows, n)
}

// finish writes activation, residual and store of one block. The registers of rows are free here.
func finish(m machine, t gemmTile) {
	vecs := t.columns / m.lanes()
	n := t.rows * vecs
	m.load(r4, rArgs, argAct)
	activation(m, r4, n)
	const at, ld = r5, r4
	none := m.text().unique("nores")
	m.load(ld, rArgs, argLdc)
	m.load(at, rArgs, argPanelRes)
	m.jumpZero(at, none)
	m.addi(at, 4*t.columns)
	m.store(at, rArgs, argPanelRes)
	m.addi(at, -4*t.columns)
	for row := range t.rows {
		for v := range vecs {
			m.vload(n, at, 4*v*m.lanes())
			m.vop("add", row*vecs+v, row*vecs+v, n)
		}
		m.add(at, ld)
	}
	m.label(none)
	m.mov(at, r3)
	for row := range t.rows {
		for v := range vecs {
			m.vstore(row*vecs+v, at, 4*v*m.lanes())
		}
		m.add(at, ld)
	}
}

// activation applies the activation whose number is in code to vectors 0 to n-1. It needs four vectors after them.
func activation(m machine, code reg, n int) {
	l := m.text()
	next := []string{l.unique("act"), l.unique("act"), l.unique("act"), l.unique("act")}
	done := l.unique("act")
	zero, six, three, tmp := n, n+1, n+2, n+3
	m.jumpZero(code, done)
	m.vzero(zero)
	m.jumpNot(code, 1, next[0])
	for v := range n {
		m.vop("max", v, v, zero)
	}
	m.jump(done)
	m.label(next[0])
	m.vconst(six, cSix)
	m.jumpNot(code, 2, next[1])
	for v := range n {
		m.vop("max", v, v, zero)
		m.vop("min", v, v, six)
	}
	m.jump(done)
	m.label(next[1])
	m.vconst(three, cThree)
	m.jumpNot(code, 3, next[2])
	for v := range n {
		m.vop("add", tmp, v, three)
		m.vop("max", tmp, tmp, zero)
		m.vop("min", tmp, tmp, six)
		m.vop("mul", v, v, tmp)
	}
	m.jump(next[3])
	m.label(next[2])
	for v := range n {
		m.vop("add", v, v, three)
		m.vop("max", v, v, zero)
		m.vop("min", v, v, six)
	}
	m.label(next[3])
	m.vconst(three, cSixth)
	for v := range n {
		m.vop("mul", v, v, three)
	}
	m.label(done)
}
