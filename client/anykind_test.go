package client_test

import (
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// TestAnyKind: what takes an analysis of any kind finds it by id and by
// location.
func TestAnyKind(t *testing.T) {
	_, c := newServer(t)
	ctx := deadline(t)
	upload, err := c.Upload(ctx, strings.NewReader("x"), 1)
	if err != nil {
		t.Fatal(err)
	}
	video, err := c.CreateVideo(ctx, client.VideoRequest{Upload: upload})
	if err != nil {
		t.Fatal(err)
	}
	image, err := c.CreateImage(ctx, client.ImageRequest{Image: []byte("png")})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		kind saccade.Kind
		ref  client.Ref
	}{{saccade.KindVideo, video}, {saccade.KindImage, image}} {
		for _, id := range []string{tc.ref.ID, tc.ref.Location, tc.ref.Location + "/"} {
			if a, err := c.Analysis(ctx, id); err != nil || a.ID != tc.ref.ID || a.Type != tc.kind {
				t.Errorf("%s: %+v, %v", id, a, err)
			}
			told := 0
			if a, err := c.Wait(ctx, id, func(*client.Analysis) { told++ }); err != nil || a.Type != tc.kind || told == 0 {
				t.Errorf("wait for %s: %+v, %v", id, a, err)
			}
		}
		if r, err := c.AOIs(ctx, tc.ref.ID, []saccade.AOI{{Name: "a", Box: &saccade.Box{Width: 1, Height: 1}}}); err != nil || len(r) != 1 {
			t.Errorf("areas: %+v, %v", r, err)
		}
		maps := []saccade.Output{saccade.OutAttentionMap}
		if _, err := c.AddOutputs(ctx, tc.ref.Location, []saccade.Output{saccade.OutFocusScore}, ""); !saccade.IsCode(err, saccade.CodeInvalidInput) {
			t.Errorf("a score later: %v", err)
		}
		if a, err := c.AddOutputs(ctx, tc.ref.Location, maps, ""); err != nil && !saccade.IsCode(err, saccade.CodeGone) || err == nil && a.ID != tc.ref.ID {
			t.Errorf("more outputs: %+v, %v", a, err)
		}
		if err := c.Delete(ctx, tc.ref.ID); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.Analysis(ctx, "nothing"); !saccade.IsCode(err, saccade.CodeNotFound) {
		t.Errorf("unknown: %v", err)
	}
	if err := c.Delete(ctx, "nothing"); !saccade.IsCode(err, saccade.CodeNotFound) {
		t.Errorf("deleting the unknown: %v", err)
	}
}
