package saccade

import (
	"encoding/json"
	"fmt"
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

// Progress tells how far a running analysis is.
type Progress struct {
	Fraction float64 `json:"progress"` // 0..1
	Stage    string  `json:"stage"`    // "queued", "capturing", "predicting", "rendering", "storing"
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
	Outputs   *Outputs // on success; links are object keys, not URLs
	Err       *Error   // on failure
}

// Outputs is what an analysis answers. Link fields hold file names (in
// `saccade analyze`), object keys (in the store) or signed URLs (on the wire);
// [Outputs.MapLinks] turns one into another.
type Outputs struct {
	Input        *InputOutput     `json:"input,omitempty"`
	Attention    *AttentionOutput `json:"attention,omitempty"`
	Focus        *ScoreOutput     `json:"focus,omitempty"`
	Clarity      *ScoreOutput     `json:"clarity,omitempty"`
	Excitingness *ScoreOutput     `json:"excitingness,omitempty"`
	AOIs         []AOIResult      `json:"aois,omitempty"`
}

// InputOutput describes what was analysed.
type InputOutput struct {
	Image    string  `json:"image,omitempty"`    // link: the analysed image or captured page
	Width    int     `json:"width,omitempty"`    // pixels
	Height   int     `json:"height,omitempty"`   // pixels
	Frames   int     `json:"frames,omitempty"`   // of a video
	Duration float64 `json:"duration,omitempty"` // seconds, of a video
}

// AttentionOutput holds links to the attention pictures and numbers.
type AttentionOutput struct {
	AttentionMap  string      `json:"attentionMap,omitempty"`
	PerceptionMap string      `json:"perceptionMap,omitempty"`
	HotspotsMap   string      `json:"hotspotsMap,omitempty"`
	Overlay       string      `json:"overlay,omitempty"`
	Data          *DataOutput `json:"data,omitempty"`
	GazePath      []GazePoint `json:"gazePath,omitempty"` // images, with data
}

// DataOutput holds links to the numbers behind the pictures.
type DataOutput struct {
	JSON    string `json:"json"`    // frames.json
	CSV     string `json:"csv"`     // frames.csv
	Density string `json:"density"` // density.npy
}

// ScoreOutput is one score: for the whole, as a map, and over time.
type ScoreOutput struct {
	Score    *int        `json:"score,omitempty"`
	Map      string      `json:"map,omitempty"` // link
	Timeline []TimeScore `json:"timeline,omitempty"`
}

// TimeScore is a score at a time of a video.
type TimeScore struct {
	Time  float64 `json:"time"` // seconds
	Score int     `json:"score"`
}

// GazePoint is a place that draws attention, with the share of the density in
// its neighbourhood and, on a scan path, the expected time of the glance.
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
	FirstSeen *float64    `json:"timeToFirstAttention"` // seconds; null: never
	PeakShare float64     `json:"peakShare"`            // 0..1
	Timeline  []TimeShare `json:"timeline,omitempty"`   // video
	AreaShare float64     `json:"areaShare"`            // share of the picture's area, 0..1
}

// TimeShare is an area's share of attention at a time of a video.
type TimeShare struct {
	Time  float64 `json:"time"`
	Share float64 `json:"share"`
}

// MapLinks returns a deep copy in which every link went through f. Empty links
// stay empty.
func (o *Outputs) MapLinks(f func(string) string) *Outputs {
	if o == nil {
		return nil
	}
	link := func(s *string) {
		if *s != "" {
			*s = f(*s)
		}
	}
	c := *o
	c.AOIs = append([]AOIResult(nil), o.AOIs...)
	if o.Input != nil {
		in := *o.Input
		link(&in.Image)
		c.Input = &in
	}
	if o.Attention != nil {
		a := *o.Attention
		link(&a.AttentionMap)
		link(&a.PerceptionMap)
		link(&a.HotspotsMap)
		link(&a.Overlay)
		if a.Data != nil {
			d := *a.Data
			link(&d.JSON)
			link(&d.CSV)
			link(&d.Density)
			a.Data = &d
		}
		c.Attention = &a
	}
	for _, s := range []**ScoreOutput{&c.Focus, &c.Clarity, &c.Excitingness} {
		if *s != nil {
			v := **s
			link(&v.Map)
			*s = &v
		}
	}
	return &c
}
