// Package markers turns the numbers of a video into what editors work with: the
// eye trace, which is how far the gaze must jump at every cut, and markers for
// cutting programs.
//
// The contract: [Find] takes the rows of a frames.json and the results of areas of
// interest and returns a [List]; [Write] writes one as four files ([EDLFile],
// [FCPXMLFile], [CSVFile], [EyeTraceFile]). Positions are whole frames of the list's
// [Rate], counted from the first frame of the video: of a video with a constant
// rate the very frames, of any other the nearest one, at most half a frame away.
// Timecodes begin at 01:00:00:00. The same input always makes the same bytes. Texts
// of unknown origin (titles, names of areas) stay on one line, without control
// characters, escaped as the format wants it.
//
// Formats: CMX 3600 edit decision lists as by SMPTE ST 258, with markers as comments
// `* LOC:` (Avid's convention, read by the others); FCPXML 1.10 as by Apple's document
// type definition (https://developer.apple.com/documentation/professional_video_applications/fcpxml_reference);
// CSV as by RFC 4180.
//
// The rule behind the eye trace is Walter Murch's (In the Blink of an Eye, 1995):
// a cut should respect where the audience was looking.
package markers

import "github.com/saccade-dev/saccade"

// The names of the files.
const (
	EDLFile      saccade.File = "markers.edl"
	FCPXMLFile   saccade.File = "markers.fcpxml"
	CSVFile      saccade.File = "markers.csv"
	EyeTraceFile saccade.File = "eyetrace.csv"
)

// All lists the files that [Write] writes.
func All() []saccade.File { return []saccade.File{EDLFile, FCPXMLFile, CSVFile, EyeTraceFile} }

// Kind is what a marker is about.
type Kind string

// The kinds.
const (
	KindCut   Kind = "gaze lost"   // a cut at which the gaze must jump far
	KindFocus Kind = "focus drops" // attention scatters
	KindArea  Kind = "area missed" // an area of interest that is never looked at
)

// Marker is a place in a video that is worth a look.
type Marker struct {
	Kind   Kind
	Frame  int     // of the list's rate, from 0
	Length int     // frames, 1 or more
	Time   float64 // of its frame, seconds since the first one
	Text   string  // one line, in plain words
}

// List is all that is to be said about a video.
type List struct {
	Title         string
	Rate          Rate
	Variable      bool               // the video has no constant rate; positions are rounded
	Width, Height int                // pixels
	Frames        int                // length of the video, in frames of the rate
	Cuts          []saccade.CutTrace // the largest jump first
	Markers       []Marker           // by time
}
