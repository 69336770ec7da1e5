package pipeline_test

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"log"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

func ExampleAnalyzer_Run() {
	dir, err := os.MkdirTemp("", "pipeline-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	input := filepath.Join(dir, "design.png")
	if err := drawDesign(input); err != nil {
		log.Fatal(err)
	}

	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		log.Fatal(err)
	}
	analyzer, err := pipeline.New(pipeline.DefaultConfig(), tool, attention.NewBaseline(), nil)
	if err != nil {
		log.Fatal(err)
	}
	right := saccade.AOI{Name: "button", Box: &saccade.Box{X: 0.5, Y: 0, Width: 0.5, Height: 1}}
	job := pipeline.Job{Path: input, Dir: dir, Request: saccade.Request{
		Kind:    saccade.KindImage,
		Outputs: []saccade.Output{saccade.OutAttentionMap, saccade.OutData},
		AOIs:    []saccade.AOI{right},
	}}
	out, err := analyzer.Run(context.Background(), job, nil)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Input.Width, out.Input.Height, out.Attention.AttentionMap, out.Attention.Data.CSV)
	fmt.Println("the button draws more than half of the attention:", out.AOIs[0].Share > 0.5)
	// Output:
	// 320 200 attentionMap.png frames.csv
	// the button draws more than half of the attention: true
}

// drawDesign draws a page with one red button.
func drawDesign(path string) error {
	m := image.NewNRGBA(image.Rect(0, 0, 320, 200))
	for y := range 200 {
		for x := range 320 {
			m.Set(x, y, color.White)
			if x > 220 && x < 280 && y > 90 && y < 120 {
				m.Set(x, y, color.NRGBA{R: 210, G: 30, B: 20, A: 255})
			}
		}
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return png.Encode(f, m)
}
