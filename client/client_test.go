package client_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

func TestVideo(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	file := filepath.Join(t.TempDir(), "visit.webm")
	if err := os.WriteFile(file, []byte("a video"), 0o600); err != nil {
		t.Fatal(err)
	}
	upload, err := c.UploadFile(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := c.CreateVideo(ctx, client.VideoRequest{
		Upload: upload, Title: "Visit", Outputs: []saccade.Output{saccade.OutAttentionMap, saccade.OutData, saccade.OutFocusTimeline},
		AOIs: []saccade.AOI{{Name: "logo", Box: &saccade.Box{X: 0.1, Y: 0.1, Width: 0.2, Height: 0.2}}},
	})
	if err != nil || !strings.HasSuffix(ref.Location, "/v2/analyses/video/"+ref.ID) {
		t.Fatalf("%+v, %v", ref, err)
	}
	told := 0
	video, err := c.WaitVideo(ctx, ref.ID, func(*client.Analysis) { told++ })
	if err != nil || video.Status != saccade.StatusSuccess || video.Title != "Visit" || told == 0 || video.Failure() != nil {
		t.Fatalf("%+v, %v, told %d", video, err, told)
	}
	if time.Since(time.Time(video.CreatedAt)).Abs() > time.Minute {
		t.Errorf("created %v", time.Time(video.CreatedAt))
	}
	var heat bytes.Buffer
	if err := c.Download(ctx, video.Outputs.Attention.AttentionMap, &heat); err != nil || heat.String() != "heat" {
		t.Errorf("%q, %v", heat.String(), err)
	}
	results, err := c.VideoAOIs(ctx, ref.ID, []saccade.AOI{{Name: "a", Polygon: []saccade.Point{{0, 0}, {1, 0}, {0, 1}}}})
	if err != nil || len(results) != 1 || results[0].Share != 0.25 || results[0].Name != "a" {
		t.Errorf("%+v, %v", results, err)
	}
	usage, err := c.Usage(ctx, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	if d := cmp.Diff([]client.Usage{{Type: "video", Succeeded: 1}}, usage); err != nil || d != "" {
		t.Error(err, d)
	}
	if err := c.DeleteVideo(ctx, ref.ID); err != nil {
		t.Error(err)
	}
	if _, err := c.Video(ctx, ref.ID); !saccade.IsCode(err, saccade.CodeGone) {
		t.Errorf("after deletion: %v", err)
	}
}

func TestImage(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	if _, err := c.CreateImage(ctx, client.ImageRequest{}); err == nil {
		t.Error("neither image nor page was accepted")
	}
	ref, err := c.CreateImage(ctx, client.ImageRequest{Image: []byte("png"), Title: "Draft", Medium: saccade.MediumMobile, Outputs: []saccade.Output{saccade.OutClarityScore}})
	if err != nil {
		t.Fatal(err)
	}
	image, err := c.WaitImage(ctx, ref.ID, nil)
	if err != nil || image.Type != saccade.KindImage || image.ExposedID == "" || *image.Outputs.Clarity.Score != 71 {
		t.Fatalf("%+v, %v", image, err)
	}
	if err := c.SetMeta(ctx, image.ExposedID, map[string]string{"goal": "Sign-ups"}); err != nil {
		t.Error(err)
	}
	text, err := c.Summary(ctx, image.ExposedID)
	if err != nil || text != "## Summary of Draft" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := c.Recommendations(ctx, image.ExposedID); !saccade.IsCode(err, saccade.CodeServer) {
		t.Errorf("failed text: %v", err)
	}
	if _, err := c.Summary(ctx, ref.ID); !saccade.IsCode(err, saccade.CodeNotFound) {
		t.Errorf("wrong id: %v", err)
	}
	if _, err := c.ImageAOIs(ctx, ref.ID, nil); err != nil {
		t.Error(err)
	}
	if _, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://example.com/"}); err != nil {
		t.Error(err)
	}
	if err := c.DeleteImage(ctx, ref.ID); err != nil {
		t.Error(err)
	}
}

func TestFailedAnalysis(t *testing.T) {
	s, c := newServer(t)
	s.fail = true
	ctx := deadline(t)
	upload, err := c.Upload(ctx, strings.NewReader("x"), -1)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := c.CreateVideo(ctx, client.VideoRequest{Upload: upload})
	if err != nil {
		t.Fatal(err)
	}
	video, err := c.WaitVideo(ctx, ref.ID, nil)
	if err != nil || video.Status != saccade.StatusFailed || !saccade.IsCode(video.Failure(), saccade.CodeUnreadableVideo) {
		t.Errorf("%+v, %v", video, err)
	}
}

func TestErrors(t *testing.T) {
	s, c := newServer(t)
	ctx := deadline(t)
	_, err := c.Video(ctx, "nothing")
	var e *saccade.Error
	if !errors.As(err, &e) || e.Code != saccade.CodeNotFound || e.RequestID == "" || e.DocURL == "" {
		t.Errorf("%#v", err)
	}
	_, err = c.CreateVideo(ctx, client.VideoRequest{Upload: "https://example.com/visit.webm"})
	if !errors.As(err, &e) || e.Code != saccade.CodeInvalidInput || e.Param != "input.content" {
		t.Errorf("%#v", err)
	}
	if err := c.Put(ctx, s.url+"/objects/uploads/acme/x?exp=1&method=PUT&sig=0", strings.NewReader("x"), 1); !saccade.IsCode(err, saccade.CodeForbidden) {
		t.Errorf("forged upload: %v", err)
	}
	wrong, err := client.New(s.url+"/v2/", "sac_wrong")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := wrong.UploadURL(ctx); !saccade.IsCode(err, saccade.CodeAuth) {
		t.Errorf("wrong token: %v", err)
	}
	for _, bad := range []string{"", "example.com", "ftp://x", "https://x?y", "http://"} {
		if _, err := client.New(bad, "t"); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
	if _, err := client.New("http://x", " "); err == nil {
		t.Error("an empty token was accepted")
	}
}

func TestListsAndWebhooks(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	w, err := c.CreateWebhook(ctx, "https://hooks.example.com/", "analysis.succeeded")
	if err != nil || w.Secret == "" {
		t.Fatalf("%+v, %v", w, err)
	}
	var want []string
	for range 5 {
		ref, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://example.com/"})
		if err != nil {
			t.Fatal(err)
		}
		want = append([]string{ref.ID}, want...)
	}
	var got []string
	for it, err := range c.All(ctx, client.ListOptions{Limit: 2, Type: saccade.KindPage, Status: saccade.StatusSuccess}) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, it.ID)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	for _, err := range c.All(ctx, client.ListOptions{After: "nonsense"}) {
		if !saccade.IsCode(err, saccade.CodeClient) {
			t.Errorf("%v", err)
		}
	}
	log, _, err := c.Deliveries(ctx, want[0], "")
	if err != nil || len(log) != 1 || log[0].Webhook != w.ID {
		t.Fatalf("%+v, %v", log, err)
	}
	if d, err := c.Redeliver(ctx, log[0].ID); err != nil || d.ID != log[0].ID {
		t.Errorf("%+v, %v", d, err)
	}
	if all, err := c.Webhooks(ctx); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := c.DeleteWebhook(ctx, w.ID); err != nil {
		t.Error(err)
	}
}

// TestRepeats lets the server stumble: busy once, then silent once after it
// has done its work. One analysis must come of it.
func TestRepeats(t *testing.T) {
	s, c := newServer(t)
	ctx := deadline(t)
	var tries atomic.Int32
	api := s.next
	s.next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			api.ServeHTTP(w, r)
			return
		}
		switch tries.Add(1) {
		case 1:
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			api.ServeHTTP(drop{http.Header{}}, r)
			panic(http.ErrAbortHandler)
		default:
			api.ServeHTTP(w, r)
		}
	})
	if _, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://example.com/"}); err != nil {
		t.Fatal(err)
	}
	if page, _, err := c.List(ctx, client.ListOptions{}); err != nil || len(page) != 1 || tries.Load() != 3 {
		t.Errorf("%d analyses after %d tries, %v", len(page), tries.Load(), err)
	}

	never, err := client.New(s.url, s.token, client.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	s.next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusBadGateway) })
	if _, err := never.UploadURL(ctx); !saccade.IsCode(err, saccade.CodeServer) {
		t.Errorf("%v", err)
	}
	s.next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7200")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":{"code":"rate_limited","message":"tomorrow"}}`))
	})
	if _, err := c.UploadURL(ctx); !saccade.IsCode(err, saccade.CodeRateLimited) {
		t.Errorf("a quota of a day: %v", err)
	}
	s.next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "busy", http.StatusBadGateway) })
	short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	if _, err := c.UploadURL(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// drop is an answer that nobody gets.
type drop struct{ header http.Header }

func (d drop) Header() http.Header       { return d.header }
func (drop) Write(b []byte) (int, error) { return len(b), nil }
func (drop) WriteHeader(int)             {}
