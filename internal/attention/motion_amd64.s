#include "textflag.h"

// Of four pixels of three bytes in either half of a register: red, green, blue, nothing.
DATA spread<>+0(SB)/8, $0x8005040380020100
DATA spread<>+8(SB)/8, $0x800b0a0980080706
DATA spread<>+16(SB)/8, $0x8005040380020100
DATA spread<>+24(SB)/8, $0x800b0a0980080706
GLOBL spread<>(SB), RODATA|NOPTR, $32

// What red, green and blue count.
DATA weights<>+0(SB)/4, $0x00010201
GLOBL weights<>(SB), RODATA|NOPTR, $4

// Two ones.
DATA ones<>+0(SB)/4, $0x00010001
GLOBL ones<>(SB), RODATA|NOPTR, $4

// The lowest byte of each of four numbers.
DATA lowest<>+0(SB)/8, $0x808080800c080400
DATA lowest<>+8(SB)/8, $0x8080808080808080
DATA lowest<>+16(SB)/8, $0x808080800c080400
DATA lowest<>+24(SB)/8, $0x8080808080808080
GLOBL lowest<>(SB), RODATA|NOPTR, $32

// lumas puts four times the gray of eight pixels at an offset into Y and its half X.
#define lumas(offset, X, Y) \
	VMOVDQU offset(R11), X \
	VINSERTI128 $1, offset+12(R11), Y, Y \
	VPSHUFB Y12, Y, Y \
	VPMADDUBSW Y13, Y, Y \
	VPMADDWD Y14, Y, Y

// func cellsAVX2(a *cellArgs)
//
// Two cells, eight pixels of four rows, at a time.
//
//	SI pixels, DI gray, DX sums, R8 bytes of a row of pixels, R9 of gray, CX pairs left
//	R11, R12 the current row of both, R13 rows left
TEXT ·cellsAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	MOVQ 0(AX), SI
	MOVQ 8(AX), DI
	MOVQ 16(AX), DX
	MOVQ 24(AX), R9
	LEAQ (R9)(R9*2), R8
	MOVQ 32(AX), CX
	VMOVDQU spread<>(SB), Y12
	VPBROADCASTD weights<>(SB), Y13
	VPBROADCASTD ones<>(SB), Y14
	VMOVDQU lowest<>(SB), Y15
pair:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	MOVQ SI, R11
	MOVQ DI, R12
	MOVQ $4, R13
row:
	lumas(0, X2, Y2)
	lumas(-3, X3, Y3)
	VPSUBD Y3, Y2, Y3
	VPABSD Y3, Y3
	VPADDD Y3, Y1, Y1
	VPSRLD $2, Y2, Y2
	VPMOVZXBD (R12), Y4
	VPSUBD Y4, Y2, Y4
	VPABSD Y4, Y4
	VPADDD Y4, Y0, Y0
	VPSHUFB Y15, Y2, Y2
	VEXTRACTI128 $1, Y2, X3
	VMOVD X2, (R12)
	VMOVD X3, 4(R12)
	ADDQ R8, R11
	ADDQ R9, R12
	DECQ R13
	JNZ row
	VPHADDD Y1, Y0, Y0
	VPHADDD Y0, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VMOVQ X0, (DX)
	VMOVQ X1, 8(DX)
	ADDQ $24, SI
	ADDQ $8, DI
	ADDQ $16, DX
	DECQ CX
	JNZ pair
	VZEROUPPER
	RET
