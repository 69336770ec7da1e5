package main_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// sample is our own browser recording: no Duration element, unknown sizes.
const sample = "../../examples/sample.webm"

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// frame is a line of `ffprobe -show_frames`.
type frame struct {
	PTS           string `json:"pts_time"`
	Width, Height int
}

// frames lists the decoded frames of a video.
func frames(t *testing.T, path string) []frame {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time,width,height", "-of", "json", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var doc struct{ Frames []frame }
	if err := json.Unmarshal(out, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Frames
}

// audioPackets lists times and sizes of the audio packets.
func audioPackets(t *testing.T, path string) string {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pts_time,size", "-of", "csv", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func sameFrames(t *testing.T, got, want []frame) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("frame %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// TestVideoEndToEnd sends our recording the way the vendor's sample does and
// looks at every frame of what comes back.
func TestVideoEndToEnd(t *testing.T) {
	s := start(t, t.TempDir())
	created := s.video(s.upload(read(t, sample)))
	if created.status != http.StatusCreated || created.header.Get("Location") != created.text("location") || created.text("id") == "" {
		t.Fatalf("POST: %d %v", created.status, created.body)
	}
	done := s.settle(created.text("location"), 5*time.Minute)
	if done.text("status") != "success" || done.text("title") != "e2e" {
		t.Fatalf("%v", done.body)
	}
	heat := filepath.Join(t.TempDir(), "heat.webm")
	if err := os.WriteFile(heat, s.fetch(done.output("attention", "attentionMap")), 0o600); err != nil {
		t.Fatal(err)
	}
	sameFrames(t, frames(t, heat), frames(t, sample))
	for _, path := range []string{"/healthz", "/readyz"} {
		if a := s.call("GET", s.url+path, nil); a.status != http.StatusOK {
			t.Errorf("%s: %d %v", path, a.status, a.body)
		}
	}
	s.terminate(20 * time.Second)
}

// TestVendorSampleProgram runs the vendor's published program, unchanged but
// for base URL and token, on real recordings.
func TestVendorSampleProgram(t *testing.T) {
	runner, err := filepath.Abs("../../../shared/seed/run.py")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(runner); err != nil {
		t.Skip("no ../shared beside the repository: the vendor's sample program is not there")
	}
	python := "/usr/bin/python3"
	if out, err := exec.Command(python, "-c", "import requests").CombinedOutput(); err != nil {
		t.Fatalf("the vendor's program needs python3-requests: %s", out)
	}
	s := start(t, t.TempDir())
	clips, _ := filepath.Glob("../../../shared/data/video/*.webm")
	for _, clip := range append(clips, sample) {
		t.Run(filepath.Base(clip), func(t *testing.T) {
			cmd := exec.Command(python, runner, s.url+"/v2", s.token, clip)
			cmd.Env = append(os.Environ(), "SLEEP=0.2", "TIMEOUT=500")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			var got struct {
				Outputs struct {
					Attention struct{ AttentionMap string }
				}
			}
			if err := json.Unmarshal(out, &got); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			heat := filepath.Join(t.TempDir(), "heat.webm")
			if err := os.WriteFile(heat, s.fetch(got.Outputs.Attention.AttentionMap), 0o600); err != nil {
				t.Fatal(err)
			}
			sameFrames(t, frames(t, heat), frames(t, clip))
			if got, want := audioPackets(t, heat), audioPackets(t, clip); got != want {
				t.Errorf("the sound has changed: %d bytes of packet list, want %d", len(got), len(want))
			}
		})
	}
}

// TestKillInMidJob kills the process as it works; after a restart the analysis
// must end in success within seconds of work, whatever the database.
func TestKillInMidJob(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		if driver == store.DriverPostgres {
			t.Setenv("SACCADE_DATABASE", storetest.Config(t, driver).DSN)
		}
		killInMidJob(t)
	})
}

func killInMidJob(t *testing.T) {
	data := t.TempDir()
	s := start(t, data)
	id := s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(read(t, sample))}, "predictions": costly}).text("id")
	deadline := time.Now().Add(time.Minute)
	for {
		a := s.call("GET", "/analyses/video/"+id, nil)
		if p, _ := a.body["progress"].(float64); p > 0.1 {
			break
		}
		if a.text("status") != "pending" || time.Now().After(deadline) {
			t.Fatalf("the analysis was not caught at work: %v", a.body)
		}
		<-time.After(50 * time.Millisecond)
	}
	s.kill()
	s = start(t, data)
	if a := s.settle("/analyses/video/"+id, 2*time.Minute); a.text("status") != "success" {
		t.Fatalf("%v", a.body)
	}
	if left, _ := filepath.Glob(filepath.Join(data, "scratch", "*", "*")); len(left) > 0 {
		t.Errorf("unfinished work was left behind: %v", left)
	}
	if _, err := os.Stat(filepath.Join(data, "saccade.db")); os.IsNotExist(err) != (os.Getenv("SACCADE_DATABASE") != "") {
		t.Errorf("SQLite's file: %v, with SACCADE_DATABASE=%q", err, os.Getenv("SACCADE_DATABASE"))
	}
	s.terminate(20 * time.Second)
}

// TestTerminateDrains lets a running analysis finish, and one that cannot
// finish in time go back to the queue for the next start.
func TestTerminateDrains(t *testing.T) {
	data := t.TempDir()
	s := start(t, data, "--grace", "1s", "--videos", "1")
	url := s.upload(read(t, sample))
	first, second := s.video(url).text("id"), s.video(url).text("id")
	s.terminate(30 * time.Second)
	s = start(t, data)
	for _, id := range []string{first, second} {
		if a := s.settle("/analyses/video/"+id, 3*time.Minute); a.text("status") != "success" {
			t.Errorf("%v", a.body)
		}
	}
	s.terminate(20 * time.Second)
}

// TestForeignUploadURLs names objects that are not the account's to analyze.
func TestForeignUploadURLs(t *testing.T) {
	s := start(t, t.TempDir())
	mine := s.upload(read(t, sample))
	u, err := url.Parse(mine)
	if err != nil {
		t.Fatal(err)
	}
	never := s.call("GET", "/upload-urls", nil).text("url")
	other := *s
	other.token = s.run("token", "create", "--account", "other", "--data", s.data)
	theirs := other.upload(read(t, sample))
	for name, content := range map[string]string{
		"nothing uploaded": never,
		"another account":  theirs,
		"another host":     strings.Replace(mine, u.Host, "storage.example.com", 1),
		"a private page":   "http://169.254.169.254/latest/meta-data",
		"a file":           "file:///etc/passwd",
		"traversal":        strings.Replace(mine, u.Path, "/objects/uploads/e2e/../../secret", 1),
		"empty":            "",
		"no URL":           "not a URL",
	} {
		if a := s.video(content); a.status != http.StatusBadRequest || a.code() != "invalid_input_configuration" {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	for name, content := range map[string]string{"without query": strings.SplitN(mine, "?", 2)[0], "verbatim": mine} {
		if a := s.video(content); a.status != http.StatusCreated {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	forged := strings.Replace(mine, "sig=", "sig=0", 1)
	if status := s.put(forged, []byte("x")); status != http.StatusForbidden {
		t.Errorf("a forged URL took an upload: %d", status)
	}
	if status := s.put(never, bytes.Repeat([]byte{0}, 104857601)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("100 MiB and a byte: %d", status)
	}
	if objects, _ := filepath.Glob(filepath.Join(s.data, "objects", "uploads", "e2e", "*")); len(objects) != 1 {
		t.Errorf("objects after refused uploads: %v", objects)
	}
}
