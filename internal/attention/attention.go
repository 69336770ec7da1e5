// Package attention predicts where people look: pictures in, densities out.
//
// A [Predictor] is immutable and safe for concurrent use. It answers a still
// picture at once ([Predictor.Image]) or follows a video frame by frame
// ([Predictor.NewStream]); a [Stream] holds the recurrent state of one video
// and belongs to one goroutine. Every answer is an absolute density
// ([saccade.Density]: float32 weights that sum to 1 over the picture).
//
// Two predictors exist: the trained network "saccade-1" and the training-free
// "baseline", which stays as a peer in the accuracy table.
//
// The package knows neither files nor video containers; its callers bring the
// pixels.
package attention

import (
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Prior is the explicit term for where people look whatever is shown there.
type Prior string

// The priors. Photographs and films draw the eye to the centre, pages of text
// to the upper left.
const (
	PriorNatural Prior = "natural"
	PriorWeb     Prior = "web"
	PriorNone    Prior = "none"
	PriorAuto    Prior = "auto" // natural and web mixed by [WebShare] of the picture
)

// Predictor is a model of attention.
type Predictor interface {
	// Name is the model's name and version, as it stands in results.
	Name() string

	// Image predicts a still picture of any size. The grid of the answer has
	// the picture's aspect ratio as nearly as the model's working size allows.
	Image(p *pix.RGB, prior Prior) (saccade.Density, error)

	// NewStream starts the prediction of a video of w x h pixels.
	NewStream(w, h int, prior Prior) (Stream, error)
}

// Stream predicts the frames of one video in order.
type Stream interface {
	// Size is the width and height in pixels that Next wants its frames in:
	// the model's working size for this video, constant for the stream.
	Size() (w, h int)

	// Next predicts the next frame, shown at pts. The frame may be reused by
	// the caller afterwards; the density stays valid until the following call
	// of Next and must not be modified.
	Next(frame *pix.RGB, pts time.Duration) (saccade.Density, error)
}
