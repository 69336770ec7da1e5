package pipeline

import (
	"bytes"
	"context"
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// LensPixels is how many pixels an image of [Analyzer.Lens] may have.
const LensPixels = 4_000_000

// Lens predicts the density of a JPEG, PNG or WebP of [LensPixels] at most, and nothing
// else. The error is a *saccade.Error where the image cannot be read.
func (a *Analyzer) Lens(ctx context.Context, b []byte) (saccade.Density, error) {
	rgb, err := a.lensImage(ctx, b)
	if err != nil {
		return saccade.Density{}, err
	}
	return a.model.Image(rgb, a.cfg.Prior)
}

// lensImage decodes an image within the room for pixels.
func (a *Analyzer) lensImage(ctx context.Context, b []byte) (*pix.RGB, error) {
	isWebP := len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
	var w, h int
	if isWebP {
		size, err := webpSize(b)
		if err != nil {
			return nil, unreadableWebP(err)
		}
		w, h = size.X, size.Y
	} else {
		size, err := pix.Size(b)
		if err != nil {
			return nil, err
		}
		w, h = size.X, size.Y
	}
	if w <= 0 || h <= 0 || w*h > LensPixels {
		return nil, saccade.Errorf(saccade.CodeUnreadableImage, "The image is %d x %d pixels; at most %d million are possible here. Scale it down.", w, h, LensPixels/1_000_000)
	}
	if err := a.room.Acquire(ctx, int64(w*h)); err != nil {
		return nil, err
	}
	defer a.room.Release(int64(w * h))
	if isWebP {
		m, err := webp.Decode(bytes.NewReader(b))
		if err != nil {
			return nil, unreadableWebP(err)
		}
		return pix.FromImage(m), nil
	}
	m, _, err := pix.Decode(b)
	if err != nil {
		return nil, err
	}
	return pix.FromImage(m), nil
}

// webpSize returns the larger of the sizes that a WebP has in its head and in its frame:
// the decoder makes room for both.
func webpSize(b []byte) (image.Point, error) {
	head, err := webp.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return image.Point{}, err
	}
	size := image.Pt(head.Width, head.Height)
	for at := 12; at+8 <= len(b); {
		name, n := string(b[at:at+4]), int(binary.LittleEndian.Uint32(b[at+4:]))
		if n > len(b)-at-8 {
			return image.Point{}, io.ErrUnexpectedEOF
		}
		if name == "VP8 " || name == "VP8L" { // alone, it is a file of its own
			alone := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+8+n))
			frame, err := webp.DecodeConfig(bytes.NewReader(append(append(alone, "WEBP"...), b[at:at+8+n]...)))
			if err != nil {
				return image.Point{}, err
			}
			return image.Pt(max(size.X, frame.Width), max(size.Y, frame.Height)), nil
		}
		at += 8 + n + n&1
	}
	return image.Point{}, io.ErrUnexpectedEOF
}

func unreadableWebP(err error) error {
	return saccade.Errorf(saccade.CodeUnreadableImage, "The WebP cannot be read. Is it whole, and a single image?").With(err)
}
