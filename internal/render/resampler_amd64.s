#include "textflag.h"

// The kernel of resampler.blend. Registers:
//
//	DI, SI rows, R8, R9 their colors, R10 opacity, R11 offsets, R12 patterns,
//	R13 weights, CX blocks left, AX, BX offsets of the two windows
//	Y12 patterns of the left cells, Y13 of the right ones, Y14 weights
//	Y11 opacities, Y10 a half of the last bit of a color, Y15 bytes of 2

// between interpolates two neighboring cells of the line at base into v for each of
// 16 samples; it spoils Y0 and Y1.
#define between(base, v) \
	VMOVDQU (base)(AX*1), X0 \
	VINSERTI128 $1, (base)(BX*1), Y0, Y0 \
	VPSHUFB Y12, Y0, v \
	VPSHUFB Y13, Y0, Y1 \
	VPSUBW v, Y1, Y1 \
	VPMULHRSW Y14, Y1, Y1 \
	VPADDW Y1, v, v

// lay lays the colors of the line at color over 16 samples at row.
#define lay(row, color) \
	between(color, Y2) \
	VPMOVZXBW (row), Y3 \
	VPSLLW $6, Y3, Y3 \
	VPSUBW Y3, Y2, Y2 \
	VPMULHRSW Y11, Y2, Y2 \
	VPADDW Y3, Y2, Y2 \
	VPADDW Y10, Y2, Y2 \
	VPSRLW $6, Y2, Y2 \
	VEXTRACTI128 $1, Y2, X3 \
	VPACKUSWB X3, X2, X2 \
	VMOVDQU X2, (row)

// func blendAVX2(m *blendArgs)
TEXT ·blendAVX2(SB), NOSPLIT, $0-8
	MOVQ m+0(FP), AX
	MOVQ 0(AX), DI
	MOVQ 8(AX), SI
	MOVQ 16(AX), R8
	MOVQ 24(AX), R9
	MOVQ 32(AX), R10
	MOVQ 40(AX), R11
	MOVQ 48(AX), R12
	MOVQ 56(AX), R13
	MOVQ 64(AX), CX
	VPCMPEQW Y0, Y0, Y0
	VPABSB Y0, Y15
	VPADDB Y15, Y15, Y15 // 2 in every byte
	VPABSW Y0, Y10
	VPSLLW $5, Y10, Y10 // 32 in every word
block:
	MOVL (R11), AX
	MOVL 4(R11), BX
	VMOVDQU (R12), Y12
	VPADDB Y15, Y12, Y13
	VMOVDQU (R13), Y14
	between(R10, Y11)
	VPTEST Y11, Y11
	JZ next // nothing shows here
	lay(DI, R8)
	lay(SI, R9)
next:
	ADDQ $16, DI
	ADDQ $16, SI
	ADDQ $8, R11
	ADDQ $32, R12
	ADDQ $32, R13
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
