package render

import (
	"image"
	"image/png"
	"io"
)

// EncodePNG writes a layer's picture as an RGBA PNG.
func EncodePNG(w io.Writer, m *image.NRGBA) error {
	e := png.Encoder{CompressionLevel: png.BestSpeed}
	return e.Encode(w, m)
}
