package ffmpeg

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// clip makes a clip of the size: a real one scaled up when it is there, a
// generated one otherwise.
func clip(b *testing.B, size string) string {
	in := []string{"-f", "lavfi", "-i", "mandelbrot=s=" + size + ":r=30", "-t", "5"}
	if p := filepath.Join("..", "..", "..", "shared", "data", "video", "flower.webm"); exists(p) {
		in = []string{"-i", p, "-an", "-vf", "scale=" + size}
	}
	return makeFile(b, "clip.webm", append(append(in, vp9...), "-row-mt", "1", "-tile-columns", "2", "-threads", "2", "-b:v", "6M")...)
}

func exists(p string) bool {
	_, err := os.Stat(p)
	return err == nil
}

// spent is the processor time of this process and its ended children.
func spent() time.Duration {
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if syscall.Getrusage(who, &r) == nil {
			sum += time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
	}
	return sum
}

// measure runs f b.N times and reports processor seconds and frames a second.
func measure(b *testing.B, frames int, f func() error) {
	b.Helper()
	start := spent()
	for b.Loop() {
		if err := f(); err != nil {
			b.Fatal(err)
		}
	}
	n := float64(b.N)
	b.ReportMetric((spent()-start).Seconds()/n, "cpu-s/op")
	b.ReportMetric(float64(frames)*n/b.Elapsed().Seconds(), "frames/s")
}

// Run with: go test -run '^$' -bench . -benchtime 3x ./internal/ffmpeg
func BenchmarkPipes(b *testing.B) {
	for _, size := range []string{"960x540", "1920x1080"} {
		b.Run(size, func(b *testing.B) {
			tl, in := tool(b, nil), clip(b, size)
			out := filepath.Join(b.TempDir(), "out.webm")
			frames := scan(b, in).Frames
			w, h := scan(b, in).Size()
			b.Run("decode/ffmpeg-null", func(b *testing.B) {
				measure(b, frames, func() error {
					return exec.Command("ffmpeg", "-v", "error", "-nostdin", "-threads", "2", "-i", in, "-f", "null", "-").Run()
				})
			})
			b.Run("decode/ours", func(b *testing.B) {
				measure(b, frames, func() error {
					d, err := decode(context.Background(), tl, in, Alone)
					if err != nil {
						return err
					}
					defer d.Close()
					if _, err := drain(d); !errors.Is(err, io.EOF) {
						return err
					}
					return nil
				})
			})
			b.Run("recode/ffmpeg-alone", func(b *testing.B) {
				args := []string{"-v", "error", "-nostdin", "-y", "-threads", "2", "-i", in, "-c:v", "libvpx-vp9"}
				args = append(append(args, VP9Args(w, h, 2)...), out)
				measure(b, frames, func() error { return exec.Command("ffmpeg", args...).Run() })
			})
			b.Run("recode/ours", func(b *testing.B) {
				measure(b, frames, func() error { return recode(context.Background(), tl, in, out) })
			})
		})
	}
}
