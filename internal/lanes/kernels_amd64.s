#include "textflag.h"

// func slideAVX2(dst, sum, in, out *float32, blocks uintptr, inv float32)
TEXT ·slideAVX2(SB), NOSPLIT, $0-44
	MOVQ dst+0(FP), DI
	MOVQ sum+8(FP), SI
	MOVQ in+16(FP), R8
	MOVQ out+24(FP), R9
	MOVQ blocks+32(FP), CX
	VBROADCASTSS inv+40(FP), Y0
block:
	VMOVUPS (SI), Y1
	VADDPS (R8), Y1, Y1
	VMULPS Y0, Y1, Y2
	VSUBPS (R9), Y1, Y1
	VMOVUPS Y2, (DI)
	VMOVUPS Y1, (SI)
	ADDQ $32, DI
	ADDQ $32, SI
	ADDQ $32, R8
	ADDQ $32, R9
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func sobelAVX2(sums, above, row, below *float32, blocks uintptr)
//
// In the order of addSobel: right column minus left one, lower row minus upper one.
TEXT ·sobelAVX2(SB), NOSPLIT, $0-40
	MOVQ sums+0(FP), DI
	MOVQ above+8(FP), R8
	MOVQ row+16(FP), R9
	MOVQ below+24(FP), R10
	MOVQ blocks+32(FP), CX
block:
	VMOVUPS (R8), Y0 // a0
	VMOVUPS 8(R8), Y1 // a2
	VMOVUPS (R10), Y2 // c0
	VMOVUPS 8(R10), Y3 // c2
	VMOVUPS (R9), Y4 // b0
	VADDPS Y4, Y4, Y4
	VMOVUPS 8(R9), Y5 // b2
	VADDPS Y5, Y5, Y5
	VMOVUPS 4(R8), Y6 // a1
	VADDPS Y6, Y6, Y6
	VMOVUPS 4(R10), Y7 // c1
	VADDPS Y7, Y7, Y7
	VADDPS Y5, Y1, Y8
	VADDPS Y3, Y8, Y8
	VSUBPS Y0, Y8, Y8
	VSUBPS Y4, Y8, Y8
	VSUBPS Y2, Y8, Y8
	VADDPS Y7, Y2, Y9
	VADDPS Y3, Y9, Y9
	VSUBPS Y0, Y9, Y9
	VSUBPS Y6, Y9, Y9
	VSUBPS Y1, Y9, Y9
	VMULPS Y8, Y8, Y8
	VMULPS Y9, Y9, Y9
	VADDPS Y9, Y8, Y8
	VADDPS (DI), Y8, Y8
	VMOVUPS Y8, (DI)
	ADDQ $32, DI
	ADDQ $32, R8
	ADDQ $32, R9
	ADDQ $32, R10
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func weighAVX2(dst, src *float32, blocks uintptr, f float32)
TEXT ·weighAVX2(SB), NOSPLIT, $0-28
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ blocks+16(FP), CX
	VBROADCASTSS f+24(FP), Y0
block:
	VMULPS (SI), Y0, Y1
	VADDPS (DI), Y1, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, DI
	ADDQ $32, SI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET
