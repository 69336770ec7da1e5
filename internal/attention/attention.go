// Package attention predicts where people look: images or the frames of a video
// in, densities out.
//
// The contract: a [Predictor] is immutable and safe for concurrent use. It
// predicts an image at once ([Predictor.Image]) or a video frame by frame
// ([Predictor.NewStream]); a [Stream] holds the recurrent state of one video
// and belongs to one goroutine. Every result is an absolute density
// ([saccade.Density]: float32 weights that sum to 1 over the image).
//
// Two predictors exist: the trained network "saccade-1" and the training-free
// "baseline", which stays as a peer in the accuracy table.
//
// The package knows neither files nor video containers; its callers bring the
// pixels.
package attention

import (
	"context"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Prior names the explicit term for where people look whatever is shown there.
type Prior string

// The priors. In photographs fixations gather at the center, in video more so, on
// pages of text at the upper left.
const (
	PriorNatural Prior = "natural"
	PriorWeb     Prior = "web"
	PriorVideo   Prior = "video"
	PriorNone    Prior = "none"
	PriorAuto    Prior = "auto" // natural (in a stream video) and web mixed by [PageProbability] of the image
)

// Predictor is a model of attention.
type Predictor interface {
	// Name returns the model's name and version, as it stands in results.
	Name() string

	// Image predicts an image of any size from 1 x 1 pixels on. The grid of the
	// density has the aspect ratio of the image as nearly as the model's
	// working size allows. An unknown prior, or pixels that do not match the
	// size, are an error.
	Image(p *pix.RGB, prior Prior) (saccade.Density, error)

	// NewStream starts the prediction of a video of w x h pixels. A size
	// without area or an unknown prior is an error.
	NewStream(w, h int, prior Prior) (Stream, error)
}

// Stream predicts the frames of one video in order.
type Stream interface {
	// Size returns the width and height in pixels that Next expects of its
	// frames: the model's working size for this video, constant for the
	// stream.
	Size() (w, h int)

	// Next predicts the next frame, shown at pts. The caller may reuse the
	// frame afterwards; the density stays valid until the following call of
	// Next and must not be modified. A frame of another size is an error.
	Next(frame *pix.RGB, pts time.Duration) (saccade.Density, error)
}

// Ahead is a [Stream] that can work on frames before their turn, on several at once
// where there are cores. The densities are the same to the bit.
type Ahead interface {
	Stream

	// Begin starts work on a frame that Next will bring, shown at pts; look says that
	// its features are wanted ([FeatureStream]). Where it is called for one
	// frame it is called for all, in their order; another goroutine may call Next
	// meanwhile. The frame must not be modified until Next has returned for it. Begin
	// waits while many frames are under way; the error is the context's, or that of
	// a frame of another size.
	Begin(ctx context.Context, frame *pix.RGB, pts time.Duration, look bool) error
}
