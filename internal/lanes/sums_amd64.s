#include "textflag.h"

// Sums stay in the order of plain Go: one value after the other, several sums at once.

// added adds four numbers to a sum in order.
#define added(y, x, to, xt) \
	VADDSD x, to, to \
	VPERMILPD $1, x, xt \
	VADDSD xt, to, to \
	VEXTRACTF128 $1, y, x \
	VADDSD x, to, to \
	VPERMILPD $1, x, xt \
	VADDSD xt, to, to

// func sumAVX2(a, b, c *float32, blocks uintptr, sums *[3]float64)
TEXT ·sumAVX2(SB), NOSPLIT, $0-40
	MOVQ a+0(FP), SI
	MOVQ b+8(FP), R8
	MOVQ c+16(FP), R9
	MOVQ blocks+24(FP), CX
	MOVQ sums+32(FP), DI
	ADDQ CX, CX
	VMOVSD (DI), X0
	VMOVSD 8(DI), X1
	VMOVSD 16(DI), X2
four:
	VCVTPS2PD (SI), Y3
	VCVTPS2PD (R8), Y4
	VCVTPS2PD (R9), Y5
	added(Y3, X3, X0, X6)
	added(Y4, X4, X1, X7)
	added(Y5, X5, X2, X8)
	ADDQ $16, SI
	ADDQ $16, R8
	ADDQ $16, R9
	DECQ CX
	JNZ four
	VMOVSD X0, (DI)
	VMOVSD X1, 8(DI)
	VMOVSD X2, 16(DI)
	VZEROUPPER
	RET

// func squareAVX2(a, b *float32, blocks uintptr, means, sums *[2]float64)
TEXT ·squareAVX2(SB), NOSPLIT, $0-40
	MOVQ a+0(FP), SI
	MOVQ b+8(FP), R8
	MOVQ blocks+16(FP), CX
	MOVQ means+24(FP), DX
	MOVQ sums+32(FP), DI
	ADDQ CX, CX
	VMOVSD (DI), X0
	VMOVSD 8(DI), X1
	VBROADCASTSD (DX), Y9
	VBROADCASTSD 8(DX), Y10
four:
	VCVTPS2PD (SI), Y3
	VCVTPS2PD (R8), Y4
	VSUBPD Y9, Y3, Y3
	VSUBPD Y10, Y4, Y4
	VMULPD Y3, Y3, Y3
	VMULPD Y4, Y4, Y4
	added(Y3, X3, X0, X6)
	added(Y4, X4, X1, X7)
	ADDQ $16, SI
	ADDQ $16, R8
	DECQ CX
	JNZ four
	VMOVSD X0, (DI)
	VMOVSD X1, 8(DI)
	VZEROUPPER
	RET

// func lengthAVX2(squares *float32, blocks uintptr, sum *float64) (strong uintptr)
TEXT ·lengthAVX2(SB), NOSPLIT, $0-32
	MOVQ squares+0(FP), SI
	MOVQ blocks+8(FP), CX
	MOVQ sum+16(FP), DI
	VMOVSD (DI), X0
	VBROADCASTSD eighth<>+0(SB), Y9
	VBROADCASTSD eighth<>+8(SB), Y10
	XORQ DX, DX
eight:
	VCVTPS2PD (SI), Y3
	VCVTPS2PD 16(SI), Y4
	VSQRTPD Y3, Y3
	VSQRTPD Y4, Y4
	VMULPD Y9, Y3, Y3
	VMULPD Y9, Y4, Y4
	VCMPPD $0x1e, Y10, Y3, Y5 // greater than
	VCMPPD $0x1e, Y10, Y4, Y6
	VMOVMSKPD Y5, AX
	VMOVMSKPD Y6, BX
	SHLQ $4, BX
	ORQ BX, AX
	POPCNTQ AX, AX
	ADDQ AX, DX
	added(Y3, X3, X0, X6)
	added(Y4, X4, X0, X7)
	ADDQ $32, SI
	DECQ CX
	JNZ eight
	VMOVSD X0, (DI)
	MOVQ DX, strong+24(FP)
	VZEROUPPER
	RET

DATA eighth<>+0(SB)/8, $0x3fc0000000000000
DATA eighth<>+8(SB)/8, $0x4020000000000000
GLOBL eighth<>(SB), RODATA|NOPTR, $16

// func chromaAVX2(out, light, a, b *float32, bins *uint8, blocks uintptr) (warm uintptr)
TEXT ·chromaAVX2(SB), NOSPLIT, $0-56
	MOVQ out+0(FP), DI
	MOVQ light+8(FP), R8
	MOVQ a+16(FP), SI
	MOVQ b+24(FP), R9
	MOVQ bins+32(FP), R10
	MOVQ blocks+40(FP), CX
	VBROADCASTSS chromaOf<>+0(SB), Y8 // 40
	VBROADCASTSS chromaOf<>+4(SB), Y9 // -0.2
	VBROADCASTSS chromaOf<>+8(SB), Y10 // 1.7
	VBROADCASTSS chromaOf<>+12(SB), Y11 // 0.32
	VBROADCASTSS chromaOf<>+16(SB), Y12 // 31
	VXORPS Y13, Y13, Y13
	XORQ DX, DX
block:
	VMOVUPS (SI), Y0
	VMOVUPS (R9), Y1
	VMULPS Y0, Y0, Y2
	VMULPS Y1, Y1, Y3
	VADDPS Y3, Y2, Y2
	VSQRTPS Y2, Y2
	VMOVUPS Y2, (DI)
	VCMPPS $0x1e, Y8, Y2, Y3 // c > 40
	VCMPPS $0x1e, Y13, Y0, Y4 // a > 0
	VANDPS Y4, Y3, Y3
	VMULPS Y9, Y0, Y4
	VCMPPS $0x1e, Y4, Y1, Y4 // b > -0.2 a
	VANDPS Y4, Y3, Y3
	VMULPS Y10, Y0, Y4
	VCMPPS $0x1e, Y1, Y4, Y4 // 1.7 a > b
	VANDPS Y4, Y3, Y3
	VMOVMSKPS Y3, AX
	POPCNTQ AX, AX
	ADDQ AX, DX
	VMULPS (R8), Y11, Y5
	VCVTTPS2DQ Y5, Y5
	VPMAXSD Y13, Y5, Y5
	VPMINSD Y12, Y5, Y5
	VEXTRACTI128 $1, Y5, X6
	VPACKUSDW X6, X5, X5
	VPACKUSWB X5, X5, X5
	VMOVQ X5, (R10)
	ADDQ $32, DI
	ADDQ $32, R8
	ADDQ $32, SI
	ADDQ $32, R9
	ADDQ $8, R10
	DECQ CX
	JNZ block
	MOVQ DX, warm+48(FP)
	VZEROUPPER
	RET

DATA chromaOf<>+0(SB)/4, $0x42200000
DATA chromaOf<>+4(SB)/4, $0xbe4ccccd
DATA chromaOf<>+8(SB)/4, $0x3fd9999a
DATA chromaOf<>+12(SB)/4, $0x3ea3d70a
DATA chromaOf<>+16(SB)/4, $31
GLOBL chromaOf<>(SB), RODATA|NOPTR, $20

// func informationAVX2(v *float32, blocks uintptr, n float64, bits *float64)
//
// Four logarithms at a time as math.Log2 has them, of the mantissa by the polynomial of
// math.Log (FreeBSD's e_log.c); the sum is in order.
TEXT ·informationAVX2(SB), NOSPLIT, $0-32
	MOVQ v+0(FP), SI
	MOVQ blocks+8(FP), CX
	VBROADCASTSD n+16(FP), Y15
	MOVQ bits+24(FP), DI
	VMOVSD (DI), X14
	LEAQ logOf<>(SB), BX
four:
	VCVTPS2PD (SI), Y0 // v
	VMULPD Y15, Y0, Y1
	VPSRLQ $52, Y1, Y2
	VPOR 480(BX), Y2, Y2
	VSUBPD 512(BX), Y2, Y2 // the exponent
	VPAND 0(BX), Y1, Y1
	VPOR 32(BX), Y1, Y1 // f1, from a half
	VCMPPD $0, 32(BX), Y1, Y12 // powers of two
	VMOVUPD 64(BX), Y3
	VCMPPD $5, Y1, Y3, Y3 // not sqrt(2)/2 < f1
	VANDPD 96(BX), Y3, Y3
	VXORPD Y4, Y4, Y4
	VSUBPD Y3, Y4, Y4 // k
	VADDPD 96(BX), Y3, Y3
	VMULPD Y3, Y1, Y1
	VSUBPD 96(BX), Y1, Y1 // f
	VADDPD 128(BX), Y1, Y5
	VDIVPD Y5, Y1, Y5 // s
	VMULPD Y5, Y5, Y6 // s2
	VMULPD Y6, Y6, Y7 // s4
	VMULPD 352(BX), Y7, Y8
	VADDPD 288(BX), Y8, Y8
	VMULPD Y7, Y8, Y8
	VADDPD 224(BX), Y8, Y8
	VMULPD Y7, Y8, Y8
	VADDPD 160(BX), Y8, Y8
	VMULPD Y8, Y6, Y6 // t1
	VMULPD 320(BX), Y7, Y8
	VADDPD 256(BX), Y8, Y8
	VMULPD Y7, Y8, Y8
	VADDPD 192(BX), Y8, Y8
	VMULPD Y8, Y7, Y7 // t2
	VADDPD Y7, Y6, Y6 // R
	VMULPD 32(BX), Y1, Y8
	VMULPD Y1, Y8, Y8 // hfsq
	VADDPD Y8, Y6, Y6
	VMULPD Y6, Y5, Y5
	VMULPD 384(BX), Y4, Y6
	VADDPD Y6, Y5, Y5
	VSUBPD Y5, Y8, Y8
	VSUBPD Y1, Y8, Y8
	VMULPD 416(BX), Y4, Y4
	VSUBPD Y8, Y4, Y4 // log f1
	VMULPD 448(BX), Y4, Y4
	VADDPD Y2, Y4, Y4
	VSUBPD 96(BX), Y2, Y2
	VBLENDVPD Y12, Y2, Y4, Y4
	VMULPD Y0, Y4, Y4
	VXORPD Y5, Y5, Y5
	VCMPPD $0x1e, Y5, Y0, Y5 // above 0
	VANDPD Y5, Y4, Y4
	added(Y4, X4, X14, X6)
	ADDQ $16, SI
	DECQ CX
	JNZ four
	VMOVSD X14, (DI)
	VZEROUPPER
	RET

DATA logOf<>+0(SB)/8, $0x000fffffffffffff
DATA logOf<>+8(SB)/8, $0x000fffffffffffff
DATA logOf<>+16(SB)/8, $0x000fffffffffffff
DATA logOf<>+24(SB)/8, $0x000fffffffffffff
DATA logOf<>+32(SB)/8, $0x3fe0000000000000
DATA logOf<>+40(SB)/8, $0x3fe0000000000000
DATA logOf<>+48(SB)/8, $0x3fe0000000000000
DATA logOf<>+56(SB)/8, $0x3fe0000000000000
DATA logOf<>+64(SB)/8, $0x3fe6a09e667f3bcd
DATA logOf<>+72(SB)/8, $0x3fe6a09e667f3bcd
DATA logOf<>+80(SB)/8, $0x3fe6a09e667f3bcd
DATA logOf<>+88(SB)/8, $0x3fe6a09e667f3bcd
DATA logOf<>+96(SB)/8, $0x3ff0000000000000
DATA logOf<>+104(SB)/8, $0x3ff0000000000000
DATA logOf<>+112(SB)/8, $0x3ff0000000000000
DATA logOf<>+120(SB)/8, $0x3ff0000000000000
DATA logOf<>+128(SB)/8, $0x4000000000000000
DATA logOf<>+136(SB)/8, $0x4000000000000000
DATA logOf<>+144(SB)/8, $0x4000000000000000
DATA logOf<>+152(SB)/8, $0x4000000000000000
DATA logOf<>+160(SB)/8, $0x3fe5555555555593
DATA logOf<>+168(SB)/8, $0x3fe5555555555593
DATA logOf<>+176(SB)/8, $0x3fe5555555555593
DATA logOf<>+184(SB)/8, $0x3fe5555555555593
DATA logOf<>+192(SB)/8, $0x3fd999999997fa04
DATA logOf<>+200(SB)/8, $0x3fd999999997fa04
DATA logOf<>+208(SB)/8, $0x3fd999999997fa04
DATA logOf<>+216(SB)/8, $0x3fd999999997fa04
DATA logOf<>+224(SB)/8, $0x3fd2492494229359
DATA logOf<>+232(SB)/8, $0x3fd2492494229359
DATA logOf<>+240(SB)/8, $0x3fd2492494229359
DATA logOf<>+248(SB)/8, $0x3fd2492494229359
DATA logOf<>+256(SB)/8, $0x3fcc71c51d8e78af
DATA logOf<>+264(SB)/8, $0x3fcc71c51d8e78af
DATA logOf<>+272(SB)/8, $0x3fcc71c51d8e78af
DATA logOf<>+280(SB)/8, $0x3fcc71c51d8e78af
DATA logOf<>+288(SB)/8, $0x3fc7466496cb03de
DATA logOf<>+296(SB)/8, $0x3fc7466496cb03de
DATA logOf<>+304(SB)/8, $0x3fc7466496cb03de
DATA logOf<>+312(SB)/8, $0x3fc7466496cb03de
DATA logOf<>+320(SB)/8, $0x3fc39a09d078c69f
DATA logOf<>+328(SB)/8, $0x3fc39a09d078c69f
DATA logOf<>+336(SB)/8, $0x3fc39a09d078c69f
DATA logOf<>+344(SB)/8, $0x3fc39a09d078c69f
DATA logOf<>+352(SB)/8, $0x3fc2f112df3e5244
DATA logOf<>+360(SB)/8, $0x3fc2f112df3e5244
DATA logOf<>+368(SB)/8, $0x3fc2f112df3e5244
DATA logOf<>+376(SB)/8, $0x3fc2f112df3e5244
DATA logOf<>+384(SB)/8, $0x3dea39ef35793c76
DATA logOf<>+392(SB)/8, $0x3dea39ef35793c76
DATA logOf<>+400(SB)/8, $0x3dea39ef35793c76
DATA logOf<>+408(SB)/8, $0x3dea39ef35793c76
DATA logOf<>+416(SB)/8, $0x3fe62e42fee00000
DATA logOf<>+424(SB)/8, $0x3fe62e42fee00000
DATA logOf<>+432(SB)/8, $0x3fe62e42fee00000
DATA logOf<>+440(SB)/8, $0x3fe62e42fee00000
DATA logOf<>+448(SB)/8, $0x3ff71547652b82fe
DATA logOf<>+456(SB)/8, $0x3ff71547652b82fe
DATA logOf<>+464(SB)/8, $0x3ff71547652b82fe
DATA logOf<>+472(SB)/8, $0x3ff71547652b82fe
DATA logOf<>+480(SB)/8, $0x4330000000000000
DATA logOf<>+488(SB)/8, $0x4330000000000000
DATA logOf<>+496(SB)/8, $0x4330000000000000
DATA logOf<>+504(SB)/8, $0x4330000000000000
DATA logOf<>+512(SB)/8, $0x43300000000003fe
DATA logOf<>+520(SB)/8, $0x43300000000003fe
DATA logOf<>+528(SB)/8, $0x43300000000003fe
DATA logOf<>+536(SB)/8, $0x43300000000003fe
GLOBL logOf<>(SB), RODATA|NOPTR, $544

// func shareAVX2(v *float32, blocks uintptr, n float64, mean *float64)
TEXT ·shareAVX2(SB), NOSPLIT, $0-32
	MOVQ v+0(FP), SI
	MOVQ blocks+8(FP), CX
	VBROADCASTSD n+16(FP), Y9
	MOVQ mean+24(FP), DI
	VMOVSD (DI), X0
four:
	VCVTPS2PD (SI), Y3
	VDIVPD Y9, Y3, Y3
	added(Y3, X3, X0, X6)
	ADDQ $16, SI
	DECQ CX
	JNZ four
	VMOVSD X0, (DI)
	VZEROUPPER
	RET

// func momentAVX2(v *float32, blocks uintptr, n, mean float64, moments *[2]float64)
TEXT ·momentAVX2(SB), NOSPLIT, $0-40
	MOVQ v+0(FP), SI
	MOVQ blocks+8(FP), CX
	VBROADCASTSD n+16(FP), Y9
	VBROADCASTSD mean+24(FP), Y10
	MOVQ moments+32(FP), DI
	VMOVSD (DI), X0
	VMOVSD 8(DI), X1
four:
	VCVTPS2PD (SI), Y3
	VSUBPD Y10, Y3, Y3
	VMULPD Y3, Y3, Y4
	VMULPD Y3, Y4, Y5
	VDIVPD Y9, Y4, Y4
	VDIVPD Y9, Y5, Y5
	added(Y4, X4, X0, X6)
	added(Y5, X5, X1, X7)
	ADDQ $16, SI
	DECQ CX
	JNZ four
	VMOVSD X0, (DI)
	VMOVSD X1, 8(DI)
	VZEROUPPER
	RET

// func slopeAVX2(row, next, second *float32, blocks uintptr) (even, moved int)
TEXT ·slopeAVX2(SB), NOSPLIT, $0-48
	MOVQ row+0(FP), SI
	MOVQ next+8(FP), R8
	MOVQ second+16(FP), R9
	MOVQ blocks+24(FP), CX
	VBROADCASTSS slopeOf<>+0(SB), Y8 // 0.75
	VBROADCASTSS slopeOf<>+4(SB), Y9 // 24
	VBROADCASTSS slopeOf<>+8(SB), Y10 // 1.25
	VPCMPEQD Y11, Y11, Y11
	VPSRLD $1, Y11, Y11 // all but the sign
	XORQ DX, DX
	XORQ BX, BX
block:
	VMOVUPS (SI), Y0
	VMOVUPS 4(SI), Y1
	VMOVUPS 8(SI), Y2
	VMOVUPS (R8), Y3
	VMOVUPS (R9), Y4
	VSUBPS Y0, Y2, Y5
	VANDPS Y11, Y5, Y5
	VSUBPS Y0, Y4, Y6
	VANDPS Y11, Y6, Y6
	VADDPS Y6, Y5, Y5 // moved
	VCMPPS $0x1d, Y8, Y5, Y6 // at least
	VCMPPS $0x11, Y9, Y5, Y7 // less than
	VANDPS Y7, Y6, Y6
	VADDPS Y1, Y1, Y1
	VSUBPS Y1, Y2, Y2
	VADDPS Y0, Y2, Y2
	VANDPS Y11, Y2, Y2
	VADDPS Y3, Y3, Y3
	VSUBPS Y3, Y4, Y4
	VADDPS Y0, Y4, Y4
	VANDPS Y11, Y4, Y4
	VADDPS Y4, Y2, Y2
	VCMPPS $0x12, Y10, Y2, Y2 // at most
	VANDPS Y6, Y2, Y2
	VMOVMSKPS Y6, AX
	POPCNTQ AX, AX
	ADDQ AX, DX
	VMOVMSKPS Y2, AX
	POPCNTQ AX, AX
	ADDQ AX, BX
	ADDQ $32, SI
	ADDQ $32, R8
	ADDQ $32, R9
	DECQ CX
	JNZ block
	MOVQ BX, even+32(FP)
	MOVQ DX, moved+40(FP)
	VZEROUPPER
	RET

DATA slopeOf<>+0(SB)/4, $0x3f400000
DATA slopeOf<>+4(SB)/4, $0x41c00000
DATA slopeOf<>+8(SB)/4, $0x3fa00000
GLOBL slopeOf<>(SB), RODATA|NOPTR, $12

// func productAVX2(v, behind *float32, n uintptr, sum, left, right *[4]float64)
TEXT ·productAVX2(SB), NOSPLIT, $0-48
	MOVQ v+0(FP), SI
	MOVQ behind+8(FP), R8
	MOVQ n+16(FP), CX
	MOVQ sum+24(FP), DI
	MOVQ left+32(FP), R9
	MOVQ right+40(FP), R10
	VMOVUPD (DI), Y0
	VMOVUPD (R9), Y1
	VMOVUPD (R10), Y2
value:
	VBROADCASTSS (SI), X3
	VCVTPS2PD X3, Y3
	VCVTPS2PD (R8), Y4
	VMULPD Y4, Y3, Y5
	VMULPD Y3, Y3, Y3
	VMULPD Y4, Y4, Y4
	VADDPD Y5, Y0, Y0
	VADDPD Y3, Y1, Y1
	VADDPD Y4, Y2, Y2
	ADDQ $4, SI
	ADDQ $4, R8
	DECQ CX
	JNZ value
	VMOVUPD Y0, (DI)
	VMOVUPD Y1, (R9)
	VMOVUPD Y2, (R10)
	VZEROUPPER
	RET
