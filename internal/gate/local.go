package gate

import (
	"context"
	"errors"
	"image"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/movie"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/report"
)

// Pipeline makes one analysis; *pipeline.Analyzer is one.
type Pipeline interface {
	Run(ctx context.Context, job pipeline.Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error)
}

// Local analyzes in the process.
type Local struct {
	Pipeline Pipeline
	Temp     string // directory for the files of running analyses; empty: the system's
}

// Outputs are what a comparison needs of an analysis.
func Outputs() []saccade.Output {
	return []saccade.Output{saccade.OutClarityScore, saccade.OutData, saccade.OutExcitingnessScore, saccade.OutFocusScore}
}

// Analyze implements [Analyzer].
func (l Local) Analyze(ctx context.Context, in Input, areas []compare.Area) (*Measured, error) {
	req := saccade.Request{Kind: saccade.KindPage, Address: in.Address, Medium: in.Medium, Outputs: Outputs()}
	if in.Path != "" {
		var err error
		if req.Kind, req.Format, err = movie.SniffFile(in.Path); err != nil {
			return nil, err
		}
		req.Address, req.Medium = "", ""
	}
	aois, err := AOIs(areas, req.Kind)
	if err != nil {
		return nil, err
	}
	if req.Kind == saccade.KindPage { // selectors are found while the page is open
		req.AOIs = aois
	}
	dir, err := os.MkdirTemp(l.Temp, "saccade-compare-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out, err := l.Pipeline.Run(ctx, pipeline.Job{Path: in.Path, Request: req, Dir: dir}, nil)
	if err != nil {
		return nil, err
	}
	if req.Kind == saccade.KindPage {
		aois = Found(out.AOIs)
	}
	m, err := Read(ctx, in.Name, req.Kind, dir, aois)
	if err != nil {
		return nil, err
	}
	m.Side.Outside = out.Input.Outside()
	return m, nil
}

// AOIs returns the areas as areas of interest of an input. A selector is an error
// unless the input is a page.
func AOIs(areas []compare.Area, kind saccade.Kind) ([]saccade.AOI, error) {
	var out []saccade.AOI
	for _, a := range areas {
		if a.Box == nil && kind != saccade.KindPage {
			return nil, saccade.Errorf(saccade.CodeInvalidInput, "The area %q is a selector, which this input has no page for. Write NAME=X,Y,WIDTH,HEIGHT.", a.Name)
		}
		out = append(out, a.AOI())
	}
	return out, nil
}

// Found returns the areas of interest of a page with the boxes that they were found
// at.
func Found(results []saccade.AOIResult) []saccade.AOI {
	var out []saccade.AOI
	for _, r := range results {
		out = append(out, r.AOI)
	}
	return out
}

// Read measures what an analysis wrote into a directory.
func Read(ctx context.Context, name string, kind saccade.Kind, dir string, aois []saccade.AOI) (*Measured, error) {
	frames, err := os.Open(filepath.Join(dir, string(artifact.FramesJSON)))
	if err != nil {
		return nil, err
	}
	defer frames.Close()
	density, err := os.Open(filepath.Join(dir, string(artifact.DensityNPY)))
	if err != nil {
		return nil, err
	}
	defer density.Close()
	side, err := compare.Measure(ctx, compare.Numbers{Frames: frames, Density: density, Name: name, Kind: kind, AOIs: aois})
	if err != nil {
		return nil, err
	}
	p, err := report.Pixels(side, func(name saccade.File) ([]byte, error) {
		b, err := os.ReadFile(filepath.Join(dir, string(name)))
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		return b, err
	})
	if err != nil {
		return nil, err
	}
	return &Measured{Side: side, Image: report.NewImage(p, image.Pt(side.Width, side.Height), side.Density, side.AOIs)}, nil
}
