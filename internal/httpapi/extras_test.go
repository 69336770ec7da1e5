package httpapi

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
	"github.com/saccade-dev/saccade/internal/store"
)

func TestProgress(t *testing.T) {
	h := newHarness(t)
	first, second := h.video(), h.video()
	poll := func(id string) (videoView, http.Header) {
		var v videoView
		r := h.call("GET", "/v2/analyses/video/"+id, nil)
		r.into(t, 200, &v)
		return v, r.header
	}
	v, header := poll(second)
	if v.Stage != "queued" || v.QueuePosition == nil || *v.QueuePosition != 2 || v.Progress == nil || *v.Progress != 0 || header.Get("Retry-After") == "" {
		t.Errorf("queued: %+v, Retry-After %q", v, header.Get("Retry-After"))
	}
	var all struct{ Analyses []listItem }
	if h.call("GET", "/v2/analyses", nil).into(t, 200, &all); len(all.Analyses) != 2 || all.Analyses[0].Place == nil || *all.Analyses[0].Place != 2 {
		t.Errorf("listed: %+v", all.Analyses)
	}
	c := h.begin(first)
	if err := c.Heartbeat(t.Context(), saccade.Progress{Fraction: 0.4, Stage: saccade.StagePredicting}); err != nil {
		t.Fatal(err)
	}
	v, _ = poll(first)
	if v.Stage != "predicting" || *v.Progress != 0.4 || v.QueuePosition != nil {
		t.Errorf("running: %+v", v)
	}
	if v, _ = poll(second); *v.QueuePosition != 1 {
		t.Errorf("position %d", *v.QueuePosition)
	}
	if err := c.Succeed(t.Context(), &saccade.Outputs[saccade.File]{}); err != nil {
		t.Fatal(err)
	}
	v, header = poll(first)
	if v.Status != "success" || v.Progress != nil || v.Stage != "" || header.Get("Retry-After") != "" {
		t.Errorf("done: %+v, Retry-After %q", v, header.Get("Retry-After"))
	}
}

func TestWait(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	done := make(chan videoView)
	go func() {
		var v videoView
		h.call("GET", "/v2/analyses/video/"+id+"?wait=30", nil).into(t, 200, &v)
		done <- v
	}()
	select {
	case v := <-done:
		t.Fatalf("answered at once: %+v", v)
	case <-time.After(2 * pollEvery): // it still waits
	}
	h.succeed(id)
	if v := <-done; v.Status != "success" {
		t.Errorf("%+v", v)
	}
	for _, bad := range []string{"-1", "x", "1e99", "99999999999999999999"} {
		h.call("GET", "/v2/analyses/video/"+id+"?wait="+bad, nil).wantError(t, 400, saccade.CodeClient)
	}
	pending := h.video()
	h.call("GET", "/v2/analyses/video/"+pending+"?wait=1", nil).into(t, 200, nil) // how long: TestLongPoll
}

func TestCloseEndsLongPolls(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	done := make(chan int)
	go func() { done <- h.call("GET", "/v2/analyses/video/"+id+"?wait=60", nil).status }()
	for h.api.longPolls.InUse() == 0 {
		time.Sleep(time.Millisecond)
	}
	if err := h.api.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := <-done; status != 200 {
		t.Errorf("status %d", status)
	}
}

// event is one server-sent event.
type event struct {
	name string
	data map[string]any
}

// listen reads a stream of events until it ends.
func (h *harness) listen(path string, events chan<- event) {
	defer close(events)
	r, err := http.NewRequestWithContext(h.t.Context(), "GET", h.at(path), nil)
	if err != nil {
		h.t.Error(err)
		return
	}
	r.Header.Set("Authorization", "Bearer "+h.token)
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		h.t.Error(err)
		return
	}
	defer res.Body.Close()
	if ct := res.Header.Get("Content-Type"); res.StatusCode != 200 || ct != "text/event-stream" {
		h.t.Errorf("%s %s", res.Status, ct)
		return
	}
	var e event
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "event: "):
			e.name = line[7:]
		case strings.HasPrefix(line, "data: "):
			if err := json.Unmarshal([]byte(line[6:]), &e.data); err != nil {
				h.t.Errorf("%v in %s", err, line)
			}
		case line == "" && e.name != "":
			events <- e
			e = event{}
		}
	}
}

func TestEvents(t *testing.T) {
	for _, kind := range []string{"video", "image"} {
		t.Run(kind, func(t *testing.T) {
			h := newHarness(t)
			id, path := "", ""
			if kind == "video" {
				id = h.video()
				path = "/v2/analyses/video/" + id + "/events"
			} else {
				id = h.image()
				path = "/v2/analyses/" + id + "/events"
			}
			events := make(chan event, 10)
			go h.listen(path, events)
			if e := <-events; e.name != "progress" || e.data["status"] != "pending" || e.data["stage"] != "queued" {
				t.Fatalf("first %+v", e)
			}
			c := h.begin(id)
			if err := c.Heartbeat(t.Context(), saccade.Progress{Fraction: 0.5, Stage: saccade.StageRendering}); err != nil {
				t.Fatal(err)
			}
			for e := range events {
				if e.name == "progress" && e.data["stage"] == "rendering" {
					break
				}
			}
			if err := c.Succeed(t.Context(), &saccade.Outputs[saccade.File]{}); err != nil {
				t.Fatal(err)
			}
			last := event{}
			for e := range events {
				last = e
			}
			if last.name != "success" || last.data["id"] != id {
				t.Errorf("last %+v", last)
			}
		})
	}
}

func TestEventsOfADeletedAnalysis(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	events := make(chan event, 10)
	go h.listen("/v2/analyses/video/"+id+"/events", events)
	<-events
	h.call("DELETE", "/v2/analyses/video/"+id, nil).into(t, 204, nil)
	last := event{}
	for e := range events {
		last = e
	}
	if last.name != "gone" {
		t.Errorf("last %+v", last)
	}
}

func TestIdempotency(t *testing.T) {
	h := newHarness(t)
	url := h.upload()
	body := object{"input": object{"content": url, "title": "a"}}
	post := func(token, key string, body any) reply {
		return h.send("POST", h.at("/v2/analyses/video"), body, map[string]string{"Authorization": "Bearer " + token, "Idempotency-Key": key})
	}
	var first, again created
	post(h.token, "k1", body).into(t, 201, &first)
	r := post(h.token, "k1", body)
	r.into(t, 201, &again)
	if first != again || r.header.Get("Idempotent-Replayed") != "true" || r.header.Get("Location") != first.Location {
		t.Errorf("first %v, again %v", first, again)
	}
	post(h.token, "k1", object{"input": object{"content": url, "title": "b"}}).wantError(t, 409, saccade.CodeConflict)
	post(h.token, "k1", object{"input": object{"content": url, "title": "a", "unknown": 1}}).wantError(t, 409, saccade.CodeConflict)
	var other created
	post(h.token, "k2", body).into(t, 201, &other)
	if other.ID == first.ID {
		t.Error("another key gave the same analysis")
	}
	for _, bad := range []string{strings.Repeat("k", 256), "a b", "ä"} {
		post(h.token, bad, body).wantError(t, 400, saccade.CodeClient)
	}
	h.clock.advance(24*time.Hour + time.Minute)
	post(h.token, "k1", object{"input": object{"content": url, "title": "b"}}).into(t, 201, nil)

	image := object{"input": object{"type": "image", "content": openapi.ExampleImage}}
	send := func() reply {
		return h.send("POST", h.at("/v2/analyses"), image, map[string]string{"Authorization": "Bearer " + h.token, "Idempotency-Key": "img"})
	}
	send().into(t, 201, &first)
	send().into(t, 201, &again)
	if first != again {
		t.Error("image was not replayed")
	}
	if an, err := h.store.Analysis(t.Context(), "acme", first.ID); err != nil {
		t.Error(err)
	} else if _, err := h.disk.Stat(t.Context(), blob.Key(an.Request.Object)); err != nil {
		t.Errorf("the first image is gone: %v", err)
	}
}

func TestConcurrentIdempotency(t *testing.T) {
	h := newHarness(t)
	body := object{"input": object{"content": h.upload()}}
	ids := make([]string, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			var c created
			h.send("POST", h.at("/v2/analyses/video"), body, map[string]string{"Authorization": "Bearer " + h.token, "Idempotency-Key": "same"}).into(t, 201, &c)
			ids[i] = c.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Fatalf("ids differ: %v", ids)
		}
	}
}

func TestLists(t *testing.T) {
	h := newHarness(t)
	var want []string
	for range 5 {
		id := h.video()
		want = append([]string{id}, want...)
		h.clock.advance(time.Second)
	}
	image := h.image()
	h.fail(want[2], saccade.CodeUnreadableVideo)
	var got []string
	for after, pages := "", 0; ; pages++ {
		var p struct {
			Analyses []listItem
			Next     string
		}
		h.call("GET", "/v2/analyses/video?limit=2&after="+after, nil).into(t, 200, &p)
		for _, it := range p.Analyses {
			got = append(got, it.ID)
			if it.Type != "video" || it.Location != h.at("/v2/analyses/video/"+it.ID) || (it.Error != nil) != (it.ID == want[2]) {
				t.Errorf("%+v", it)
			}
		}
		if after = p.Next; after == "" {
			if pages != 2 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	count := func(query string) int {
		var p struct{ Analyses []listItem }
		h.call("GET", "/v2/analyses"+query, nil).into(t, 200, &p)
		return len(p.Analyses)
	}
	for query, n := range map[string]int{"": 6, "?type=image": 1, "?type=video&status=failed": 1, "?status=pending": 5, "/video?status=failed": 1, "?limit=3": 3, "?type=url": 0} {
		if got := count(query); got != n {
			t.Errorf("%q: %d, want %d", query, got, n)
		}
	}
	for _, bad := range []string{"?limit=0", "?limit=101", "?limit=x", "?status=done", "?type=sound", "?after=%00", "?after=nonsense", "?after=" + strings.Repeat("a", 300)} {
		h.call("GET", "/v2/analyses"+bad, nil).wantError(t, 400, saccade.CodeClient)
	}
	h.call("DELETE", "/v2/analyses/"+image, nil).into(t, 204, nil)
	if got := count("?type=image"); got != 0 {
		t.Errorf("deleted image is listed")
	}
}

func TestDelete(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	h.succeed(id)
	var v videoView
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
	h.call("DELETE", "/v2/analyses/video/"+id, nil).into(t, 204, nil)
	h.call("GET", "/v2/analyses/video/"+id, nil).wantError(t, 410, saccade.CodeGone)
	h.call("DELETE", "/v2/analyses/video/"+id, nil).wantError(t, 410, saccade.CodeGone)
	h.send("GET", string(v.Outputs.Attention.AttentionMap), nil, nil).wantError(t, 410, saccade.CodeGone)

	running := h.video()
	c := h.begin(running)
	h.call("DELETE", "/v2/analyses/video/"+running, nil).into(t, 204, nil)
	if err := c.Succeed(t.Context(), &saccade.Outputs[saccade.File]{}); !errors.Is(err, store.ErrCanceled) {
		t.Errorf("the worker's write: %v", err)
	}
}

func TestAOIs(t *testing.T) {
	h := newHarness(t)
	id, image := h.video(), h.image()
	body := object{"aois": []any{object{"name": "logo", "box": object{"x": 0, "y": 0, "width": 0.5, "height": 0.5}, "from": 1}}}
	h.call("PUT", "/v2/analyses/video/"+id+"/aois", body).wantError(t, 409, saccade.CodeConflict)
	h.succeed(id)
	h.succeed(image)
	for _, path := range []string{"/v2/analyses/video/" + id, "/v2/analyses/" + image} {
		var got struct {
			ID   string
			AOIs []map[string]any
		}
		h.call("PUT", path+"/aois", body).into(t, 200, &got)
		if len(got.AOIs) != 1 || got.AOIs[0]["share"] != 0.25 || got.AOIs[0]["name"] != "logo" {
			t.Errorf("%+v", got)
		}
		if first, told := got.AOIs[0]["timeToFirstAttention"]; !told || first != nil {
			t.Errorf("timeToFirstAttention %v", first)
		}
		var v struct{ Outputs saccade.Outputs[saccade.Link] }
		h.call("GET", path, nil).into(t, 200, &v)
		if len(v.Outputs.AOIs) != 1 || v.Outputs.AOIs[0].Name != "logo" {
			t.Errorf("poll: %+v", v.Outputs.AOIs)
		}
		h.call("PUT", path+"/aois", object{"aois": []any{}}).into(t, 200, nil)
		for _, bad := range []any{object{}, object{"aois": "x"}, object{"aois": []any{object{"name": "a"}}}, object{"aois": []any{object{"name": "a", "polygon": []any{[]int{0, 0}}}}}, `{"aois":[{"name":"a","box":{"x":1e999}}]}`} {
			if r := h.call("PUT", path+"/aois", bad); r.status != 400 {
				t.Errorf("%v: %d %s", bad, r.status, r.body)
			}
		}
	}
}

func TestUsage(t *testing.T) {
	h := newHarness(t)
	h.succeed(h.video())
	h.fail(h.video(), saccade.CodeUnreadableVideo)
	h.image()
	var got struct{ Usage []usageRow }
	h.clock.advance(time.Second)
	h.call("GET", "/v2/usage", nil).into(t, 200, &got)
	want := []usageRow{{Type: "image", Pending: 1}, {Type: "video", Succeeded: 1, Failed: 1, Frames: 90, Seconds: 3}}
	if d := cmp.Diff(want, got.Usage); d != "" {
		t.Error(d)
	}
	h.call("GET", "/v2/usage?from=2020-01-01&to=2020-02-01", nil).into(t, 200, &got)
	if len(got.Usage) != 0 {
		t.Errorf("%+v", got)
	}
	for _, bad := range []string{"?from=yesterday", "?from=2026-01-02&to=2026-01-01", "?to=9999999-01-01"} {
		h.call("GET", "/v2/usage"+bad, nil).wantError(t, 400, saccade.CodeClient)
	}
}
