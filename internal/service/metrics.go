package service

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// Stats counts what the service has done; *store.Store is one.
type Stats interface {
	QueueState(ctx context.Context) (store.Queue, error)
	Totals(ctx context.Context) ([]store.Usage, error)
	Stored(ctx context.Context) (quota.Stored, error)
}

// statsFor is how long the numbers of one scrape are good for another: anybody
// may scrape, and counting costs something.
const statsFor = 5 * time.Second

// Collector turns the numbers of the service into metrics when somebody scrapes.
type Collector struct {
	stats Stats
	now   func() time.Time

	mu   sync.Mutex
	at   time.Time
	last []prometheus.Metric
}

// NewCollector returns a collector; now may be nil, for time.Now.
func NewCollector(stats Stats, now func() time.Time) *Collector {
	if now == nil {
		now = time.Now
	}
	return &Collector{stats: stats, now: now}
}

var (
	waitingDesc  = prometheus.NewDesc("saccade_queue_depth", "Analyses that wait for a worker.", nil, nil)
	oldestDesc   = prometheus.NewDesc("saccade_queue_oldest_seconds", "How long the oldest waiting analysis of a kind has waited, and of kind rendering what is rendered later; 0: none waits.", []string{"kind"}, nil)
	runningDesc  = prometheus.NewDesc("saccade_running", "Analyses that a worker is busy with.", nil, nil)
	analysesDesc = prometheus.NewDesc("saccade_analyses", "Analyses ever made, by kind and status.", []string{"kind", "status"}, nil)
	framesDesc   = prometheus.NewDesc("saccade_frames_total", "Frames of all videos with a result.", nil, nil)
	secondsDesc  = prometheus.NewDesc("saccade_video_seconds_total", "Length of all videos with a result.", nil, nil)
	storedDesc   = prometheus.NewDesc("saccade_stored_bytes", "Bytes of uploads and results, a minute old at most; with a disk budget alone.", nil, nil)
	budgetDesc   = prometheus.NewDesc("saccade_disk_budget_bytes", "How many bytes may be stored; with a disk budget alone.", nil, nil)
	statsUpDesc  = prometheus.NewDesc("saccade_stats_up", "1 when the database answered this scrape.", nil, nil)
)

// Describe announces the metrics.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{waitingDesc, oldestDesc, runningDesc, analysesDesc, framesDesc, secondsDesc, storedDesc, budgetDesc, statsUpDesc} {
		ch <- d
	}
}

// Collect sends the metrics, as they were a few seconds ago at most.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); c.at.IsZero() || now.Sub(c.at) > statsFor {
		c.last, c.at = c.count(), now
	}
	for _, m := range c.last {
		ch <- m
	}
}

// count asks the store, for at most 5 s.
func (c *Collector) count() (metrics []prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	number := func(d *prometheus.Desc, kind prometheus.ValueType, v float64, labels ...string) {
		metrics = append(metrics, prometheus.MustNewConstMetric(d, kind, v, labels...))
	}
	queue, err := c.stats.QueueState(ctx)
	totals, err2 := c.stats.Totals(ctx)
	stored, err3 := c.stats.Stored(ctx)
	if err != nil || err2 != nil || err3 != nil {
		number(statsUpDesc, prometheus.GaugeValue, 0)
		return metrics
	}
	number(statsUpDesc, prometheus.GaugeValue, 1)
	if stored.Budget > 0 {
		number(storedDesc, prometheus.GaugeValue, float64(stored.Bytes))
		number(budgetDesc, prometheus.GaugeValue, float64(stored.Budget))
	}
	number(waitingDesc, prometheus.GaugeValue, float64(queue.Waiting))
	number(runningDesc, prometheus.GaugeValue, float64(queue.Running))
	for _, kind := range []saccade.Kind{saccade.KindVideo, saccade.KindImage, saccade.KindPage} {
		age := 0.0
		if at, ok := queue.Oldest[kind]; ok {
			age = max(0, c.now().Sub(at).Seconds())
		}
		number(oldestDesc, prometheus.GaugeValue, age, string(kind))
	}
	rendering := 0.0
	if !queue.OldestRendering.IsZero() {
		rendering = max(0, c.now().Sub(queue.OldestRendering).Seconds())
	}
	number(oldestDesc, prometheus.GaugeValue, rendering, "rendering")
	var frames, seconds float64
	for _, u := range totals {
		number(analysesDesc, prometheus.GaugeValue, float64(u.Pending), string(u.Kind), string(saccade.StatusPending))
		number(analysesDesc, prometheus.GaugeValue, float64(u.Succeeded), string(u.Kind), string(saccade.StatusSuccess))
		number(analysesDesc, prometheus.GaugeValue, float64(u.Failed), string(u.Kind), string(saccade.StatusFailed))
		frames, seconds = frames+float64(u.Frames), seconds+u.Seconds
	}
	number(framesDesc, prometheus.CounterValue, frames)
	number(secondsDesc, prometheus.CounterValue, seconds)
	return metrics
}
