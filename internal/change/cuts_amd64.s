#include "textflag.h"

// func differencesAVX2(row, last *byte, blocks uintptr) (rise, both int)
TEXT ·differencesAVX2(SB), NOSPLIT, $0-40
	MOVQ row+0(FP), SI
	MOVQ last+8(FP), DI
	MOVQ blocks+16(FP), CX
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1 // how far bytes rise
	VPXOR Y2, Y2, Y2 // how far they fall
block:
	VMOVDQU (SI), Y3
	VMOVDQU (DI), Y4
	VPSUBUSB Y4, Y3, Y5
	VPSUBUSB Y3, Y4, Y6
	VPSADBW Y0, Y5, Y5
	VPSADBW Y0, Y6, Y6
	VPADDQ Y5, Y1, Y1
	VPADDQ Y6, Y2, Y2
	ADDQ $32, SI
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VPADDQ Y2, Y1, Y3
	VPSUBQ Y2, Y1, Y1
	VEXTRACTI128 $1, Y1, X4
	VPADDQ X4, X1, X1
	VPSRLDQ $8, X1, X4
	VPADDQ X4, X1, X1
	VMOVQ X1, rise+24(FP)
	VEXTRACTI128 $1, Y3, X4
	VPADDQ X4, X3, X3
	VPSRLDQ $8, X3, X4
	VPADDQ X4, X3, X3
	VMOVQ X3, both+32(FP)
	VZEROUPPER
	RET
