package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/netguard"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/webhook"
)

// pending starts an analysis that stays pending until finish is called.
func pending(t *testing.T, s *server, c *client.Client) (id string, finish func()) {
	t.Helper()
	s.slow = true
	ref, err := c.CreateImage(t.Context(), client.ImageRequest{Page: "https://example.com/"})
	if err != nil {
		t.Fatal(err)
	}
	return ref.ID, func() {
		if err := s.work(t.Context(), &saccade.Analysis{ID: ref.ID}); err != nil {
			t.Error(err)
		}
	}
}

func TestImageEvents(t *testing.T) {
	s, c := newServer(t)
	id, finish := pending(t, s, c)
	var states []saccade.Status
	for a, err := range c.ImageEvents(deadline(t), id) {
		if err != nil {
			t.Fatal(err)
		}
		if states = append(states, a.Status); len(states) == 1 {
			finish()
		}
		if a.Status == saccade.StatusSuccess && *a.Outputs.Clarity.Score != 71 {
			t.Errorf("outputs %+v", a.Outputs)
		}
	}
	if d := cmp.Diff([]saccade.Status{"pending", "success"}, states); d != "" {
		t.Error(d)
	}
}

func TestVideoEvents(t *testing.T) {
	s, c := newServer(t)
	s.fail = true
	upload, err := c.Upload(t.Context(), strings.NewReader("x"), -1)
	if err != nil {
		t.Fatal(err)
	}
	ref, err := c.CreateVideo(t.Context(), client.VideoRequest{Upload: upload})
	if err != nil {
		t.Fatal(err)
	}
	for a, err := range c.VideoEvents(deadline(t), ref.ID) {
		if err != nil || !saccade.IsCode(a.Failure(), saccade.CodeUnreadableVideo) {
			t.Errorf("%+v, %v", a, err)
		}
	}
}

// TestEventsEnd: every way in which a stream ends without a result.
func TestEventsEnd(t *testing.T) {
	s, c := newServer(t)
	id, _ := pending(t, s, c)
	ctx, cancel := context.WithCancel(deadline(t))
	end := func(ctx context.Context, id string, first func()) (last error) {
		for _, err := range c.ImageEvents(ctx, id) {
			if last = err; err == nil && first != nil {
				first()
			}
		}
		return last
	}
	if err := end(ctx, "nothing", nil); !saccade.IsCode(err, saccade.CodeNotFound) {
		t.Errorf("unknown id: %v", err)
	}
	if err := end(ctx, id, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	for range c.ImageEvents(t.Context(), id) {
		break // whoever has seen enough leaves nothing behind
	}
	drop := func() {
		if err := c.DeleteImage(t.Context(), id); err != nil {
			t.Error(err)
		}
	}
	if err := end(t.Context(), id, drop); !saccade.IsCode(err, saccade.CodeGone) {
		t.Errorf("deleted: %v", err)
	}
}

// TestEventsResume lets the connection break off after the first state.
func TestEventsResume(t *testing.T) {
	s, c := newServer(t)
	id, finish := pending(t, s, c)
	var streams atomic.Int32
	api := s.next
	s.next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/events") || streams.Add(1) > 1 {
			api.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write([]byte("event: progress\ndata: {\"status\":\"pending\"}\n\nevent: prog"))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	var last saccade.Status
	for a, err := range c.ImageEvents(deadline(t), id) {
		if err != nil {
			t.Fatal(err)
		}
		if last == "" {
			finish()
		}
		last = a.Status
	}
	if last != saccade.StatusSuccess || streams.Load() != 2 {
		t.Errorf("%s after %d streams", last, streams.Load())
	}
	s.next = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) })
	for _, err := range c.ImageEvents(t.Context(), id) {
		if err == nil || !strings.Contains(err.Error(), "no event stream") {
			t.Errorf("a page: %v", err)
		}
	}
}

func TestWebhook(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	w, err := c.CreateWebhook(ctx, "https://hooks.example.com/", saccade.EventSucceeded)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.Webhook(ctx, w.ID)
	if d := cmp.Diff(w, got, cmp.AllowUnexported(saccade.Timestamp{})); err != nil || d != "" {
		t.Error(err, d)
	}
	w.URL, w.Events, w.Disabled = "https://hooks.example.com/2", nil, true
	updated, err := c.UpdateWebhook(ctx, w)
	w.Events = []string{}
	if d := cmp.Diff(w, updated, cmp.AllowUnexported(saccade.Timestamp{})); err != nil || d != "" {
		t.Error(err, d)
	}
	if _, err := c.Webhook(ctx, "nothing"); !saccade.IsCode(err, saccade.CodeNotFound) {
		t.Errorf("unknown: %v", err)
	}
	w.URL = "no address"
	if _, err := c.UpdateWebhook(ctx, w); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("wrong address: %v", err)
	}
}

// TestReadMessage sends what the server has for a webhook, and forgeries.
func TestReadMessage(t *testing.T) {
	s, c := newServer(t)
	ctx := deadline(t)
	var secrets []string
	var message client.Message
	var failure error
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		message, failure = client.ReadMessage(r, secrets...)
	}))
	defer receiver.Close()
	sender, err := webhook.New(netguard.Config{Allow: []string{receiver.Listener.Addr().String()}}, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer sender.Close()
	ref, err := c.CreateImage(ctx, client.ImageRequest{Page: "https://example.com/", Title: "Draft", Webhook: &saccade.Webhook{URL: receiver.URL}})
	if err != nil {
		t.Fatal(err)
	}
	own, err := c.SigningSecret(ctx)
	if err != nil {
		t.Fatal(err)
	}
	want, d := delivery(t, s, c, ref.ID)
	const other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	for name, tt := range map[string]struct {
		secrets []string
		want    error
	}{
		"the account's":   {[]string{own}, nil},
		"one of two":      {[]string{other, own}, nil},
		"another":         {[]string{other}, saccade.ErrWebhookSignature},
		"none":            {nil, saccade.ErrWebhookSecret},
		"not a secret":    {[]string{"whsec_?"}, saccade.ErrWebhookSecret},
		"an empty secret": {[]string{""}, saccade.ErrWebhookSecret},
	} {
		secrets, message = tt.secrets, client.Message{}
		if _, err := sender.Send(ctx, webhook.Delivery{ID: d.ID, URL: receiver.URL, Secret: d.Secret, Payload: []byte(d.Payload)}); err != nil {
			t.Fatal(err)
		}
		if !errors.Is(failure, tt.want) {
			t.Errorf("%s: %v, want %v", name, failure, tt.want)
		}
		wanted := client.Message{}
		if tt.want == nil {
			wanted.ID, wanted.WebhookMessage = d.ID, want
		}
		if d := cmp.Diff(wanted, message); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if want.Data.ID != ref.ID || want.Data.Title != "Draft" || want.Data.Status != saccade.StatusSuccess || want.Timestamp.IsZero() {
		t.Errorf("%+v", want)
	}
}

// delivery returns the one message about an analysis, as the client lists it
// and as the store keeps it.
func delivery(t *testing.T, s *server, c *client.Client, analysis string) (saccade.WebhookMessage, store.Delivery) {
	t.Helper()
	page, _, err := c.Deliveries(t.Context(), analysis, "")
	if err != nil || len(page) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	d, err := s.store.Delivery(t.Context(), "acme", page[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return page[0].Message, d
}
