package main

import "fmt"

// x86 is amd64 with AVX2 and FMA, or with AVX-512 (F and VL).
type x86 struct {
	*listing
	name  string
	reg   string // register letter: Y or Z
	bytes int    // bytes of a vector
	big   bool   // the function as a whole uses AVX-512
}

func newX86(avx512 bool) *x86 {
	m := &x86{listing: &listing{}, name: "AVX2", reg: "Y", bytes: 32}
	if avx512 {
		m.name, m.reg, m.bytes, m.big = "AVX512", "Z", 64, true
	}
	m.head("amd64")
	return m
}

func (m *x86) text() *listing { return m.listing }
func (m *x86) suffix() string { return m.name }
func (m *x86) lanes() int     { return m.bytes / 4 }
func (m *x86) wide() bool     { return m.big }

func (m *x86) vectors() int {
	if m.reg == "Z" {
		return 32
	}
	return 16
}

func (m *x86) gemmRows() int {
	if m.big {
		return 12
	}
	return 6
}

// dwOuts: an output's products are added one after the other, so it takes eight at a time to keep both units busy.
// Rows of most frames divide by 12.
func (m *x86) dwOuts() []int {
	if m.big {
		return []int{12, 4, 1}
	}
	return []int{8, 4, 1}
}

func (m *x86) half() machine {
	if m.reg == "Y" {
		return nil
	}
	h := *m
	h.reg, h.bytes = "Y", 32
	return &h
}

// r names a general register. R14 and R15 belong to Go, BP to the profiler.
func (m *x86) r(n reg) string {
	return []string{"AX", "R13", "CX", "DX", "BX", "SI", "DI", "R8", "R9", "R10", "R11", "R12"}[n]
}

func (m *x86) v(n int) string { return fmt.Sprintf("%s%d", m.reg, n) }

func (m *x86) begin(f string) {
	fmt.Fprintf(m, "\n// func %s%s(args *T)\nTEXT ·%s%s(SB), NOSPLIT, $0-8\n", f, m.name, f, m.name)
	m.op("MOVQ args+0(FP), AX")
}

func (m *x86) end() {
	m.op("VZEROUPPER")
	m.op("RET")
}

func (m *x86) load(d, p reg, off int)  { m.op("MOVQ %d(%s), %s", off, m.r(p), m.r(d)) }
func (m *x86) store(s, p reg, off int) { m.op("MOVQ %s, %d(%s)", m.r(s), off, m.r(p)) }
func (m *x86) mov(d, s reg)            { m.op("MOVQ %s, %s", m.r(s), m.r(d)) }
func (m *x86) add(d, s reg)            { m.op("ADDQ %s, %s", m.r(s), m.r(d)) }
func (m *x86) addi(d reg, n int)       { m.op("ADDQ $%d, %s", n, m.r(d)) }
func (m *x86) muli(d reg, n int)       { m.op("IMUL3Q $%d, %s, %s", n, m.r(d), m.r(d)) }

func (m *x86) label(l string) { fmt.Fprintf(m, "%s:\n", l) }
func (m *x86) jump(l string)  { m.op("JMP %s", l) }

func (m *x86) decJump(c reg, l string) {
	m.op("DECQ %s", m.r(c))
	m.op("JNZ %s", l)
}

func (m *x86) decMemJump(p reg, off int, l string) {
	m.op("DECQ %d(%s)", off, m.r(p))
	m.op("JNZ %s", l)
}

func (m *x86) jumpZero(c reg, l string) {
	m.op("TESTQ %s, %s", m.r(c), m.r(c))
	m.op("JZ %s", l)
}

func (m *x86) jumpNot(c reg, n int, l string) {
	m.op("CMPQ %s, $%d", m.r(c), n)
	m.op("JNE %s", l)
}

func (m *x86) vload(v int, p reg, off int)  { m.op("VMOVUPS %d(%s), %s", off, m.r(p), m.v(v)) }
func (m *x86) vstore(v int, p reg, off int) { m.op("VMOVUPS %s, %d(%s)", m.v(v), off, m.r(p)) }
func (m *x86) vbroadcast(v int, p reg, off int) {
	m.op("VBROADCASTSS %d(%s), %s", off, m.r(p), m.v(v))
}
func (m *x86) vconst(v int, c constant) { m.op("VBROADCASTSS consts<>+%d(SB), %s", 4*int(c), m.v(v)) }

func (m *x86) vbytes(v int, p reg, off int) {
	m.op("VPMOVZXBD %d(%s), %s", off, m.r(p), m.v(v))
	m.op("VCVTDQ2PS %s, %s", m.v(v), m.v(v))
}

func (m *x86) vzero(v int) {
	if m.reg == "Z" {
		m.op("VPXORQ %s, %s, %s", m.v(v), m.v(v), m.v(v))
		return
	}
	m.op("VXORPS %s, %s, %s", m.v(v), m.v(v), m.v(v))
}

func (m *x86) vmov(d, s int) { m.op("VMOVAPS %s, %s", m.v(s), m.v(d)) }

func (m *x86) vop(op string, d, a, b int) {
	names := map[string]string{"add": "VADDPS", "sub": "VSUBPS", "mul": "VMULPS", "div": "VDIVPS",
		"max": "VMAXPS", "min": "VMINPS", "iadd": "VPADDD"}
	m.op("%s %s, %s, %s", names[op], m.v(b), m.v(a), m.v(d))
}

func (m *x86) vfma(acc, a, b int) { m.op("VFMADD231PS %s, %s, %s", m.v(b), m.v(a), m.v(acc)) }
func (m *x86) vround(d, s int)    { m.op("VCVTPS2DQ %s, %s", m.v(s), m.v(d)) }
func (m *x86) vfloat(d, s int)    { m.op("VCVTDQ2PS %s, %s", m.v(s), m.v(d)) }
func (m *x86) vexp2(v int)        { m.op("VPSLLD $23, %s, %s", m.v(v), m.v(v)) }

// base names the register that points at every third row; R8 is the distance between rows.
func (m *x86) base(row int) string { return []string{"R9", "R10", "R11", "R12"}[row/3] }

func (m *x86) rowsStart(n int, first reg) {
	m.op("MOVQ %d(AX), R8", argLda)
	m.op("LEAQ (R8)(R8*2), R13")
	m.op("MOVQ %s, R9", m.r(first))
	for row := 3; row < n; row += 3 {
		m.op("LEAQ (%s)(R13*1), %s", m.base(row-3), m.base(row))
	}
}

func (m *x86) rowBroadcast(v, row, step int) {
	index := []string{"", "(R8*1)", "(R8*2)"}[row%3]
	m.op("VBROADCASTSS %d(%s)%s, %s", 4*step, m.base(row), index, m.v(v))
}

func (m *x86) rowsAdvance(n, steps int) {
	for row := 0; row < n; row += 3 {
		m.op("ADDQ $%d, %s", 4*steps, m.base(row))
	}
}

func (m *x86) rowsAdd(n int, by reg) {
	for row := 0; row < n; row += 3 {
		m.op("ADDQ %s, %s", m.r(by), m.base(row))
	}
}

func (m *x86) vstoreParts() {
	m.vstore(0, rArgs, argEltParts)
	m.end()
}
