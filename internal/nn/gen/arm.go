package main

import "fmt"

// arm is arm64 with NEON. Go's assembler knows few of its vector instructions, so they are written as words with the
// instruction in a comment.
type arm struct{ *listing }

func newARM() *arm {
	m := &arm{&listing{}}
	m.head("arm64")
	return m
}

func (m *arm) text() *listing { return m.listing }
func (m *arm) suffix() string { return "NEON" }
func (m *arm) lanes() int     { return 4 }
func (m *arm) vectors() int   { return 32 }
func (m *arm) gemmRows() int  { return 6 }

// dwOuts: with two vectors to a block of channels, four pixels are eight sums.
func (m *arm) dwOuts() []int { return []int{4, 1} }

func (m *arm) wide() bool    { return false }
func (m *arm) half() machine { return nil }

// n is a general register's number. R16 to R18 and R26 to R30 belong to Go and the system; rows use R7 to R12, R13 is
// the distance of rows and R14 this file's own scratch.
func (m *arm) n(r reg) uint32 { return uint32(r) }
func (m *arm) r(r reg) string { return fmt.Sprintf("R%d", r) }
func (m *arm) row(n int) reg  { return rRow + reg(n) }
func (m *arm) word(w uint32, comment string, a ...any) {
	m.op("WORD $0x%08x // %s", w, fmt.Sprintf(comment, a...))
}

func (m *arm) begin(f string) {
	fmt.Fprintf(m, "\n// func %sNEON(args *T)\nTEXT ·%sNEON(SB), NOSPLIT, $0-8\n", f, f)
	m.op("MOVD args+0(FP), R0")
}

func (m *arm) end() { m.op("RET") }

func (m *arm) load(d, p reg, off int)  { m.op("MOVD %d(%s), %s", off, m.r(p), m.r(d)) }
func (m *arm) store(s, p reg, off int) { m.op("MOVD %s, %d(%s)", m.r(s), off, m.r(p)) }
func (m *arm) mov(d, s reg)            { m.op("MOVD %s, %s", m.r(s), m.r(d)) }
func (m *arm) add(d, s reg)            { m.op("ADD %s, %s, %s", m.r(s), m.r(d), m.r(d)) }
func (m *arm) addi(d reg, n int)       { m.op("ADD $%d, %s, %s", n, m.r(d), m.r(d)) }

func (m *arm) muli(d reg, n int) {
	m.op("MOVD $%d, R14", n)
	m.op("MUL R14, %s, %s", m.r(d), m.r(d))
}

func (m *arm) label(l string) { fmt.Fprintf(m, "%s:\n", l) }
func (m *arm) jump(l string)  { m.op("JMP %s", l) }

func (m *arm) decJump(c reg, l string) {
	m.op("SUB $1, %s, %s", m.r(c), m.r(c))
	m.op("CBNZ %s, %s", m.r(c), l)
}

func (m *arm) decMemJump(p reg, off int, l string) {
	m.load(rTmp, p, off)
	m.op("SUB $1, %s, %s", m.r(rTmp), m.r(rTmp))
	m.store(rTmp, p, off)
	m.op("CBNZ %s, %s", m.r(rTmp), l)
}

func (m *arm) jumpZero(c reg, l string) { m.op("CBZ %s, %s", m.r(c), l) }

func (m *arm) jumpNot(c reg, n int, l string) {
	m.op("CMP $%d, %s", n, m.r(c))
	m.op("BNE %s", l)
}

func (m *arm) vload(v int, p reg, off int) {
	m.word(0x3dc00000|uint32(off/16)<<10|m.n(p)<<5|uint32(v), "ldr q%d, [x%d, #%d]", v, p, off)
}

func (m *arm) vstore(v int, p reg, off int) {
	m.word(0x3d800000|uint32(off/16)<<10|m.n(p)<<5|uint32(v), "str q%d, [x%d, #%d]", v, p, off)
}

func (m *arm) vbroadcast(v int, p reg, off int) {
	m.op("ADD $%d, %s, R14", off, m.r(p))
	m.word(0x4d40c800|14<<5|uint32(v), "ld1r {v%d.4s}, [x14]", v)
}

func (m *arm) vconst(v int, c constant) {
	m.op("MOVD $consts<>(SB), %s", m.r(rTmp))
	m.vbroadcast(v, rTmp, 4*int(c))
}

func (m *arm) vbytes(v int, p reg, off int) {
	n := uint32(v)
	m.word(0xbd400000|uint32(off/4)<<10|m.n(p)<<5|n, "ldr s%d, [x%d, #%d]", v, p, off)
	m.word(0x2f08a400|n<<5|n, "ushll v%d.8h, v%d.8b, #0", v, v)
	m.word(0x2f10a400|n<<5|n, "ushll v%d.4s, v%d.4h, #0", v, v)
	m.word(0x6e21d800|n<<5|n, "ucvtf v%d.4s, v%d.4s", v, v)
}

func (m *arm) vzero(v int)   { m.word(0x6f00e400|uint32(v), "movi v%d.2d, #0", v) }
func (m *arm) vmov(d, s int) { m.three(0x4ea01c00, "orr16b", d, s, s) }

// three writes an instruction with three vector registers.
func (m *arm) three(w uint32, name string, d, a, b int) {
	m.word(w|uint32(b)<<16|uint32(a)<<5|uint32(d), "%s v%d.4s, v%d.4s, v%d.4s", name, d, a, b)
}

// two writes an instruction with two vector registers.
func (m *arm) two(w uint32, name string, d, a int) {
	m.word(w|uint32(a)<<5|uint32(d), "%s v%d.4s, v%d.4s", name, d, a)
}

func (m *arm) vop(op string, d, a, b int) {
	words := map[string]uint32{"add": 0x4e20d400, "sub": 0x4ea0d400, "mul": 0x6e20dc00, "div": 0x6e20fc00,
		"max": 0x4e20f400, "min": 0x4ea0f400, "iadd": 0x4ea08400}
	m.three(words[op], op, d, a, b)
}

func (m *arm) vfma(acc, a, b int) { m.three(0x4e20cc00, "fmla", acc, a, b) }
func (m *arm) vround(d, s int)    { m.two(0x4e21a800, "fcvtns", d, s) }
func (m *arm) vfloat(d, s int)    { m.two(0x4e21d800, "scvtf", d, s) }
func (m *arm) vexp2(v int)        { m.two(0x4f005400|(32+23)<<16, "shl 23", v, v) }

func (m *arm) rowsStart(n int, first reg) {
	m.op("MOVD %d(R0), R13", argLda)
	m.mov(m.row(0), first)
	for i := 1; i < n; i++ {
		m.op("ADD R13, %s, %s", m.r(m.row(i-1)), m.r(m.row(i)))
	}
}

// rowBroadcast moves the row on as it loads, so step is not needed.
func (m *arm) rowBroadcast(v, row, _ int) {
	p := m.row(row)
	m.word(0x4ddfc800|m.n(p)<<5|uint32(v), "ld1r {v%d.4s}, [x%d], #4", v, p)
}

func (m *arm) rowsAdvance(int, int) {}

func (m *arm) rowsAdd(n int, by reg) {
	for i := range n {
		m.add(m.row(i), by)
	}
}

func (m *arm) vstoreParts() {
	m.op("ADD $%d, R0, R14", argEltParts)
	m.word(0x3d800000|14<<5, "str q0, [x14]")
	m.end()
}
