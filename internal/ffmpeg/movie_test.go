package ffmpeg

import (
	"context"
	"errors"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/movie"
	"github.com/saccade-dev/saccade/internal/webm"
)

// x264 are encoder options that make test files quickly, with frames out of order.
var x264 = []string{"-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-pix_fmt", "yuv420p"}

// scanMovie judges a file that is not WebM.
func scanMovie(t testing.TB, path string, format saccade.Format) webm.Info {
	t.Helper()
	i, err := withFile(path, func(f *os.File, size int64) (webm.Info, error) { return movie.Scan(t.Context(), f, size, format) })
	if err != nil {
		t.Fatalf("scan %s: %v", path, err)
	}
	return i
}

// shownTimes asks ffprobe when the frames of a video are shown, since the first one.
func shownTimes(t *testing.T, path string) []time.Duration {
	t.Helper()
	out, err := exec.Command("ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	var times []time.Duration
	for _, f := range strings.Fields(strings.ReplaceAll(string(out), ",", " ")) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		times = append(times, time.Duration(v*1e6)*time.Microsecond)
	}
	for i := range times {
		times[len(times)-1-i] -= times[0]
	}
	return times
}

const msec = time.Millisecond

// near compares times that may be off by the rounding to milliseconds.
var near = cmp.Comparer(func(a, b time.Duration) bool { return max(a-b, b-a) <= msec })

// TestMovieTimes: what the container announces, what is decoded and what ffprobe says
// are the same times, whatever the file does with them.
func TestMovieTimes(t *testing.T) {
	source := []string{"-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=1"}
	uneven := []string{"-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=2,select='not(mod(n\\,3))+eq(n\\,7)+eq(n\\,8)'", "-fps_mode", "vfr"}
	tone := []string{"-f", "lavfi", "-i", "sine=d=1"}
	whole := makeFile(t, "whole.mp4", with(source, x264, []string{"-g", "50"})...)
	tests := map[string]struct {
		format saccade.Format
		args   []string
		frames int
		first  time.Duration
	}{
		"constant.mp4":   {saccade.FormatMP4, with(source, x264), 25, 0},
		"variable.mp4":   {saccade.FormatMP4, with(uneven, x264), 19, 0},
		"variable.mov":   {saccade.FormatMOV, with(uneven, []string{"-c:v", "prores_ks", "-pix_fmt", "yuv422p10le"}), 19, 0},
		"cut.mp4":        {saccade.FormatMP4, []string{"-ss", "0.5", "-i", whole, "-c", "copy"}, 12, 20 * msec}, // an edit list that hides frames
		"late.mp4":       {saccade.FormatMP4, with(source, tone, x264, []string{"-map", "1:a", "-map", "0:v", "-filter:v", "setpts=PTS+0.4/TB", "-c:a", "aac"}), 25, 400 * msec},
		"negative.mp4":   {saccade.FormatMP4, with(source, x264, []string{"-movflags", "negative_cts_offsets"}), 25, 0},
		"no edits.mp4":   {saccade.FormatMP4, with(source, x264, []string{"-use_editlist", "0"}), 25, 80 * msec},
		"fragmented.mp4": {saccade.FormatMP4, with(uneven, x264, []string{"-movflags", "frag_keyframe+empty_moov+default_base_moof", "-g", "5"}), 19, 240 * msec},
		"front.mp4":      {saccade.FormatMP4, with(source, x264, []string{"-movflags", "faststart"}), 25, 0},
		"frames.gif":     {saccade.FormatGIF, []string{"-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1"}, 10, 0},
		"hevc.mp4":       {saccade.FormatMP4, with(source, []string{"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"}), 25, 0},
		"photo.mov":      {saccade.FormatMOV, with(source, []string{"-c:v", "mjpeg"}), 25, 0},
	}
	tl := tool(t, nil)
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			path := makeFile(t, name, tc.args...)
			info := scanMovie(t, path, tc.format)
			d, err := tl.Decode(t.Context(), path, info, Alone)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			got, err := drain(d)
			if !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			if len(got) != tc.frames || info.Frames != tc.frames || max(info.FirstPTS-tc.first, tc.first-info.FirstPTS) > msec || got[0] != info.FirstPTS {
				t.Fatalf("%d frames from %v, announced %d from %v; want %d from %v", len(got), got[0], info.Frames, info.FirstPTS, tc.frames, tc.first)
			}
			if last := got[len(got)-1]; max(info.LastPTS-last, last-info.LastPTS) > msec || info.End <= last || info.End > last+time.Second {
				t.Errorf("the last frame is at %v; announced: at %v until %v", last, info.LastPTS, info.End)
			}
			for i := range got {
				got[len(got)-1-i] -= got[0]
			}
			if diff := cmp.Diff(shownTimes(t, path), got, near); diff != "" {
				t.Errorf("times (-ffprobe +ours):\n%s", diff)
			}
		})
	}
}

// TestMovieTurns: a video that is turned by its matrix comes upright.
func TestMovieTurns(t *testing.T) {
	plain := makeFile(t, "plain.mp4", with([]string{"-f", "lavfi", "-i", "color=black:s=64x32:d=0.2,drawbox=w=64:h=16:color=white:t=fill"}, x264)...)
	tl := tool(t, nil)
	for turn, tc := range map[string]struct {
		w, h  int
		white image.Point
	}{"0": {64, 32, image.Pt(32, 4)}, "90": {32, 64, image.Pt(4, 32)}, "180": {64, 32, image.Pt(32, 28)}, "-90": {32, 64, image.Pt(28, 32)}} {
		t.Run(turn, func(t *testing.T) {
			path := makeFile(t, "turned.mp4", "-i", plain, "-c", "copy", "-metadata:s:v", "rotate="+turn)
			d, err := tl.Decode(t.Context(), path, scanMovie(t, path, saccade.FormatMP4), Alone)
			f := firstFrame(t, d, err)
			at := func(p image.Point) byte { return f.Image.Y[f.Image.YOffset(p.X, p.Y)] }
			opposite := image.Pt(tc.w-1-tc.white.X, tc.h-1-tc.white.Y)
			if size := f.Image.Rect.Size(); size != image.Pt(tc.w, tc.h) || at(tc.white) < 200 || at(opposite) > 50 {
				t.Errorf("%v with luma %d at %v and %d at %v", size, at(tc.white), tc.white, at(opposite), opposite)
			}
		})
	}
}

// TestMovieAlpha: what is transparent is white, of every format that has transparency.
func TestMovieAlpha(t *testing.T) {
	source := []string{"-f", "lavfi", "-i", "color=red:s=64x32:d=0.4:r=10,format=rgba,geq=r=200:g=0:b=0:a='255*gte(X,32)'"}
	tl := tool(t, nil)
	for name, args := range map[string][]string{
		"alpha.gif":     {"-filter_complex", "split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse"},
		"prores.mov":    {"-c:v", "prores_ks", "-profile:v", "4444", "-pix_fmt", "yuva444p10le"},
		"animation.mov": {"-c:v", "qtrle", "-pix_fmt", "argb"},
		"png.mov":       {"-c:v", "png", "-pix_fmt", "rgba"},
	} {
		t.Run(name, func(t *testing.T) {
			path := makeFile(t, name, with(source, args)...)
			format := saccade.FormatMOV
			if strings.HasSuffix(name, "gif") {
				format = saccade.FormatGIF
			}
			d, err := tl.Decode(t.Context(), path, scanMovie(t, path, format), Alone)
			f := firstFrame(t, d, err)
			ground, red := f.Image.YCbCrAt(4, 16), f.Image.YCbCrAt(60, 16)
			if ground.Y < 230 || max(ground.Cr, 128)-128 > 4 || red.Y > 90 || red.Cr < 190 {
				t.Errorf("ground %v, red %v", ground, red)
			}
		})
	}
}

// TestMovieConfined: a file that names others, or hides another kind, is not followed.
func TestMovieConfined(t *testing.T) {
	tl := tool(t, nil)
	secret := makeFile(t, "secret.mp4", with([]string{"-f", "lavfi", "-i", "testsrc2=s=64x48:d=0.2"}, x264)...)
	list := filepath.Join(t.TempDir(), "list.mp4")
	if err := os.WriteFile(list, []byte("ffconcat version 1.0\nfile '"+secret+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	info := scanMovie(t, secret, saccade.FormatMP4)
	d, err := tl.Decode(t.Context(), list, info, Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, err := drain(d); len(got) != 0 || !saccade.IsCode(err, saccade.CodeUnreadableVideo) {
		t.Errorf("%d frames of a list were decoded: %v", len(got), err)
	}
	d, err = tl.Decode(t.Context(), makeFile(t, "in.mov", with([]string{"-f", "lavfi", "-i", "testsrc2=s=64x48:d=0.2", "-c:v", "prores_ks"})...), info, Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if got, err := drain(d); len(got) != 0 || !saccade.IsCode(err, saccade.CodeUnreadableVideo) {
		t.Errorf("%d frames of a codec that MP4 has not were decoded: %v", len(got), err)
	}
}

// TestMovieAudio: audio becomes Opus from the movie's zero on, as late as it was.
func TestMovieAudio(t *testing.T) {
	tl := tool(t, nil)
	path := makeFile(t, "in.mp4", with([]string{"-f", "lavfi", "-i", "testsrc2=s=64x48:d=1", "-itsoffset", "0.3", "-f", "lavfi", "-i", "sine=d=0.7"}, x264, []string{"-c:a", "aac"})...)
	info := scanMovie(t, path, saccade.FormatMP4)
	a, err := tl.Audio(context.Background(), path, info, t.TempDir())
	if err != nil || a == nil {
		t.Fatal(a, err)
	}
	defer a.Close()
	if a.info.AudioCodec != "A_OPUS" || a.info.AudioEnd < 900*msec || a.info.AudioEnd > 1100*msec {
		t.Errorf("%s until %v", a.info.AudioCodec, a.info.AudioEnd)
	}
	out, err := exec.Command("ffmpeg", "-v", "info", "-i", a.path, "-af", "silencedetect=d=0.1", "-f", "null", "-").CombinedOutput()
	if _, rest, ok := strings.Cut(string(out), "silence_end: "); err != nil || !ok || !strings.HasPrefix(rest, "0.3") && !strings.HasPrefix(rest, "0.29") {
		t.Errorf("%v: the audio does not begin at 0.3 s: %s", err, out)
	}
}
