#include "textflag.h"

// The coded size of blocks, as codeBlock has it.

// box rotates and scales x and y, by (cos, sin - cos, cos + sin) at off of the constants.
#define box(x, y, off, t, u) \
	VPADDD y, x, t \
	VPMULLD off(BX), t, t \
	VPMULLD off+32(BX), y, u \
	VPMULLD off+64(BX), x, y \
	VPADDD u, t, x \
	VPSUBD y, t, y

// butterfly is x+y and x-y.
#define butterfly(x, y, t) \
	VPSUBD y, x, t \
	VPADDD y, x, x \
	VMOVDQA t, y

// quantized divides a lane of coefficients at AX and rounds half away from zero.
#define quantized(x, off, t) \
	VPABSD x, t \
	VCVTDQ2PS t, t \
	VADDPS off(AX), t, t \
	VMULPS off+256(AX), t, t \
	VCVTTPS2DQ t, t \
	VPSIGND x, t, x

// paired stores two lanes of coefficients as 16 bits and finds the zeros.
#define paired(x, y, off, zeros) \
	VPACKSSDW y, x, x \
	VPERMQ $0xd8, x, x \
	VMOVDQU x, off(DI) \
	VPCMPEQW x, Y7, zeros

// func codeBlockAVX2(dst *[64]int16, src *byte, stride uintptr, q *quantization) (zeros uint64)
TEXT ·codeBlockAVX2(SB), NOSPLIT, $0-40
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ stride+16(FP), DX
	MOVQ q+24(FP), AX
	LEAQ cosines<>(SB), BX
	LEAQ (DX)(DX*2), CX
	LEAQ (SI)(DX*4), R8
	VPMOVZXBD (SI), Y0
	VPMOVZXBD (SI)(DX*1), Y1
	VPMOVZXBD (SI)(DX*2), Y2
	VPMOVZXBD (SI)(CX*1), Y3
	VPMOVZXBD (R8), Y4
	VPMOVZXBD (R8)(DX*1), Y5
	VPMOVZXBD (R8)(DX*2), Y6
	VPMOVZXBD (R8)(CX*1), Y7
	butterfly(Y0, Y7, Y8)
	butterfly(Y1, Y6, Y8)
	butterfly(Y2, Y5, Y8)
	butterfly(Y3, Y4, Y8)
	box(Y4, Y7, 0, Y8, Y9)
	box(Y5, Y6, 96, Y8, Y9)
	butterfly(Y0, Y3, Y8)
	butterfly(Y1, Y2, Y8)
	box(Y2, Y3, 192, Y8, Y9)
	butterfly(Y0, Y1, Y8)
	butterfly(Y4, Y6, Y8)
	butterfly(Y7, Y5, Y8)
	VPSRAD $12, Y5, Y5
	VPMULLD 288(BX), Y5, Y5
	VPSRAD $12, Y6, Y6
	VPMULLD 288(BX), Y6, Y6
	butterfly(Y7, Y4, Y8)
	VPSUBD 320(BX), Y0, Y0
	VPSLLD $18, Y0, Y0
	VPSLLD $18, Y1, Y1
	VUNPCKLPS Y7, Y0, Y8
	VUNPCKHPS Y7, Y0, Y9
	VUNPCKLPS Y5, Y2, Y10
	VUNPCKHPS Y5, Y2, Y11
	VUNPCKLPS Y6, Y1, Y12
	VUNPCKHPS Y6, Y1, Y13
	VUNPCKLPS Y4, Y3, Y14
	VUNPCKHPS Y4, Y3, Y15
	VUNPCKLPD Y10, Y8, Y0
	VUNPCKHPD Y10, Y8, Y7
	VUNPCKLPD Y11, Y9, Y2
	VUNPCKHPD Y11, Y9, Y5
	VUNPCKLPD Y14, Y12, Y1
	VUNPCKHPD Y14, Y12, Y6
	VUNPCKLPD Y15, Y13, Y3
	VUNPCKHPD Y15, Y13, Y4
	VPERM2F128 $0x20, Y1, Y0, Y8
	VPERM2F128 $0x31, Y1, Y0, Y12
	VPERM2F128 $0x20, Y6, Y7, Y9
	VPERM2F128 $0x31, Y6, Y7, Y13
	VPERM2F128 $0x20, Y3, Y2, Y10
	VPERM2F128 $0x31, Y3, Y2, Y14
	VPERM2F128 $0x20, Y4, Y5, Y11
	VPERM2F128 $0x31, Y4, Y5, Y15
	butterfly(Y8, Y15, Y0)
	butterfly(Y9, Y14, Y0)
	butterfly(Y10, Y13, Y0)
	butterfly(Y11, Y12, Y0)
	VPSRAD $14, Y12, Y12
	VPSRAD $14, Y15, Y15
	box(Y12, Y15, 352, Y0, Y1)
	VPSRAD $14, Y13, Y13
	VPSRAD $14, Y14, Y14
	box(Y13, Y14, 448, Y0, Y1)
	butterfly(Y8, Y11, Y0)
	butterfly(Y9, Y10, Y0)
	VPSRAD $14, Y10, Y10
	VPSRAD $14, Y11, Y11
	box(Y10, Y11, 544, Y0, Y1)
	butterfly(Y8, Y9, Y0)
	butterfly(Y12, Y14, Y0)
	butterfly(Y15, Y13, Y0)
	VPSRAD $14, Y13, Y13
	VPMULLD 640(BX), Y13, Y13
	VPSRAD $14, Y14, Y14
	VPMULLD 640(BX), Y14, Y14
	butterfly(Y15, Y12, Y0)
	VMOVDQA 672(BX), Y0
	VPADDD Y0, Y8, Y8
	VPSRAD $18, Y8, Y8
	VPADDD Y0, Y9, Y9
	VPSRAD $18, Y9, Y9
	VPADDD Y0, Y10, Y10
	VPSRAD $18, Y10, Y10
	VPADDD Y0, Y11, Y11
	VPSRAD $18, Y11, Y11
	VPADDD Y0, Y12, Y12
	VPSRAD $18, Y12, Y12
	VPADDD Y0, Y13, Y13
	VPSRAD $18, Y13, Y13
	VPADDD Y0, Y14, Y14
	VPSRAD $18, Y14, Y14
	VPADDD Y0, Y15, Y15
	VPSRAD $18, Y15, Y15
	quantized(Y8, 0, Y0)
	quantized(Y15, 32, Y1)
	quantized(Y10, 64, Y2)
	quantized(Y13, 96, Y3)
	quantized(Y9, 128, Y0)
	quantized(Y14, 160, Y1)
	quantized(Y11, 192, Y2)
	quantized(Y12, 224, Y3)
	VPXOR Y7, Y7, Y7
	paired(Y8, Y15, 0, Y0)
	paired(Y10, Y13, 32, Y1)
	paired(Y9, Y14, 64, Y2)
	paired(Y11, Y12, 96, Y3)
	VPACKSSWB Y1, Y0, Y0
	VPACKSSWB Y3, Y2, Y2
	VPERMQ $0xd8, Y0, Y0
	VPERMQ $0xd8, Y2, Y2
	VPMOVMSKB Y0, AX
	VPMOVMSKB Y2, CX
	SHLQ $32, CX
	ORQ CX, AX
	MOVQ AX, zeros+32(FP)
	VZEROUPPER
	RET

// The constants of the two passes, each eight times: cos, sin - cos and cos + sin of three
// rotations, the root of 2, and the middle of the samples or the rounding.
DATA cosines<>+0(SB)/8, $0x0003536d0003536d
DATA cosines<>+8(SB)/8, $0x0003536d0003536d
DATA cosines<>+16(SB)/8, $0x0003536d0003536d
DATA cosines<>+24(SB)/8, $0x0003536d0003536d
DATA cosines<>+32(SB)/8, $0xfffee57afffee57a
DATA cosines<>+40(SB)/8, $0xfffee57afffee57a
DATA cosines<>+48(SB)/8, $0xfffee57afffee57a
DATA cosines<>+56(SB)/8, $0xfffee57afffee57a
DATA cosines<>+64(SB)/8, $0x00058c5400058c54
DATA cosines<>+72(SB)/8, $0x00058c5400058c54
DATA cosines<>+80(SB)/8, $0x00058c5400058c54
DATA cosines<>+88(SB)/8, $0x00058c5400058c54
DATA cosines<>+96(SB)/8, $0x0003ec530003ec53
DATA cosines<>+104(SB)/8, $0x0003ec530003ec53
DATA cosines<>+112(SB)/8, $0x0003ec530003ec53
DATA cosines<>+120(SB)/8, $0x0003ec530003ec53
DATA cosines<>+128(SB)/8, $0xfffcdb73fffcdb73
DATA cosines<>+136(SB)/8, $0xfffcdb73fffcdb73
DATA cosines<>+144(SB)/8, $0xfffcdb73fffcdb73
DATA cosines<>+152(SB)/8, $0xfffcdb73fffcdb73
DATA cosines<>+160(SB)/8, $0x0004b4190004b419
DATA cosines<>+168(SB)/8, $0x0004b4190004b419
DATA cosines<>+176(SB)/8, $0x0004b4190004b419
DATA cosines<>+184(SB)/8, $0x0004b4190004b419
DATA cosines<>+192(SB)/8, $0x00022a2f00022a2f
DATA cosines<>+200(SB)/8, $0x00022a2f00022a2f
DATA cosines<>+208(SB)/8, $0x00022a2f00022a2f
DATA cosines<>+216(SB)/8, $0x00022a2f00022a2f
DATA cosines<>+224(SB)/8, $0x00030fbd00030fbd
DATA cosines<>+232(SB)/8, $0x00030fbd00030fbd
DATA cosines<>+240(SB)/8, $0x00030fbd00030fbd
DATA cosines<>+248(SB)/8, $0x00030fbd00030fbd
DATA cosines<>+256(SB)/8, $0x0007641b0007641b
DATA cosines<>+264(SB)/8, $0x0007641b0007641b
DATA cosines<>+272(SB)/8, $0x0007641b0007641b
DATA cosines<>+280(SB)/8, $0x0007641b0007641b
DATA cosines<>+288(SB)/8, $0x000016a1000016a1
DATA cosines<>+296(SB)/8, $0x000016a1000016a1
DATA cosines<>+304(SB)/8, $0x000016a1000016a1
DATA cosines<>+312(SB)/8, $0x000016a1000016a1
DATA cosines<>+320(SB)/8, $0x0000040000000400
DATA cosines<>+328(SB)/8, $0x0000040000000400
DATA cosines<>+336(SB)/8, $0x0000040000000400
DATA cosines<>+344(SB)/8, $0x0000040000000400
DATA cosines<>+352(SB)/8, $0x0000353700003537
DATA cosines<>+360(SB)/8, $0x0000353700003537
DATA cosines<>+368(SB)/8, $0x0000353700003537
DATA cosines<>+376(SB)/8, $0x0000353700003537
DATA cosines<>+384(SB)/8, $0xffffee57ffffee57
DATA cosines<>+392(SB)/8, $0xffffee57ffffee57
DATA cosines<>+400(SB)/8, $0xffffee57ffffee57
DATA cosines<>+408(SB)/8, $0xffffee57ffffee57
DATA cosines<>+416(SB)/8, $0x000058c5000058c5
DATA cosines<>+424(SB)/8, $0x000058c5000058c5
DATA cosines<>+432(SB)/8, $0x000058c5000058c5
DATA cosines<>+440(SB)/8, $0x000058c5000058c5
DATA cosines<>+448(SB)/8, $0x00003ec500003ec5
DATA cosines<>+456(SB)/8, $0x00003ec500003ec5
DATA cosines<>+464(SB)/8, $0x00003ec500003ec5
DATA cosines<>+472(SB)/8, $0x00003ec500003ec5
DATA cosines<>+480(SB)/8, $0xffffcdb7ffffcdb7
DATA cosines<>+488(SB)/8, $0xffffcdb7ffffcdb7
DATA cosines<>+496(SB)/8, $0xffffcdb7ffffcdb7
DATA cosines<>+504(SB)/8, $0xffffcdb7ffffcdb7
DATA cosines<>+512(SB)/8, $0x00004b4100004b41
DATA cosines<>+520(SB)/8, $0x00004b4100004b41
DATA cosines<>+528(SB)/8, $0x00004b4100004b41
DATA cosines<>+536(SB)/8, $0x00004b4100004b41
DATA cosines<>+544(SB)/8, $0x000022a3000022a3
DATA cosines<>+552(SB)/8, $0x000022a3000022a3
DATA cosines<>+560(SB)/8, $0x000022a3000022a3
DATA cosines<>+568(SB)/8, $0x000022a3000022a3
DATA cosines<>+576(SB)/8, $0x000030fc000030fc
DATA cosines<>+584(SB)/8, $0x000030fc000030fc
DATA cosines<>+592(SB)/8, $0x000030fc000030fc
DATA cosines<>+600(SB)/8, $0x000030fc000030fc
DATA cosines<>+608(SB)/8, $0x0000764200007642
DATA cosines<>+616(SB)/8, $0x0000764200007642
DATA cosines<>+624(SB)/8, $0x0000764200007642
DATA cosines<>+632(SB)/8, $0x0000764200007642
DATA cosines<>+640(SB)/8, $0x00005a8200005a82
DATA cosines<>+648(SB)/8, $0x00005a8200005a82
DATA cosines<>+656(SB)/8, $0x00005a8200005a82
DATA cosines<>+664(SB)/8, $0x00005a8200005a82
DATA cosines<>+672(SB)/8, $0x0002000000020000
DATA cosines<>+680(SB)/8, $0x0002000000020000
DATA cosines<>+688(SB)/8, $0x0002000000020000
DATA cosines<>+696(SB)/8, $0x0002000000020000
GLOBL cosines<>(SB), RODATA|NOPTR, $704

// func lumaAVX2(dst, src *byte, blocks uintptr)
//
// Eight pixels at a time: red and green, green and blue are multiplied in pairs, each
// green by half of its factor.
TEXT ·lumaAVX2(SB), NOSPLIT, $0-24
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ blocks+16(FP), CX
	VBROADCASTI128 redGreen<>(SB), Y4
	VBROADCASTI128 greenBlue<>(SB), Y5
	VPBROADCASTQ lumaOf<>+0(SB), Y6
	VPBROADCASTQ lumaOf<>+8(SB), Y7
	VPBROADCASTQ lumaOf<>+16(SB), Y8
eight:
	VMOVDQU (SI), X0
	VINSERTI128 $1, 12(SI), Y0, Y0
	VPSHUFB Y5, Y0, Y1
	VPSHUFB Y4, Y0, Y0
	VPMADDWD Y6, Y0, Y0
	VPMADDWD Y7, Y1, Y1
	VPADDD Y1, Y0, Y0
	VPADDD Y8, Y0, Y0
	VPSRLD $16, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPACKUSDW X1, X0, X0
	VPACKUSWB X0, X0, X0
	VMOVQ X0, (DI)
	ADDQ $24, SI
	ADDQ $8, DI
	DECQ CX
	JNZ eight
	VZEROUPPER
	RET

DATA redGreen<>+0(SB)/8, $0x8004800380018000
DATA redGreen<>+8(SB)/8, $0x800a800980078006
GLOBL redGreen<>(SB), RODATA|NOPTR, $16
DATA greenBlue<>+0(SB)/8, $0x8005800480028001
DATA greenBlue<>+8(SB)/8, $0x800b800a80088007
GLOBL greenBlue<>(SB), RODATA|NOPTR, $16

// 19595, 19235; 19235, 7471; half
DATA lumaOf<>+0(SB)/8, $0x4b234c8b4b234c8b
DATA lumaOf<>+8(SB)/8, $0x1d2f4b231d2f4b23
DATA lumaOf<>+16(SB)/8, $0x0000800000008000
GLOBL lumaOf<>(SB), RODATA|NOPTR, $24
