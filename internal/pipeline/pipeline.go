// Package pipeline is the whole job as a plain function: media in, maps and
// numbers out, progress reported to a callback. The worker of the service and
// `saccade analyze` both call it; it knows no queue, database or account.
//
// The files it writes into the job's directory (WebM for a video, PNG otherwise):
//
//	attentionMap, perceptionMap, hotspotsMap   renderings of the density
//	clarityMap, excitingnessMap                renderings of the scores
//	overlay.webm                               heat alone, with alpha (video)
//	input.png                                  the analyzed image or page
//	elements.json                              the elements of a page (package artifact)
//	variant-NAME.png, ...-attentionMap.png     a page in a variant, and its heat map
//	frames.json, frames.csv, density.npy       the numbers behind them (package artifact)
//	attention.grid                             the density for players
//	markers.edl, .fcpxml, .csv, eyetrace.csv   for cutting programs (package markers)
//	poster.jpg, posterHeat.jpg                 a small frame, and under its heat
//	input.webm                                 the video, where browsers play no file like it
//
// The numbers are always written, so that areas of interest can be measured
// later without a new prediction ([MeasureAreas]); the answer refers to them
// only where attention.data was asked for. The last three rows are written for a job
// that a viewer will show ([Job]), and the grid where it was asked for.
//
// A video streams through: one process decodes it, every frame is predicted,
// composited and handed to the encoder, and no more than a few frames are ever
// held, so memory does not grow with the length. While frames are equal sample
// by sample, the last density is held until it would have moved by more than
// 3 % of its value plus chance in some cell; its composite is repeated.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/semaphore"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pix"
)

// Capturer takes a screenshot of a web page.
type Capturer interface {
	// Capture returns the page at address as PNG.
	Capture(ctx context.Context, address string, medium saccade.Medium) ([]byte, error)
}

// Analyzer makes analyses. It is safe for concurrent use.
type Analyzer struct {
	video *ffmpeg.Tool // nil: videos cannot be decoded
	model attention.Predictor
	pages Capturer // nil: pages cannot be captured
	cfg   Config
	room  *semaphore.Weighted // for the pixels of images that are analyzed at one time
}

// Limits bounds the videos that are accepted.
type Limits struct {
	Duration float64 // seconds
	Pixels   int     // width times height of a frame
}

// DefaultLimits is the API's 60 s, and frames a little larger than 4K.
func DefaultLimits() Limits {
	return Limits{Duration: 60, Pixels: ffmpeg.DefaultConfig().MaxPixels}
}

// Validate reports every fault of the limits.
func (l Limits) Validate() error {
	var errs []error
	if !(l.Duration > 0) {
		errs = append(errs, errors.New("pipeline: Limits.Duration must be above 0"))
	}
	if l.Pixels <= 0 {
		errs = append(errs, errors.New("pipeline: Limits.Pixels must be above 0"))
	}
	return errors.Join(errs...)
}

// Config holds the analyzer's settings.
type Config struct {
	Limits Limits
	Prior  attention.Prior // of the density; PriorAuto unless asked otherwise
}

// DefaultConfig is what the service uses: the default limits, and the prior by
// the pixels.
func DefaultConfig() Config {
	return Config{Limits: DefaultLimits(), Prior: attention.PriorAuto}
}

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	err := c.Limits.Validate()
	switch c.Prior {
	case attention.PriorNatural, attention.PriorWeb, attention.PriorNone, attention.PriorAuto:
	default:
		err = errors.Join(err, fmt.Errorf("pipeline: Prior (--prior) must be natural, web, none or auto, not %q", c.Prior))
	}
	return err
}

// New makes an analyzer; video and pages may be nil.
func New(cfg Config, video *ffmpeg.Tool, model attention.Predictor, pages Capturer) (*Analyzer, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	return &Analyzer{video: video, model: model, pages: pages, cfg: cfg, room: semaphore.NewWeighted(pix.MaxPixels)}, nil
}

// Job is one analysis to make.
type Job struct {
	Path    string             // the input file; empty for a page
	Request saccade.Request    // what is asked
	Dir     string             // an existing directory that takes the files
	Grid    string             // attention.grid of a former run, by which maps are rendered: nothing is predicted; "": none
	Viewer  bool               // also write attention.grid and the posters, whatever was asked for
	Opened  func(codec string) // called once the codec of a video is known ("vp8", "vp9", "av1"); nil: nobody is told
}

// Run makes the analysis. The answer names files in job.Dir. The callback (nil
// is fine) is called from one goroutine at a time and must be quick. Errors for
// users are *saccade.Error; after an error the directory may hold unfinished
// files.
func (a *Analyzer) Run(ctx context.Context, job Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	if progress == nil {
		progress = func(saccade.Progress) {}
	}
	if len(job.Request.Outputs) == 0 {
		job.Request.Outputs = saccade.DefaultOutputs(job.Request.Kind)
	}
	if err := job.Request.ValidatePage(); err != nil {
		return nil, err
	}
	if err := a.checkUncertainty(job.Request); err != nil {
		return nil, err
	}
	switch job.Request.Kind {
	case saccade.KindVideo:
		if a.video == nil {
			return nil, saccade.Errorf(saccade.CodeInvalidInput, "Videos cannot be decoded here: ffmpeg is not installed. Install it, on Debian and Ubuntu by: apt install ffmpeg")
		}
		return a.runVideo(ctx, job, progress)
	case saccade.KindImage:
		b, err := os.ReadFile(job.Path)
		if err != nil {
			return nil, err
		}
		return a.runImage(ctx, job, b, progress)
	case saccade.KindPage:
		return a.runPage(ctx, job, progress)
	}
	return nil, saccade.Errorf(saccade.CodeInvalidInput, "The kind of input must be video, image or url.").About("kind")
}

// grid reports whether attention.grid is to be written.
func (j Job) grid() bool { return j.Viewer || j.Request.Wants(saccade.OutGrid) }

// file is a path in the job's directory.
func (j Job) file(name saccade.File) string { return filepath.Join(j.Dir, string(name)) }
