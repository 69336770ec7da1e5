package httpapi

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/service"
)

// put stores a file of an analysis.
func (h *harness) put(id string, file saccade.File, b []byte) {
	h.t.Helper()
	if _, err := h.disk.Put(h.ctx(), blob.AnalysisKey(id, file), bytes.NewReader(b)); err != nil {
		h.t.Fatal(err)
	}
}

// aGrid is an attention.grid of some frames.
func aGrid(t *testing.T, frames int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := artifact.NewGridWriter(&b)
	for i := range frames {
		if err := w.Write(float64(i), saccade.NewDensity(48, 30)); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestPreviewOfARunningAnalysis(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	poll := func() (v videoView) {
		t.Helper()
		h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
		return v
	}
	if v := poll(); v.Preview != nil {
		t.Errorf("a preview of what waits: %+v", v.Preview)
	}
	c := h.begin(id)
	if err := c.Heartbeat(h.ctx(), saccade.Progress{Fraction: 0.1, Stage: saccade.StagePredicting}); err != nil {
		t.Fatal(err)
	}
	if v := poll(); v.Preview != nil {
		t.Errorf("a preview without frames: %+v", v.Preview)
	}
	h.put(id, service.PreviewFile, aGrid(t, 2))
	v := poll()
	if v.Preview == nil || v.Outputs != nil {
		t.Fatalf("%+v", v)
	}
	link := string(v.Preview.Grid)
	r := h.send("GET", link, nil, nil)
	if r.status != 200 || !bytes.Equal(r.body, aGrid(t, 2)) || r.header.Get("Cache-Control") != "no-store" {
		t.Errorf("status %d, %d bytes, Cache-Control %q", r.status, len(r.body), r.header.Get("Cache-Control"))
	}
	h.put(id, service.PreviewFile, aGrid(t, 3))
	if r := h.send("GET", link, nil, nil); !bytes.Equal(r.body, aGrid(t, 3)) {
		t.Errorf("later: status %d, %d bytes", r.status, len(r.body))
	}
	if err := h.disk.Delete(h.ctx(), blob.AnalysisKey(id, service.PreviewFile)); err != nil {
		t.Fatal(err)
	}
	h.send("GET", link, nil, nil).wantError(t, 410, saccade.CodeGone)
	if err := c.Succeed(h.ctx(), &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{Grid: artifact.GridFile}}); err != nil {
		t.Fatal(err)
	}
	if v := poll(); v.Preview != nil || !strings.Contains(string(v.Outputs.Attention.Grid), "/attention.grid?") {
		t.Errorf("at the end: %+v", v)
	}
}

// TestGridWithoutAttention: the densities have a link of their own, beside outputs
// that hold nothing of attention.
func TestGridWithoutAttention(t *testing.T) {
	h := newHarness(t)
	id := h.image()
	want := aGrid(t, 1)
	h.put(id, artifact.GridFile, want)
	if err := h.begin(id).Succeed(h.ctx(), &saccade.Outputs[saccade.File]{}); err != nil {
		t.Fatal(err)
	}
	var v imageView
	h.call("GET", "/v2/analyses/"+id, nil).into(t, 200, &v)
	if v.Preview == nil || v.Outputs == nil || v.Outputs.Attention != nil {
		t.Fatalf("%+v", v)
	}
	if r := h.send("GET", string(v.Preview.Grid), nil, nil); r.status != 200 || !bytes.Equal(r.body, want) {
		t.Errorf("status %d, %d bytes", r.status, len(r.body))
	}
	if err := h.disk.Delete(h.ctx(), blob.AnalysisKey(id, artifact.GridFile)); err != nil {
		t.Fatal(err)
	}
	var bare imageView
	h.call("GET", "/v2/analyses/"+id, nil).into(t, 200, &bare)
	if bare.Preview != nil {
		t.Errorf("a link to what is not there: %+v", bare.Preview)
	}
}

func TestGridGoesCompressed(t *testing.T) {
	h := newHarness(t)
	id := h.image()
	want := aGrid(t, 5)
	h.put(id, artifact.GridFile, want)
	if err := h.begin(id).Succeed(h.ctx(), &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{Grid: artifact.GridFile}}); err != nil {
		t.Fatal(err)
	}
	var v imageView
	h.call("GET", "/v2/analyses/"+id, nil).into(t, 200, &v)
	link := string(v.Outputs.Attention.Grid)
	for accept, packed := range map[string]bool{
		"gzip": true, "br, GZIP;q=0.5": true, "deflate , gzip ; q=1": true,
		"identity": false, "gzip;q=0": false, "gzip;q=x": false, "xgzip": false, ",,;": false, strings.Repeat("a,", 2000): false,
	} {
		r := h.send("GET", link, nil, map[string]string{"Accept-Encoding": accept})
		got := r.body
		if packed {
			unpack, err := gzip.NewReader(bytes.NewReader(r.body))
			if err != nil {
				t.Errorf("%.40q: %v", accept, err)
				continue
			}
			if got, err = io.ReadAll(unpack); err != nil || len(r.body) > len(want)/10 {
				t.Errorf("%.40q: %d of %d bytes, %v", accept, len(r.body), len(want), err)
			}
		}
		if (r.header.Get("Content-Encoding") == "gzip") != packed || !bytes.Equal(got, want) || r.header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%.40q: status %d, Content-Encoding %q, %d bytes", accept, r.status, r.header.Get("Content-Encoding"), len(got))
		}
	}
	gz := map[string]string{"Accept-Encoding": "gzip"}
	gz["If-None-Match"] = h.send("GET", link, nil, gz).header.Get("ETag")
	if r := h.send("GET", link, nil, gz); r.status != 304 || len(r.body) > 0 {
		t.Errorf("known already: status %d, %d bytes", r.status, len(r.body))
	}
	delete(gz, "If-None-Match")
	if r := h.send("HEAD", link, nil, gz); r.status != 200 || r.header.Get("Content-Encoding") != "gzip" {
		t.Errorf("HEAD: status %d, %v", r.status, r.header)
	}
	gz["Range"] = "bytes=0-3"
	if r := h.send("GET", link, nil, gz); r.status != 206 || string(r.body) != "SGRD" {
		t.Errorf("a part: status %d, %q", r.status, r.body)
	}
}

// TestTheWayBackToTheVideo: a result leads to what was uploaded, and to its poster.
func TestTheWayBackToTheVideo(t *testing.T) {
	h := newHarness(t)
	id := h.video()
	h.put(id, artifact.PosterJPG, []byte("\xff\xd8\xff plain"))
	h.put(id, artifact.PosterHeatJPG, []byte("\xff\xd8\xff heat"))
	poster := &saccade.PosterOutput[saccade.File]{Plain: artifact.PosterJPG, Heat: artifact.PosterHeatJPG}
	if err := h.begin(id).Succeed(h.ctx(), &saccade.Outputs[saccade.File]{Input: &saccade.InputOutput[saccade.File]{Width: 640, Poster: poster}}); err != nil {
		t.Fatal(err)
	}
	var v videoView
	h.call("GET", "/v2/analyses/video/"+id, nil).into(t, 200, &v)
	for link, want := range map[saccade.Link][2]string{
		v.Outputs.Input.Video:        {"video/webm", webm},
		v.Outputs.Input.Poster.Plain: {"image/jpeg", "\xff\xd8\xff plain"},
		v.Outputs.Input.Poster.Heat:  {"image/jpeg", "\xff\xd8\xff heat"},
	} {
		r := h.send("GET", string(link), nil, nil)
		if r.status != 200 || string(r.body) != want[1] || r.header.Get("Content-Type") != want[0] {
			t.Errorf("%s: status %d, %s, %.40q", link, r.status, r.header.Get("Content-Type"), r.body)
		}
		if put := h.send("PUT", string(link), "other", nil); put.status != 403 {
			t.Errorf("a link to read takes an upload: %d", put.status)
		}
	}
}

// TestUploadsAreNoDocuments: whatever was uploaded, a browser gets it as a video or as
// bytes, never as a page.
func TestUploadsAreNoDocuments(t *testing.T) {
	for head, want := range map[string]string{
		webm: "video/webm", "GIF89a....": "image/gif", "<html><script>alert(1)</script>": "application/octet-stream",
		"%PDF-1.7": "application/octet-stream", "": "application/octet-stream", "<svg xmlns='http://www.w3.org/2000/svg'>": "application/octet-stream",
	} {
		if got := contentType("uploads/acme/1", strings.NewReader(head)); got != want {
			t.Errorf("%.10q is sent as %s, want %s", head, got, want)
		}
	}
	if got := contentType("analyses/1/frames.json", strings.NewReader("<html>")); got != "application/json" {
		t.Errorf("an output is sent as %s", got)
	}
}
