package httpapi

import (
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi/account"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// TestQuota: what is over a quota is refused with words that say what to do, and the account
// sees what it has left.
func TestQuota(t *testing.T) {
	h := newHarness(t)
	set := func(analyses int, bytes int64) {
		t.Helper()
		if err := h.store.SetQuota(h.ctx(), "acme", quota.Own{Analyses: &analyses, Bytes: &bytes}); err != nil {
			t.Fatal(err)
		}
	}
	type answer struct{ Quota account.QuotaView }
	shown := func() (got answer) {
		t.Helper()
		h.call("GET", "/v2/usage", nil).into(t, 200, &got)
		return got
	}
	if got := shown().Quota; got.AnalysesPerDay != 0 || got.MaxStoredBytes != 0 || got.ResetsAt == "" {
		t.Errorf("%+v", got)
	}
	set(1, 0)
	order := object{"input": object{"type": "url", "content": "https://example.com/"}}
	h.call("POST", "/v2/analyses", order).into(t, 201, nil)
	r := h.call("POST", "/v2/analyses", order)
	r.wantError(t, 429, saccade.CodeRateLimited)
	if n, err := strconv.Atoi(r.header.Get("Retry-After")); err != nil || n < 1 || n > 86_400 {
		t.Errorf("Retry-After %q", r.header.Get("Retry-After"))
	}
	if got := shown().Quota; got.AnalysesToday != 1 || got.AnalysesPerDay != 1 {
		t.Errorf("%+v", got)
	}
	var up struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &up)
	set(0, 100)
	h.send("PUT", up.URL, strings.Repeat("x", 101), nil).wantError(t, 403, saccade.CodeClient)
	h.send("PUT", up.URL, strings.Repeat("x", 100), nil).into(t, 200, nil)
	if got := shown().Quota; got.StoredBytes != 100 || got.MaxStoredBytes != 100 {
		t.Errorf("%+v", got)
	}
	r = h.call("GET", "/v2/upload-urls", nil)
	r.wantError(t, 403, saccade.CodeClient)
	if !strings.Contains(string(r.body), "Delete analyses") {
		t.Errorf("%s", r.body)
	}
	h.call("POST", "/v2/analyses", object{"input": object{"type": "image", "content": "aGVsbG8="}}).wantError(t, 403, saccade.CodeClient)
	h.call("POST", "/v2/analyses", order).into(t, 201, nil) // brings no bytes
}

// TestDiskBudget: where the service may store no more, it says so, and shows it.
func TestDiskBudget(t *testing.T) {
	cfg := store.DefaultConfig()
	cfg.DSN, cfg.DiskBudget = "sqlite:"+filepath.Join(t.TempDir(), "db.sqlite"), 100
	h := newHarnessAt(t, cfg, func(*service.Deps) {})
	var up struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &up)
	h.send("PUT", up.URL, strings.Repeat("x", 101), nil).wantError(t, 507, saccade.CodeOverCapacity)
	if _, err := h.disk.Stat(h.ctx(), h.key(up.URL)); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("what was refused is kept: %v", err)
	}
	h.send("PUT", up.URL, strings.Repeat("x", 100), nil).into(t, 200, nil)
	r := h.call("GET", "/v2/upload-urls", nil)
	r.wantError(t, 507, saccade.CodeOverCapacity)
	if !strings.Contains(string(r.body), "Delete analyses") {
		t.Errorf("%s", r.body)
	}
	metrics := string(h.send("GET", h.at("/metrics"), nil, nil).body)
	for _, line := range []string{"saccade_stored_bytes 100", "saccade_disk_budget_bytes 100"} {
		if !strings.Contains(metrics, "\n"+line+"\n") {
			t.Errorf("/metrics lacks %s", line)
		}
	}
}
