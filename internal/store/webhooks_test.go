package store_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func TestWebhooks(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		e, err := f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://example.org/hook", Events: []string{saccade.EventFailed}})
		f.ok(err)
		got, err := f.Webhook(t.Context(), "acme", e.ID)
		f.ok(err)
		if diff := cmp.Diff(e, got); diff != "" || !strings.HasPrefix(e.Secret, "whsec_") {
			t.Errorf("%s %+v", diff, e)
		}
		_, err = f.Webhook(t.Context(), "rival", e.ID)
		f.code(err, saccade.CodeNotFound)
		_, err = f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://example.org", Events: []string{"analysis.begun"}})
		f.code(err, saccade.CodeClient)
		off, err := f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://example.org", DisabledAt: &e.CreatedAt})
		f.ok(err)
		got, err = f.Webhook(t.Context(), "acme", off.ID)
		if err != nil || got.DisabledAt == nil {
			t.Errorf("created disabled: %+v, %v", got, err)
		}
		f.ok(f.DeleteWebhook(t.Context(), "acme", off.ID))
		now := f.clock.Now()
		e.URL, e.Events, e.DisabledAt = "https://example.org/other", nil, &now
		got, err = f.UpdateWebhook(t.Context(), e)
		f.ok(err)
		if diff := cmp.Diff(e, got); diff != "" {
			t.Error(diff)
		}
		stolen := e
		stolen.Account = "rival"
		_, err = f.UpdateWebhook(t.Context(), stolen)
		f.code(err, saccade.CodeNotFound)
		f.code(f.DeleteWebhook(t.Context(), "rival", e.ID), saccade.CodeNotFound)
		f.ok(f.DeleteWebhook(t.Context(), "acme", e.ID))
		f.code(f.DeleteWebhook(t.Context(), "acme", e.ID), saccade.CodeNotFound)
		for range store.MaxWebhooks {
			_, err = f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://example.org"})
			f.ok(err)
		}
		_, err = f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://example.org"})
		f.code(err, saccade.CodeClient)
		all, err := f.Webhooks(t.Context(), "acme")
		if err != nil || len(all) != store.MaxWebhooks {
			t.Errorf("%d, %v", len(all), err)
		}
	})
}

// TestDeliveriesAreMade: with the final state, for those who want the event.
func TestDeliveriesAreMade(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		all, err := f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://all.example"})
		f.ok(err)
		_, err = f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://failures.example", Events: []string{saccade.EventFailed}})
		f.ok(err)
		off, err := f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://off.example"})
		f.ok(err)
		now := f.clock.Now()
		off.DisabledAt = &now
		_, err = f.UpdateWebhook(t.Context(), off)
		f.ok(err)
		_, err = f.CreateWebhook(t.Context(), store.Webhook{Account: "rival", URL: "https://rival.example"})
		f.ok(err)
		withWebhook := func(r *saccade.Request) {
			r.Webhook = &saccade.Webhook{URL: "https://request.example", Events: []string{saccade.EventSucceeded}}
		}
		good, bad := f.create(saccade.KindVideo, withWebhook), f.create(saccade.KindVideo, withWebhook)
		c := f.begin(good.ID)
		repair := f.breakQueue()
		if c.Succeed(t.Context(), someOutputs()) == nil {
			t.Error("no error")
		}
		if f.get(good.ID).Status != saccade.StatusPending {
			t.Error("the final state was kept without its deliveries")
		}
		repair()
		f.ok(c.Succeed(t.Context(), someOutputs()))
		f.ok(f.begin(bad.ID).Fail(t.Context(), saccade.Errorf(saccade.CodeTooLarge, "Too large.")))
		urls := func(id string) []string {
			page, _, err := f.Deliveries(t.Context(), "acme", store.DeliveryOptions{Analysis: id})
			f.ok(err)
			var u []string
			for _, d := range page {
				u = append(u, d.URL)
			}
			slices.Sort(u)
			return u
		}
		if diff := cmp.Diff([]string{"https://all.example", "https://request.example"}, urls(good.ID)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"https://all.example", "https://failures.example"}, urls(bad.ID)); diff != "" {
			t.Error(diff)
		}
		assertPayload(t, f, bad.ID, all)
		if _, err := f.Delete(t.Context(), "acme", bad.ID); err != nil || len(urls(bad.ID)) > 0 {
			t.Errorf("deliveries of an erased analysis: %v, %v", urls(bad.ID), err)
		}
	})
}

func assertPayload(t *testing.T, f *fixture, id string, to store.Webhook) {
	t.Helper()
	page, _, err := f.Deliveries(t.Context(), "acme", store.DeliveryOptions{Analysis: id})
	f.ok(err)
	i := slices.IndexFunc(page, func(d store.Delivery) bool { return d.Webhook == to.ID })
	d := page[i]
	var payload map[string]any
	f.ok(json.Unmarshal([]byte(d.Payload), &payload))
	want := map[string]any{
		"type":      "analysis.failed",
		"timestamp": "2026-06-01T09:12:43.514Z",
		"data": map[string]any{"id": id, "kind": "video", "title": "a title", "status": "failed",
			"error": map[string]any{"code": "client_error", "message": "Too large."}},
	}
	if diff := cmp.Diff(want, payload); diff != "" || d.Secret != to.Secret || d.Event != saccade.EventFailed {
		t.Errorf("%s %+v", diff, d)
	}
}

// claimDelivery takes the delivery whose turn it is.
func (f *fixture) claimDelivery() *store.DeliveryClaim {
	f.t.Helper()
	c, err := f.ClaimDelivery(f.t.Context(), store.Holder{Instance: "i", Lease: f.cfg.Lease})
	f.ok(err)
	return c
}

func TestDeliveryLife(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		e, err := f.CreateWebhook(t.Context(), store.Webhook{Account: "acme", URL: "https://all.example"})
		f.ok(err)
		f.ok(f.begin(f.create(saccade.KindVideo).ID).Succeed(t.Context(), someOutputs()))
		c := f.claimDelivery()
		id := c.Delivery.ID
		if d := c.Delivery; d.State != store.DeliveryPending || d.Attempts != 0 || d.NextAt == nil {
			t.Errorf("%+v", d)
		}
		f.ok(c.Release(t.Context()))
		c = f.claimDelivery()
		f.ok(c.Finish(t.Context(), store.Attempt{HTTPStatus: 500, Err: errors.New(strings.Repeat("ü", 300) + "\x00\xff"), Retry: 5 * time.Second}))
		d, err := f.Delivery(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryPending || d.Attempts != 1 || d.HTTPStatus != 500 || !d.NextAt.Equal(f.clock.Now().Add(5*time.Second)) || len(d.Error) > 500 {
			t.Errorf("%+v", d)
		}
		_, err = f.ClaimDelivery(t.Context(), storetest.Holder("i"))
		f.is(err, store.ErrNoWork)
		_, err = f.Redeliver(t.Context(), "acme", id)
		f.ok(err)
		dead := f.claimDelivery()
		f.clock.move(f.cfg.Lease)
		c = f.claimDelivery()
		f.is(dead.Heartbeat(t.Context()), store.ErrFenced)
		f.is(dead.Finish(t.Context(), store.Attempt{HTTPStatus: 204}), store.ErrFenced)
		f.ok(c.Finish(t.Context(), store.Attempt{HTTPStatus: 410, Err: errors.New("gone"), Disable: true}))
		d, err = f.Delivery(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryFailed || d.Attempts != 2 || d.NextAt != nil || d.EndedAt == nil {
			t.Errorf("%+v", d)
		}
		if e, err = f.Webhook(t.Context(), "acme", e.ID); err != nil || e.DisabledAt == nil {
			t.Errorf("410 did not disable the webhook: %+v, %v", e, err)
		}
		_, err = f.Redeliver(t.Context(), "rival", id)
		f.code(err, saccade.CodeNotFound)
		d, err = f.Redeliver(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryPending || d.Attempts != 0 || d.EndedAt != nil {
			t.Errorf("%+v", d)
		}
		f.ok(f.claimDelivery().Finish(t.Context(), store.Attempt{HTTPStatus: 204}))
		d, err = f.Delivery(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryDelivered || d.Error != "" || d.HTTPStatus != 204 {
			t.Errorf("%+v", d)
		}
		f.ok(f.Prune(t.Context()))
		f.clock.move(31 * 24 * time.Hour)
		f.ok(f.Prune(t.Context()))
		_, err = f.Delivery(t.Context(), "acme", id)
		f.code(err, saccade.CodeNotFound)
	})
}
