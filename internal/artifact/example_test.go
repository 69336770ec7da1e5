package artifact_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

func Example() {
	dir, err := os.MkdirTemp("", "artifact-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	w, err := artifact.Create(dir, artifact.Head{Model: "saccade-1", Width: 640, Height: 360}, false)
	if err != nil {
		log.Fatal(err)
	}
	for i := range 2 {
		row := artifact.Row{Frame: i, Time: float64(i) / 25, Focus: 50 + i}
		if err := w.Write(row, saccade.NewDensity(4, 2)); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Close(0.08); err != nil {
		log.Fatal(err)
	}

	file, err := os.Open(filepath.Join(dir, string(artifact.FramesJSON)))
	if err != nil {
		log.Fatal(err)
	}
	defer file.Close()
	frames, err := artifact.ReadFrames(file)
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range frames.Rows {
		fmt.Printf("frame %d at %.2f s: focus %d\n", r.Frame, r.Time, r.Focus)
	}
	fmt.Printf("%s, %.2f s, densities of %v\n", frames.Model, frames.Duration, frames.Grid)
	// Output:
	// frame 0 at 0.00 s: focus 50
	// frame 1 at 0.04 s: focus 51
	// saccade-1, 0.08 s, densities of [4 2]
}
