// Package batch analyzes many inputs into one directory and a table, and can be
// killed at any moment without losing or repeating what is done.
//
// The contract: after [Run] has returned, for whatever reason, a second Run
// over the same inputs with the same settings does only what is missing. An
// input is done when its directory has its result.json, which is put there by
// one rename together with everything that it names. The same input is one
// with the same bytes (or the same address) and the same settings; a file that
// was touched or moved with its name is not analyzed again.
//
//	DIR/table.csv            one row an input, in their order
//	DIR/NAME/result.json     a Record; NAME is FileName of the input
//	DIR/NAME/...             the files of the result
//	DIR/.batch/              the lock, unfinished results, states of an Engine
//
// How an input is analyzed is an [Engine]'s matter: in the process, or on a
// server. An Engine that begins something elsewhere keeps in its [State] what
// it needs to find that again.
package batch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/saccade-dev/saccade"
)

// Engine analyzes one input.
type Engine interface {
	// Analyze writes the files of a result into job.Dir, which is empty. An
	// input that cannot be analyzed is an Outcome with an Error; an error ends
	// the whole run, and the input is not done.
	Analyze(ctx context.Context, job Job) (Outcome, error)
}

// Job is one input to analyze.
type Job struct {
	Input
	Dir   string // takes the files
	State State  // survives a kill
}

// Outcome is what became of an input.
type Outcome struct {
	Kind    saccade.Kind                   `json:"kind,omitempty"`
	ID      string                         `json:"id,omitempty"` // of the analysis on a server
	Outputs *saccade.Outputs[saccade.File] `json:"outputs,omitempty"`
	Error   *saccade.Error                 `json:"error,omitempty"`
}

// Record is result.json of an input.
type Record struct {
	Input       string         `json:"input"`
	Title       string         `json:"title,omitempty"`
	Fingerprint string         `json:"fingerprint"` // of the input and the settings
	Status      saccade.Status `json:"status"`
	Outcome
}

// Config says how a batch is run.
type Config struct {
	Dir         string       // takes everything; made if it is missing
	Table       string       // the table; empty: table.csv in Dir
	Jobs        int          // inputs at the same time, at least 1
	Settings    string       // of the engine; other ones make every input new
	RetryFailed bool         // analyze again what has failed
	Done        func(Record) // is called for every input that is done now, one at a time; nil: nobody listens
}

// DefaultConfig is one input at a time.
func DefaultConfig() Config { return Config{Jobs: 1, Done: func(Record) {}} }

// Validate reports every fault of the settings.
func (c Config) Validate() error {
	var faults []error
	if c.Dir == "" {
		faults = append(faults, errors.New("batch: Dir (--out) is empty"))
	}
	if c.Jobs < 1 {
		faults = append(faults, errors.New("batch: Jobs (--jobs) must be at least 1"))
	}
	return errors.Join(faults...)
}

// Summary counts inputs.
type Summary struct {
	Analyzed int // now
	Kept     int // were done already
	Failed   int // of both
}

// run is a batch that runs.
type run struct {
	cfg    Config
	engine Engine

	mu      sync.Mutex
	records map[string]Record // by nameOf the input
	summary Summary
}

// Run analyzes what is not done and writes the table, also when it ends early.
// The error is the engine's, the disk's or the context's; another Run in the
// same directory at the same time is refused, and so is one that would overwrite
// what no batch has made.
func Run(ctx context.Context, cfg Config, inputs []Input, engine Engine) (Summary, error) {
	if err := cfg.Validate(); err != nil {
		return Summary{}, err
	}
	if cfg.Table == "" {
		cfg.Table = filepath.Join(cfg.Dir, "table.csv")
	}
	r := &run{cfg: cfg, engine: engine, records: map[string]Record{}}
	if err := r.check(inputs); err != nil {
		return Summary{}, err
	}
	work := filepath.Join(cfg.Dir, workDir)
	if err := os.MkdirAll(work, 0o777); err != nil {
		return Summary{}, err
	}
	unlock, err := lock(filepath.Join(work, "lock"))
	if err != nil {
		return Summary{}, fmt.Errorf("another batch is running in %s: %w", cfg.Dir, err)
	}
	defer unlock()
	if err := clear(work); err != nil {
		return Summary{}, err
	}
	g, running := errgroup.WithContext(ctx)
	g.SetLimit(cfg.Jobs)
	for _, in := range inputs {
		if running.Err() != nil {
			break
		}
		g.Go(func() error { return r.one(running, in) })
	}
	err = g.Wait()
	if err == nil {
		err = ctx.Err()
	}
	return r.summary, errors.Join(err, r.writeTable(inputs))
}

// check reports what is in the way of a result or of the table.
func (r *run) check(inputs []Input) error {
	for _, in := range inputs {
		if err := Replaceable(filepath.Join(r.cfg.Dir, r.nameOf(in))); err != nil {
			return err
		}
	}
	return replaceableTable(r.cfg.Table)
}

// workDir is what belongs to the batch and to no result.
const workDir = ".batch"

// clear removes what a run that was killed left unfinished.
func clear(work string) error {
	unfinished, err := filepath.Glob(filepath.Join(work, "new-*"))
	for _, dir := range unfinished {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// nameOf returns the name of an input's directory.
func (r *run) nameOf(in Input) string {
	name := FileName(in.Name)
	if name == filepath.Base(r.cfg.Table) {
		name += "-input"
	}
	return name
}

// one sees to one input.
func (r *run) one(ctx context.Context, in Input) error {
	name := r.nameOf(in)
	print, unreadable := fingerprint(in, r.cfg.Settings)
	state := State{path: filepath.Join(r.cfg.Dir, workDir, name+".json"), fingerprint: print}
	old, err := readRecord(filepath.Join(r.cfg.Dir, name))
	if unreadable == nil && err == nil && old.Fingerprint == print && (old.Status == saccade.StatusSuccess || !r.cfg.RetryFailed) {
		r.add(name, old, false)
		return state.remove()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	dir, err := os.MkdirTemp(filepath.Join(r.cfg.Dir, workDir), "new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	rec := Record{Input: in.Name, Title: in.Title, Fingerprint: print, Status: saccade.StatusSuccess}
	if unreadable != nil {
		rec.Error = saccade.Errorf(saccade.CodeInvalidInput, "%v", unreadable)
	} else if rec.Outcome, err = r.engine.Analyze(ctx, Job{in, dir, state}); err != nil {
		return fmt.Errorf("%s: %w", in.Name, err)
	}
	if rec.Error != nil {
		rec.Status, rec.Outputs = saccade.StatusFailed, nil
	}
	if err := rec.put(dir, filepath.Join(r.cfg.Dir, name)); err != nil {
		return err
	}
	r.add(name, rec, true)
	return state.remove()
}

// add remembers the record of an input that is done.
func (r *run) add(name string, rec Record, now bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records[name] = rec
	if rec.Status == saccade.StatusFailed {
		r.summary.Failed++
	}
	if !now {
		r.summary.Kept++
		return
	}
	r.summary.Analyzed++
	if r.cfg.Done != nil {
		r.cfg.Done(rec)
	}
}
