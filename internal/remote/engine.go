package remote

import (
	"context"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/batch"
)

// Engine analyzes the inputs of a batch on a server. What an earlier run began
// is found again: by its id or, if that run was killed before it knew the id,
// by the key that the server recognizes.
type Engine struct {
	*Session
	Predictions []string
	AOIs        []saccade.AOI
	Pages       PageFlags // of pages; other inputs are analyzed without
	Progress    func(batch.Job) (set func(saccade.Progress), done func())
}

// Analyze implements [batch.Engine].
func (r Engine) Analyze(ctx context.Context, job batch.Job) (batch.Outcome, error) {
	set, done := r.Progress(job)
	defer done()
	var state State
	old, err := job.State.Load(&state)
	if err != nil {
		return batch.Outcome{}, err
	}
	out, err := r.attempt(ctx, job, set, &state)
	if old && BlamesInput(err) { // the server has forgotten what was begun there
		state = State{}
		out, err = r.attempt(ctx, job, set, &state)
	}
	if BlamesInput(err) {
		return batch.Outcome{Kind: out.Kind, ID: out.ID, Error: saccade.AsError(err)}, nil
	}
	return out, err
}

func (r Engine) attempt(ctx context.Context, job batch.Job, set func(saccade.Progress), state *State) (out batch.Outcome, err error) {
	state.save = func(s State) error { return job.State.Save(s) }
	if state.Key == "" {
		state.Key = saccade.NewID()
		if err := state.keep(); err != nil {
			return out, err
		}
	}
	ref, err := r.Start(ctx, Input{Input: job.Path, Title: job.Title, Medium: job.Medium, Predictions: r.Predictions, AOIs: r.AOIs, PageFlags: r.Pages.Of(job.Path)}, state)
	if err != nil {
		return out, err
	}
	out.ID = ref.ID
	a, err := r.Await(ctx, ref, set)
	if err != nil {
		return out, err
	}
	out.Kind, out.Error = a.Type, a.Err
	out.Outputs, err = r.fetchFiles(ctx, a, job.Dir)
	return out, err
}
