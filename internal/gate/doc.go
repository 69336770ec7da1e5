// Package gate compares many designs at once, as a check before a change is
// accepted.
//
// The contract: [Find] says which pairs there are, from files, patterns of files,
// addresses of pages, or files whose base is in git; [Run] analyzes both sides of
// each and returns the document saccade.compare/1 with what a report shows;
// [Result.Write] writes it in a format, [Result.Save] into a directory.
// A side that cannot be analyzed is a failed pair, not an error: an error ends the
// whole run (no disk, interrupted, no server).
//
// Analyzing is an interface: [Local] does it in the process; the command line
// has one that asks a server.
package gate

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/compare"
	"github.com/saccade-dev/saccade/internal/report"
)

// Input is a design to analyze: a file or the address of a page.
type Input struct {
	Name    string         // as the user knows it
	Path    string         // of a file; empty: the page at Address
	Address string         // of a page
	Medium  saccade.Medium // of a page
}

// Pair is a base and a candidate; nil is a side that there is none of.
type Pair struct {
	Name            string
	Base, Candidate *Input
}

// medium is that of a pair of pages.
func (p Pair) medium() saccade.Medium {
	if p.Candidate != nil {
		return p.Candidate.Medium
	}
	return ""
}

// Analyzer measures designs. An input at fault is a *saccade.Error that says what
// is wrong with it; any other error ends the run.
type Analyzer interface {
	Analyze(ctx context.Context, in Input, areas []compare.Area) (*Measured, error)
}

// Measured is a design that was analyzed.
type Measured struct {
	Side  *compare.Side
	Image *report.Image
}
