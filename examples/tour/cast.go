package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/page"
)

// frame is an image that the browser has shown.
type frame struct {
	file string
	at   time.Time
}

// scene is a part of the video. What lasted longer than long is shown faster.
type scene struct {
	name     string
	long     time.Duration
	from, to time.Time
}

// cast collects what the browser shows. It is safe for concurrent use.
type cast struct {
	dir    string
	mu     sync.Mutex
	frames []frame
	scenes []scene
	err    error // the first that kept a frame from being written
}

func newCast(dir string) *cast { return &cast{dir: dir} }

// start has the browser send its frames until stop.
func (c *cast) start(t *tab) error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	t.events = func(ev any) {
		if f, ok := ev.(*page.EventScreencastFrame); ok {
			c.keep(f.Data)
			// The browser sends no more until it hears of it; an event must not wait for that.
			go func() { _, _ = call(t, page.ScreencastFrameAck, page.ScreencastFrameAckParams{SessionID: f.SessionID}) }()
		}
	}
	quality := int64(92)
	_, err := call(t, page.StartScreencast, page.StartScreencastParams{Format: page.StartScreencastFormatJpeg, Quality: &quality, MaxWidth: wide, MaxHeight: high, EveryNthFrame: 1})
	return err
}

func (c *cast) stop(t *tab) error {
	_, err := call(t, page.StopScreencast, struct{}{})
	return err
}

func (c *cast) keep(jpeg []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := frame{file: filepath.Join(c.dir, fmt.Sprintf("%05d.jpg", len(c.frames))), at: time.Now()}
	if err := os.WriteFile(f.file, jpeg, 0o644); err != nil && c.err == nil {
		c.err = err
	}
	c.frames = append(c.frames, f)
}

// play runs a scene.
func (c *cast) play(name string, long time.Duration, run func() error) error {
	s := scene{name: name, long: long, from: time.Now()}
	if err := run(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s.to = time.Now()
	c.scenes = append(c.scenes, s)
	return nil
}

const rate = 15 // frames a second of the video

// encode writes the video: of every scene the frames at even distances.
func (c *cast) encode(ctx context.Context, file string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil || len(c.frames) == 0 {
		return fmt.Errorf("%d frames: %w", len(c.frames), c.err)
	}
	var list strings.Builder
	next := 0
	for _, s := range c.scenes {
		lasted := s.to.Sub(s.from)
		shown := min(lasted, s.long)
		n := int(shown.Seconds() * rate)
		for i := range n {
			at := s.from.Add(lasted * time.Duration(i) / time.Duration(n))
			for next+1 < len(c.frames) && !c.frames[next+1].at.After(at) {
				next++
			}
			fmt.Fprintf(&list, "file '%s'\nduration %.6f\n", c.frames[next].file, 1.0/rate)
		}
		fmt.Printf("%-10s lasted %4.1f s, is shown in %4.1f s\n", s.name, lasted.Seconds(), shown.Seconds())
	}
	listed := filepath.Join(c.dir, "list.txt")
	if err := os.WriteFile(listed, []byte(list.String()), 0o644); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-y", "-f", "concat", "-safe", "0", "-i", listed, "-r", fmt.Sprint(rate), "-pix_fmt", "yuv420p",
		"-c:v", "libvpx-vp9", "-crf", "38", "-b:v", "0", "-g", "150", "-row-mt", "1", "-cpu-used", "2", "-fflags", "+bitexact", file).CombinedOutput()
	if err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, out)
	}
	fmt.Printf("%s: from %d frames of the browser\n", file, len(c.frames))
	return nil
}
