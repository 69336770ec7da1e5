// Package artifact is the files that hold the numbers of an analysis. Nothing
// else writes or reads them:
//
//	frames.json  one row a frame: time, scores, gaze points, shares of areas
//	frames.csv   the same as a table, with shortened figures; nothing reads it back
//	density.npy  the densities, float32: (h, w) of an image, (frames, h, w) of a video
//
// and, of its own, attention.grid: the densities in 8 bits a cell ([GridFile]).
//
// [Writer] writes the three of one analysis in step, row by row, so that memory
// does not grow with the length of a video; [FramesReader] and [DensityReader]
// read them back the same way. frames.json names its layout ([FramesSchema]);
// its JSON Schema is docs/frames.schema.json. density.npy is NumPy's format 1.0.
//
// Times are seconds as the input's own time stamps count them, which need not
// begin at 0; a duration counts from the first frame. Positions are fractions of
// width and height from the top left, scores 0..100, and every density sums to 1.
package artifact

import "github.com/saccade-dev/saccade"

// The names of the files.
const (
	FramesJSON saccade.File = "frames.json"
	FramesCSV  saccade.File = "frames.csv"
	DensityNPY saccade.File = "density.npy"
)

// InputPNG is the name of the analyzed image or page, which lies beside them.
const InputPNG saccade.File = "input.png"

// InputWebM is the name of a copy of the analyzed video that browsers can play.
const InputWebM saccade.File = "input.webm"

// The names of the small images that stand for an analysis in lists.
const (
	PosterJPG     saccade.File = "poster.jpg"
	PosterHeatJPG saccade.File = "posterHeat.jpg"
)

// All lists the files that [Writer] writes.
func All() []saccade.File { return []saccade.File{FramesJSON, FramesCSV, DensityNPY} }

// FramesSchema names and versions the layout of frames.json.
const FramesSchema = "saccade.frames/1"

// GazeColumns is how many gaze points a row of frames.csv has room for.
const GazeColumns = 3

// Limits of what is read back: a quarter of a million frames (more than an
// hour), and grids far above any model's.
const (
	maxFrames      = 1 << 18
	maxFramesBytes = 1 << 30
	maxCells       = 1 << 22
)

// Head says what the rows are about.
type Head struct {
	Model  string   `json:"model"`
	Width  int      `json:"width"`          // of the input, pixels
	Height int      `json:"height"`         // of the input, pixels
	Grid   [2]int   `json:"grid"`           // columns and rows of a density
	AOIs   []string `json:"aois,omitempty"` // names of the areas of interest
}

// Row is one frame.
type Row struct {
	Frame        int                 `json:"frame"`        // from 0
	Time         float64             `json:"time"`         // the frame's own time stamp in the input, seconds
	Focus        int                 `json:"focus"`        // 0..100
	Clarity      *int                `json:"clarity"`      // 0..100; nil: not asked for
	Excitingness *int                `json:"excitingness"` // 0..100; nil: not asked for
	Cut          bool                `json:"cut"`          // first frame of a new scene
	Gaze         []saccade.GazePoint `json:"gaze"`         // strongest first
	AOIs         map[string]float64  `json:"aois,omitempty"`
}
