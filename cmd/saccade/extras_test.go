package main_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// until polls until the condition holds.
func until(t *testing.T, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !holds(); <-time.After(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

// as is the same service with a fresh token of an account.
func (s *service) as(t *testing.T, account string) *service {
	c := s.with(t)
	c.token = c.run("token", "create", "--account", account, "--data", c.data)
	return c
}

// TestExtras tries, on one server, what the API adds to the vendor's.
func TestExtras(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "--videos", "1")
	clip := encoded(t, "clip.webm", short)
	t.Run("texts", func(t *testing.T) { texts(t, s.with(t)) })
	t.Run("idempotency", func(t *testing.T) { idempotency(t, s.as(t, "once")) })
	t.Run("lists", func(t *testing.T) { lists(t, s.as(t, "lister"), clip) })
	t.Run("delete", func(t *testing.T) { deletes(t, s.as(t, "eraser"), clip) })
	t.Run("events", func(t *testing.T) { events(t, s.with(t), clip) })
	t.Run("request ids", func(t *testing.T) { requestIDs(t, s.with(t)) })
	t.Run("operation", func(t *testing.T) {
		for path, words := range map[string]string{"/healthz": "", "/readyz": "decoder", "/v2/openapi.json": `"openapi": "3.1`, "/docs": "<html", "/metrics": "# TYPE"} {
			if b := string(s.with(t).fetch(s.url + path)); !strings.Contains(b, words) {
				t.Errorf("%s lacks %q", path, words)
			}
		}
	})
	s.terminate(20 * time.Second)
}

// texts has a summary and recommendations written.
func texts(t *testing.T, s *service) {
	a := s.analyzed(pngOf(t, screen(320, 200)), nil)
	exposed := a.text("_internal_exposed_id")
	meta := s.call("PUT", "/update-meta/screenshot/"+exposed, object{"description": "A shop", "goal": "Press the button", "season": "spring"})
	if meta.status != http.StatusOK || meta.body["success"] != true {
		t.Errorf("update-meta: %d %v", meta.status, meta.body)
	}
	refused := func(name string, a answer, msg string) {
		t.Helper()
		if diff := cmp.Diff(object{"success": false, "msg": msg}, a.body); a.status != http.StatusNotFound || diff != "" {
			t.Errorf("%s: %d %s", name, a.status, diff)
		}
	}
	for _, kind := range []string{"summary", "recommendations"} {
		path := "/analyses/" + kind + "/"
		refused(kind+" too early", s.call("GET", path+exposed, nil), kind+"_not_found")
		refused(kind+" by the wrong id", s.call("POST", path+a.text("id"), nil), "analysis_not_found")
		refused(kind+" of nothing", s.call("GET", path+"5h7xk2m4qz3v6w8y2b4d6f8h2k", nil), "analysis_not_found")
		if got := s.call("POST", path+exposed, object{}); got.status != http.StatusOK || got.body["success"] != true || got.text("status") != "started" {
			t.Fatalf("POST %s: %d %v", kind, got.status, got.body)
		}
		var got answer
		until(t, time.Minute, kind+" is written", func() bool {
			got = s.call("GET", path+exposed, nil)
			status := got.text("status")
			if got.status != http.StatusOK || got.body["success"] != true || (status != "started" && status != "processing" && status != "completed") {
				t.Fatalf("GET %s: %d %v", kind, got.status, got.body)
			}
			return status == "completed"
		})
		if text := got.text("data"); len(text) < 100 || !strings.ContainsAny(text, "#*-") {
			t.Errorf("%s is hardly Markdown: %q", kind, text)
		}
	}
	if a := s.call("PUT", "/update-meta/screenshot/"+a.text("id"), object{"goal": "x"}); a.status != http.StatusNotFound {
		t.Errorf("update-meta by the wrong id: %d %v", a.status, a.body)
	}
}

// idempotency repeats requests, one after the other and side by side.
func idempotency(t *testing.T, s *service) {
	body := func(title string) object {
		return object{"input": object{"type": "image", "content": base64Of(pngOf(t, screen(64, 48))), "title": title}}
	}
	key := map[string]string{"Idempotency-Key": "order-4711"}
	answers := make(chan answer, 6)
	for range cap(answers) {
		go func() { answers <- s.callWith("POST", "/analyses", body("a"), key) }()
	}
	ids := map[string]int{}
	for range cap(answers) {
		a := <-answers
		if a.status != http.StatusCreated {
			t.Errorf("the same request side by side: %d %v", a.status, a.body)
		}
		ids[a.text("id")]++
	}
	replay := s.callWith("POST", "/analyses", body("a"), key)
	if ids[replay.text("id")] != cap(answers) || replay.status != http.StatusCreated || replay.header.Get("Location") != replay.text("location") || replay.header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("replay: %d %v, before: %v", replay.status, replay.body, ids)
	}
	if a := s.callWith("POST", "/analyses", body("b"), key); a.status != http.StatusConflict || a.code() != "conflict" {
		t.Errorf("another body: %d %v", a.status, a.body)
	}
	if a := s.as(t, "twice").callWith("POST", "/analyses", body("b"), key); a.status != http.StatusCreated || ids[a.text("id")] > 0 {
		t.Errorf("another account: %d %v", a.status, a.body)
	}
	if _, all := s.pages("/analyses?limit=100"); len(all) != 1 {
		t.Errorf("one key made %d analyses", len(all))
	}
}

// pages follows a list from its first page on and gives the ids.
func (s *service) pages(first string) (pages int, ids []string) {
	s.t.Helper()
	for after := ""; ; {
		a := s.call("GET", first+after, nil)
		items, ok := a.body["analyses"].([]any)
		if a.status != http.StatusOK || !ok || pages > 20 {
			s.t.Fatalf("page %d: %d %v", pages, a.status, a.body)
		}
		pages++
		for _, v := range items {
			item, _ := v.(object)
			ids = append(ids, fmt.Sprint(item["id"]))
		}
		if a.text("next") == "" {
			return pages, ids
		}
		after = "&after=" + a.text("next")
	}
}

// lists makes analyses of all kinds and finds them again, newest first.
func lists(t *testing.T, s *service, clip []byte) {
	var all, videos, failed []string
	for i := range 5 {
		content := base64Of(pngOf(t, screen(64, 48+i)))
		if i == 3 {
			content = "none"
		}
		a := s.image(content, nil)
		s.settle(a.text("location"), time.Minute)
		if all = append([]string{a.text("id")}, all...); i == 3 {
			failed = all[:1]
		}
	}
	url := s.upload(clip)
	for range 3 {
		a := s.video(url)
		s.settle(a.text("location"), time.Minute)
		all, videos = append([]string{a.text("id")}, all...), append([]string{a.text("id")}, videos...)
	}
	for first, want := range map[string]struct {
		pages int
		ids   []string
	}{
		"/analyses?limit=3": {3, all}, "/analyses?limit=8": {1, all}, "/analyses/video?limit=2": {2, videos}, "/analyses/video/?limit=100": {1, videos},
		"/analyses?status=failed": {1, failed}, "/analyses?type=video&status=success": {1, videos}, "/analyses?status=pending": {1, nil},
	} {
		pages, ids := s.pages(first)
		if diff := cmp.Diff(want.ids, ids); diff != "" || pages != want.pages {
			t.Errorf("%s: %d pages, want %d; %s", first, pages, want.pages, diff)
		}
	}
	if _, ids := s.as(t, "stranger").pages("/analyses?limit=100"); len(ids) > 0 {
		t.Errorf("another account sees %v", ids)
	}
	for _, bad := range []string{"?limit=0", "?limit=101", "?limit=x", "?status=done", "?after=nonsense"} {
		if a := s.call("GET", "/analyses/video"+bad, nil); a.status != http.StatusBadRequest {
			t.Errorf("%s: %d %v", bad, a.status, a.body)
		}
	}
	usage := s.call("GET", "/usage", nil)
	rows, _ := usage.body["usage"].([]any)
	got := map[string]any{}
	for _, r := range rows {
		row, _ := r.(object)
		got[fmt.Sprint(row["type"])] = []any{row["succeeded"], row["failed"], row["pending"], row["frames"], row["seconds"]}
	}
	if diff := cmp.Diff(map[string]any{"image": []any{4.0, 1.0, 0.0, 0.0, 0.0}, "video": []any{3.0, 0.0, 0.0, 60.0, 6.0}}, got); diff != "" {
		t.Errorf("usage: %s %v", diff, usage.body)
	}
}

// stored lists the files of an analysis and the account's uploads on disk.
func (s *service) stored(account, id string) []string {
	outputs, _ := filepath.Glob(filepath.Join(s.data, "objects", "analyses", id, "*"))
	uploads, _ := filepath.Glob(filepath.Join(s.data, "objects", "uploads", account, "*"))
	scratch, _ := filepath.Glob(filepath.Join(s.data, "scratch", "*", id+"*"))
	return append(append(outputs, uploads...), scratch...)
}

// deletes erases analyses that have ended; nothing of them stays.
func deletes(t *testing.T, s *service, clip []byte) {
	video := s.settle(s.video(s.upload(clip)).text("location"), time.Minute)
	still := s.analyzed(pngOf(t, screen(64, 48)), nil)
	for path, a := range map[string]answer{"/analyses/video/": video, "/analyses/": still} {
		id, link := a.text("id"), a.output("attention", "attentionMap")
		if len(s.stored("eraser", id)) == 0 {
			t.Fatal("nothing is stored")
		}
		if a := s.as(t, "stranger").call("DELETE", path+id, nil); a.status != http.StatusNotFound {
			t.Errorf("another account may erase: %d", a.status)
		}
		if a := s.call("DELETE", path+id, nil); a.status != http.StatusNoContent {
			t.Fatalf("DELETE: %d %v", a.status, a.body)
		}
		for name, a := range map[string]answer{"poll": s.call("GET", path+id, nil), "link": s.call("GET", link, nil), "DELETE again": s.call("DELETE", path+id, nil)} {
			if a.status != http.StatusGone || a.code() != "resource_gone" {
				t.Errorf("%s after DELETE: %d %v", name, a.status, a.body)
			}
		}
		if path == "/analyses/video/" {
			until(t, 10*time.Second, "objects erased", func() bool { return len(s.stored("eraser", id)) == 0 })
		}
	}
	if left := s.stored("eraser", still.text("id")); len(left) > 0 {
		t.Errorf("left on disk: %v", left)
	}
}

// events follows a video to its end, from where it waits behind another one.
func events(t *testing.T, s *service, clip []byte) {
	s.video(s.upload(read(t, sample)))
	posted := s.video(s.upload(clip))
	req, err := http.NewRequest("GET", posted.text("location")+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("content type %q", resp.Header.Get("Content-Type"))
	}
	var names []string
	var last answer
	progress := 0.0
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if name, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			names = append(names, name)
		}
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		last = answer{body: object{}}
		if err := json.Unmarshal([]byte(data), &last.body); err != nil {
			t.Fatalf("%v: %s", err, data)
		}
		if p, ok := last.body["progress"].(float64); ok && (p < progress || p > 1) {
			t.Errorf("progress went from %v to %v", progress, p)
		} else if ok {
			progress = p
		}
	}
	if err := lines.Err(); err != nil {
		t.Error(err)
	}
	if len(names) < 2 || names[0] != "progress" || names[len(names)-1] != "success" || last.output("attention", "attentionMap") == "" {
		t.Errorf("events %v, the last %v", names, last.body)
	}
}

// requestIDs are taken when they are well formed and always given back.
func requestIDs(t *testing.T, s *service) {
	for sent, kept := range map[string]bool{"Trace-4711_a": true, "": false, "with space": false, strings.Repeat("a", 65): false, "<script>": false} {
		a := s.callWith("GET", "/analyses/5h7xk2m4qz3v6w8y2b4d6f8h2k", nil, map[string]string{"X-Request-Id": sent})
		got := a.header.Get("X-Request-Id")
		fault, _ := a.body["error"].(object)
		if got == "" || (got == sent) != kept || fault["request_id"] != got || fault["doc_url"] == nil {
			t.Errorf("%q: got %q, error %v", sent, got, fault)
		}
	}
}

// TestResultTTL lets results of images expire, those of videos not.
func TestResultTTL(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "--result-ttl", "5s") // long enough to see it
	video := s.settle(s.video(s.upload(encoded(t, "clip.webm", short))).text("location"), time.Minute)
	a := s.analyzed(pngOf(t, screen(64, 48)), nil)
	location := "/analyses/" + a.text("id")
	var gone answer
	until(t, 20*time.Second, "the result expires", func() bool {
		gone = s.call("GET", location, nil)
		return gone.status != http.StatusOK
	})
	fault, _ := gone.body["error"].(object)
	if gone.status != http.StatusGone || gone.code() != "resource_gone" || fault["message"] != "This resource is no longer available." {
		t.Errorf("%d %v", gone.status, gone.body)
	}
	text := s.call("POST", "/analyses/summary/"+a.text("_internal_exposed_id"), nil)
	if diff := cmp.Diff(object{"success": false, "msg": "analysis_expired"}, text.body); text.status != http.StatusGone || diff != "" {
		t.Errorf("summary: %d %s", text.status, diff)
	}
	if a := s.call("GET", "/analyses/video/"+video.text("id"), nil); a.text("status") != "success" || len(s.fetch(a.output("attention", "attentionMap"))) == 0 {
		t.Errorf("the video: %d %v", a.status, a.body)
	}
	s.terminate(20 * time.Second)

	s = start(t, t.TempDir(), "--result-ttl", "0")
	a = s.analyzed(pngOf(t, screen(64, 48)), nil)
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); <-time.After(250 * time.Millisecond) {
		if a := s.call("GET", "/analyses/"+a.text("id"), nil); a.status != http.StatusOK {
			t.Fatalf("without expiry: %d %v", a.status, a.body)
		}
	}
	if _, err := os.Stat(filepath.Join(s.data, "objects", "analyses", a.text("id"))); err != nil {
		t.Error(err)
	}
	s.terminate(20 * time.Second)
}
