package pipeline

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/pix/webp"
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
	var format saccade.Format
	if webp.Is(b) {
		format = saccade.FormatWebP
	}
	size, decode := imageReaders(format)
	of, err := size(b)
	if err != nil {
		return nil, err
	}
	w, h := of.X, of.Y
	if w <= 0 || h <= 0 || w*h > LensPixels {
		return nil, saccade.Errorf(saccade.CodeUnreadableImage, "The image is %d x %d pixels; at most %d million are possible here. Scale it down.", w, h, LensPixels/1_000_000)
	}
	if err := a.room.Acquire(ctx, int64(w*h)); err != nil {
		return nil, err
	}
	defer a.room.Release(int64(w * h))
	m, err := decode(b)
	if err != nil {
		return nil, err
	}
	return pix.FromImage(m), nil
}
