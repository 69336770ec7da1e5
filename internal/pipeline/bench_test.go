package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pipeline"
)

// level8 is what people usually write for VP9 in real time. The heat map is
// encoded at libvpx's level 9, which is quicker.
var level8 = strings.Fields("-deadline realtime -cpu-used 8 -row-mt 1 -tile-columns 2 -threads 2 -b:v 4M")

// recode is what ffmpeg alone does: decode the clip and encode it again with
// these settings of the encoder.
func recode(b *testing.B, in string, settings []string) {
	b.Helper()
	args := strings.Fields("-v error -y -threads 2 -i " + in + " -map 0:v:0 -map 0:a? -c:a copy -fps_mode passthrough -enc_time_base 1:1000" +
		" -c:v libvpx-vp9 -pix_fmt yuv420p")
	args = append(append(args, settings...), filepath.Join(b.TempDir(), "out.webm"))
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
}

// scaled is a real clip at another size, VP9; the first of the candidates that
// is there.
func scaled(b *testing.B, size string, candidates ...string) string {
	b.Helper()
	for _, in := range candidates {
		if _, err := os.Stat(in); err != nil {
			continue
		}
		out := filepath.Join(b.TempDir(), "clip.webm")
		msg, err := exec.Command("ffmpeg", "-v", "error", "-i", in, "-vf", "scale="+size, "-fps_mode", "passthrough", "-c:v", "libvpx-vp9",
			"-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-b:v", "6M", "-c:a", "copy", out).CombinedOutput()
		if err != nil {
			b.Fatalf("%v: %s", err, msg)
		}
		return out
	}
	b.Skip("no clip")
	return ""
}

// processorTime of this process and its ended children.
func processorTime() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			sum += time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
	}
	return sum
}

// residentMB adds up the memory of this process and its children, in MB.
func residentMB() float64 {
	status := func(pid, key string) int {
		data, _ := os.ReadFile("/proc/" + pid + "/status")
		for line := range strings.Lines(string(data)) {
			if v, ok := strings.CutPrefix(line, key); ok {
				n, _ := strconv.Atoi(strings.Fields(v)[0])
				return n
			}
		}
		return 0
	}
	pids := []string{strconv.Itoa(os.Getpid())}
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, l := range lists {
		children, _ := os.ReadFile(l)
		pids = append(pids, strings.Fields(string(children))...)
	}
	total := 0
	for _, pid := range pids {
		total += status(pid, "VmRSS:")
	}
	return float64(total) / 1024
}

// peak samples the memory while f runs.
func peak(f func()) float64 {
	stop, most := make(chan struct{}), make(chan float64)
	go func() {
		top, tick := 0.0, time.NewTicker(250*time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				most <- top
				return
			case <-tick.C:
				top = max(top, residentMB())
			}
		}
	}()
	f()
	close(stop)
	return <-most
}

// BenchmarkVideo times whole analyses beside ffmpeg alone decoding and
// encoding the same clip, in turn: x-ffmpeg is the ratio of the wall times with
// the very settings that the heat map is encoded with (internal/ffmpeg), x-cpu
// that of the processor times, x-level8 the ratio of the wall times with the
// usual settings, x-realtime how much faster than playing. cpu-s are processor
// seconds and peak-MB the memory of this process and its children.
func BenchmarkVideo(b *testing.B) {
	const shared = "../../../shared/data/video/"
	for _, bm := range []struct {
		name, size string
		clips      []string
	}{
		{"film-1920x1080", "1920:1080", []string{shared + "flower.webm", "../../examples/sample.webm"}},
		{"film-960x540", "960:540", []string{shared + "flower.webm", "../../examples/sample.webm"}},
		{"recording-1280x720", "1280:720", []string{"../../examples/sample.webm"}},
		{"recording-1920x1080", "1920:1080", []string{"../../examples/sample.webm"}},
		{"mostly-still-1280x720", "1280:720,fps=30,trim=duration=2,tpad=stop_mode=clone:stop_duration=12", []string{"../../examples/sample.webm"}},
	} {
		b.Run(bm.name, func(b *testing.B) { benchVideo(b, scaled(b, bm.size, bm.clips...)) })
	}
}

func benchVideo(b *testing.B, in string) {
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	model, err := attention.ByName(attention.NeuralName)
	if err != nil {
		b.Fatal(err)
	}
	a, err := pipeline.New(pipeline.DefaultConfig(), tool, model, nil)
	if err != nil {
		b.Fatal(err)
	}
	var alone, usual, ours, aloneCPU, oursCPU time.Duration
	var memory, length float64
	for b.Loop() {
		var out *saccade.Outputs[saccade.File]
		at, cpu := time.Now(), processorTime()
		memory = max(memory, peak(func() {
			out, err = a.Run(context.Background(), pipeline.Job{Path: in, Dir: b.TempDir(), Request: saccade.Request{Kind: saccade.KindVideo}}, nil)
		}))
		if err != nil {
			b.Fatal(err)
		}
		ours, oursCPU, length = ours+time.Since(at), oursCPU+processorTime()-cpu, out.Input.Duration
		at, cpu = time.Now(), processorTime()
		recode(b, in, ffmpeg.VP9Args(out.Input.Width, out.Input.Height, 2))
		alone, aloneCPU = alone+time.Since(at), aloneCPU+processorTime()-cpu
		at = time.Now()
		recode(b, in, level8)
		usual += time.Since(at)
	}
	n := float64(b.N)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(ours.Seconds()/alone.Seconds(), "x-ffmpeg")
	b.ReportMetric(ours.Seconds()/usual.Seconds(), "x-level8")
	b.ReportMetric(oursCPU.Seconds()/aloneCPU.Seconds(), "x-cpu")
	b.ReportMetric(length*n/ours.Seconds(), "x-realtime")
	b.ReportMetric(oursCPU.Seconds()/n, "cpu-s")
	b.ReportMetric(memory, "peak-MB")
}

// BenchmarkImage times one page-sized frame with everything asked for.
func BenchmarkImage(b *testing.B) {
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	model, err := attention.ByName(attention.NeuralName)
	if err != nil {
		b.Fatal(err)
	}
	a, err := pipeline.New(pipeline.DefaultConfig(), tool, model, nil)
	if err != nil {
		b.Fatal(err)
	}
	page := filepath.Join(b.TempDir(), "page.png")
	if msg, err := exec.Command("ffmpeg", "-v", "error", "-i", "../../examples/sample.webm", "-frames:v", "1", "-vf", "scale=1440:900", page).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, msg)
	}
	for _, outputs := range [][]saccade.Output{saccade.DefaultOutputs(saccade.KindImage), saccade.AllOutputs(saccade.KindImage)} {
		b.Run(fmt.Sprintf("1440x900/%d-outputs", len(outputs)), func(b *testing.B) {
			for b.Loop() {
				if _, err := a.Run(context.Background(), pipeline.Job{Path: page, Dir: b.TempDir(), Request: saccade.Request{Kind: saccade.KindImage, Outputs: outputs}}, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
