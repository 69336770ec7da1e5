package service

import (
	"errors"
	"fmt"
	"time"

	"github.com/saccade-dev/saccade/internal/pipeline"
)

// Limits is what the service accepts and how long it keeps things: the one place
// that says so. Whoever enforces, documents or mentions a limit is told by it.
// The limits of areas of interest are the root package's ([saccade.MaxAOIs],
// [saccade.MaxAOICorners]).
type Limits struct {
	VideoDuration time.Duration // of a video; 60 s, and a container's rounding of one frame
	VideoPixels   int           // width times height of a frame
	VideoBytes    int64         // of one video; 100 MiB
	ImageBytes    int64         // of one image, before Base64; 20 MiB
	ResultBytes   int64         // of all files of one analysis, while they are written and when they are stored; 2 GiB
	TitleBytes    int           // of a title; 1,000
	AddressBytes  int           // of the address of a page; 8,192
	UploadTTL     time.Duration // life of an upload link; 1 h
	LinkTTL       time.Duration // life of an output link; 1 h
	ResultTTL     time.Duration // results of images and pages are gone after it; 1 h, 0: never
	TextTTL       time.Duration // generated texts are gone after it; 1 h, 0: never
}

// DefaultLimits returns the limits of the documented API.
func DefaultLimits() Limits {
	video := pipeline.DefaultLimits()
	return Limits{
		VideoDuration: time.Duration(video.Duration * float64(time.Second)),
		VideoPixels:   video.Pixels,
		VideoBytes:    100 << 20,
		ImageBytes:    20 << 20,
		ResultBytes:   2 << 30,
		TitleBytes:    1000,
		AddressBytes:  8192,
		UploadTTL:     time.Hour,
		LinkTTL:       time.Hour,
		ResultTTL:     time.Hour,
		TextTTL:       time.Hour,
	}
}

// Validate reports everything that is wrong at once, each by the name of its field and, where
// there is one, of its flag and variable.
func (l Limits) Validate() error {
	var errs []error
	for _, n := range []struct {
		name  string
		value int64
	}{
		{"VideoDuration", int64(l.VideoDuration)}, {"VideoPixels", int64(l.VideoPixels)}, {"VideoBytes", l.VideoBytes},
		{"ImageBytes", l.ImageBytes}, {"ResultBytes", l.ResultBytes}, {"TitleBytes", int64(l.TitleBytes)}, {"AddressBytes", int64(l.AddressBytes)},
		{"UploadTTL", int64(l.UploadTTL)}, {"LinkTTL", int64(l.LinkTTL)},
	} {
		if n.value <= 0 {
			errs = append(errs, fmt.Errorf("%s is %d and must be above 0", n.name, n.value))
		}
	}
	if l.ResultTTL < 0 {
		errs = append(errs, fmt.Errorf("ResultTTL (--result-ttl, SACCADE_RESULT_TTL) is %v and must be 0 (keep results) or more", l.ResultTTL))
	}
	if l.TextTTL < 0 {
		errs = append(errs, fmt.Errorf("TextTTL is %v and must be 0 (keep texts) or more", l.TextTTL))
	}
	return errors.Join(errs...)
}

// Pipeline returns the limits as the pipeline takes them.
func (l Limits) Pipeline() pipeline.Limits {
	return pipeline.Limits{Duration: l.VideoDuration.Seconds(), Pixels: l.VideoPixels}
}
