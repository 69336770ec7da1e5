package httpapi

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade"
)

// statsCollector turns the store's numbers into metrics at each scrape.
type statsCollector struct{ stats Stats }

var (
	waitingDesc  = prometheus.NewDesc("saccade_queue_depth", "Analyses that wait for a worker.", nil, nil)
	runningDesc  = prometheus.NewDesc("saccade_running", "Analyses that a worker is busy with.", nil, nil)
	analysesDesc = prometheus.NewDesc("saccade_analyses", "Analyses ever made, by kind and status.", []string{"kind", "status"}, nil)
	framesDesc   = prometheus.NewDesc("saccade_frames_total", "Frames of all videos with a result.", nil, nil)
	secondsDesc  = prometheus.NewDesc("saccade_video_seconds_total", "Length of all videos with a result.", nil, nil)
	statsUpDesc  = prometheus.NewDesc("saccade_stats_up", "1 when the database answered this scrape.", nil, nil)
)

// Describe announces the metrics.
func (c *statsCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, runningDesc, analysesDesc, framesDesc, secondsDesc, statsUpDesc} {
		ch <- d
	}
}

// Collect asks the store, for at most 5 s.
func (c *statsCollector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	number := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, kind, v, labels...)
	}
	queue, err := c.stats.QueueState(ctx)
	totals, err2 := c.stats.Totals(ctx)
	if err != nil || err2 != nil {
		number(statsUpDesc, prometheus.GaugeValue, 0)
		return
	}
	number(statsUpDesc, prometheus.GaugeValue, 1)
	number(waitingDesc, prometheus.GaugeValue, float64(queue.Waiting))
	number(runningDesc, prometheus.GaugeValue, float64(queue.Running))
	var frames, seconds float64
	for _, u := range totals {
		number(analysesDesc, prometheus.GaugeValue, float64(u.Pending), string(u.Kind), string(saccade.StatusPending))
		number(analysesDesc, prometheus.GaugeValue, float64(u.Succeeded), string(u.Kind), string(saccade.StatusSuccess))
		number(analysesDesc, prometheus.GaugeValue, float64(u.Failed), string(u.Kind), string(saccade.StatusFailed))
		frames, seconds = frames+float64(u.Frames), seconds+u.Seconds
	}
	number(framesDesc, prometheus.CounterValue, frames)
	number(secondsDesc, prometheus.CounterValue, seconds)
}
