package main_test

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// encoded makes a video with ffmpeg. args are those between program and output.
func encoded(t *testing.T, name, args string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	out, err := exec.Command("ffmpeg", append(append([]string{"-v", "error", "-y"}, strings.Fields(args)...), path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("ffmpeg %s: %v: %s", args, err, out)
	}
	return read(t, path)
}

const (
	vp9 = " -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -threads 2 "
	vp8 = " -c:v libvpx -deadline realtime -cpu-used 8 "
)

// TestInputs sends good and bad videos through the public door. What size and
// header tell is refused at POST (400); what shows on decoding fails.
func TestInputs(t *testing.T) {
	good := encoded(t, "good.webm", "-f lavfi -i testsrc2=s=320x180:r=30:d=2"+vp9)
	huge := encoded(t, "huge.webm", "-f lavfi -i color=s=8192x8192:r=1 -frames:v 1"+vp8)
	type test struct {
		name  string
		bytes []byte
		want  string // success, or the error's code
		post  bool   // refused at POST already
	}
	const invalid, unreadable = "invalid_input_configuration", "unreadable_input_video"
	tests := []test{
		{"empty", nil, invalid, true},
		{"random bytes", bytes.Repeat([]byte("\x93\x11saccade\x00"), 5000), invalid, true},
		{"HLS text", []byte("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"), invalid, true},
		{"MP4", encoded(t, "v.mp4", "-f lavfi -i testsrc2=s=64x64:d=1 -c:v mpeg4"), invalid, true},
		{"Matroska named .webm", encoded(t, "v.mkv", "-f lavfi -i testsrc2=s=64x64:d=1"+vp8), invalid, true},
		{"audio only", encoded(t, "v.webm", "-f lavfi -i sine=d=1 -c:a libvorbis"), invalid, true},
		{"60.1 s and a frame", encoded(t, "v.webm", "-f lavfi -i color=s=64x64:r=10:d=60.3"+vp8), invalid, true},
		{"60.0 s", encoded(t, "v.webm", "-f lavfi -i color=s=64x64:r=10:d=60"+vp8), "success", false},
		{"header lies", lieAboutDuration(t, encoded(t, "v.webm", "-f lavfi -i color=s=64x64:r=5:d=70"+vp8)), invalid, true},
		{"8192x8192", huge, invalid, true},
		{"16384x16384", bytes.Replace(huge, []byte("\xb0\x82\x20\x00\xba\x82\x20\x00"), []byte("\xb0\x82\x40\x00\xba\x82\x40\x00"), 1), invalid, true},
		{"larger than its header says", bytes.Replace(huge, []byte("\xb0\x82\x20\x00\xba\x82\x20\x00"), []byte("\xb0\x82\x02\x00\xba\x82\x02\x00"), 1), invalid, false},
		{"only the header", good[:200], unreadable, false},
		{"truncated", good[:len(good)*2/3], "success", false},
		{"damaged", damage(good), unreadable, false},
		{"odd size", encoded(t, "v.webm", "-f lavfi -i testsrc2=s=323x181:d=1:r=10"+vp9), "success", false},
		{"1x1", encoded(t, "v.webm", "-f lavfi -i color=s=16x16:d=1:r=5 -vf scale=1:1"+vp9), "success", false},
		{"one frame", encoded(t, "v.webm", "-f lavfi -i testsrc2=s=320x180 -frames:v 1"+vp9), "success", false},
		{"VP8 with sound", encoded(t, "v.webm", "-f lavfi -i testsrc2=s=320x180:d=1 -f lavfi -i sine=d=1 -c:a libvorbis"+vp8), "success", false},
		{"AV1", encoded(t, "v.webm", "-f lavfi -i testsrc2=s=320x180:d=1:r=10 -c:v libsvtav1 -preset 12"), "success", false},
		{"VP9 with alpha", encoded(t, "v.webm", "-f lavfi -i testsrc2=s=320x180:d=1:r=10 -pix_fmt yuva420p -auto-alt-ref 0"+vp9), "success", false},
	}
	s := start(t, t.TempDir())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := s.video(s.upload(tt.bytes))
			if tt.post {
				if a.status != http.StatusBadRequest || a.code() != tt.want {
					t.Errorf("POST: %d %v", a.status, a.body)
				}
				return
			}
			if a.status != http.StatusCreated {
				t.Fatalf("POST: %d %v", a.status, a.body)
			}
			done := s.settle(a.text("location"), 2*time.Minute)
			if got := done.text("status"); got != tt.want && (got != "failed" || done.code() != tt.want) {
				t.Errorf("%v", done.body)
			}
			if done.text("status") == "success" {
				checkHeat(t, s, done, tt.bytes)
			}
		})
	}
	if left, _ := filepath.Glob(filepath.Join(s.data, "scratch", "*", "*")); len(left) > 0 {
		t.Errorf("unfinished work was left behind: %v", left)
	}
	s.terminate(20 * time.Second)
}

// checkHeat compares the frames of the heat map with those of the input.
func checkHeat(t *testing.T, s *service, done answer, input []byte) {
	t.Helper()
	dir := t.TempDir()
	in, heat := filepath.Join(dir, "in.webm"), filepath.Join(dir, "heat.webm")
	for path, b := range map[string][]byte{in: input, heat: s.fetch(done.output("attention", "attentionMap"))} {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sameFrames(t, frames(t, heat), frames(t, in))
}

// lieAboutDuration makes the header of a video say 5 s.
func lieAboutDuration(t *testing.T, b []byte) []byte {
	t.Helper()
	b = bytes.Clone(b)
	i := bytes.Index(b, []byte{0x44, 0x89, 0x88}) // Duration, 8 bytes
	if i < 0 {
		t.Fatal("no Duration element to change")
	}
	copy(b[i+3:], []byte{0x40, 0xb3, 0x88, 0, 0, 0, 0, 0}) // 5000.0
	return b
}

// damage overwrites the frames and leaves the container's beginning alone.
func damage(b []byte) []byte {
	b = bytes.Clone(b)
	for i := 700; i < len(b); i++ {
		if i%3 == 0 {
			b[i] ^= 0x5a
		}
	}
	return b
}
