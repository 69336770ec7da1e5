// Command demo starts the service with nothing configured, has a recording
// analyzed through the public API by the Go client, and says where the heat
// map is. `make demo` runs it.
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
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
)

func main() {
	binary := flag.String("binary", "bin/saccade", "the program")
	video := flag.String("video", "examples/sample.webm", "the recording to analyze")
	out := flag.String("out", "demo-out", "directory for the results")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *binary, *video, *out); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, video, out string) (err error) {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	data := filepath.Join(out, "data")
	url, end, err := serve(binary, data, filepath.Join(out, "server.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	token, err := exec.CommandContext(ctx, binary, "token", "create", "--account", "demo", "--data", data).Output()
	if err != nil {
		return fmt.Errorf("token create: %w", err)
	}
	c, err := client.New(url+"/v2", strings.TrimSpace(string(token)))
	if err != nil {
		return err
	}
	return analyze(ctx, c, binary, video, out)
}

// serve starts the service on a free port; end stops it as an operator would.
func serve(binary, data, logFile string) (url string, end func() error, err error) {
	log, err := os.Create(logFile)
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--data", data)
	cmd.Stderr = log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, fmt.Errorf("%w (run make build first)", err)
	}
	lines := bufio.NewScanner(stdout)
	for url == "" && lines.Scan() {
		url = strings.TrimPrefix(lines.Text(), "listening on ")
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	end = func() error {
		return errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait(), log.Close())
	}
	if url == "" {
		return "", nil, fmt.Errorf("the service did not start, see %s: %w", logFile, end())
	}
	fmt.Println("The service listens on", url)
	return url, end, nil
}

// analyze does what every client does: upload, create, wait, download.
func analyze(ctx context.Context, c *client.Client, binary, video, out string) error {
	upload, err := c.UploadFile(ctx, video)
	if err != nil {
		return err
	}
	ref, err := c.CreateVideo(ctx, client.VideoRequest{Upload: upload, Title: filepath.Base(video),
		Outputs: []saccade.Output{saccade.OutAttentionMap, saccade.OutData, saccade.OutFocusScore, saccade.OutClarityScore, saccade.OutExcitingnessScore}})
	if err != nil {
		return err
	}
	a, err := c.WaitVideo(ctx, ref.ID, func(a *client.Analysis) {
		if a.Status != saccade.StatusPending {
			return
		}
		fmt.Printf("\r%-12s %3.0f %%  [%-40s]", a.Stage, 100*a.Progress, strings.Repeat("=", int(40*a.Progress)))
	})
	fmt.Printf("\r%-12s 100 %%  [%s]\n", "done", strings.Repeat("=", 40))
	if err == nil {
		err = a.Failure()
	}
	if err != nil {
		return err
	}
	o := a.Outputs
	for name, link := range map[string]saccade.Link{"heatmap.webm": o.Attention.AttentionMap, "frames.csv": o.Attention.Data.CSV} {
		if err := download(ctx, c, link, filepath.Join(out, name)); err != nil {
			return err
		}
	}
	fmt.Printf("%d frames, %.1f s; focus %d, clarity %d, excitingness %d (50 = the median home page)\n",
		o.Input.Frames, o.Input.Duration, *o.Focus.Score, *o.Clarity.Score, *o.Excitingness.Score)
	data := filepath.Join(out, "data")
	fmt.Printf("In the app: run %s serve --data %s, open the sign-in link that it prints, then http://127.0.0.1:8080/a/%s\n", binary, data, ref.ID)
	fmt.Printf("The heat map:          %s\nThe numbers behind it: %s\n", filepath.Join(out, "heatmap.webm"), filepath.Join(out, "frames.csv"))
	return nil
}

func download(ctx context.Context, c *client.Client, link saccade.Link, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(c.Download(ctx, link, f), f.Close())
}
