package main

import (
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/saccade-dev/saccade"
)

// progress draws a bar for every running input on a terminal, and nothing
// where standard error is not one.
type progress struct{ bars *mpb.Progress }

// bar is the progress of one input.
type bar struct{ bar *mpb.Bar }

const barSteps = 1000

func newProgress(w io.Writer) *progress {
	f, ok := w.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return &progress{}
	}
	return &progress{mpb.New(mpb.WithOutput(f), mpb.WithWidth(48), mpb.WithRefreshRate(150*time.Millisecond))}
}

// Add starts the bar of an input.
func (p *progress) Add(name string) bar {
	if p.bars == nil {
		return bar{}
	}
	return bar{p.bars.AddBar(barSteps, mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name(name, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(decor.Percentage(decor.WCSyncSpace), decor.AverageETA(decor.ET_STYLE_GO, decor.WCSyncSpace)))}
}

// Wait ends the drawing.
func (p *progress) Wait() {
	if p.bars != nil {
		p.bars.Wait()
	}
}

// Set moves the bar.
func (b bar) Set(p saccade.Progress) {
	if b.bar != nil {
		b.bar.SetCurrent(int64(p.Fraction * barSteps))
	}
}

// Done ends the bar, whatever became of the input.
func (b bar) Done() {
	if b.bar != nil {
		b.bar.SetCurrent(barSteps)
		b.bar.Abort(true)
	}
}
