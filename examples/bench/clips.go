package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/saccade-dev/saccade/internal/ffmpeg"
)

// clip is a video to time commands on.
type clip struct {
	name, path    string
	width, height int
}

// source is where a clip comes from: a file, or what ffmpeg makes.
type source struct {
	name string
	path string   // of a file
	args []string // inputs and filters of ffmpeg
}

// Six seconds each. Footage is a zoom with noise, of which every pixel
// changes; a page that is scrolled is four frames of the sample above each
// other, with the slight noise of a recorder; what is mostly still is one frame
// of it over which a pointer moves.
const (
	sample  = "examples/sample.webm"
	footage = "mandelbrot=s=1920x1080:r=30,noise=alls=6:allf=t,trim=duration=6"
	tall    = `select=not(mod(n\,45)),tile=1x4,scale=%d:-2,loop=-1:1:0,setpts=N/30/TB,crop=%d:%d:0:'(ih-%d)*(0.5-0.5*cos(t))',noise=alls=1:allf=t,trim=duration=6`
	pointer = `[0:v]select=eq(n\,0),loop=-1:1:0,setpts=N/30/TB[page];color=black:s=14x14:r=30[dot];[page][dot]overlay=x='200+120*floor(t)':y=300:eval=frame,trim=duration=6`
)

// clips are the sources of all clips: those that are made here, the sample, and
// the recordings of a directory.
func clips(dir string) []source {
	scrolled := func(width, height int) []string {
		return []string{"-i", sample, "-vf", fmt.Sprintf(tall, width, width, height, height)}
	}
	all := []source{
		{name: "footage 1080p", args: []string{"-f", "lavfi", "-i", footage}},
		{name: "scrolled page 1080p", args: scrolled(1920, 1080)},
		{name: "scrolled page 720p", args: scrolled(1280, 720)},
		{name: "mostly still 720p", args: []string{"-i", sample, "-filter_complex", pointer}},
		{name: "sample.webm", path: sample},
	}
	files, _ := filepath.Glob(filepath.Join(dir, "*.webm"))
	for _, f := range files {
		all = append(all, source{name: filepath.Base(f), path: f})
	}
	return all
}

// file returns the clip, made in dir where it is not a file.
func (s source) file(ctx context.Context, dir string) (clip, error) {
	c := clip{name: s.name, path: s.path}
	if s.path == "" {
		c.path = filepath.Join(dir, strings.ReplaceAll(s.name, " ", "-")+".webm")
		args := append([]string{"ffmpeg", "-v", "error", "-nostdin"}, s.args...)
		args = append(args, "-r", "30", "-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-row-mt", "1", "-pix_fmt", "yuv420p", "-b:v", "6M", c.path)
		if _, err := output(ctx, args...); err != nil {
			return clip{}, err
		}
	}
	size, err := output(ctx, "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0", c.path)
	if err != nil {
		return clip{}, err
	}
	if _, err := fmt.Sscanf(size, "%d,%d", &c.width, &c.height); err != nil {
		return clip{}, fmt.Errorf("size of %s: %w", c.path, err)
	}
	return c, nil
}

// command is what is timed.
type command struct {
	what string
	args []string
}

// commands are ffmpeg alone, decoding and recoding at two speeds of libvpx, then
// the program with ever more outputs. The first two are what the others are
// compared with.
func commands(binary string, c clip, cores int, dir string) []command {
	out := filepath.Join(dir, "out")
	alone := []string{"ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", strconv.Itoa(cores), "-i", c.path, "-an"}
	recode := func(settings ...string) []string {
		args := append(alone[:len(alone):len(alone)], "-fps_mode", "passthrough", "-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p")
		return append(append(args, settings...), out+".webm")
	}
	level8 := strings.Fields("-deadline realtime -cpu-used 8 -row-mt 1 -tile-columns 2 -threads 2 -b:v 2M")
	ours := ffmpeg.VP9Args(c.width, c.height, cores)
	analyze := func(predictions string) []string {
		return []string{binary, "analyze", c.path, "--out", out, "--predictions", predictions}
	}
	return []command{
		{"decode", append(alone[:len(alone):len(alone)], "-f", "null", "-")},
		{"decode + encode, level 8", recode(level8...)},
		{"decode + encode, our settings (level 9)", recode(ours...)},
		{"numbers (attention.data)", analyze("attention.data")},
		{"heat map (attention.attentionMap)", analyze("attention.attentionMap")},
		{"all outputs", analyze("all")},
	}
}
