package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program builds the real binary, once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "saccade-e2e-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "saccade")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// service is a running server with a token.
type service struct {
	t     *testing.T
	bin   string
	data  string
	url   string // without /v2
	token string
	cmd   *exec.Cmd
	log   *lockedBuffer
	done  chan error
}

// lockedBuffer takes the server's log while tests read it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs `saccade serve` on a free port, with a token of account "e2e".
func start(t *testing.T, data string, flags ...string) *service {
	t.Helper()
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t, bin: bin, data: data, log: &lockedBuffer{}, done: make(chan error, 1)}
	s.cmd = exec.Command(bin, append([]string{"serve", "--listen", "127.0.0.1:0", "--data", data}, flags...)...)
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.kill()
		if t.Failed() {
			t.Logf("log of the server:\n%s", tail(s.log.String(), 25))
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if url, ok := strings.CutPrefix(lines.Text(), "listening on "); ok {
			s.url = url
			break
		}
	}
	go func() {
		_, _ = io.Copy(io.Discard, out)
		s.done <- s.cmd.Wait()
	}()
	if s.url == "" {
		t.Fatalf("the server did not start: %s", s.log)
	}
	s.token = s.run("token", "create", "--account", "e2e", "--data", data)
	return s
}

func tail(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// run runs another command of the program and gives its trimmed output.
func (s *service) run(args ...string) string {
	s.t.Helper()
	out, err := exec.Command(s.bin, args...).Output()
	if err != nil {
		s.t.Fatalf("saccade %s: %v", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}

// kill ends the server as kill -9 does.
func (s *service) kill() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill()
		s.wait(10 * time.Second)
	}
}

// wait waits for the end of the process.
func (s *service) wait(limit time.Duration) error {
	s.t.Helper()
	select {
	case err := <-s.done:
		s.done <- err
		return err
	case <-time.After(limit):
		s.t.Fatal("the server did not end")
		return nil
	}
}

// terminate sends SIGTERM and waits for a clean end.
func (s *service) terminate(limit time.Duration) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.wait(limit); err != nil {
		s.t.Errorf("the server ended with %v: %s", err, tail(s.log.String(), 20))
	}
}

// answer is a response with its JSON.
type answer struct {
	status int
	header http.Header
	body   map[string]any
}

// code is the error code of an answer.
func (a answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	c, _ := e["code"].(string)
	return c
}

func (a answer) text(key string) string {
	v, _ := a.body[key].(string)
	return v
}

// with is the same service for a subtest.
func (s *service) with(t *testing.T) *service {
	c := *s
	c.t = t
	return &c
}

// call makes one API request; path is below /v2 or absolute.
func (s *service) call(method, path string, body any) answer {
	s.t.Helper()
	return s.callWith(method, path, body, nil)
}

// callWith is call with more headers.
func (s *service) callWith(method, path string, body any, headers map[string]string) answer {
	s.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			s.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	if !strings.HasPrefix(path, "http") {
		path = s.url + "/v2" + path
	}
	req, err := http.NewRequest(method, path, r)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.token)
	req.Header.Set("Content-Type", "application/json")
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, body: map[string]any{}}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &a.body); err != nil {
			s.t.Fatalf("%s %s: not JSON: %s", method, path, b)
		}
	}
	return a
}

// put uploads bytes to a presigned URL, without any header but the usual.
func (s *service) put(url string, b []byte) int {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodPut, url, bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// upload gets an upload URL and puts bytes there.
func (s *service) upload(b []byte) string {
	s.t.Helper()
	url := s.call("GET", "/upload-urls", nil).text("url")
	if status := s.put(url, b); status != http.StatusOK {
		s.t.Fatalf("PUT: %d", status)
	}
	return url
}

// video starts an analysis of an uploaded video.
func (s *service) video(content string) answer {
	s.t.Helper()
	return s.call("POST", "/analyses/video", map[string]any{"input": map[string]any{"content": content, "title": "e2e"}})
}

// settle polls until an analysis has ended.
func (s *service) settle(location string, limit time.Duration) answer {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	for {
		a := s.call("GET", location+"?wait=10", nil)
		if a.status != http.StatusOK {
			s.t.Fatalf("poll: %d %v", a.status, a.body)
		}
		if a.text("status") != "pending" {
			return a
		}
		if ctx.Err() != nil {
			s.t.Fatalf("still pending after %v: %v", limit, a.body)
		}
	}
}

// fetch downloads an output, without authorization.
func (s *service) fetch(url string) []byte {
	s.t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("GET of an output: %d, %v", resp.StatusCode, err)
	}
	return b
}

// output digs one link out of an answer.
func (a answer) output(prediction, name string) string {
	outputs, _ := a.body["outputs"].(map[string]any)
	p, _ := outputs[prediction].(map[string]any)
	v, _ := p[name].(string)
	return v
}
