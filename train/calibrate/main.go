// Command calibrate adds an attention model to internal/score/focus.json: the
// focus of the reference pages as that model sees them. Run it whenever the
// weights of a model have changed:
//
//	go run ./train/calibrate -model saccade-1 -shared ../shared
//
// The model becomes the one whose table judges models without a table of their
// own, unless -default=false.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/train/dataset"
)

// percents is the number of steps of the table.
const percents = 100

type options struct {
	model, shared, out string
	intervals, cases   string
	asDefault          bool
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Command {
		os.Exit(sandbox.Main(os.Args[2:]))
	}
	var o options
	flag.StringVar(&o.model, "model", attention.BaselineName, "name of the attention model")
	flag.StringVar(&o.shared, "shared", "../shared", "directory with data/screens and data/clarity/calista")
	flag.StringVar(&o.out, "out", "internal/score/focus.json", "file to add the model to")
	flag.StringVar(&o.intervals, "intervals", "internal/certainty/intervals.json", "file for the error bars, of saccade-1; empty: none")
	flag.StringVar(&o.cases, "cases", "", "file for what the error bars are fitted on, as JSON; read where it exists")
	flag.BoolVar(&o.asDefault, "default", true, "judge models without a table of their own by this one")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "calibrate:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	predictor, err := attention.ByName(o.model)
	if err != nil {
		return err
	}
	if net, ok := predictor.(*attention.Neural); ok && o.intervals != "" {
		if err := intervals(o, net); err != nil {
			return err
		}
	}
	files, err := dataset.Pages(o.shared)
	if err != nil {
		return err
	}
	bits := make([]float64, len(files))
	for i, file := range files {
		if bits[i], err = focus(predictor, file); err != nil {
			return err
		}
	}
	return save(o, predictor.Name(), bits)
}

// focus returns the focus of one page in bits.
func focus(p attention.Predictor, file string) (float64, error) {
	img, err := dataset.Read(file)
	if err != nil {
		return 0, err
	}
	d, err := p.Image(img, attention.PriorWeb)
	if err != nil {
		return 0, err
	}
	return score.Focus(d), nil
}

// save adds the model to the table, which may not exist yet.
func save(o options, name string, bits []float64) error {
	var t score.FocusTable
	b, err := os.ReadFile(o.out)
	if err == nil {
		err = json.Unmarshal(b, &t)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	t.Version = "1"
	t.Population = fmt.Sprintf("%d first screens of home pages on a desktop, the same as for clarity; prior %q", len(bits), attention.PriorWeb)
	if t.Models == nil {
		t.Models = map[string]score.Quantiles{}
	}
	t.Models[name] = score.NewQuantiles(bits, percents)
	if o.asDefault || t.Default == "" {
		t.Default = name
	}
	if b, err = json.MarshalIndent(&t, "", " "); err != nil {
		return err
	}
	return os.WriteFile(o.out, append(b, '\n'), 0o644)
}
