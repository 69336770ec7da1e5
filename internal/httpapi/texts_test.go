package httpapi

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/httpapi/openapi"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// wantMsg checks an error of the generated texts to the byte.
func wantMsg(t *testing.T, r reply, status int, msg string) {
	t.Helper()
	if r.status != status || strings.TrimSpace(string(r.body)) != fmt.Sprintf(`{"success":false,"msg":%q}`, msg) {
		t.Errorf("%d %s, want %d %s", r.status, r.body, status, msg)
	}
}

func TestGeneratedTexts(t *testing.T) {
	h := newHarness(t)
	release := make(chan struct{})
	h.advise = func(ctx context.Context, an *saccade.Analysis, kind string) (string, error) {
		if kind == "recommendations" {
			return "", errors.New("no idea")
		}
		select {
		case <-release:
			return "## Summary\n\nGoal: " + an.Request.Meta["goal"], nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	id := h.image()
	h.succeed(id)
	var v imageView
	h.call("GET", "/v2/analyses/"+id, nil).into(t, 200, &v)
	exposed := v.ExposedID
	wantMsg(t, h.call("GET", "/v2/analyses/summary/"+exposed, nil), 404, "summary_not_found")
	wantMsg(t, h.call("GET", "/v2/analyses/recommendations/"+exposed, nil), 404, "recommendations_not_found")
	wantMsg(t, h.call("GET", "/v2/analyses/summary/"+id, nil), 404, "analysis_not_found") // the wrong one of the two ids
	wantMsg(t, h.call("POST", "/v2/analyses/summary/nothing", nil), 404, "analysis_not_found")
	wantMsg(t, h.send("POST", h.at("/v2/analyses/summary/"+exposed), nil, map[string]string{"Authorization": "Bearer " + h.other}), 404, "analysis_not_found")

	h.call("PUT", "/v2/update-meta/screenshot/"+exposed, object{"description": "Page", "goal": "Sign-ups"}).into(t, 200, nil)
	h.call("PUT", "/v2/update-meta/screenshot/"+exposed, object{"description": "", "audience": "Everyone"}).into(t, 200, nil)
	for _, bad := range []any{object{"goal": 5}, object{"goal": object{}}, "[]", "x", "", object{"goal": strings.Repeat("x", maxMetaValue+1)}, object{strings.Repeat("n", 65): "x"}} {
		if r := h.call("PUT", "/v2/update-meta/screenshot/"+exposed, bad); r.status != 400 {
			t.Errorf("%v: %d %s", bad, r.status, r.body)
		}
	}
	h.call("PUT", "/v2/update-meta/screenshot/"+id, object{"goal": "x"}).wantError(t, 404, saccade.CodeClient)

	var s textView
	h.call("POST", "/v2/analyses/summary/"+exposed, "{}").into(t, 200, &s)
	if !s.Success || s.Status != "started" || s.Msg == "" {
		t.Errorf("%+v", s)
	}
	h.call("POST", "/v2/analyses/summary/"+exposed, nil).into(t, 200, &s) // safe to repeat
	if s.Status != "started" && s.Status != "processing" {
		t.Errorf("%+v", s)
	}
	close(release)
	s = h.pollText("/v2/analyses/summary/" + exposed)
	if s.Status != "completed" || s.Data != "## Summary\n\nGoal: Sign-ups" || s.Msg != "" {
		t.Errorf("%+v", s)
	}
	h.call("POST", "/v2/analyses/recommendations/"+exposed, nil).into(t, 200, nil)
	if s = h.pollText("/v2/analyses/recommendations/" + exposed); s.Status != "failed" || s.Msg == "" {
		t.Errorf("%+v", s)
	}
	h.clock.advance(61 * time.Minute)
	wantMsg(t, h.call("GET", "/v2/analyses/summary/"+exposed, nil), 410, "analysis_expired")
}

// pollText polls until the text is there or has failed.
func (h *harness) pollText(path string) textView {
	h.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var s textView
		h.call("GET", path, nil).into(h.t, 200, &s)
		if s.Status == "completed" || s.Status == "failed" {
			return s
		}
	}
	h.t.Fatal("the text never came")
	return textView{}
}

func TestTextExpiresOnItsOwn(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.Limits.TextTTL = time.Minute })
	id := h.image()
	h.succeed(id)
	var v imageView
	h.call("GET", "/v2/analyses/"+id, nil).into(t, 200, &v)
	path := "/v2/analyses/summary/" + v.ExposedID
	h.call("POST", path, nil).into(t, 200, nil)
	h.pollText(path)
	h.clock.advance(2 * time.Minute)
	if r := h.call("GET", path, nil); r.status != 410 {
		t.Errorf("%d %s", r.status, r.body)
	}
	h.call("POST", path, nil).into(t, 200, nil) // anew
	if s := h.pollText(path); s.Status != "completed" {
		t.Errorf("%+v", s)
	}
}

// deliver is the worker's delivery, which the receiver accepts.
func (h *harness) deliver(id string) {
	h.t.Helper()
	sent, err := h.store.ClaimDelivery(h.ctx(), storetest.Holder("test"))
	if err != nil || sent.Delivery.ID != id {
		h.t.Fatal(sent, err)
	}
	if err := sent.Finish(h.ctx(), store.Attempt{HTTPStatus: 204}); err != nil {
		h.t.Fatal(err)
	}
}

func TestWebhooks(t *testing.T) {
	h := newHarness(t)
	var w webhookView
	h.call("POST", "/v2/webhooks", object{"url": "https://hooks.example.com/a", "events": []string{"analysis.succeeded"}}).into(t, 201, &w)
	if !strings.HasPrefix(w.Secret, "whsec_") || w.Disabled || w.ID == "" {
		t.Errorf("%+v", w)
	}
	for _, bad := range []any{object{"url": "ftp://x/"}, object{"url": "http://127.0.0.1/"}, object{"url": "https://a:b@example.com/"}, object{"url": "https://example.com/\r\nX: y"},
		object{"url": "https://example.com/", "events": []string{"x"}}, object{}, object{"url": 5}, object{"url": "https://e/" + strings.Repeat("a", 3000)}} {
		if r := h.call("POST", "/v2/webhooks", bad); r.status != 400 {
			t.Errorf("%v: %d %s", bad, r.status, r.body)
		}
	}
	var list struct {
		Webhooks      []webhookView
		SigningSecret string `json:"signing_secret"`
	}
	h.call("GET", "/v2/webhooks", nil).into(t, 200, &list)
	if len(list.Webhooks) != 1 || !strings.HasPrefix(list.SigningSecret, "whsec_") {
		t.Errorf("%+v", list)
	}
	id := h.video()
	h.succeed(id)
	h.fail(h.video(), saccade.CodeUnreadableVideo) // not wanted
	var log struct{ Deliveries []deliveryView }
	h.call("GET", "/v2/webhook-deliveries", nil).into(t, 200, &log)
	if len(log.Deliveries) != 1 || log.Deliveries[0].Analysis != id || log.Deliveries[0].Event != "analysis.succeeded" || log.Deliveries[0].State != "pending" {
		t.Fatalf("%+v", log)
	}
	d := log.Deliveries[0]
	h.call("GET", "/v2/webhook-deliveries?analysis="+id+"x", nil).into(t, 200, &log)
	if len(log.Deliveries) != 0 {
		t.Errorf("%+v", log)
	}
	h.deliver(d.ID)
	h.call("GET", "/v2/webhook-deliveries/"+d.ID, nil).into(t, 200, &d)
	if d.State != "delivered" || d.HTTPStatus != 204 || d.EndedAt == "" {
		t.Errorf("%+v", d)
	}
	h.call("POST", "/v2/webhook-deliveries/"+d.ID+"/redeliver", nil).into(t, 200, &d)
	if d.State != "pending" {
		t.Errorf("%+v", d)
	}
	h.call("PUT", "/v2/webhooks/"+w.ID, object{"url": "https://hooks.example.com/b", "disabled": true}).into(t, 200, &w)
	if !w.Disabled || w.URL != "https://hooks.example.com/b" {
		t.Errorf("%+v", w)
	}
	rival := map[string]string{"Authorization": "Bearer " + h.other}
	for _, p := range []string{"GET /v2/webhooks/" + w.ID, "DELETE /v2/webhooks/" + w.ID, "GET /v2/webhook-deliveries/" + d.ID, "POST /v2/webhook-deliveries/" + d.ID + "/redeliver"} {
		method, path := openapi.SplitRoute(p)
		h.send(method, h.at(path), nil, rival).wantError(t, 404, saccade.CodeClient)
	}
	h.call("DELETE", "/v2/webhooks/"+w.ID, nil).into(t, 204, nil)
	h.call("GET", "/v2/webhooks/"+w.ID, nil).wantError(t, 404, saccade.CodeClient)
}

func TestWebhookOfARequest(t *testing.T) {
	h := newHarness(t)
	var c created
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": h.upload()}, "webhook": object{"url": "https://hooks.example.com/x"}}).into(t, 201, &c)
	h.fail(c.ID, saccade.CodeUnreadableVideo)
	var log struct{ Deliveries []deliveryView }
	h.call("GET", "/v2/webhook-deliveries", nil).into(t, 200, &log)
	if len(log.Deliveries) != 1 || log.Deliveries[0].URL != "https://hooks.example.com/x" || log.Deliveries[0].Event != "analysis.failed" {
		t.Errorf("%+v", log)
	}
}
