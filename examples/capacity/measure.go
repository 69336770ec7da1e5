package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// sample is the recording that is measured.
const sample = "examples/sample.webm"

// everything is what is asked of an analysis: what most clients ask, and all numbers.
var everything = []saccade.Output{saccade.OutAttentionMap, saccade.OutData, saccade.OutFocusScore, saccade.OutClarityScore, saccade.OutExcitingnessScore}

// order starts one analysis.
type order func(ctx context.Context) (client.Ref, error)

// measureAll measures every kind on a service of its own.
func measureAll(ctx context.Context, o options) (c costs, err error) {
	site, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return c, err
	}
	pages := &http.Server{Handler: http.FileServer(http.Dir("examples")), ReadHeaderTimeout: time.Minute}
	go func() { _ = pages.Serve(site) }()
	s, err := startService(ctx, o.binary, "--allow", site.Addr().String())
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, s.end(), pages.Close()) }()
	path, err := makeFootage(ctx, s.dir, o.footage)
	if err != nil {
		return c, err
	}
	frame := filepath.Join(s.dir, "frame.png")
	if _, err := command(ctx, "ffmpeg", "-v", "error", "-nostdin", "-ss", "2", "-i", sample, "-frames:v", "1", frame); err != nil {
		return c, err
	}
	png, err := os.ReadFile(frame)
	if err != nil {
		return c, err
	}
	c = costs{Machine: processor(), Cores: runtime.NumCPU()}
	for _, name := range kinds {
		k := cost{Name: name, Count: 10}
		next := func(ctx context.Context) (client.Ref, error) {
			return s.CreateImage(ctx, client.ImageRequest{Image: png, Outputs: everything})
		}
		switch name {
		case recording:
			k.Count, next = 3, s.video(sample)
		case footage:
			k.Count, next = 2, s.video(path)
		case webPage:
			k.Count, next = 5, func(ctx context.Context) (client.Ref, error) {
				return s.CreateImage(ctx, client.ImageRequest{Page: "http://" + site.Addr().String() + "/page.html", Outputs: everything})
			}
		}
		if err := s.measure(ctx, &k, next); err != nil {
			return c, fmt.Errorf("%s: %w", name, err)
		}
		c.Kinds = append(c.Kinds, k)
	}
	return c, nil
}

// video orders the analysis of a file.
func (s *service) video(path string) order {
	return func(ctx context.Context) (client.Ref, error) {
		url, err := s.UploadFile(ctx, path)
		if err != nil {
			return client.Ref{}, err
		}
		return s.CreateVideo(ctx, client.VideoRequest{Upload: url, Outputs: everything})
	}
}

// measure makes analyses of a kind, one after the other, after one that is not counted.
func (s *service) measure(ctx context.Context, k *cost, next order) error {
	if _, err := s.one(ctx, next); err != nil {
		return err
	}
	before, err := s.seconds()
	if err != nil {
		return err
	}
	var stored int64
	var last *client.Analysis
	for range k.Count {
		if last, err = s.one(ctx, next); err != nil {
			return err
		}
		n, err := s.stored(last.ID)
		if err != nil {
			return err
		}
		stored += n
	}
	after, err := s.seconds()
	if err != nil {
		return err
	}
	k.Seconds, k.Stored = (after-before)/float64(k.Count), float64(stored)/float64(k.Count)
	if in := last.Outputs.Input; in != nil && in.Duration > 0 {
		k.Minutes = in.Duration / 60
		k.Input, err = s.size(ctx, in.Video)
	}
	return err
}

// one makes one analysis to its end.
func (s *service) one(ctx context.Context, next order) (*client.Analysis, error) {
	ref, err := next(ctx)
	if err != nil {
		return nil, err
	}
	a, err := s.Wait(ctx, ref.ID, nil)
	if err == nil {
		err = a.Failure()
	}
	return a, err
}

// size is how many bytes are behind a link.
func (s *service) size(ctx context.Context, link saccade.Link) (float64, error) {
	var n counter
	err := s.Download(ctx, link, &n)
	return float64(n), err
}

// counter counts what is written.
type counter int64

// Write implements io.Writer.
func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// makeFootage returns what to measure: the file that was named, or six seconds of footage
// of which every pixel changes.
func makeFootage(ctx context.Context, dir, named string) (string, error) {
	if named != "" {
		return named, nil
	}
	path := filepath.Join(dir, "footage.webm")
	_, err := command(ctx, "ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", "mandelbrot=s=1920x1080:r=30,noise=alls=6:allf=t,trim=duration=6",
		"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-pix_fmt", "yuv420p", "-b:v", "6M", path)
	return path, err
}

// command runs a program to its end; an error has its last words.
func command(ctx context.Context, args ...string) (string, error) {
	out, err := exec.CommandContext(ctx, args[0], args[1:]...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s: %w: %s", args[0], err, exit.Stderr)
	}
	return string(out), err
}

// processor is the name of the machine's processor.
func processor() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, ok := strings.CutPrefix(line, "model name"); ok {
			return strings.TrimLeft(strings.TrimSpace(name), ": \t")
		}
	}
	return runtime.GOARCH
}
