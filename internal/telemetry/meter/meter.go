// Package meter measures the attempts at analyses of one process: seconds in each stage,
// how fast videos are against their length, and failures by codec and reason.
//
// The contract: labels are bounded, whatever clients send; nothing of a design is in them.
// What another process does is not counted here: sum over all processes.
package meter

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/worker"
)

// Meter counts; make one with [New].
type Meter struct {
	stages   *prometheus.HistogramVec
	realtime prometheus.Histogram
	failures *prometheus.CounterVec
}

// New makes a meter that has counted nothing.
func New() *Meter {
	return &Meter{
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "saccade_stage_seconds", Help: "How long attempts at analyses were in a stage.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800},
		}, []string{"kind", "stage"}),
		realtime: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "saccade_realtime_factor", Help: "Length of a video by the time that its successful attempt took: 2 is twice as fast as it plays.",
			Buckets: []float64{.1, .25, .5, .75, 1, 1.5, 2, 3, 5, 10, 20},
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "saccade_attempt_failures_total", Help: "Attempts at analyses that failed, by the codec of the video and the code of the error.",
		}, []string{"kind", "codec", "reason"}),
	}
}

// Collectors returns what is to be registered.
func (m *Meter) Collectors() []prometheus.Collector {
	return []prometheus.Collector{m.stages, m.realtime, m.failures}
}

// attempt is one attempt at an analysis.
type attempt struct {
	meter *Meter
	kind  string
	start time.Time

	mu    sync.Mutex
	codec string // once it is known
	stage saccade.Stage
	since time.Time
}

// attemptKey finds the attempt in a context.
type attemptKey struct{}

// enter ends the stage that the attempt was in and begins another one.
func (a *attempt) enter(stage saccade.Stage) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if stage == a.stage {
		return
	}
	now := time.Now()
	a.meter.stages.WithLabelValues(a.kind, string(a.stage)).Observe(now.Sub(a.since).Seconds())
	a.stage, a.since = stage, now
}

// note keeps the codec of the video.
func (a *attempt) note(codec string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.codec = codec
}

// Runner measures what a runner does.
func (m *Meter) Runner(r worker.Runner) worker.Runner { return runner{m, r} }

type runner struct {
	meter *Meter
	next  worker.Runner
}

// Run implements worker.Runner.
func (r runner) Run(ctx context.Context, t worker.Task) (*saccade.Outputs[saccade.File], error) {
	now := time.Now()
	a := &attempt{meter: r.meter, kind: string(t.Analysis.Request.Kind), start: now, stage: saccade.StageStarting, since: now}
	progress := t.Progress
	t.Progress = func(p saccade.Progress) {
		a.enter(p.Stage)
		progress(p)
	}
	out, err := r.next.Run(context.WithValue(ctx, attemptKey{}, a), t)
	a.enter(saccade.StageDone)
	switch {
	case err == nil && out != nil && out.Input != nil && out.Input.Duration > 0:
		r.meter.realtime.Observe(out.Input.Duration / time.Since(a.start).Seconds())
	case err != nil && ctx.Err() == nil: // else it was stopped
		a.mu.Lock()
		codec := a.codec
		a.mu.Unlock()
		r.meter.failures.WithLabelValues(a.kind, codecLabel(a.kind, codec), string(saccade.AsError(err).Code)).Inc()
	}
	return out, err
}

// codecLabel is a codec as a label: none where there is none, unknown where the file said
// nothing that we know.
func codecLabel(kind, codec string) string {
	switch {
	case kind != string(saccade.KindVideo):
		return "none"
	case codec == "":
		return "unknown"
	}
	return codec
}

// Analyzer lets an attempt learn which codec its video has.
func (m *Meter) Analyzer(a service.Analyzer) service.Analyzer { return analyzer{a} }

type analyzer struct{ service.Analyzer }

// Run implements service.Analyzer.
func (a analyzer) Run(ctx context.Context, job pipeline.Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	if at, ok := ctx.Value(attemptKey{}).(*attempt); ok {
		job.Opened = at.note
	}
	return a.Analyzer.Run(ctx, job, progress)
}
