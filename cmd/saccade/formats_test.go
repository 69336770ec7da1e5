package main_test

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// videoAs asks for the analysis of an upload of a format.
func (s *service) videoAs(b []byte, format string) answer {
	s.t.Helper()
	return s.call("POST", "/analyses/video", object{"input": object{"content": s.upload(b), "format": format}})
}

// TestFormats sends files of other formats than WebM: they are refused as ever, with a
// word about how to name them, and taken where they are named.
func TestFormats(t *testing.T) {
	const x264 = " -c:v libx264 -preset ultrafast -pix_fmt yuv420p "
	uneven := "-f lavfi -i testsrc2=s=160x96:r=20:d=1.5,select=not(mod(n\\,3))+eq(n\\,7) -fps_mode vfr"
	mp4 := encoded(t, "v.mp4", "-f lavfi -i sine=d=1.5 "+uneven+x264+"-c:a aac")
	gif := encoded(t, "v.gif", "-f lavfi -i testsrc2=s=96x64:r=10:d=1")
	s := start(t, t.TempDir())
	for _, tc := range []struct {
		name, format, kind string
		b                  []byte
	}{
		{"v.mp4", "mp4", "video/mp4", mp4},
		{"q.mov", "mp4", "video/mp4", encoded(t, "q.mov", "-f lavfi -i sine=d=1.5 "+uneven+x264+"-c:a aac")}, // its brand is QuickTime's
		{"v.mov", "mov", "video/webm", encoded(t, "v.mov", uneven+" -c:v prores_ks")},
		{"v.gif", "gif", "video/webm", gif},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := s.with(t)
			unasked := s.video(s.upload(tc.b))
			if unasked.status != http.StatusBadRequest || unasked.code() != "invalid_input_configuration" || !strings.Contains(unasked.message(), "input.format: ") {
				t.Errorf("without its format: %d %v", unasked.status, unasked.body)
			}
			a := s.videoAs(tc.b, tc.format)
			if a.status != http.StatusCreated {
				t.Fatalf("POST: %d %v", a.status, a.body)
			}
			done := s.settle(a.text("location"), 2*time.Minute)
			if done.text("status") != "success" {
				t.Fatal(done.body)
			}
			dir := t.TempDir()
			in, heat := filepath.Join(dir, tc.name), filepath.Join(dir, "heat.webm")
			if err := os.WriteFile(in, tc.b, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(heat, s.fetch(done.output("attention", "attentionMap")), 0o600); err != nil {
				t.Fatal(err)
			}
			closeFrames(t, frames(t, heat), frames(t, in))
			if tc.format == "mp4" && audioPackets(t, heat) == "" {
				t.Error("the heat film is silent")
			}
			res, err := http.Get(done.output("input", "video")) // the upload, or what browsers can play in its place
			if err != nil {
				t.Fatal(err)
			}
			played, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if got := res.Header.Get("Content-Type"); got != tc.kind || err != nil {
				t.Errorf("the video is sent as %q, want %q; %v", got, tc.kind, err)
			}
			if err := os.WriteFile(heat, played, 0o600); err != nil {
				t.Fatal(err)
			}
			closeFrames(t, frames(t, heat), frames(t, in))
		})
	}
	webpImages(t, s)
	refusedFormats(t, s, mp4, gif)
	s.terminate(20 * time.Second)
}

// webpImages sends a WebP with its format and without.
func webpImages(t *testing.T, s *service) {
	t.Helper()
	webp := encoded(t, "v.webp", "-f lavfi -i testsrc2=s=320x200 -frames:v 1 -c:v libwebp")
	named := s.call("POST", "/analyses", object{"input": object{"type": "image", "format": "webp", "content": base64Of(webp)}})
	if done := s.settle(named.text("location"), time.Minute); done.text("status") != "success" {
		t.Error(done.body)
	}
	plain := s.call("POST", "/analyses", object{"input": object{"type": "image", "content": base64Of(webp)}})
	if done := s.settle(plain.text("location"), time.Minute); done.code() != "unreadable_input_image" || !strings.Contains(done.message(), "input.format") {
		t.Error(done.body)
	}
}

// refusedFormats sends what no format helps.
func refusedFormats(t *testing.T, s *service, mp4, gif []byte) {
	t.Helper()
	for name, tc := range map[string]struct {
		b            []byte
		format, says string
	}{
		"a WebM as MP4":  {read(t, sample), "mp4", "WebM"},
		"MP4 as GIF":     {mp4, "gif", "not a GIF"},
		"audio alone":    {encoded(t, "v.mp4", "-f lavfi -i sine=d=1 -c:a aac"), "mp4", "audio only"},
		"too long":       {encoded(t, "v.mp4", "-f lavfi -i color=s=64x64:r=5:d=61 -c:v libx264 -preset ultrafast"), "mp4", "61.000 s long"},
		"a GIF bomb":     {append(append([]byte("GIF89a\xff\xff\xff\xff\x00\x00\x00"), ",\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x44\x01\x00"...), ';'), "gif", "65535 x 65535"},
		"another format": {gif, "avi", ""},
	} {
		a := s.videoAs(tc.b, tc.format)
		if a.status != http.StatusBadRequest || !strings.Contains(a.message(), tc.says) {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
	cut := s.videoAs(mp4[:len(mp4)/2], "mp4") // its table is at the end
	if done := s.settle(cut.text("location"), time.Minute); done.code() != "unreadable_input_video" || !strings.Contains(done.message(), "cut off") {
		t.Errorf("cut off: %v", done.body)
	}
}

// closeFrames is sameFrames with times that may differ by the rounding to milliseconds,
// and that count from the first frame.
func closeFrames(t *testing.T, got, want []frame) {
	t.Helper()
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%d frames, want %d", len(got), len(want))
	}
	at := func(list []frame, i int) float64 {
		v, err := strconv.ParseFloat(list[i].PTS, 64)
		first, err2 := strconv.ParseFloat(list[0].PTS, 64)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		return v - first
	}
	for i := range want {
		if math.Abs(at(got, i)-at(want, i)) > 0.0011 || got[i].Width != want[i].Width || got[i].Height != want[i].Height {
			t.Fatalf("frame %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// message is the text of an error.
func (a answer) message() string {
	e, _ := a.body["error"].(map[string]any)
	m, _ := e["message"].(string)
	return m
}

// TestAnalyzeFormats: the command line knows files by their bytes, whatever their names.
func TestAnalyzeFormats(t *testing.T) {
	dir := t.TempDir()
	for name, b := range map[string][]byte{
		"clip.mp4":    encoded(t, "v.mp4", "-f lavfi -i testsrc2=s=96x64:r=5:d=1 -c:v libx264 -preset ultrafast"),
		"banner.gif":  encoded(t, "v.gif", "-f lavfi -i testsrc2=s=96x64:r=5:d=1"),
		"shot.webp":   encoded(t, "v.webp", "-f lavfi -i testsrc2=s=96x64 -frames:v 1 -c:v libwebp"),
		"unnamed.bin": encoded(t, "v.mov", "-f lavfi -i testsrc2=s=96x64:r=5:d=1 -c:v mjpeg"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "results")
	command := func(args ...string) (string, error) {
		b, err := exec.Command(bin, args...).Output()
		return string(b), err
	}
	text, err := command("analyze", "--model", "baseline", "--json", "--out", out, filepath.Join(dir, "clip.mp4"), filepath.Join(dir, "banner.gif"),
		filepath.Join(dir, "shot.webp"), filepath.Join(dir, "unnamed.bin"))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for line := range strings.Lines(text) {
		var r struct{ Status, Input string }
		if err := json.Unmarshal([]byte(line), &r); err != nil || r.Status != "success" {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, name := range []string{"clip/attentionMap.webm", "banner/attentionMap.webm", "shot/attentionMap.png", "unnamed/attentionMap.webm"} {
		if _, err := os.Stat(filepath.Join(out, name)); err != nil {
			t.Error(err)
		}
	}
	text, err = command("analyze", "--model", "baseline", "--format", "webm", "--json", "--out", out, filepath.Join(dir, "clip.mp4"))
	if err == nil || !strings.Contains(text, "not a WebM") {
		t.Errorf("an MP4 that is said to be WebM: %v: %s", err, text)
	}
}
