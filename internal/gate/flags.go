package gate

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/batch"
	"github.com/saccade-dev/saccade/internal/compare"
)

// Flags say what to compare and how to judge it; their tags are those of the
// command line.
type Flags struct {
	Inputs []string `arg:"" optional:"" name:"INPUT" help:"BASE and CANDIDATE: files (PNG, JPEG, WebP, WebM, MP4, QuickTime, GIF), quoted patterns, directories or addresses of pages. With --git, candidates alone."`
	AOI    []string `name:"aoi" sep:"none" placeholder:"NAME=BOX" help:"Area of interest: NAME=X,Y,WIDTH,HEIGHT in fractions of the image, or for pages NAME=css:SELECTOR. Repeat it for more."`
	FailIf []string `name:"fail-if" sep:"none" placeholder:"CHECK" help:"Exit with 1 if this is true of any pair, as in 'cta.share < 0.9*base'. Repeat it for more."`
	WarnIf []string `name:"warn-if" sep:"none" placeholder:"CHECK" help:"Warn if this is true of any pair."`
	Git    string   `placeholder:"REF" help:"Take the bases from this commit of git."`
	Config string   `type:"existingfile" placeholder:"FILE" help:"saccade.yml with pages, medium, aois and checks."`
	Medium string   `placeholder:"LIST" help:"Viewports of pages: desktopWeb (the default), mobileWeb, or both with a comma."`
}

// Plan puts the configuration and the flags together. Its errors are misuse.
func (f Flags) Plan() (*compare.Plan, error) {
	plan := &compare.Plan{}
	if f.Config != "" {
		file, err := os.Open(f.Config)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if plan, err = compare.ReadPlan(file); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Config, err)
		}
		plan.Rebase(relative(filepath.Dir(f.Config)), batch.IsPage)
	}
	switch {
	case len(f.Inputs) > 0 && f.Git != "":
		plan.Pages = nil
		for _, in := range f.Inputs {
			plan.Pages = append(plan.Pages, compare.PlanPage{Candidate: in})
		}
	case len(f.Inputs) == 2:
		plan.Pages = []compare.PlanPage{{Base: f.Inputs[0], Candidate: f.Inputs[1]}}
	case len(f.Inputs) > 0:
		return nil, fmt.Errorf("inputs: %d; write BASE and CANDIDATE, with patterns in quotes, or --git REF and candidates", len(f.Inputs))
	case len(plan.Pages) == 0:
		return nil, errors.New("nothing to compare; write BASE and CANDIDATE, or --git REF and candidates, or pages: in --config")
	}
	if f.Medium != "" {
		var err error
		if plan.Media, err = compare.ParseMedia(f.Medium); err != nil {
			return nil, fmt.Errorf("--medium: %w", err)
		}
	}
	return plan, f.addFlags(plan)
}

// addFlags adds the areas and checks of the flags.
func (f Flags) addFlags(plan *compare.Plan) error {
	for _, s := range f.AOI {
		a, err := compare.ParseArea(s)
		if err != nil {
			return fmt.Errorf("--aoi: %w", err)
		}
		plan.Areas = append(plan.Areas, a)
	}
	add := func(level saccade.Level, texts []string) error {
		for _, s := range texts {
			check, err := compare.ParseCheck(level, s)
			if err != nil {
				return err
			}
			plan.Checks = append(plan.Checks, check)
		}
		return nil
	}
	if err := add(saccade.LevelError, f.FailIf); err != nil {
		return err
	}
	return add(saccade.LevelWarn, f.WarnIf)
}

// relative returns a directory as seen from the working directory, as git wants it.
func relative(dir string) string {
	here, err := os.Getwd()
	if err != nil {
		return dir
	}
	rel, err := filepath.Rel(here, dir)
	if err != nil {
		return dir
	}
	return rel
}
