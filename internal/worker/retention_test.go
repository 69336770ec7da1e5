package worker_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

// TestInputsExpire: the bytes of an upload go when its time is over, those of the results
// stay, and both are counted meanwhile.
func TestInputsExpire(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver, func(c *store.Config) { c.VideoTTL, c.Lease = 6*time.Second, time.Second })
		u, err := b.store.CreateUpload(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		key := blob.UploadKey(account, u.ID)
		if _, err := b.objects.Put(t.Context(), key, strings.NewReader("bytes")); err != nil {
			t.Fatal(err)
		}
		result := func(id string) blob.Key { return blob.AnalysisKey(id, "attentionMap.webm") }
		b.start(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			_, err := b.objects.Put(ctx, result(task.Analysis.ID), strings.NewReader("results"))
			return &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm"}}, err
		}, nil)
		a := b.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = string(key) })
		b.await(a.ID, func(a *saccade.Analysis) bool { return a.Status == saccade.StatusSuccess })
		eventually(t, func() bool { // measured: nobody said how large the upload is
			q, err := b.store.Quota(t.Context(), account)
			return err == nil && q.Used.Bytes == int64(len("bytes"))
		})
		eventually(t, func() bool { return !b.there(key) })
		if !b.there(result(a.ID)) {
			t.Error("the results are erased as well")
		}
	})
}

// TestOverTheBudget: when more is stored than may be, an upload goes and then, if that does not
// suffice, the results.
func TestOverTheBudget(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		b := newFixture(t, driver, func(c *store.Config) { c.DiskBudget, c.Lease = 10, time.Second })
		u, err := b.store.CreateUpload(t.Context(), account)
		if err != nil {
			t.Fatal(err)
		}
		key := blob.UploadKey(account, u.ID)
		if _, err := b.objects.Put(t.Context(), key, strings.NewReader("bytes")); err != nil {
			t.Fatal(err)
		}
		a := b.create(saccade.KindVideo, func(r *saccade.Request) { r.Object = string(key) })
		result := blob.AnalysisKey(a.ID, "attentionMap.webm")
		b.start(func(ctx context.Context, task worker.Task) (*saccade.Outputs[saccade.File], error) {
			text := strings.Repeat("x", 20)
			if err := os.WriteFile(filepath.Join(task.Dir, "attentionMap.webm"), []byte(text), 0o600); err != nil {
				return nil, err
			}
			_, err := b.objects.Put(ctx, result, strings.NewReader(text))
			return &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm"}}, err
		}, nil)
		eventually(t, func() bool {
			_, err := b.store.Analysis(t.Context(), account, a.ID)
			return saccade.IsCode(err, saccade.CodeGone)
		})
		eventually(t, func() bool { return !b.there(key) && !b.there(result) })
	})
}
