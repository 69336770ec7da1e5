// Command tour makes the video and the two screenshots of the browser app in docs/
// anew, from a real run: it starts the program, drives Chromium through one visit
// (drop the sample, watch the heat appear, play, draw an area, compare) and encodes
// what the browser showed. Waiting is shortened to the length of its scene; the
// pointer is drawn by us, since a screencast has none.
//
// Usage, from the root of the repository, after make build ("make tour" does both):
//
//	go run ./examples/tour -binary bin/saccade -out docs
//
// It needs ffmpeg and chromium. Every step has a limit in time, and the whole has
// one of five minutes.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

// options are the flags.
type options struct {
	binary, sample, page, out string
}

func main() {
	var o options
	flag.StringVar(&o.binary, "binary", "bin/saccade", "the program")
	flag.StringVar(&o.sample, "sample", "examples/sample.webm", "the recording that is compared with")
	flag.StringVar(&o.page, "page", "examples/page.html", "the page of that recording, for the images of the library")
	flag.StringVar(&o.out, "out", "docs", "directory for app.webm, library.jpg and analysis.jpg")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "tour:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	dir, err := os.MkdirTemp("", "tour")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s, err := serve(ctx, o.binary, filepath.Join(dir, "data"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.end()) }()
	t, closeTab, err := openTab(ctx)
	if err != nil {
		return err
	}
	defer closeTab()
	if err := fill(ctx, o, s, t, dir); err != nil {
		return fmt.Errorf("filling the library: %w", err)
	}
	c := newCast(filepath.Join(dir, "frames"))
	id, err := visit(t, s, c)
	if err != nil {
		return err
	}
	if err := c.encode(ctx, filepath.Join(o.out, "app.webm")); err != nil {
		return err
	}
	return screenshots(ctx, t, s, id, o.out)
}

// service is a running service and a client of it.
type service struct {
	url, link string // root; address that signs in
	c         *client.Client
	end       func() error
}

// serve starts the service on a free port.
func serve(ctx context.Context, binary, data string) (*service, error) {
	cmd := exec.CommandContext(ctx, binary, "serve", "--listen", "127.0.0.1:0", "--data", data)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (run make build first)", err)
	}
	s := &service{end: func() error { return errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait()) }}
	lines := bufio.NewScanner(stdout)
	for s.url == "" && lines.Scan() {
		s.url = strings.TrimPrefix(lines.Text(), "listening on ")
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	ask := func(args ...string) (string, error) {
		out, err := exec.CommandContext(ctx, binary, append(args, "--data", data)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	token, err := ask("token", "create", "--account", "design")
	if err == nil {
		s.link, err = ask("open", "--account", "design", "--public-url", s.url)
	}
	if err == nil {
		s.c, err = client.New(s.url+"/v2", token)
	}
	if err != nil {
		return nil, errors.Join(err, s.end())
	}
	return s, nil
}

// fill has a second cut of the recording analyzed, without the message that pops
// up in it, and the page as it is on a desktop and on a phone.
func fill(ctx context.Context, o options, s *service, t *tab, dir string) error {
	for _, v := range []struct {
		title string
		w, h  int64
	}{{"Shop, on a phone", 390, 844}, {"Shop, on a desktop", 1280, 800}} {
		page, err := filepath.Abs(o.page)
		if err != nil {
			return err
		}
		png, err := t.render("file://"+page, v.w, v.h)
		if err != nil {
			return err
		}
		ref, err := s.c.CreateImage(ctx, client.ImageRequest{Image: png, Title: v.title, Keep: true, Outputs: []saccade.Output{
			saccade.OutAttentionMap, saccade.OutFocusScore, saccade.OutClarityScore, saccade.OutExcitingnessScore}})
		if err != nil {
			return err
		}
		if a, err := s.c.WaitImage(ctx, ref.ID, nil); err != nil || a.Failure() != nil {
			return errors.Join(err, a.Failure())
		}
	}
	cut := filepath.Join(dir, "cut.webm")
	if out, err := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-i", o.sample, "-fps_mode", "passthrough",
		"-vf", "drawbox=x=1030:y=10:w=240:h=75:color=0xfbf6ea:t=fill", "-c:v", "libvpx-vp9", "-b:v", "900k", "-cpu-used", "8", cut).CombinedOutput(); err != nil {
		return fmt.Errorf("ffmpeg: %w: %s", err, out)
	}
	upload, err := s.c.UploadFile(ctx, cut)
	if err != nil {
		return err
	}
	ref, err := s.c.CreateVideo(ctx, client.VideoRequest{Upload: upload, Title: "The visit without its message", Keep: true, Outputs: []saccade.Output{
		saccade.OutData, saccade.OutFocusScore, saccade.OutClarityScore, saccade.OutExcitingnessScore}})
	if err != nil {
		return err
	}
	a, err := s.c.WaitVideo(ctx, ref.ID, nil)
	if err != nil {
		return err
	}
	return a.Failure()
}
