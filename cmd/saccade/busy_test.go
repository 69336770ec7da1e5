package main_test

import (
	"net/http"
	"testing"
	"time"
)

// TestReadyWhenBusy: a service whose queue is full, and which analyzes on all cores,
// refuses more work and stays ready: a balancer would only send the load elsewhere.
func TestReadyWhenBusy(t *testing.T) {
	s := start(t, t.TempDir(), "--max-queue", "3", "--rate-limit", "0")
	video := read(t, sample)
	var last string
	refused := false
	for range 40 { // more than there are slots and places
		a := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(video)}})
		if refused = a.status == http.StatusServiceUnavailable; refused {
			break
		}
		last = a.text("location")
	}
	if !refused {
		t.Fatal("the queue takes everything")
	}
	asked := 0
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); asked++ {
		if a := s.call("GET", s.url+"/readyz", nil); a.status != http.StatusOK {
			t.Fatalf("busy, and not ready: %d %v", a.status, a.body)
		}
		if s.call("GET", last, nil).text("status") != "pending" || asked >= 20 {
			break
		}
		time.Sleep(100 * time.Millisecond) // a verdict is kept for a while
	}
	if asked < 2 {
		t.Errorf("the service was asked %d times while it was busy", asked)
	}
}
