#include "textflag.h"

// func scaleAVX2(b *byte, blocks uintptr, mul, add uint16)
//
// The even and the odd samples of a block are multiplied in 16-bit lanes of their own.
TEXT ·scaleAVX2(SB), NOSPLIT, $0-20
	MOVQ b+0(FP), DI
	MOVQ blocks+8(FP), CX
	VPBROADCASTW mul+16(FP), Y0
	VPBROADCASTW add+18(FP), Y1
	VPCMPEQW Y2, Y2, Y2
	VPSLLW $8, Y2, Y2 // the high byte of every lane
block:
	VMOVDQU (DI), Y3
	VPANDN Y3, Y2, Y4 // even samples
	VPSRLW $8, Y3, Y5 // odd samples
	VPMULLW Y0, Y4, Y4
	VPMULLW Y0, Y5, Y5
	VPADDW Y1, Y4, Y4
	VPADDW Y1, Y5, Y5
	VPSRLW $8, Y4, Y4
	VPAND Y2, Y5, Y5
	VPOR Y5, Y4, Y4
	VMOVDQU Y4, (DI)
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
