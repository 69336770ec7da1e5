package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
	"github.com/saccade-dev/saccade/internal/ffmpeg/vaapi"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// TestMain lets the test binary be the program: for the scripts as the command
// saccade, and for the sandbox as the re-executed helper.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Command {
		os.Exit(sandbox.Main(os.Args[2:]))
	}
	if len(os.Args) > 2 && os.Args[1] == withoutLandlockCommand {
		os.Exit(withoutLandlock(os.Args[2:]))
	}
	testscript.Main(withDatabase{m}, map[string]func(){"saccade": main})
}

// withDatabase runs the tests beside a PostgreSQL server.
type withDatabase struct{ *testing.M }

func (m withDatabase) Run() int { return storetest.Main(m.M) }

// TestScripts runs testdata/script: the specification of the command line.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Condition: func(name string) (bool, error) {
			if name != "rendernode" { // a graphics processor, about which scripts know nothing
				return false, fmt.Errorf("unknown condition %s", name)
			}
			return len(vaapi.Nodes()) > 0, nil
		},
		UpdateScripts: os.Getenv("SACCADE_UPDATE") != "",
		Setup: func(e *testscript.Env) error {
			root, err := os.Getwd()
			e.Setenv("EXAMPLES", root+"/../../examples")
			e.Setenv("HOME", e.WorkDir)
			return errors.Join(err, drawPage(filepath.Join(e.WorkDir, "page.png")),
				drawPageWith(filepath.Join(e.WorkDir, "moved.png"), movedButton))
		},
	})
}

// drawPage draws something like a page: a banner, lines of text, a button.
func drawPage(path string) error { return drawPageWith(path, image.Rect(300, 180, 420, 220)) }

// movedButton is where the button of a changed page is.
var movedButton = image.Rect(40, 250, 130, 280)

// drawPageWith draws that page with its button elsewhere.
func drawPageWith(path string, button image.Rectangle) error {
	m := image.NewNRGBA(image.Rect(0, 0, 480, 300))
	fill := func(r image.Rectangle, c color.Color) { draw.Draw(m, r, image.NewUniform(c), image.Point{}, draw.Src) }
	fill(m.Rect, color.White)
	fill(image.Rect(0, 0, 480, 40), color.NRGBA{20, 40, 90, 255})
	for y := 70; y < 200; y += 14 {
		for x := 40; x < 240; x += 9 {
			fill(image.Rect(x, y, x+3+(x*y)%5, y+7), color.NRGBA{60, 60, 60, 255})
		}
	}
	fill(button, color.NRGBA{230, 80, 20, 255})
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, m), f.Close())
}
