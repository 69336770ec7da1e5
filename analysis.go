package saccade

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Status of an analysis, as clients see it.
type Status string

// The three states of the API.
const (
	StatusPending Status = "pending"
	StatusSuccess Status = "success"
	StatusFailed  Status = "failed"
)

// Timestamp marshals as the API writes times: UTC, six digits of a second, no
// zone ("2026-06-01T09:12:43.512000").
type Timestamp time.Time

// TimestampLayout is the wire layout, for time.Parse in UTC.
const TimestampLayout = "2006-01-02T15:04:05.000000"

// MarshalJSON writes the wire layout.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(time.Time(t).UTC().Format(TimestampLayout))
}

// UnmarshalJSON reads the wire layout.
func (t *Timestamp) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	v, err := time.ParseInLocation(TimestampLayout, s, time.UTC)
	if err != nil {
		return fmt.Errorf("timestamp: %w", err)
	}
	*t = Timestamp(v)
	return nil
}

// Stage is what an analysis is doing, as clients see it while it is pending.
type Stage string

// The stages, in their order. A video goes through StagePredicting frame by
// frame; only a page goes through StageCapturing. The last two belong to an
// analysis that has ended and are never shown.
const (
	StageQueued     Stage = "queued"     // waits for a worker
	StageStarting   Stage = "starting"   // a worker has taken it and opens the input
	StageCapturing  Stage = "capturing"  // the page is loaded in a browser
	StagePredicting Stage = "predicting" // the model predicts the frames
	StageRendering  Stage = "rendering"  // maps are rendered and files are finished
	StageStoring    Stage = "storing"    // files go to the object store
	StageDone       Stage = "done"
	StageFailed     Stage = "failed"
)

// Progress is how far a running analysis is.
type Progress struct {
	Fraction float64 `json:"progress"` // 0..1
	Stage    Stage   `json:"stage"`
}

// Analysis is one analysis as the server keeps it.
type Analysis struct {
	ID        string // the id that POST returns
	ExposedID string // "_internal_exposed_id", used by summary, recommendations and update-meta
	Account   string
	Request   Request
	Status    Status
	Progress  Progress
	Attempt   int        // fences every write of a worker
	CreatedAt time.Time  // UTC
	StartedAt *time.Time // of the current attempt
	EndedAt   *time.Time
	Keep      bool           // does not expire
	ExpiresAt *time.Time     // when its results end; nil: never, or not ended
	Outputs   *Outputs[File] // on success
	Rendering bool           // more outputs were asked for and are not there, or failed to be rendered

	InputExpiresAt *time.Time // when the upload of a video is erased, or was; nil: with its results, or not ended

	Err *Error // on failure
}

// File is the name of a file that an analysis wrote, as "frames.json"; it is
// unique within the analysis and holds no directory.
type File string

// Link is the URL of a file of an analysis; it is signed and expires.
type Link string

// Outputs is what an analysis answers. L says how it refers to its files:
// Outputs[File] is what is computed and kept, Outputs[Link] what stands on the
// wire. [MapLinks] turns one into the other.
type Outputs[L ~string] struct {
	Input        *InputOutput[L]     `json:"input,omitempty"`
	Attention    *AttentionOutput[L] `json:"attention,omitempty"`
	Focus        *ScoreOutput[L]     `json:"focus,omitempty"`
	Clarity      *ScoreOutput[L]     `json:"clarity,omitempty"`
	Excitingness *ScoreOutput[L]     `json:"excitingness,omitempty"`
	AOIs         []AOIResult         `json:"aois,omitempty"`
	Elements     *ElementsOutput[L]  `json:"elements,omitempty"` // pages
	Steal        *StealOutput        `json:"steal,omitempty"`    // pages
	Variants     []VariantOutput[L]  `json:"variants,omitempty"` // pages
}

// InputOutput describes what was analyzed.
type InputOutput[L ~string] struct {
	Image    L                `json:"image,omitempty"`    // the analyzed image or captured page
	Video    L                `json:"video,omitempty"`    // the upload; set on the wire alone
	Poster   *PosterOutput[L] `json:"poster,omitempty"`   // for lists and cards
	Width    int              `json:"width,omitempty"`    // pixels
	Height   int              `json:"height,omitempty"`   // pixels
	Frames   int              `json:"frames,omitempty"`   // of a video
	Duration float64          `json:"duration,omitempty"` // seconds, of a video

	// Whether the input (most of a video) is unlike all that the model learned from, as
	// noise, X-rays, test cards and depth maps are, so that nothing stands behind the
	// numbers; nil: not known of this model, or of results from before it was told.
	OutsideTraining *bool `json:"outsideTraining,omitempty"`
}

// OutsideCaution is what people are told of an input that is outside of the training.
const OutsideCaution = "It is unlike all that the model learned from, as noise, X-rays, test cards and depth maps are. Do not rely on these numbers."

// Outside reports whether the input is known to be outside of the training.
func (in *InputOutput[L]) Outside() bool {
	return in != nil && in.OutsideTraining != nil && *in.OutsideTraining
}

// PosterOutput is two small JPEGs of one size: a frame of the video, or the upper part
// of the image or page.
type PosterOutput[L ~string] struct {
	Plain L `json:"plain"`
	Heat  L `json:"heat"` // with the heat laid over it
}

// AttentionOutput holds the attention maps and numbers.
type AttentionOutput[L ~string] struct {
	AttentionMap  L              `json:"attentionMap,omitempty"`
	PerceptionMap L              `json:"perceptionMap,omitempty"`
	HotspotsMap   L              `json:"hotspotsMap,omitempty"`
	Overlay       L              `json:"overlay,omitempty"`
	Data          *DataOutput[L] `json:"data,omitempty"`
	Grid          L              `json:"grid,omitempty"`     // attention.grid, for players
	GazePath      []GazePoint    `json:"gazePath,omitempty"` // images, with data

	Markers *MarkersOutput[L] `json:"markers,omitempty"` // videos
}

// MarkersOutput is what editors of a video work with: files for cutting programs,
// and the cuts at which the gaze must jump.
type MarkersOutput[L ~string] struct {
	EDL      L          `json:"edl"`                // CMX 3600
	FCPXML   L          `json:"fcpxml"`             // FCPXML 1.10
	CSV      L          `json:"csv"`                // the markers as a table
	EyeTrace L          `json:"eyeTrace"`           // the cuts as a table
	Rate     string     `json:"rate"`               // frames a second that positions count in: 23.976, 25, 29.97 drop-frame
	Variable bool       `json:"variable,omitempty"` // the video has no constant rate; positions are rounded
	Cuts     []CutTrace `json:"cuts,omitempty"`     // largest jump first, 10 at most
}

// CutTrace is how far the gaze must jump at a cut.
type CutTrace struct {
	Frame        int     `json:"frame"`          // of the output's rate, from 0
	Time         float64 `json:"time"`           // seconds since the first frame
	From         Point   `json:"from"`           // where people look before it
	To           Point   `json:"to"`             // and after it, fractions of width and height
	Jump         float64 `json:"jump"`           // distance as a share of the width
	JumpDiagonal float64 `json:"jumpDiagonal"`   // and of the diagonal, 0..1
	Lost         bool    `json:"lost,omitempty"` // further than the eye usually goes at once
}

// DataOutput holds the numbers behind the maps.
type DataOutput[L ~string] struct {
	JSON    L `json:"json"`    // frames.json
	CSV     L `json:"csv"`     // frames.csv
	Density L `json:"density"` // density.npy
}

// Interval is an error bar of 80 %, low and high: where the number would fall in four
// of five cases if people were asked; see docs/scores.md for what that means of each.
type Interval [2]float64

// ScoreOutput is one score: for the whole, as a map, and over time.
type ScoreOutput[L ~string] struct {
	Score    *int        `json:"score,omitempty"`
	Interval *Interval   `json:"interval,omitempty"` // of the score, 0..100, where uncertainty was asked for
	Map      L           `json:"map,omitempty"`
	Timeline []TimeScore `json:"timeline,omitempty"`
}

// TimeScore is a score at a time of a video.
type TimeScore struct {
	Time  float64 `json:"time"` // seconds
	Score int     `json:"score"`
}

// GazePoint is a place that draws attention, with the share of the density in
// its neighborhood and, on a scanpath, the expected time of the fixation.
type GazePoint struct {
	X    float64 `json:"x"`
	Y    float64 `json:"y"`
	Mass float64 `json:"mass"`           // 0..1
	Time float64 `json:"time,omitempty"` // seconds since the image appeared
}

// AOIResult answers one area of interest.
type AOIResult struct {
	AOI
	Share     float64     `json:"share"`                // mean share of attention, 0..1
	Rank      int         `json:"rank"`                 // 1 = most attention
	FirstSeen *float64    `json:"timeToFirstAttention"` // time to first fixation of the median viewer, seconds; null: never
	PeakShare float64     `json:"peakShare"`            // 0..1
	Timeline  []TimeShare `json:"timeline,omitempty"`   // video
	AreaShare float64     `json:"areaShare"`            // share of the image's area, 0..1
	Interval  *Interval   `json:"interval,omitempty"`   // of the share, where uncertainty was asked for
}

// TimeShare is an area's share of attention at a time of a video.
type TimeShare struct {
	Time  float64 `json:"time"`
	Share float64 `json:"share"`
}

// MapLinks returns a deep copy of o in which every reference to a file went
// through f. Empty references stay empty; nil stays nil.
func MapLinks[A, B ~string](o *Outputs[A], f func(A) B) *Outputs[B] {
	if o == nil {
		return nil
	}
	link := func(a A) B {
		if a == "" {
			return ""
		}
		return f(a)
	}
	c := &Outputs[B]{
		Focus: mapScore(o.Focus, link), Clarity: mapScore(o.Clarity, link), Excitingness: mapScore(o.Excitingness, link),
		AOIs: slices.Clone(o.AOIs),
	}
	mapPage(c, o, link)
	if in := o.Input; in != nil {
		c.Input = &InputOutput[B]{Image: link(in.Image), Video: link(in.Video), Width: in.Width, Height: in.Height, Frames: in.Frames, Duration: in.Duration,
			OutsideTraining: in.OutsideTraining}
		if p := in.Poster; p != nil {
			c.Input.Poster = &PosterOutput[B]{Plain: link(p.Plain), Heat: link(p.Heat)}
		}
	}
	if a := o.Attention; a != nil {
		c.Attention = &AttentionOutput[B]{AttentionMap: link(a.AttentionMap), PerceptionMap: link(a.PerceptionMap),
			HotspotsMap: link(a.HotspotsMap), Overlay: link(a.Overlay), Grid: link(a.Grid), GazePath: slices.Clone(a.GazePath)}
		if d := a.Data; d != nil {
			c.Attention.Data = &DataOutput[B]{JSON: link(d.JSON), CSV: link(d.CSV), Density: link(d.Density)}
		}
		if m := a.Markers; m != nil {
			c.Attention.Markers = &MarkersOutput[B]{EDL: link(m.EDL), FCPXML: link(m.FCPXML), CSV: link(m.CSV), EyeTrace: link(m.EyeTrace),
				Rate: m.Rate, Variable: m.Variable, Cuts: slices.Clone(m.Cuts)}
		}
	}
	return c
}

// mapPage copies what only pages answer.
func mapPage[A, B ~string](to *Outputs[B], from *Outputs[A], link func(A) B) {
	if e := from.Elements; e != nil {
		to.Elements = &ElementsOutput[B]{Data: link(e.Data), Count: e.Count, Rest: e.Rest, Unlisted: e.Unlisted, List: slices.Clone(e.List)}
	}
	if s := from.Steal; s != nil {
		c := *s
		c.Rows = slices.Clone(s.Rows)
		to.Steal = &c
	}
	for _, v := range from.Variants {
		to.Variants = append(to.Variants, VariantOutput[B]{Variant: v.Variant, Image: link(v.Image), AttentionMap: link(v.AttentionMap),
			Width: v.Width, Height: v.Height, Focus: v.Focus, Clarity: v.Clarity, Excitingness: v.Excitingness,
			FocusInterval: v.FocusInterval, ClarityInterval: v.ClarityInterval, ExcitingnessInterval: v.ExcitingnessInterval,
			AOIs: slices.Clone(v.AOIs), Error: v.Error})
	}
}

func mapScore[A, B ~string](s *ScoreOutput[A], link func(A) B) *ScoreOutput[B] {
	if s == nil {
		return nil
	}
	return &ScoreOutput[B]{Score: s.Score, Interval: s.Interval, Map: link(s.Map), Timeline: slices.Clone(s.Timeline)}
}
