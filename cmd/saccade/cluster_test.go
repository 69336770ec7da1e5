package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/s3"
	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// cluster is one process that answers requests and several that run jobs: they have a
// database and a bucket in common and nothing else.
type cluster struct {
	*service
	workers []*worker
	rows    *store.Store
	bucket  *s3.Store
	storage s3.Config
}

// worker is a running `saccade worker`.
type worker struct {
	cmd *exec.Cmd
	log *lockedBuffer
}

// startCluster starts a cluster on an empty database and an empty bucket.
func startCluster(t *testing.T, workers int) *cluster {
	t.Helper()
	server, err := s3test.Start("127.0.0.1:0")
	if err != nil {
		t.Skipf("no S3 service here (%v); make test installs versitygw", err)
	}
	t.Cleanup(server.Remove)
	cfg, err := s3test.NewBucket(t.Context(), server.Address)
	if err != nil {
		t.Fatal(err)
	}
	database := storetest.Config(t, store.DriverPostgres).DSN
	t.Setenv("SACCADE_DATABASE", database)
	t.Setenv("SACCADE_STORAGE", fmt.Sprintf("s3://%s/?endpoint=%s&region=us-east-1", cfg.Bucket, server.Address))
	t.Setenv("AWS_ACCESS_KEY_ID", s3test.AccessKey)
	secret := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(secret, []byte(s3test.SecretKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_SECRET_ACCESS_KEY_FILE", secret)

	c := &cluster{service: start(t, t.TempDir(), "--role", "api")}
	cfg.Spool = t.TempDir()
	c.storage = cfg
	if c.bucket, err = s3.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.bucket.Close)
	c.rows = storetest.Open(t, store.Config{DSN: database, MaxConns: 2, MaxTries: 3, Lease: store.DefaultConfig().Lease, MaxQueued: 10})
	for range workers {
		c.workers = append(c.workers, c.startWorker())
	}
	return c
}

// startWorker starts a process that runs jobs, with a data directory of its own.
func (c *cluster) startWorker() *worker {
	c.t.Helper()
	w := &worker{log: &lockedBuffer{}}
	w.cmd = exec.Command(c.bin, "worker", "--data", c.t.TempDir(), "--videos", "1", "--allow-unconfined")
	w.cmd.Stderr = w.log
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		c.t.Fatal(err)
	}
	if err := w.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() {
		_ = w.cmd.Process.Kill()
		_ = w.cmd.Wait()
		if c.t.Failed() {
			c.t.Logf("log of a worker:\n%s", tail(w.log.String(), 15))
		}
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "working\n" {
		c.t.Fatalf("the worker did not start: %q, %v: %s", line, err, w.log)
	}
	return w
}

// holder returns which worker process has an analysis, and its attempt.
func (c *cluster) holder(id string) (*worker, int) {
	c.t.Helper()
	var instance string
	var attempt int
	err := c.rows.DB().QueryRow(`SELECT instance, attempt FROM analyses WHERE id = $1`, id).Scan(&instance, &attempt)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, w := range c.workers {
		if instance != "" && strings.Contains(w.log.String(), "instance="+instance) {
			return w, attempt
		}
	}
	return nil, attempt
}

// seed runs the vendor's published program on a clip and returns the link to the heat map.
func seed(t *testing.T, s *service, clip string) string {
	t.Helper()
	runner, err := filepath.Abs("../../../shared/seed/run.py")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(runner); err != nil {
		t.Skip("no ../shared beside the repository: the vendor's sample program is not there")
	}
	cmd := exec.Command("/usr/bin/python3", runner, s.url+"/v2", s.token, clip)
	cmd.Env = append(os.Environ(), "SLEEP=0.2", "TIMEOUT=300")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got struct {
		Outputs struct {
			Attention struct{ AttentionMap string }
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return got.Outputs.Attention.AttentionMap
}

// TestCluster: one process answers and two run jobs, with nothing in common but
// PostgreSQL and a bucket. The vendor's program passes, uploads and outputs go straight
// to the bucket, a change after POST is noticed, and a killed worker's job is taken over.
func TestCluster(t *testing.T) {
	c := startCluster(t, 2)
	t.Run("sample program", func(t *testing.T) {
		link := seed(t, c.with(t), sample)
		if strings.HasPrefix(link, c.url) {
			t.Errorf("the output does not come from the bucket: %s", link)
		}
		heat := filepath.Join(t.TempDir(), "heat.webm")
		if err := os.WriteFile(heat, c.with(t).fetch(link), 0o600); err != nil {
			t.Fatal(err)
		}
		sameFrames(t, frames(t, heat), frames(t, sample))
	})
	t.Run("changed upload", func(t *testing.T) {
		s := c.with(t)
		busy := []string{s.video(s.upload(read(t, sample))).text("id"), s.video(s.upload(read(t, sample))).text("id")}
		url := s.upload(read(t, sample))
		id := s.video(url).text("id")
		if status := s.put(url, append(read(t, sample), 0)); status != 200 {
			t.Fatalf("the bucket closed the upload: %d", status)
		}
		if a := s.settle("/analyses/video/"+id, 3*time.Minute); a.text("status") != "failed" || a.code() != "invalid_input_configuration" {
			t.Errorf("%v", a.body)
		}
		for _, id := range busy {
			if a := s.settle("/analyses/video/"+id, 3*time.Minute); a.text("status") != "success" {
				t.Errorf("%v", a.body)
			}
		}
	})
	t.Run("kill -9", func(t *testing.T) { c.killWorker(t) })
}

// killWorker kills the process that has a job and follows the job until its end.
func (c *cluster) killWorker(t *testing.T) {
	s := c.with(t)
	id := s.video(s.upload(read(t, sample))).text("id")
	var victim *worker
	for start := time.Now(); victim == nil; time.Sleep(20 * time.Millisecond) {
		if victim, _ = c.holder(id); time.Since(start) > time.Minute {
			t.Fatal("nobody took the job")
		}
	}
	killed := time.Now()
	if err := victim.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for {
		heir, attempt := c.holder(id)
		if heir != nil && heir != victim && attempt == 2 {
			break
		}
		if time.Since(killed) > time.Minute {
			t.Fatalf("nobody took the job over; attempt %d", attempt)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Logf("taken over after %.1f s", time.Since(killed).Seconds())
	done := s.settle("/analyses/video/"+id, 3*time.Minute)
	if done.text("status") != "success" {
		t.Fatalf("%v", done.body)
	}
	heat := filepath.Join(t.TempDir(), "heat.webm")
	if err := os.WriteFile(heat, s.fetch(done.output("attention", "attentionMap")), 0o600); err != nil {
		t.Fatal(err)
	}
	sameFrames(t, frames(t, heat), frames(t, sample))
	if _, err := c.bucket.Stat(t.Context(), blob.AnalysisKey(id, "preview.grid")); err == nil {
		t.Error("the preview of the dead attempt is still there")
	}
}

// TestPostgresAndDirectory: the vendor's program passes on PostgreSQL with the objects in
// a directory.
func TestPostgresAndDirectory(t *testing.T) {
	t.Setenv("SACCADE_DATABASE", storetest.Config(t, store.DriverPostgres).DSN)
	s := start(t, t.TempDir())
	heat := filepath.Join(t.TempDir(), "heat.webm")
	if err := os.WriteFile(heat, s.fetch(seed(t, s, sample)), 0o600); err != nil {
		t.Fatal(err)
	}
	sameFrames(t, frames(t, heat), frames(t, sample))
}
