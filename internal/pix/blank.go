package pix

import "github.com/saccade-dev/saccade"

// blankRange is how far the values of a channel may lie apart in an image of
// one color: what a lossy codec makes of a flat area.
const blankRange = 2

// Blank reports whether the image shows one solid color and nothing else.
func (p *RGB) Blank() bool {
	if len(p.Pix) < 3 {
		return true
	}
	lo := [3]byte(p.Pix[:3])
	hi := lo
	for i := 3; i+3 <= len(p.Pix); i += 3 {
		for c := range 3 {
			v := p.Pix[i+c]
			lo[c], hi[c] = min(lo[c], v), max(hi[c], v)
			if hi[c]-lo[c] > blankRange {
				return false
			}
		}
	}
	return true
}

// RefuseBlank returns an error with CodeBlankImage for an image of one solid color, nil
// for every other.
func RefuseBlank(p *RGB) error {
	if !p.Blank() {
		return nil
	}
	return saccade.Errorf(saccade.CodeBlankImage,
		"The image is one solid color: there is nothing to look at. Send an image that shows something.")
}
