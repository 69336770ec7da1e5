package httpapi

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// askedFor counts how often what is rendered is asked for.
type askedFor struct {
	*store.Store
	n *atomic.Int64
}

func (a askedFor) Rendering(ctx context.Context, id string) (*store.Rendering, error) {
	a.n.Add(1)
	return a.Store.Rendering(ctx, id)
}

// TestMoreOutputs: polls say what is being rendered, without a query of its own where nothing
// is; what is over the quota is refused.
func TestMoreOutputs(t *testing.T) {
	var asked atomic.Int64
	h := newHarness(t, func(_ *Config, d *Deps) { d.Analyses = askedFor{d.Analyses.(*store.Store), &asked} })
	id := h.image()
	h.succeed(id)
	if _, err := h.disk.Put(t.Context(), blob.AnalysisKey(id, artifact.GridFile), strings.NewReader("grid")); err != nil {
		t.Fatal(err)
	}
	rendering := func(r reply, status int) []string {
		t.Helper()
		var v imageView
		r.into(t, status, &v)
		if v.Rendering == nil {
			return nil
		}
		return v.Rendering.Outputs
	}
	more := object{"outputs": object{"attention": object{"outputs": []string{"hotspotsMap"}}}}
	want := []string{"attention.hotspotsMap"}
	one := int64(1)
	set := func(own quota.Own) {
		if err := h.store.SetQuota(t.Context(), "acme", own); err != nil {
			t.Fatal(err)
		}
	}
	set(quota.Own{Bytes: &one})
	h.call("POST", "/v2/analyses/"+id+"/outputs", more).wantError(t, 403, saccade.CodeClient)
	set(quota.Own{})
	if got := rendering(h.call("GET", "/v2/analyses/"+id, nil), 200); got != nil || asked.Load() != 0 {
		t.Errorf("rendered: %v; asked %d times", got, asked.Load())
	}
	if diff := cmp.Diff(want, rendering(h.call("POST", "/v2/analyses/"+id+"/outputs", more), 202)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, rendering(h.call("GET", "/v2/analyses/"+id, nil), 200)); diff != "" {
		t.Error(diff)
	}
	c, err := h.store.ClaimRendering(t.Context(), store.WorkImageRendering, storetest.Holder("i"))
	if err == nil {
		err = c.Succeed(t.Context(), 1, func(*saccade.Analysis) {})
	}
	if err != nil {
		t.Fatal(err)
	}
	asked.Store(0)
	if got := rendering(h.call("GET", "/v2/analyses/"+id, nil), 200); got != nil || asked.Load() != 0 {
		t.Errorf("rendered: %v; asked %d times", got, asked.Load())
	}
}
