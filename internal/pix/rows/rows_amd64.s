#include "textflag.h"

// The weighted sums of rows: for each of 16 columns (blocks times), the
// products of the rows' samples and weights are summed in 16-bit lanes, which
// cannot overflow (see maxWeight), then widened and added to the sums.
//
//	SI samples, DI sums, CX blocks left, R8 stride, R9 weights, R10 rows
//	R11 sample of the current row, R12 weight, R13 rows left

// fetch loads the fields of the sumArgs at AX.
#define fetch \
	MOVQ 0(AX), SI \
	MOVQ 8(AX), R8 \
	MOVQ 16(AX), R9 \
	MOVQ 24(AX), R10 \
	MOVQ 32(AX), DI \
	MOVQ 40(AX), CX

// add16 adds lanes Y0 to 16 sums at DI.
#define add16 \
	VPMOVZXWD X0, Y1 \
	VEXTRACTI128 $1, Y0, X0 \
	VPMOVZXWD X0, Y2 \
	VPADDD (DI), Y1, Y1 \
	VPADDD 32(DI), Y2, Y2 \
	VMOVDQU Y1, (DI) \
	VMOVDQU Y2, 32(DI) \
	ADDQ $64, DI

// func sumSinglesAVX2(a *sumArgs)
TEXT ·sumSinglesAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	fetch
block:
	VPXOR Y0, Y0, Y0
	MOVQ SI, R11
	MOVQ R9, R12
	MOVQ R10, R13
row:
	VPMOVZXBW (R11), Y1
	VPBROADCASTW (R12), Y2
	VPMULLW Y2, Y1, Y1
	VPADDW Y1, Y0, Y0
	ADDQ R8, R11
	ADDQ $4, R12
	DECQ R13
	JNZ row
	add16
	ADDQ $16, SI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func sumPairsAVX2(a *sumArgs)
TEXT ·sumPairsAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	fetch
	VPCMPEQB Y3, Y3, Y3
	VPABSB Y3, Y3 // 32 times 1
block:
	VPXOR Y0, Y0, Y0
	MOVQ SI, R11
	MOVQ R9, R12
	MOVQ R10, R13
row:
	VMOVDQU (R11), Y1
	VPMADDUBSW Y3, Y1, Y1 // neighbors added up
	VPBROADCASTW (R12), Y2
	VPMULLW Y2, Y1, Y1
	VPADDW Y1, Y0, Y0
	ADDQ R8, R11
	ADDQ $4, R12
	DECQ R13
	JNZ row
	add16
	ADDQ $32, SI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// product multiplies the four sums of one quad by its weights. AX points at
// the quad, SI at the sums.
#define product(off, to) \
	MOVQ off(AX), DX \
	VPMOVZXDQ (SI)(DX*4), to \
	VPMULUDQ off+8(AX), to, to

// func quadsAVX2(a *quadArgs)
//
// Four columns of the answer at a time, 64 bits each: the products are added
// up across, multiplied by the inverse in two halves, rounded and shifted.
TEXT ·quadsAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), BX
	MOVQ 0(BX), DI
	MOVQ 8(BX), SI
	MOVQ 16(BX), AX
	MOVQ 24(BX), CX
	VPBROADCASTQ 32(BX), Y8
	VPBROADCASTQ 40(BX), Y9
four:
	product(0, Y0)
	product(40, Y1)
	product(80, Y2)
	product(120, Y3)
	VPUNPCKLQDQ Y1, Y0, Y4
	VPUNPCKHQDQ Y1, Y0, Y5
	VPADDQ Y5, Y4, Y4 // halves of columns 0, 1, 0, 1
	VPUNPCKLQDQ Y3, Y2, Y6
	VPUNPCKHQDQ Y3, Y2, Y7
	VPADDQ Y7, Y6, Y6 // halves of columns 2, 3, 2, 3
	VPERM2I128 $0x20, Y6, Y4, Y0
	VPERM2I128 $0x31, Y6, Y4, Y1
	VPADDQ Y1, Y0, Y0
	VPMULUDQ Y8, Y0, Y1
	VPSRLQ $32, Y0, Y0
	VPMULUDQ Y8, Y0, Y0
	VPSLLQ $32, Y0, Y0
	VPADDQ Y1, Y0, Y0
	VPADDQ Y9, Y0, Y0
	VPSRLQ $52, Y0, Y0 // sumShift
	VEXTRACTI128 $1, Y0, X1
	VPACKUSDW X1, X0, X0 // 16-bit: 0 _ 1 _ 2 _ 3 _
	VPACKUSWB X0, X0, X0 // bytes: 0 _ 1 _ 2 _ 3 _
	VPSHUFB everySecond<>(SB), X0, X0
	VMOVD X0, (DI)
	ADDQ $160, AX
	ADDQ $4, DI
	DECQ CX
	JNZ four
	VZEROUPPER
	RET

DATA everySecond<>+0(SB)/8, $0x8080808006040200
DATA everySecond<>+8(SB)/8, $0x8080808080808080
GLOBL everySecond<>(SB), RODATA|NOPTR, $16

// func limitedAVX2(a *limitedArgs)
//
// Eight pixels at a time in 32-bit lanes, as unclipped does with its constants
// gathered; packing saturates, which clips.
TEXT ·limitedAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	MOVQ 0(AX), DI
	MOVQ 8(AX), SI
	MOVQ 16(AX), R8
	MOVQ 24(AX), R9
	MOVQ 32(AX), CX
	VPBROADCASTD 40(AX), Y8  // of Y
	VPBROADCASTD 44(AX), Y9  // red of Cr
	VPBROADCASTD 48(AX), Y10 // green of Cb
	VPBROADCASTD 52(AX), Y11 // green of Cr
	VPBROADCASTD 56(AX), Y12 // blue of Cb
	VPBROADCASTD 60(AX), Y13 // added to red
	VPBROADCASTD 64(AX), Y14 // added to green
	VPBROADCASTD 68(AX), Y15 // added to blue
	VBROADCASTI128 interleave<>(SB), Y7
eight:
	VPMOVZXBD (SI), Y0
	VPMOVZXBD (R8), Y1
	VPMOVZXBD (R9), Y2
	VPMULLD Y8, Y0, Y0
	VPMULLD Y9, Y2, Y3
	VPMULLD Y10, Y1, Y4
	VPMULLD Y11, Y2, Y5
	VPMULLD Y12, Y1, Y6
	VPADDD Y0, Y3, Y3
	VPADDD Y13, Y3, Y3
	VPSRAD $16, Y3, Y3 // red
	VPADDD Y0, Y4, Y4
	VPADDD Y5, Y4, Y4
	VPADDD Y14, Y4, Y4
	VPSRAD $16, Y4, Y4 // green
	VPADDD Y0, Y6, Y6
	VPADDD Y15, Y6, Y6
	VPSRAD $16, Y6, Y6 // blue
	VPACKSSDW Y4, Y3, Y3
	VPACKSSDW Y6, Y6, Y6
	VPACKUSWB Y6, Y3, Y3 // in each half: four red, four green, four blue, four blue
	VPSHUFB Y7, Y3, Y3
	VMOVDQU X3, (DI)
	VEXTRACTI128 $1, Y3, 12(DI)
	ADDQ $8, SI
	ADDQ $8, R8
	ADDQ $8, R9
	ADDQ $24, DI
	DECQ CX
	JNZ eight
	VZEROUPPER
	RET

DATA interleave<>+0(SB)/8, $0x0602090501080400
DATA interleave<>+8(SB)/8, $0x808080800b07030a
GLOBL interleave<>(SB), RODATA|NOPTR, $16

// The same sums, in 16 bits.

// func wordSinglesAVX2(a *wordArgs)
TEXT ·wordSinglesAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	fetch
block:
	VPXOR Y0, Y0, Y0
	MOVQ SI, R11
	MOVQ R9, R12
	MOVQ R10, R13
row:
	VPMOVZXBW (R11), Y1
	VPBROADCASTW (R12), Y2
	VPMULLW Y2, Y1, Y1
	VPADDW Y1, Y0, Y0
	ADDQ R8, R11
	ADDQ $4, R12
	DECQ R13
	JNZ row
	VMOVDQU Y0, (DI)
	ADDQ $16, SI
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func wordPairsAVX2(a *wordArgs)
TEXT ·wordPairsAVX2(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	fetch
	VPCMPEQB Y3, Y3, Y3
	VPABSB Y3, Y3 // 32 times 1
block:
	VPXOR Y0, Y0, Y0
	MOVQ SI, R11
	MOVQ R9, R12
	MOVQ R10, R13
row:
	VMOVDQU (R11), Y1
	VPMADDUBSW Y3, Y1, Y1 // neighbors added up
	VPBROADCASTW (R12), Y2
	VPMULLW Y2, Y1, Y1
	VPADDW Y1, Y0, Y0
	ADDQ R8, R11
	ADDQ $4, R12
	DECQ R13
	JNZ row
	VMOVDQU Y0, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func wordSinglesAVX512(a *wordArgs)
TEXT ·wordSinglesAVX512(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	fetch
block:
	VPXORD Z0, Z0, Z0
	MOVQ SI, R11
	MOVQ R9, R12
	MOVQ R10, R13
row:
	VPMOVZXBW (R11), Z1
	VPBROADCASTW (R12), Z2
	VPMULLW Z2, Z1, Z1
	VPADDW Z1, Z0, Z0
	ADDQ R8, R11
	ADDQ $4, R12
	DECQ R13
	JNZ row
	VMOVDQU32 Z0, (DI)
	ADDQ $32, SI
	ADDQ $64, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// func wordPairsAVX512(a *wordArgs)
TEXT ·wordPairsAVX512(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	fetch
	VPTERNLOGD $0xff, Z3, Z3, Z3
	VPABSB Z3, Z3 // 64 times 1
block:
	VPXORD Z0, Z0, Z0
	MOVQ SI, R11
	MOVQ R9, R12
	MOVQ R10, R13
row:
	VMOVDQU32 (R11), Z1
	VPMADDUBSW Z3, Z1, Z1 // neighbors added up
	VPBROADCASTW (R12), Z2
	VPMULLW Z2, Z1, Z1
	VPADDW Z1, Z0, Z0
	ADDQ R8, R11
	ADDQ $4, R12
	DECQ R13
	JNZ row
	VMOVDQU32 Z0, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JNZ block
	VZEROUPPER
	RET

// The columns of sums of 16 bits: pairs of sums, made signed, times the upper and the lower
// bits of weights; both times the inverse, in lanes of 64 bits, as far as they fit.

// fieldsOfNarrow loads the narrowArgs.
#define fieldsOfNarrow \
	MOVQ a+0(FP), BX \
	MOVQ 0(BX), DI \
	MOVQ 8(BX), SI \
	MOVQ 16(BX), AX \
	MOVQ 24(BX), CX

// inverted makes a column of the products of upper and lower bits; k and add are the
// inverse and what is added.
#define inverted(upper, lower, to, t, k, add) \
	VPMULDQ k, upper, to \
	VPSLLQ $10, to, to \
	VPMULDQ k, lower, t \
	VPADDQ t, to, to \
	VPADDQ add, to, to \
	VPSRLQ $52, to, to

// multiplied weighs pairs a and b by the weights at AX, into upper and lower.
#define multiplied(a, b, off, size, upper, lower, t) \
	VPMADDWD off(AX), a, upper \
	VPMADDWD off+2*size(AX), b, t \
	VPADDD t, upper, upper \
	VPMADDWD off+size(AX), a, lower \
	VPMADDWD off+3*size(AX), b, t \
	VPADDD t, lower, lower

// eightEnd makes eight columns of the pairs in Y0 and Y1.
#define eightEnd \
	VPXOR Y15, Y0, Y0 \
	VPXOR Y15, Y1, Y1 \
	multiplied(Y0, Y1, 96, 32, Y3, Y4, Y5) \
	inverted(Y3, Y4, Y6, Y5, Y8, Y9) \
	VPSRLQ $32, Y3, Y3 \
	VPSRLQ $32, Y4, Y4 \
	inverted(Y3, Y4, Y7, Y5, Y8, Y9) \
	VPSLLQ $32, Y7, Y7 \
	VPOR Y7, Y6, Y6 \
	VEXTRACTI128 $1, Y6, X7 \
	VPACKUSDW X7, X6, X6 \
	VPACKUSWB X6, X6, X6 \
	VMOVQ X6, (DI) \
	ADDQ $224, AX \
	ADDQ $8, DI \
	DECQ CX

// window loads sums of either four columns.
#define window(off, x, y) \
	VMOVDQU off(SI)(DX*1), x \
	VINSERTI128 $1, off(SI)(R8*1), y, y

// func eightsAVX2(a *narrowArgs)
TEXT ·eightsAVX2(SB), NOSPLIT, $0-8
	fieldsOfNarrow
	VPBROADCASTQ 32(BX), Y8
	VPBROADCASTQ 40(BX), Y9
	VPCMPEQD Y15, Y15, Y15
	VPSLLW $15, Y15, Y15
eight:
	MOVL (AX), DX
	MOVL 4(AX), R8
	window(0, X0, Y0)
	window(4, X1, Y1)
	VMOVDQU 32(AX), Y2
	VPSHUFB Y2, Y0, Y0
	VPSHUFB Y2, Y1, Y1
	eightEnd
	JNZ eight
	VZEROUPPER
	RET

// func wideEightsAVX2(a *narrowArgs)
TEXT ·wideEightsAVX2(SB), NOSPLIT, $0-8
	fieldsOfNarrow
	VPBROADCASTQ 32(BX), Y8
	VPBROADCASTQ 40(BX), Y9
	VPCMPEQD Y15, Y15, Y15
	VPSLLW $15, Y15, Y15
eight:
	MOVL (AX), DX
	MOVL 4(AX), R8
	window(0, X0, Y0)
	window(4, X1, Y1)
	window(16, X3, Y3)
	window(20, X4, Y4)
	VMOVDQU 32(AX), Y2
	VPSHUFB Y2, Y0, Y0
	VPSHUFB Y2, Y1, Y1
	VMOVDQU 64(AX), Y2
	VPSHUFB Y2, Y3, Y3
	VPSHUFB Y2, Y4, Y4
	VPOR Y3, Y0, Y0
	VPOR Y4, Y1, Y1
	eightEnd
	JNZ eight
	VZEROUPPER
	RET

// sixteenEnd makes sixteen columns of the pairs in Z0 and Z1.
#define sixteenEnd \
	VPXORD Z15, Z0, Z0 \
	VPXORD Z15, Z1, Z1 \
	multiplied(Z0, Z1, 128, 64, Z3, Z4, Z5) \
	inverted(Z3, Z4, Z6, Z5, Z8, Z9) \
	VPSRLQ $32, Z3, Z3 \
	VPSRLQ $32, Z4, Z4 \
	inverted(Z3, Z4, Z7, Z5, Z8, Z9) \
	VPSLLQ $32, Z7, Z7 \
	VPORQ Z7, Z6, Z6 \
	VPMOVDB Z6, X6 \
	VMOVDQU X6, (DI) \
	ADDQ $384, AX \
	ADDQ $16, DI \
	DECQ CX

// func sixteensAVX512(a *narrowArgs)
TEXT ·sixteensAVX512(SB), NOSPLIT, $0-8
	fieldsOfNarrow
	VPBROADCASTQ 32(BX), Z8
	VPBROADCASTQ 40(BX), Z9
	VPTERNLOGD $0xff, Z15, Z15, Z15
	VPSLLW $15, Z15, Z15
sixteen:
	MOVQ (AX), DX
	VMOVDQU32 64(AX), Z2
	VPERMW (SI)(DX*1), Z2, Z0
	VPERMW 4(SI)(DX*1), Z2, Z1
	sixteenEnd
	JNZ sixteen
	VZEROUPPER
	RET

// func farSixteensAVX512(a *narrowArgs)
TEXT ·farSixteensAVX512(SB), NOSPLIT, $0-8
	fieldsOfNarrow
	VPBROADCASTQ 32(BX), Z8
	VPBROADCASTQ 40(BX), Z9
	VPTERNLOGD $0xff, Z15, Z15, Z15
	VPSLLW $15, Z15, Z15
sixteen:
	MOVQ (AX), DX
	VMOVDQU32 64(AX), Z0
	VMOVDQA32 Z0, Z1
	VMOVDQU32 (SI)(DX*1), Z2
	VPERMI2W 64(SI)(DX*1), Z2, Z0
	VMOVDQU32 4(SI)(DX*1), Z2
	VPERMI2W 68(SI)(DX*1), Z2, Z1
	sixteenEnd
	JNZ sixteen
	VZEROUPPER
	RET

// func limitedAVX512(a *limitedArgs)
TEXT ·limitedAVX512(SB), NOSPLIT, $0-8
	MOVQ a+0(FP), AX
	MOVQ 0(AX), DI
	MOVQ 8(AX), SI
	MOVQ 16(AX), R8
	MOVQ 24(AX), R9
	MOVQ 32(AX), CX
	VPBROADCASTD 40(AX), Z8  // of Y
	VPBROADCASTD 44(AX), Z9  // red of Cr
	VPBROADCASTD 48(AX), Z10 // green of Cb
	VPBROADCASTD 52(AX), Z11 // green of Cr
	VPBROADCASTD 56(AX), Z12 // blue of Cb
	VPBROADCASTD 60(AX), Z13 // added to red
	VPBROADCASTD 64(AX), Z14 // added to green
	VPBROADCASTD 68(AX), Z15 // added to blue
	VBROADCASTI32X4 interleave<>(SB), Z7
	VPMOVZXBD threeOfFour<>(SB), Z16
	MOVL $0xfff, BX
	KMOVW BX, K1
sixteen:
	VPMOVZXBD (SI), Z0
	VPMOVZXBD (R8), Z1
	VPMOVZXBD (R9), Z2
	VPMULLD Z8, Z0, Z0
	VPMULLD Z9, Z2, Z3
	VPMULLD Z10, Z1, Z4
	VPMULLD Z11, Z2, Z5
	VPMULLD Z12, Z1, Z6
	VPADDD Z0, Z3, Z3
	VPADDD Z13, Z3, Z3
	VPSRAD $16, Z3, Z3 // red
	VPADDD Z0, Z4, Z4
	VPADDD Z5, Z4, Z4
	VPADDD Z14, Z4, Z4
	VPSRAD $16, Z4, Z4 // green
	VPADDD Z0, Z6, Z6
	VPADDD Z15, Z6, Z6
	VPSRAD $16, Z6, Z6 // blue
	VPACKSSDW Z4, Z3, Z3
	VPACKSSDW Z6, Z6, Z6
	VPACKUSWB Z6, Z3, Z3
	VPSHUFB Z7, Z3, Z3
	VPERMD Z3, Z16, Z3 // the three words of every four
	VMOVDQU32 Z3, K1, (DI)
	ADDQ $16, SI
	ADDQ $16, R8
	ADDQ $16, R9
	ADDQ $48, DI
	DECQ CX
	JNZ sixteen
	VZEROUPPER
	RET

DATA threeOfFour<>+0(SB)/8, $0x0908060504020100
DATA threeOfFour<>+8(SB)/8, $0x000000000e0d0c0a
GLOBL threeOfFour<>(SB), RODATA|NOPTR, $16
