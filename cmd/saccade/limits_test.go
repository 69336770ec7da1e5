package main_test

import (
	"net/http"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// busy, with all that costly asks for, keeps a worker at work for a dozen seconds,
// on a quick machine too.
const busy = "-f lavfi -i testsrc2=s=640x360:r=30:d=40" + vp8

// costly asks for the outputs that take longest.
var costly = object{"attention": object{"outputs": []string{"attentionMap", "perceptionMap", "hotspotsMap", "overlay", "data"}}}

// retryAfter is the header Retry-After in seconds, 0 without one.
func (a answer) retryAfter() int {
	n, _ := strconv.Atoi(a.header.Get("Retry-After"))
	return n
}

// TestLimits fills the queue of a server that works on one video at a time and
// cancels what runs.
func TestLimits(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "--videos", "1", "--max-queue", "2")
	long, brief := encoded(t, "long.webm", busy), encoded(t, "brief.webm", short)
	running := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(long)}, "predictions": costly})
	path := "/analyses/video/" + running.text("id")
	until(t, time.Minute, "the analysis runs", func() bool {
		a := s.call("GET", path+"?wait=1", nil)
		p, _ := a.body["progress"].(float64)
		if a.text("status") != "pending" {
			t.Fatalf("it ended before it could be cancelled: %v", a.body)
		}
		return p > 0.02
	})
	url := s.upload(brief)
	waiting := s.video(url)
	if waiting.status != http.StatusCreated {
		t.Fatalf("the first that waits: %d %v", waiting.status, waiting.body)
	}
	if a := s.video(url); a.status != http.StatusServiceUnavailable || a.code() != "over_capacity" || a.retryAfter() < 1 {
		t.Errorf("a full queue: %d %v, Retry-After %q", a.status, a.body, a.header.Get("Retry-After"))
	}
	begin := time.Now()
	a := s.call("GET", "/analyses/video/"+waiting.text("id")+"?wait=1", nil)
	if took := time.Since(begin); a.text("status") != "pending" || a.text("stage") != "queued" || a.body["queue_position"] != 1.0 || a.retryAfter() < 1 || took < time.Second {
		t.Errorf("a held poll: %v after %v", a.body, took)
	}
	if a := s.call("DELETE", path, nil); a.status != http.StatusNoContent {
		t.Fatalf("DELETE: %d %v", a.status, a.body)
	}
	if a := s.call("GET", path, nil); a.status != http.StatusGone || a.code() != "resource_gone" {
		t.Errorf("after DELETE: %d %v", a.status, a.body)
	}
	if a := s.settle("/analyses/video/"+waiting.text("id"), time.Minute); a.text("status") != "success" {
		t.Errorf("the one that waited: %v", a.body)
	}
	until(t, 30*time.Second, "what was cancelled is erased", func() bool {
		scratch, _ := filepath.Glob(filepath.Join(s.data, "scratch", "*", "*"))
		objects, _ := filepath.Glob(filepath.Join(s.data, "objects", "analyses", running.text("id"), "*"))
		uploads, _ := filepath.Glob(filepath.Join(s.data, "objects", "uploads", "e2e", "*"))
		return len(scratch)+len(objects) == 0 && len(uploads) == 1
	})
	s.terminate(20 * time.Second)
}

// TestRateLimit asks until the server refuses, which must not touch others.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "--rate-limit", "1")
	other := s.as(t, "patient")
	var a answer
	for range 20 {
		if a = s.call("GET", "/usage", nil); a.status != http.StatusOK {
			break
		}
	}
	if a.status != http.StatusTooManyRequests || a.code() != "rate_limited" || a.retryAfter() < 1 || a.retryAfter() > 5 {
		t.Errorf("asking too fast: %d %v, Retry-After %q", a.status, a.body, a.header.Get("Retry-After"))
	}
	if a := other.call("GET", "/usage", nil); a.status != http.StatusOK {
		t.Errorf("another token suffers: %d %v", a.status, a.body)
	}
	until(t, 10*time.Second, "the token may ask again", func() bool { return s.call("GET", "/usage", nil).status == http.StatusOK })
	s.terminate(20 * time.Second)
}
