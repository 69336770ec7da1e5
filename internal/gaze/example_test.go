package gaze_test

import (
	"fmt"
	"strings"

	"github.com/saccade-dev/saccade/internal/gaze"
)

// An export of Gazepoint Analysis names the medium; the observer comes from
// the name of its file.
func ExampleRead() {
	export := `MEDIA_NAME,FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,FPOGV
home,0.40,0.20,0.30,0.25,1,1
home,0.70,0.55,0.60,0.20,2,1
`
	e, err := gaze.Read(strings.NewReader(export), gaze.Source{Observer: "User 1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Format)
	for _, f := range e.Fixations {
		fmt.Println(f.Stimulus, f.Observer, f.Onset, f.Duration, f.X, f.Y)
	}
	// Output:
	// gazepoint
	// home User 1 0s 250ms 0.4 0.2
	// home User 1 300ms 200ms 0.7 0.55
}

// A click log in pixels needs the size of the stimulus.
func ExampleRead_clicks() {
	log := "session,page,type,x,y\na1,home,click,640,200\na2,home,scroll,0,0\n"
	e, err := gaze.Read(strings.NewReader(log), gaze.Source{
		Size: func(string) (w, h int, ok bool) { return 1280, 800, true },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(e.Format, e.Fixations[0].Observer, e.Fixations[0].X, e.Fixations[0].Y)

	_, err = gaze.Read(strings.NewReader(log), gaze.Source{})
	fmt.Println(err)
	// Output:
	// clicks a1 0.5 0.25
	// positions are in pixels, and the size of the stimulus is not known
}
