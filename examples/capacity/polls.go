package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"sync"
	"time"
)

// pollers ask at the same time, each every pollEvery.
const (
	pollers   = 8
	pollEvery = 50 * time.Millisecond
)

// polls measures how long GET /v2/analyses/video/{id} takes while every core analyzes
// videos: of one that runs and of one that waits. Connections are kept open.
func polls(ctx context.Context, o options, out io.Writer) (err error) {
	s, err := startService(ctx, o.binary, "--max-queue", "1000")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	var ids []string
	for range 4*runtime.NumCPU() + 4*int(o.polls.Seconds()) { // more than end meanwhile
		ref, err := s.video(sample)(ctx)
		if err != nil {
			return err
		}
		ids = append(ids, ref.ID)
	}
	before, err := s.seconds()
	if err != nil {
		return err
	}
	began := time.Now()
	took, err := s.poll(ctx, ids, o.polls)
	if err != nil {
		return err
	}
	after, err := s.seconds()
	if err != nil {
		return err
	}
	busy := (after - before) / time.Since(began).Seconds()
	ms := func(q float64) float64 { return 1e3 * quantile(took, q) }
	fmt.Fprintf(out, "%s, %d cores, of which the service used %.1f: %d polls by %d clients; median %.1f ms, p99 %.1f ms, longest %.1f ms\n",
		processor(), runtime.NumCPU(), busy, len(took), pollers, ms(0.5), ms(0.99), ms(1))
	return nil
}

// poll asks for analyses in turn, for a while, and returns how many seconds each poll took,
// shortest first.
func (s *service) poll(ctx context.Context, ids []string, long time.Duration) ([]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, long+time.Minute)
	defer cancel()
	end := time.Now().Add(long)
	var mu sync.Mutex
	var wait sync.WaitGroup
	var took []float64
	var failed error
	for p := range pollers {
		wait.Go(func() {
			for i := p; time.Now().Before(end); i++ {
				began := time.Now()
				err := s.ask(ctx, ids[i%len(ids)])
				mu.Lock()
				took, failed = append(took, time.Since(began).Seconds()), errors.Join(failed, err)
				mu.Unlock()
				if err != nil {
					return
				}
				time.Sleep(pollEvery)
			}
		})
	}
	wait.Wait()
	slices.Sort(took)
	return took, failed
}

// ask is one poll, to the last byte of the answer.
func (s *service) ask(ctx context.Context, id string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/v2/analyses/video/"+id, nil)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	res, err := keeping.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		return errors.Join(err, fmt.Errorf("poll: %s", res.Status))
	}
	return nil
}

// keeping keeps a connection open for every poller.
var keeping = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: pollers}}
