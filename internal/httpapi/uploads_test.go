package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/service"
)

// TestUploadLinkClosesWithTheAnalysis: what an analysis looks at does not change
// under it.
func TestUploadLinkClosesWithTheAnalysis(t *testing.T) {
	h := newHarness(t)
	link := h.upload()
	h.send("PUT", link, webm, nil).into(t, 200, nil) // open until it is used
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": link}}).into(t, 201, nil)
	h.send("PUT", link, webm+" other bytes", nil).wantError(t, 409, saccade.CodeConflict)
	o, _, err := h.disk.Open(t.Context(), h.key(link))
	if err != nil {
		t.Fatal(err)
	}
	defer o.Close()
	if b, err := io.ReadAll(o); err != nil || string(b) != webm {
		t.Errorf("the object is %q, %v", b, err)
	}
	h.call("POST", "/v2/analyses/video", object{"input": object{"content": link}}).into(t, 201, nil) // twice is fine
}

// pausingDisk calls between when a Put has read its first bytes.
type pausingDisk struct {
	*blob.Disk
	between func()
}

func (d *pausingDisk) Put(ctx context.Context, key blob.Key, r io.Reader) (blob.Info, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return blob.Info{}, err
	}
	if d.between != nil {
		d.between()
	}
	return d.Disk.Put(ctx, key, io.MultiReader(bytes.NewReader(head), r))
}

func TestPutThatEndsTooLate(t *testing.T) {
	disk := &pausingDisk{}
	h := newHarnessOn(t, func(d *service.Deps) {
		disk.Disk = d.Objects.(*blob.Disk)
		d.Objects = disk
	})
	var u struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(t, 200, &u)
	account, id, _ := h.key(u.URL).Upload()
	disk.between = func() {
		if deleted, err := h.store.DeleteUpload(t.Context(), saccade.Upload{ID: id, Account: account}); err != nil || !deleted {
			t.Errorf("deleted %v, %v", deleted, err)
		}
	}
	h.send("PUT", u.URL, webm, nil).wantError(t, 404, saccade.CodeClient)
	if _, err := h.disk.Stat(t.Context(), h.key(u.URL)); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("an object is left: %v", err)
	}

	disk.between = nil
	link := h.upload()
	disk.between = func() {
		h.call("POST", "/v2/analyses/video", object{"input": object{"content": link}}).into(t, 201, nil)
	}
	h.send("PUT", link, webm+" late", nil).wantError(t, 409, saccade.CodeConflict)
	if info, err := h.disk.Stat(t.Context(), h.key(link)); err != nil || info.Size != int64(len(webm)) {
		t.Errorf("the object has %d bytes, %v", info.Size, err)
	}
}

// TestForgedPutsTakeNoPlace: with every place taken, a forged link is still
// told so, and one link cannot take them all.
func TestForgedPutsTakeNoPlace(t *testing.T) {
	h := newHarness(t, func(c *Config, _ *Deps) { c.MaxTransfers = 1 })
	link := h.upload()
	key := h.key(link)
	if !h.api.transfers.Enter(shareOf(key)) {
		t.Fatal("no place")
	}
	h.send("PUT", strings.Replace(link, "sig=", "sig=0", 1), "x", nil).wantError(t, 403, saccade.CodeClient)
	h.send("PUT", link, "x", nil).wantError(t, 503, saccade.CodeOverCapacity)
	h.api.transfers.Leave(shareOf(key))
	for range linkShare {
		h.api.puts.Enter(string(key))
	}
	h.send("PUT", link, "x", nil).wantError(t, 503, saccade.CodeOverCapacity)
	if n := h.api.transfers.InUse(); n != 0 {
		t.Errorf("%d places are taken", n)
	}
}
