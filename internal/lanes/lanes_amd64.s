#include "textflag.h"

// transposed turns rows Y0 to Y7 into columns Y8 to Y15.
#define transposed \
	VUNPCKLPS Y1, Y0, Y8 \
	VUNPCKHPS Y1, Y0, Y9 \
	VUNPCKLPS Y3, Y2, Y10 \
	VUNPCKHPS Y3, Y2, Y11 \
	VUNPCKLPS Y5, Y4, Y12 \
	VUNPCKHPS Y5, Y4, Y13 \
	VUNPCKLPS Y7, Y6, Y14 \
	VUNPCKHPS Y7, Y6, Y15 \
	VUNPCKLPD Y10, Y8, Y0 \
	VUNPCKHPD Y10, Y8, Y1 \
	VUNPCKLPD Y11, Y9, Y2 \
	VUNPCKHPD Y11, Y9, Y3 \
	VUNPCKLPD Y14, Y12, Y4 \
	VUNPCKHPD Y14, Y12, Y5 \
	VUNPCKLPD Y15, Y13, Y6 \
	VUNPCKHPD Y15, Y13, Y7 \
	VPERM2F128 $0x20, Y4, Y0, Y8 \
	VPERM2F128 $0x31, Y4, Y0, Y12 \
	VPERM2F128 $0x20, Y5, Y1, Y9 \
	VPERM2F128 $0x31, Y5, Y1, Y13 \
	VPERM2F128 $0x20, Y6, Y2, Y10 \
	VPERM2F128 $0x31, Y6, Y2, Y14 \
	VPERM2F128 $0x20, Y7, Y3, Y11 \
	VPERM2F128 $0x31, Y7, Y3, Y15

// pointers loads the eight pointers at DX.
#define pointers \
	MOVQ 0(DX), R8 \
	MOVQ 8(DX), R9 \
	MOVQ 16(DX), R10 \
	MOVQ 24(DX), R11 \
	MOVQ 32(DX), R12 \
	MOVQ 40(DX), R13 \
	MOVQ 48(DX), AX \
	MOVQ 56(DX), BX

// func packAVX2(dst *float32, src *[8]*float32, blocks uintptr)
TEXT ·packAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), DX
	MOVQ blocks+16(FP), CX
	pointers
	XORQ DX, DX
block:
	VMOVUPS (R8)(DX*1), Y0
	VMOVUPS (R9)(DX*1), Y1
	VMOVUPS (R10)(DX*1), Y2
	VMOVUPS (R11)(DX*1), Y3
	VMOVUPS (R12)(DX*1), Y4
	VMOVUPS (R13)(DX*1), Y5
	VMOVUPS (AX)(DX*1), Y6
	VMOVUPS (BX)(DX*1), Y7
	transposed
	VMOVUPS Y8, 0(DI)
	VMOVUPS Y9, 32(DI)
	VMOVUPS Y10, 64(DI)
	VMOVUPS Y11, 96(DI)
	VMOVUPS Y12, 128(DI)
	VMOVUPS Y13, 160(DI)
	VMOVUPS Y14, 192(DI)
	VMOVUPS Y15, 224(DI)
	ADDQ $32, DX
	ADDQ $256, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func unpackAVX2(dst *[8]*float32, src *float32, blocks uintptr)
TEXT ·unpackAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DX
	MOVQ src+8(FP), SI
	MOVQ blocks+16(FP), CX
	pointers
	XORQ DX, DX
block:
	VMOVUPS 0(SI), Y0
	VMOVUPS 32(SI), Y1
	VMOVUPS 64(SI), Y2
	VMOVUPS 96(SI), Y3
	VMOVUPS 128(SI), Y4
	VMOVUPS 160(SI), Y5
	VMOVUPS 192(SI), Y6
	VMOVUPS 224(SI), Y7
	transposed
	VMOVUPS Y8, (R8)(DX*1)
	VMOVUPS Y9, (R9)(DX*1)
	VMOVUPS Y10, (R10)(DX*1)
	VMOVUPS Y11, (R11)(DX*1)
	VMOVUPS Y12, (R12)(DX*1)
	VMOVUPS Y13, (R13)(DX*1)
	VMOVUPS Y14, (AX)(DX*1)
	VMOVUPS Y15, (BX)(DX*1)
	ADDQ $32, DX
	ADDQ $256, SI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func boxLanesAVX2(dst, src *float32, stride, width, r uintptr, inv float32)
//
// The boxes of four rows slide from left to right: in and out stand still at the ends.
//
//	DI dst, R10 in, R11 out, R8 and R9 one and three strides, R12 and R13 steps of in and out
TEXT ·boxLanesAVX2(SB), NOSPLIT, $0-44
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ stride+16(FP), R8
	LEAQ (R8)(R8*2), R9
	MOVQ width+24(FP), DX
	MOVQ r+32(FP), BX
	VBROADCASTSS inv+40(FP), Y15
	MOVQ SI, R10
	MOVQ SI, R11
	VCVTSI2SSQ BX, X8, X8
	VBROADCASTSS X8, Y8
	VMULPS (SI), Y8, Y0
	VMULPS (SI)(R8*1), Y8, Y1
	VMULPS (SI)(R8*2), Y8, Y2
	VMULPS (SI)(R9*1), Y8, Y3
	MOVQ BX, CX
start:
	VADDPS (R10), Y0, Y0
	VADDPS (R10)(R8*1), Y1, Y1
	VADDPS (R10)(R8*2), Y2, Y2
	VADDPS (R10)(R9*1), Y3, Y3
	ADDQ $32, R10
	DECQ CX
	JNZ start
	MOVQ BX, CX // r columns: out stands
	MOVQ $32, R12
	XORQ R13, R13
	XORQ AX, AX // the part
column:
	VADDPS (R10), Y0, Y0
	VADDPS (R10)(R8*1), Y1, Y1
	VADDPS (R10)(R8*2), Y2, Y2
	VADDPS (R10)(R9*1), Y3, Y3
	VMULPS Y15, Y0, Y4
	VMULPS Y15, Y1, Y5
	VMULPS Y15, Y2, Y6
	VMULPS Y15, Y3, Y7
	VMOVUPS Y4, (DI)
	VMOVUPS Y5, (DI)(R8*1)
	VMOVUPS Y6, (DI)(R8*2)
	VMOVUPS Y7, (DI)(R9*1)
	VSUBPS (R11), Y0, Y0
	VSUBPS (R11)(R8*1), Y1, Y1
	VSUBPS (R11)(R8*2), Y2, Y2
	VSUBPS (R11)(R9*1), Y3, Y3
	ADDQ R12, R10
	ADDQ R13, R11
	ADDQ $32, DI
	DECQ CX
	JNZ column
	INCQ AX
	CMPQ AX, $2
	JEQ last
	JGT done
	MOVQ $32, R13
	MOVQ DX, CX // width - 1 - 2 r columns: both move
	SUBQ BX, CX
	SUBQ BX, CX
	DECQ CX
	JNZ column
	INCQ AX
last:
	XORQ R12, R12 // r + 1 columns: in stands
	LEAQ 1(BX), CX
	JMP column
done:
	VZEROUPPER
	RET

// func minusAVX2(dst, src *float32, blocks uintptr, v float32)
TEXT ·minusAVX2(SB), NOSPLIT, $0-28
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ blocks+16(FP), CX
	VBROADCASTSS v+24(FP), Y0
block:
	VMOVUPS (SI), Y1
	VSUBPS Y0, Y1, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func timesAVX2(dst, a, b *float32, blocks uintptr)
TEXT ·timesAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), R8
	MOVQ blocks+24(FP), CX
block:
	VMOVUPS (SI), Y1
	VMULPS (R8), Y1, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, R8
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func weighAllAVX2(dst *float32, src **float32, f *float32, taps, blocks uintptr)
TEXT ·weighAllAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ f+16(FP), R8
	MOVQ taps+24(FP), DX
	MOVQ blocks+32(FP), CX
	XORQ BX, BX
block:
	VXORPS Y0, Y0, Y0
	XORQ AX, AX
tap:
	MOVQ (SI)(AX*8), R9
	VBROADCASTSS (R8)(AX*4), Y1
	VMULPS (R9)(BX*1), Y1, Y1
	VADDPS Y1, Y0, Y0
	INCQ AX
	CMPQ AX, DX
	JNE tap
	VMOVUPS Y0, (DI)(BX*1)
	ADDQ $32, BX
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func contrastAVX2(size, square, a, b *float32, blocks uintptr)
TEXT ·contrastAVX2(SB), NOSPLIT, $0-40
	MOVQ size+0(FP), DI
	MOVQ square+8(FP), DX
	MOVQ a+16(FP), SI
	MOVQ b+24(FP), R8
	MOVQ blocks+32(FP), CX
	VPCMPEQD Y3, Y3, Y3
	VPSRLD $1, Y3, Y3 // all but the sign
block:
	VMOVUPS (SI), Y0
	VSUBPS (R8), Y0, Y0
	VANDPS Y3, Y0, Y1
	VMULPS Y0, Y0, Y0
	VMOVUPS Y1, (DI)
	VMOVUPS Y0, (DX)
	ADDQ $32, SI
	ADDQ $32, R8
	ADDQ $32, DI
	ADDQ $32, DX
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func spreadAVX2(dst, mean, squares *float32, blocks uintptr)
TEXT ·spreadAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ mean+8(FP), SI
	MOVQ squares+16(FP), R8
	MOVQ blocks+24(FP), CX
	VXORPS Y3, Y3, Y3
block:
	VMOVUPS (SI), Y0
	VMULPS Y0, Y0, Y0
	VMOVUPS (R8), Y1
	VSUBPS Y0, Y1, Y1
	VMAXPS Y3, Y1, Y1
	VSQRTPS Y1, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, R8
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func directionAVX2(c, s, up, row, down *float32, blocks uintptr)
TEXT ·directionAVX2(SB), NOSPLIT, $0-48
	MOVQ c+0(FP), DI
	MOVQ s+8(FP), DX
	MOVQ up+16(FP), R8
	MOVQ row+24(FP), SI
	MOVQ down+32(FP), R9
	MOVQ blocks+40(FP), CX
	VXORPS Y9, Y9, Y9
block:
	VMOVUPS 8(SI), Y0
	VSUBPS (SI), Y0, Y0 // dx
	VMOVUPS (R9), Y1
	VSUBPS (R8), Y1, Y1 // dy
	VMULPS Y0, Y0, Y2
	VMULPS Y1, Y1, Y3
	VADDPS Y3, Y2, Y4
	VSQRTPS Y4, Y4
	VSUBPS Y3, Y2, Y2
	VADDPS Y0, Y0, Y0
	VMULPS Y1, Y0, Y0
	VCMPPS $0x1e, Y9, Y4, Y5 // greater than
	VDIVPS Y4, Y2, Y2
	VDIVPS Y4, Y0, Y0
	VANDPS Y5, Y2, Y2
	VANDPS Y5, Y0, Y0
	VMOVUPS Y2, (DI)
	VMOVUPS Y0, (DX)
	ADDQ $32, DI
	ADDQ $32, DX
	ADDQ $32, SI
	ADDQ $32, R8
	ADDQ $32, R9
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func areaAVX2(dst *float32, rows *[8]*float32, blocks uintptr)
//
// Of rows c, s, cc, ss, cs.
TEXT ·areaAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ rows+8(FP), DX
	MOVQ blocks+16(FP), CX
	pointers
	XORQ DX, DX
	VXORPS Y9, Y9, Y9
block:
	VMOVUPS (R8)(DX*1), Y0
	VMOVUPS (R9)(DX*1), Y1
	VMULPS Y0, Y0, Y2
	VMULPS Y1, Y1, Y3
	VMULPS Y1, Y0, Y4
	VMOVUPS (R10)(DX*1), Y5
	VSUBPS Y2, Y5, Y2
	VMOVUPS (R11)(DX*1), Y5
	VSUBPS Y3, Y5, Y3
	VMOVUPS (R12)(DX*1), Y5
	VSUBPS Y4, Y5, Y4
	VMULPS Y3, Y2, Y2
	VMULPS Y4, Y4, Y4
	VSUBPS Y4, Y2, Y2
	VMAXPS Y9, Y2, Y2
	VEXTRACTF128 $1, Y2, X3
	VCVTPS2PD X2, Y2
	VCVTPS2PD X3, Y3
	VSQRTPD Y2, Y2
	VSQRTPD Y3, Y3
	VSQRTPD Y2, Y2
	VSQRTPD Y3, Y3
	VCVTPD2PSY Y2, X2
	VCVTPD2PSY Y3, X3
	VMOVUPS X2, (DI)(DX*1)
	VMOVUPS X3, 16(DI)(DX*1)
	ADDQ $32, DX
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func volumeAVX2(dst *float32, rows *[8]*float32, ab *float32, blocks uintptr)
//
// Of rows L, A, B, LL, AA, BB, LA, LB.
TEXT ·volumeAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ rows+8(FP), DX
	MOVQ ab+16(FP), SI
	MOVQ blocks+24(FP), CX
	pointers
	XORQ DX, DX
	VXORPS Y13, Y13, Y13
	VBROADCASTSS floorAndNoise<>+0(SB), Y14
	VBROADCASTSS floorAndNoise<>+4(SB), Y15
block:
	VMOVUPS (R8)(DX*1), Y0 // L
	VMOVUPS (R9)(DX*1), Y1 // A
	VMOVUPS (R10)(DX*1), Y2 // B
	VMOVUPS (R11)(DX*1), Y3
	VMULPS Y0, Y0, Y9
	VSUBPS Y9, Y3, Y3
	VSUBPS Y15, Y3, Y3
	VMAXPS Y13, Y3, Y3 // vl
	VMOVUPS (R12)(DX*1), Y4
	VMULPS Y1, Y1, Y9
	VSUBPS Y9, Y4, Y4
	VMAXPS Y13, Y4, Y4
	VADDPS Y14, Y4, Y4 // va
	VMOVUPS (R13)(DX*1), Y5
	VMULPS Y2, Y2, Y9
	VSUBPS Y9, Y5, Y5
	VMAXPS Y13, Y5, Y5
	VADDPS Y14, Y5, Y5 // vb
	VMOVUPS (AX)(DX*1), Y6
	VMULPS Y1, Y0, Y9
	VSUBPS Y9, Y6, Y6 // cla
	VMOVUPS (BX)(DX*1), Y7
	VMULPS Y2, Y0, Y9
	VSUBPS Y9, Y7, Y7 // clb
	VMOVUPS (SI)(DX*1), Y8
	VMULPS Y2, Y1, Y9
	VSUBPS Y9, Y8, Y8 // cab
	VMULPS Y5, Y4, Y9
	VMULPS Y8, Y8, Y10
	VSUBPS Y10, Y9, Y9
	VMULPS Y9, Y3, Y9 // vl*(va*vb-cab*cab)
	VMULPS Y5, Y6, Y10
	VMULPS Y7, Y8, Y11
	VSUBPS Y11, Y10, Y10
	VMULPS Y10, Y6, Y10
	VSUBPS Y10, Y9, Y9 // -cla*(cla*vb-cab*clb)
	VMULPS Y8, Y6, Y10
	VMULPS Y7, Y4, Y11
	VSUBPS Y11, Y10, Y10
	VMULPS Y10, Y7, Y10
	VADDPS Y10, Y9, Y9 // +clb*(cla*cab-va*clb)
	VMOVUPS Y9, (DI)(DX*1)
	ADDQ $32, DX
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

DATA floorAndNoise<>+0(SB)/8, $0x3ca3d70a3e800000
GLOBL floorAndNoise<>(SB), RODATA|NOPTR, $8

// func rootAVX2(v *float32, blocks uintptr)
//
// What is above 0 becomes its sixth root, as math.Cbrt of math.Sqrt has it; all else 0.
TEXT ·rootAVX2(SB), NOSPLIT, $0-16
	MOVQ v+0(FP), DI
	MOVQ blocks+8(FP), CX
	VXORPS Y15, Y15, Y15
block:
	VMOVUPS (DI), X14
	VCMPPS $0x1e, X15, X14, X13 // greater than
	VMOVMSKPS X13, AX
	TESTL AX, AX
	JZ none
	VCVTPS2PD X14, Y0
	VSQRTPD Y0, Y0 // x
	// t: a third of the bits, as four times a and b, and a multiple of 2^32
	VPSRLQ $32, Y0, Y1
	VPMULUDQ third<>(SB), Y1, Y2
	VPSRLQ $33, Y2, Y2 // of the upper half
	VPADDD Y2, Y2, Y3
	VPADDD Y2, Y3, Y3
	VPSUBD Y3, Y1, Y3 // its rest, r
	VPSLLQ $32, Y0, Y4
	VPSRLQ $32, Y4, Y4 // the lower half
	VPSRLQ $2, Y4, Y5 // a
	VPAND three<>(SB), Y4, Y6 // b
	VPADDQ Y5, Y6, Y6
	VPADDQ Y3, Y6, Y6 // a + b + r
	VPMULUDQ third<>(SB), Y6, Y6
	VPSRLQ $33, Y6, Y6
	VPADDQ Y5, Y6, Y6
	VPMULUDQ fives<>(SB), Y3, Y3
	VPADDQ Y3, Y6, Y6
	VPSLLQ $32, Y2, Y2
	VPADDQ Y2, Y6, Y6
	VPADDQ bias<>(SB), Y6, Y6 // t
	VMULPD Y6, Y6, Y1
	VDIVPD Y0, Y1, Y1 // r = t * t / x
	VMULPD Y6, Y1, Y2
	VADDPD ofC<>(SB), Y2, Y2 // s = C + r * t
	VMOVUPD ofD<>(SB), Y3
	VDIVPD Y2, Y3, Y3
	VADDPD ofE<>(SB), Y2, Y4
	VADDPD Y3, Y4, Y4 // s + E + D/s
	VMOVUPD ofF<>(SB), Y5
	VDIVPD Y4, Y5, Y5
	VADDPD ofG<>(SB), Y5, Y5
	VMULPD Y5, Y6, Y6 // t *= G + F/(s+E+D/s)
	VPAND chop<>(SB), Y6, Y6
	VPADDQ more<>(SB), Y6, Y6
	VMULPD Y6, Y6, Y1
	VDIVPD Y1, Y0, Y1 // r = x / (t * t)
	VADDPD Y6, Y6, Y2
	VADDPD Y1, Y2, Y2 // w + r
	VSUBPD Y6, Y1, Y1
	VDIVPD Y2, Y1, Y1
	VMULPD Y1, Y6, Y1
	VADDPD Y1, Y6, Y6 // t + t * (r - t) / (w + r)
	VCVTPD2PSY Y6, X6
	VANDPS X13, X6, X6
	VMOVUPS X6, (DI)
	JMP next
none:
	VMOVUPS X15, (DI)
next:
	ADDQ $16, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

DATA third<>+0(SB)/8, $0x00000000aaaaaaab
DATA third<>+8(SB)/8, $0x00000000aaaaaaab
DATA third<>+16(SB)/8, $0x00000000aaaaaaab
DATA third<>+24(SB)/8, $0x00000000aaaaaaab
GLOBL third<>(SB), RODATA|NOPTR, $32
DATA three<>+0(SB)/8, $0x0000000000000003
DATA three<>+8(SB)/8, $0x0000000000000003
DATA three<>+16(SB)/8, $0x0000000000000003
DATA three<>+24(SB)/8, $0x0000000000000003
GLOBL three<>(SB), RODATA|NOPTR, $32
DATA fives<>+0(SB)/8, $0x0000000055555555
DATA fives<>+8(SB)/8, $0x0000000055555555
DATA fives<>+16(SB)/8, $0x0000000055555555
DATA fives<>+24(SB)/8, $0x0000000055555555
GLOBL fives<>(SB), RODATA|NOPTR, $32
DATA bias<>+0(SB)/8, $0x2a9f789300000000
DATA bias<>+8(SB)/8, $0x2a9f789300000000
DATA bias<>+16(SB)/8, $0x2a9f789300000000
DATA bias<>+24(SB)/8, $0x2a9f789300000000
GLOBL bias<>(SB), RODATA|NOPTR, $32
DATA chop<>+0(SB)/8, $0xffffffffc0000000
DATA chop<>+8(SB)/8, $0xffffffffc0000000
DATA chop<>+16(SB)/8, $0xffffffffc0000000
DATA chop<>+24(SB)/8, $0xffffffffc0000000
GLOBL chop<>(SB), RODATA|NOPTR, $32
DATA more<>+0(SB)/8, $0x0000000040000000
DATA more<>+8(SB)/8, $0x0000000040000000
DATA more<>+16(SB)/8, $0x0000000040000000
DATA more<>+24(SB)/8, $0x0000000040000000
GLOBL more<>(SB), RODATA|NOPTR, $32
DATA ofC<>+0(SB)/8, $0x3fe15f15f15f15f1
DATA ofC<>+8(SB)/8, $0x3fe15f15f15f15f1
DATA ofC<>+16(SB)/8, $0x3fe15f15f15f15f1
DATA ofC<>+24(SB)/8, $0x3fe15f15f15f15f1
GLOBL ofC<>(SB), RODATA|NOPTR, $32
DATA ofD<>+0(SB)/8, $0xbfe691de2532c834
DATA ofD<>+8(SB)/8, $0xbfe691de2532c834
DATA ofD<>+16(SB)/8, $0xbfe691de2532c834
DATA ofD<>+24(SB)/8, $0xbfe691de2532c834
GLOBL ofD<>(SB), RODATA|NOPTR, $32
DATA ofE<>+0(SB)/8, $0x3ff6a0ea0ea0ea0f
DATA ofE<>+8(SB)/8, $0x3ff6a0ea0ea0ea0f
DATA ofE<>+16(SB)/8, $0x3ff6a0ea0ea0ea0f
DATA ofE<>+24(SB)/8, $0x3ff6a0ea0ea0ea0f
GLOBL ofE<>(SB), RODATA|NOPTR, $32
DATA ofF<>+0(SB)/8, $0x3ff9b6db6db6db6e
DATA ofF<>+8(SB)/8, $0x3ff9b6db6db6db6e
DATA ofF<>+16(SB)/8, $0x3ff9b6db6db6db6e
DATA ofF<>+24(SB)/8, $0x3ff9b6db6db6db6e
GLOBL ofF<>(SB), RODATA|NOPTR, $32
DATA ofG<>+0(SB)/8, $0x3fd6db6db6db6db7
DATA ofG<>+8(SB)/8, $0x3fd6db6db6db6db7
DATA ofG<>+16(SB)/8, $0x3fd6db6db6db6db7
DATA ofG<>+24(SB)/8, $0x3fd6db6db6db6db7
GLOBL ofG<>(SB), RODATA|NOPTR, $32

// func lerpMaxAVX2(dst, a, b *float32, blocks uintptr, f float32)
TEXT ·lerpMaxAVX2(SB), NOSPLIT, $0-36
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), R8
	MOVQ blocks+24(FP), CX
	VBROADCASTSS f+32(FP), Y0
block:
	VMOVUPS (SI), Y1
	VMOVUPS (R8), Y2
	VSUBPS Y1, Y2, Y2
	VMULPS Y0, Y2, Y2
	VADDPS Y2, Y1, Y1
	VMAXPS (DI), Y1, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, DI
	ADDQ $32, SI
	ADDQ $32, R8
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
