package main_test

import (
	"bytes"
	"fmt"
	"image"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// addOutputs asks for more outputs of an analysis, by the address of its poll.
func (s *service) addOutputs(location string, body object) answer {
	s.t.Helper()
	return s.call("POST", location+"/outputs", body)
}

// rendered polls until what was asked for later is there.
func (s *service) rendered(location string) answer {
	s.t.Helper()
	for until := time.Now().Add(2 * time.Minute); ; {
		a := s.call("GET", location, nil)
		r, waits := a.body["rendering"].(map[string]any)
		if !waits {
			return a
		}
		if r["error"] != nil || time.Now().After(until) {
			s.t.Fatalf("%v", a.body)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

var attentionMap = object{"attention": object{"outputs": []string{"attentionMap"}}}

// TestRendering asks for outputs later: they have the frames and times of those asked for
// at POST, and look the same within what 8 bits can say.
func TestRendering(t *testing.T) {
	clip := encoded(t, "v.webm", "-f lavfi -i testsrc2=s=160x96:r=10:d=2"+vp9)
	s := start(t, t.TempDir())
	at := func(predictions object) string {
		a := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(clip)}, "predictions": predictions})
		if done := s.settle(a.text("location"), 2*time.Minute); done.text("status") != "success" {
			t.Fatal(done.body)
		}
		return a.text("location")
	}
	whole, later := at(attentionMap), at(object{"focus": object{}})
	before := s.storedBytes()
	if a := s.addOutputs(later, object{"outputs": attentionMap}); a.status != http.StatusAccepted {
		t.Fatalf("%d %v", a.status, a.body)
	}
	done := s.rendered(later)
	want, got := s.heatOf(s.call("GET", whole, nil)), s.heatOf(done)
	if size, err := os.Stat(got); err != nil || s.storedBytes() != before+float64(size.Size()) {
		t.Errorf("%v bytes are stored after %v and a file of %v", s.storedBytes(), before, size.Size())
	}
	sameFrames(t, frames(t, got), frames(t, want))
	if psnr := psnrOf(t, got, want); psnr < 33 {
		t.Errorf("the heat map that was asked for later is unlike the other: %.1f dB", psnr)
	}
	if again := s.addOutputs(later, object{"outputs": attentionMap}); again.status != http.StatusAccepted || again.body["rendering"] != nil || again.output("attention", "attentionMap") == "" {
		t.Errorf("asked for again: %d %v", again.status, again.body)
	}
	fog := s.addOutputs(later, object{"outputs": object{"attention": object{"outputs": []string{"perceptionMap", "data"}}}, "palette": "fog"})
	if fog.status != http.StatusAccepted {
		t.Fatalf("%d %v", fog.status, fog.body)
	}
	done = s.rendered(later)
	s.fetch(done.output("attention", "perceptionMap"))
	if other := s.heatOf(done); psnrOf(t, other, want) > 30 {
		t.Error("in another palette the heat map looks the same")
	}
	refusedOutputs(t, s, later)
	imageOutputs(t, s)
	s.terminate(20 * time.Second)
}

// storedBytes is what the account stores, as its quota counts it.
func (s *service) storedBytes() float64 {
	s.t.Helper()
	quota, _ := s.call("GET", "/usage", nil).body["quota"].(map[string]any)
	bytes, ok := quota["stored_bytes"].(float64)
	if !ok {
		s.t.Fatalf("quota %v", quota)
	}
	return bytes
}

// heatOf fetches the heat map of a video.
func (s *service) heatOf(a answer) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "heat.webm")
	if err := os.WriteFile(path, s.fetch(a.output("attention", "attentionMap")), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// psnrOf compares two videos, frame by frame.
func psnrOf(t *testing.T, a, b string) float64 {
	t.Helper()
	out, err := exec.Command("ffmpeg", "-nostdin", "-i", a, "-i", b, "-lavfi", "psnr", "-f", "null", "-").CombinedOutput()
	i := bytes.Index(out, []byte("average:"))
	if err != nil || i < 0 {
		t.Fatalf("%v: %s", err, out)
	}
	v := math.Inf(1)
	if _, err := fmt.Sscanf(string(out[i:]), "average:%g", &v); err != nil && !bytes.HasPrefix(out[i:], []byte("average:inf")) {
		t.Fatal(err)
	}
	return v
}

// refusedOutputs asks for what cannot be had.
func refusedOutputs(t *testing.T, s *service, location string) {
	t.Helper()
	for name, tc := range map[string]struct {
		body   object
		status int
	}{
		"nothing":         {object{"outputs": object{}}, http.StatusBadRequest},
		"a score":         {object{"outputs": object{"focus": object{"outputs": []string{"timeline"}}}}, http.StatusBadRequest},
		"no such output":  {object{"outputs": object{"attention": object{"outputs": []string{"smell"}}}}, http.StatusBadRequest},
		"no such palette": {object{"outputs": attentionMap, "palette": "pink"}, http.StatusBadRequest},
		"without a body":  {object{}, http.StatusBadRequest},
	} {
		if a := s.addOutputs(location, tc.body); a.status != tc.status {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	slow := s.video(s.upload(encoded(t, "v.webm", "-f lavfi -i testsrc2=s=640x360:r=30:d=20"+vp8)))
	if a := s.addOutputs(slow.text("location"), object{"outputs": attentionMap}); a.status != http.StatusConflict {
		t.Errorf("while pending: %d %v", a.status, a.body)
	}
	s.call("DELETE", slow.text("location"), nil)
	if a := s.addOutputs(slow.text("location"), object{"outputs": attentionMap}); a.status != http.StatusGone {
		t.Errorf("once erased: %d %v", a.status, a.body)
	}
	other := s.with(t)
	other.token = s.run("token", "create", "--account", "other", "--data", s.data)
	if a := other.addOutputs(location, object{"outputs": attentionMap}); a.status != http.StatusNotFound {
		t.Errorf("of another account: %d %v", a.status, a.body)
	}
	uploads, err := filepath.Glob(filepath.Join(s.data, "objects", "uploads", "*", "*"))
	if err != nil || len(uploads) == 0 {
		t.Fatal(uploads, err)
	}
	for _, path := range uploads {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	if a := s.addOutputs(location, object{"outputs": object{"attention": object{"outputs": []string{"overlay"}}}}); a.status != http.StatusGone {
		t.Errorf("without the upload: %d %v", a.status, a.body)
	}
}

// imageOutputs asks for outputs of an image later.
func imageOutputs(t *testing.T, s *service) {
	t.Helper()
	size := image.Pt(320, 200)
	content := base64Of(pngOf(t, screen(size.X, size.Y)))
	posted, whole := s.image(content, object{"predictions": object{"focus": object{}}}), s.image(content, object{"predictions": attentionMap})
	for _, a := range []answer{posted, whole} {
		if done := s.settle(a.text("location"), time.Minute); done.text("status") != "success" {
			t.Fatal(done.body)
		}
	}
	if a := s.addOutputs(posted.text("location"), object{"outputs": object{"attention": object{"outputs": []string{"attentionMap", "hotspotsMap"}}, "clarity": object{"outputs": []string{"map"}}}}); a.status != http.StatusAccepted {
		t.Fatalf("%d %v", a.status, a.body)
	}
	done := s.rendered(posted.text("location"))
	for _, o := range [][2]string{{"attention", "attentionMap"}, {"attention", "hotspotsMap"}, {"clarity", "map"}} {
		if b := s.fetch(done.output(o[0], o[1])); !bytes.HasPrefix(b, []byte("\x89PNG")) {
			t.Errorf("%s.%s is no PNG", o[0], o[1])
		}
	}
	// 8 bits a cell are off by 0.4 % of the maximum at most, which the opacity shows.
	want := s.fetchPNG(s.call("GET", whole.text("location"), nil).output("attention", "attentionMap"), size)
	got, most := s.fetchPNG(done.output("attention", "attentionMap"), size), 0
	for i := range size.X * size.Y {
		_, _, _, a := want.At(i%size.X, i/size.X).RGBA()
		_, _, _, b := got.At(i%size.X, i/size.X).RGBA()
		most = max(most, int(a>>8)-int(b>>8), int(b>>8)-int(a>>8))
	}
	if most > 6 {
		t.Errorf("the opacity of the heat map that was asked for later is off by up to %d of 255", most)
	}
}

// TestRenderingSurvives kills the service while it renders: the next one finishes.
func TestRenderingSurvives(t *testing.T) {
	data := t.TempDir()
	s := start(t, data)
	posted := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(read(t, sample))}, "predictions": object{"focus": object{}}})
	if done := s.settle(posted.text("location"), 5*time.Minute); done.text("status") != "success" {
		t.Fatal(done.body)
	}
	s.slowly()
	if a := s.addOutputs("/analyses/video/"+posted.text("id"), object{"outputs": attentionMap}); a.status != http.StatusAccepted {
		t.Fatalf("%d %v", a.status, a.body)
	}
	for {
		a := s.call("GET", "/analyses/video/"+posted.text("id"), nil)
		r, _ := a.body["rendering"].(map[string]any)
		if r == nil {
			t.Fatalf("over before it could be killed: %v", a.body)
		}
		if p, _ := r["progress"].(float64); p > 0 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	s.kill()
	next := start(t, data)
	done := next.rendered("/analyses/video/" + posted.text("id"))
	sameFrames(t, frames(t, next.heatOf(done)), frames(t, sample))
	next.terminate(20 * time.Second)
}
