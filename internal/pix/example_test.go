package pix_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"github.com/saccade-dev/saccade/internal/pix"
)

// A file that every browser shows is read, whatever its checksums say; a file of
// another kind is named.
func ExampleDecode() {
	logo := image.NewGray(image.Rect(0, 0, 40, 30))
	logo.SetGray(20, 15, color.Gray{Y: 255})
	var file bytes.Buffer
	if err := png.Encode(&file, logo); err != nil {
		fmt.Println(err)
		return
	}
	b := file.Bytes()
	b[len(b)-13] ^= 0xff // in the checksum behind the pixels
	img, format, err := pix.Decode(b)
	fmt.Println(format, img.Rect.Size(), err)

	_, _, err = pix.Decode([]byte("<!-- drawn by hand --><svg width='40'/>"))
	fmt.Println(err)
	// Output:
	// png (40,30) <nil>
	// unreadable_input_image: This is an SVG file: draw it as a PNG. Send the bytes of a PNG or JPEG file.
}

func ExampleSize() {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 640, 480))); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(pix.Size(file.Bytes()[:40])) // the header is enough
	// Output: (640,480) <nil>
}
