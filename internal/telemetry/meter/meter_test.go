package meter_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/telemetry/meter"
	"github.com/saccade-dev/saccade/internal/worker"
)

// analyzer takes a second in each of two stages.
type analyzer struct {
	codec string
	err   error
}

func (a analyzer) Run(_ context.Context, job pipeline.Job, progress func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	if job.Opened != nil && a.codec != "" {
		job.Opened(a.codec)
	}
	for _, stage := range []saccade.Stage{saccade.StagePredicting, saccade.StageRendering} {
		progress(saccade.Progress{Stage: stage})
		progress(saccade.Progress{Stage: stage, Fraction: 0.5})
		time.Sleep(time.Second)
	}
	return &saccade.Outputs[saccade.File]{Input: &saccade.InputOutput[saccade.File]{Duration: 4}}, a.err
}

// runner calls an analyzer as the service does.
type runner struct{ service.Analyzer }

func (r runner) Run(ctx context.Context, t worker.Task) (*saccade.Outputs[saccade.File], error) {
	return r.Analyzer.Run(ctx, pipeline.Job{}, t.Progress)
}

// run makes one attempt and discards what comes of it.
func run(ctx context.Context, m *meter.Meter, kind saccade.Kind, a analyzer) {
	task := worker.Task{Analysis: &saccade.Analysis{Request: saccade.Request{Kind: kind}}, Progress: func(saccade.Progress) {}}
	_, _ = m.Runner(runner{m.Analyzer(a)}).Run(ctx, task)
}

// TestMeter: stages are timed, videos compared with their length, failures counted by
// codec and reason; what was stopped is no failure.
func TestMeter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meter.New()
		bad := saccade.Errorf(saccade.CodeUnreadableVideo, "damaged")
		run(t.Context(), m, saccade.KindVideo, analyzer{codec: "vp9"})
		run(t.Context(), m, saccade.KindVideo, analyzer{codec: "av1", err: bad})
		run(t.Context(), m, saccade.KindVideo, analyzer{err: bad})
		run(t.Context(), m, saccade.KindImage, analyzer{err: errors.New("anything")})
		stopped, cancel := context.WithCancel(t.Context())
		cancel()
		run(stopped, m, saccade.KindImage, analyzer{err: context.Canceled})
		r := prometheus.NewRegistry()
		r.MustRegister(m.Collectors()...)
		families, err := r.Gather()
		if err != nil {
			t.Fatal(err)
		}
		sums := map[string]float64{}
		for _, f := range families {
			for _, s := range f.Metric {
				name := f.GetName()
				for _, l := range s.Label {
					name += " " + l.GetValue()
				}
				sums[name] = s.GetHistogram().GetSampleSum() + s.GetCounter().GetValue()
			}
		}
		for name, want := range map[string]float64{"saccade_stage_seconds video predicting": 3, "saccade_stage_seconds video rendering": 3,
			"saccade_stage_seconds video starting": 0, "saccade_attempt_failures_total av1 video unreadable_input_video": 1,
			"saccade_attempt_failures_total none image server_error": 1, "saccade_attempt_failures_total unknown video unreadable_input_video": 1,
			"saccade_stage_seconds image predicting": 2, "saccade_realtime_factor": 2} {
			if got, ok := sums[name]; !ok || got != want {
				t.Errorf("%s is %v (%v), want %v", name, got, ok, want)
			}
		}
	})
}
