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
)

func TestEndpoints(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		e, err := f.CreateEndpoint(t.Context(), "acme", "https://example.org/hook", []string{saccade.EventFailed})
		f.ok(err)
		got, err := f.Endpoint(t.Context(), "acme", e.ID)
		f.ok(err)
		if diff := cmp.Diff(e, got); diff != "" || !strings.HasPrefix(e.Secret, "whsec_") {
			t.Errorf("%s %+v", diff, e)
		}
		_, err = f.Endpoint(t.Context(), "rival", e.ID)
		f.code(err, saccade.CodeNotFound)
		_, err = f.CreateEndpoint(t.Context(), "acme", "https://example.org", []string{"analysis.begun"})
		f.code(err, saccade.CodeClient)
		now := f.clock.Now()
		e.URL, e.Events, e.DisabledAt = "https://example.org/other", nil, &now
		got, err = f.UpdateEndpoint(t.Context(), e)
		f.ok(err)
		if diff := cmp.Diff(e, got); diff != "" {
			t.Error(diff)
		}
		stolen := e
		stolen.Account = "rival"
		_, err = f.UpdateEndpoint(t.Context(), stolen)
		f.code(err, saccade.CodeNotFound)
		f.code(f.DeleteEndpoint(t.Context(), "rival", e.ID), saccade.CodeNotFound)
		f.ok(f.DeleteEndpoint(t.Context(), "acme", e.ID))
		f.code(f.DeleteEndpoint(t.Context(), "acme", e.ID), saccade.CodeNotFound)
		for range store.MaxEndpoints {
			_, err = f.CreateEndpoint(t.Context(), "acme", "https://example.org", nil)
			f.ok(err)
		}
		_, err = f.CreateEndpoint(t.Context(), "acme", "https://example.org", nil)
		f.code(err, saccade.CodeClient)
		all, err := f.Endpoints(t.Context(), "acme")
		if err != nil || len(all) != store.MaxEndpoints {
			t.Errorf("%d, %v", len(all), err)
		}
	})
}

// TestDeliveriesAreMade: with the final state, for those who want the event.
func TestDeliveriesAreMade(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		all, err := f.CreateEndpoint(t.Context(), "acme", "https://all.example", nil)
		f.ok(err)
		_, err = f.CreateEndpoint(t.Context(), "acme", "https://failures.example", []string{saccade.EventFailed})
		f.ok(err)
		off, err := f.CreateEndpoint(t.Context(), "acme", "https://off.example", nil)
		f.ok(err)
		now := f.clock.Now()
		off.DisabledAt = &now
		_, err = f.UpdateEndpoint(t.Context(), off)
		f.ok(err)
		_, err = f.CreateEndpoint(t.Context(), "rival", "https://rival.example", nil)
		f.ok(err)
		hook := func(r *saccade.Request) {
			r.Webhook = &saccade.Webhook{URL: "https://request.example", Events: []string{saccade.EventSucceeded}}
		}
		good, bad := f.create(saccade.KindVideo, hook), f.create(saccade.KindVideo, hook)
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

func assertPayload(t *testing.T, f *fixture, id string, to store.Endpoint) {
	t.Helper()
	page, _, err := f.Deliveries(t.Context(), "acme", store.DeliveryOptions{Analysis: id})
	f.ok(err)
	i := slices.IndexFunc(page, func(d store.Delivery) bool { return d.Endpoint == to.ID })
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

func TestDeliveryLife(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		e, err := f.CreateEndpoint(t.Context(), "acme", "https://all.example", nil)
		f.ok(err)
		f.ok(f.begin(f.create(saccade.KindVideo).ID).Succeed(t.Context(), someOutputs()))
		var id string
		var job int64
		f.ok(f.DB().QueryRowContext(t.Context(), `SELECT id, job FROM deliveries`).Scan(&id, &job))
		d, err := f.DueDelivery(t.Context(), id, job)
		f.ok(err)
		if d.State != store.DeliveryPending || d.Attempts != 0 || d.NextAt == nil {
			t.Errorf("%+v", d)
		}
		f.ok(f.SaveAttempt(t.Context(), id, store.Attempt{HTTPStatus: 500, Err: errors.New(strings.Repeat("ü", 300) + "\x00\xff"), Retry: 5 * time.Second}))
		d, err = f.Delivery(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryPending || d.Attempts != 1 || d.HTTPStatus != 500 || !d.NextAt.Equal(f.clock.Now().Add(5*time.Second)) || len(d.Error) > 500 {
			t.Errorf("%+v", d)
		}
		_, err = f.Redeliver(t.Context(), "acme", id)
		f.ok(err)
		_, err = f.DueDelivery(t.Context(), id, job)
		f.is(err, store.ErrEnded) // a later job has taken its place
		f.ok(f.SaveAttempt(t.Context(), id, store.Attempt{HTTPStatus: 410, Err: errors.New("gone"), Disable: true}))
		d, err = f.Delivery(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryFailed || d.Attempts != 2 || d.NextAt != nil || d.EndedAt == nil {
			t.Errorf("%+v", d)
		}
		if e, err = f.Endpoint(t.Context(), "acme", e.ID); err != nil || e.DisabledAt == nil {
			t.Errorf("410 did not disable the endpoint: %+v, %v", e, err)
		}
		_, err = f.Redeliver(t.Context(), "rival", id)
		f.code(err, saccade.CodeNotFound)
		d, err = f.Redeliver(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryPending || d.Attempts != 0 || d.EndedAt != nil {
			t.Errorf("%+v", d)
		}
		f.ok(f.DB().QueryRowContext(t.Context(), `SELECT job FROM deliveries`).Scan(&job))
		_, err = f.DueDelivery(t.Context(), id, job)
		f.ok(err)
		f.ok(f.SaveAttempt(t.Context(), id, store.Attempt{HTTPStatus: 204}))
		d, err = f.Delivery(t.Context(), "acme", id)
		f.ok(err)
		if d.State != store.DeliveryDelivered || d.Error != "" || d.HTTPStatus != 204 {
			t.Errorf("%+v", d)
		}
		f.ok(f.Forget(t.Context()))
		f.clock.move(31 * 24 * time.Hour)
		f.ok(f.Forget(t.Context()))
		_, err = f.Delivery(t.Context(), "acme", id)
		f.code(err, saccade.CodeNotFound)
	})
}
