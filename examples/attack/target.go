package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxQueue is how many analyses may wait in the server under attack.
const maxQueue = 200

// target is a running server, a directory of its own, and two accounts.
type target struct {
	cmd      *exec.Cmd
	dir      string
	url      string // without /v2
	host     string
	receiver *receiver
	mallory  account // attacks
	neighbor account // wants to be served meanwhile
}

// account asks with its token.
type account struct {
	url, token string
	http       *http.Client
}

// start runs the server with a token for each account.
func start(binary string) (*target, error) {
	dir, err := os.MkdirTemp("", "saccade-attack-")
	if err != nil {
		return nil, err
	}
	t := &target{dir: dir}
	if t.receiver, err = newReceiver(); err != nil {
		return nil, err
	}
	t.cmd = exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(dir, "data"), "--rate-limit", "0",
		"--max-queue", strconv.Itoa(maxQueue), "--images", "2", "--allow", t.receiver.address())
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	t.cmd.Stderr = log
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := t.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%w (run make build first)", err)
	}
	lines := bufio.NewScanner(out)
	for t.url == "" && lines.Scan() {
		t.url, _ = strings.CutPrefix(lines.Text(), "listening on ")
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	if t.url == "" {
		return nil, fmt.Errorf("the server did not start, see %s", log.Name())
	}
	t.host = strings.TrimPrefix(t.url, "http://")
	for name, a := range map[string]*account{"mallory": &t.mallory, "neighbor": &t.neighbor} {
		token, err := exec.Command(binary, "token", "create", "--account", name, "--data", filepath.Join(dir, "data")).Output()
		if err != nil {
			return nil, errors.Join(fmt.Errorf("token create: %w", err), t.end())
		}
		*a = account{t.url, strings.TrimSpace(string(token)), &http.Client{Timeout: time.Minute}}
	}
	return t, nil
}

// end stops the server as an operator would and removes its directory.
func (t *target) end() error {
	err := errors.Join(t.cmd.Process.Signal(syscall.SIGTERM), t.cmd.Wait())
	t.receiver.Close()
	if err != nil {
		return fmt.Errorf("the server ended with %w, see %s", err, t.dir)
	}
	return os.RemoveAll(t.dir)
}

// proc returns the path of a file of the server's process.
func (t *target) proc(name string) string {
	return fmt.Sprintf("/proc/%d/%s", t.cmd.Process.Pid, name)
}

// resetPeak lets the kernel count the server's peak memory anew.
func (t *target) resetPeak() { _ = os.WriteFile(t.proc("clear_refs"), []byte("5"), 0) }

var peakLine = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peak returns the most memory that the server has had since resetPeak, in MiB; 0
// where the kernel does not say.
func (t *target) peak() int {
	b, _ := os.ReadFile(t.proc("status"))
	if m := peakLine.FindSubmatch(b); m != nil {
		kib, _ := strconv.Atoi(string(m[1]))
		return kib >> 10
	}
	return 0
}

// stillWell is what must hold after every attack.
func (t *target) stillWell(ctx context.Context, peak int) error {
	if peak > mostMemory {
		return fmt.Errorf("the server took %d MiB", peak)
	}
	if a := t.neighbor.call(ctx, "GET", "/usage", nil); a.status != http.StatusOK {
		return fmt.Errorf("the neighbor is answered %v", a)
	}
	return nil
}

// answer is what the server said.
type answer struct {
	status int
	body   map[string]any
	size   int
	err    error
}

// String returns the answer as the table shows it.
func (a answer) String() string {
	if a.err != nil {
		return a.err.Error()
	}
	return strings.TrimSpace(fmt.Sprint(a.status, " ", a.code()))
}

// code returns the code of an error.
func (a answer) code() string {
	e, _ := a.body["error"].(map[string]any)
	code, _ := e["code"].(string)
	return code
}

// text returns a member that is text.
func (a answer) text(key string) string {
	s, _ := a.body[key].(string)
	return s
}

// call makes one request of the API; body is bytes, text or what JSON can say.
func (c account) call(ctx context.Context, method, path string, body any) answer {
	var b []byte
	switch v := body.(type) {
	case nil:
	case string:
		b = []byte(v)
	case []byte:
		b = v
	default:
		b, _ = json.Marshal(v)
	}
	if !strings.HasPrefix(path, "http") {
		path = c.url + "/v2" + path
	}
	r, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(b))
	if err != nil {
		return answer{err: err}
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	a := answer{status: res.StatusCode, size: len(text), err: err}
	_ = json.Unmarshal(text, &a.body)
	return a
}

// object is a JSON object.
type object map[string]any

// image orders the analysis of an image.
func (c account) image(ctx context.Context, image []byte) answer {
	return c.call(ctx, "POST", "/analyses", object{"input": object{"type": "image", "content": base64.StdEncoding.EncodeToString(image)}})
}

// video uploads bytes and orders their analysis.
func (c account) video(ctx context.Context, video []byte) answer {
	link := c.call(ctx, "GET", "/upload-urls", nil).text("url")
	if a := (account{http: c.http}).call(ctx, "PUT", link, video); a.status != http.StatusOK {
		return a
	}
	return c.call(ctx, "POST", "/analyses/video", object{"input": object{"content": link}})
}

// settle waits until an analysis has ended, and returns its state.
func (c account) settle(ctx context.Context, location string) answer {
	for {
		a := c.call(ctx, "GET", location+"?wait=20", nil)
		if a.err != nil || a.text("status") != "pending" {
			return a
		}
	}
}

// dial opens a connection and sends the beginning of a request.
func (t *target) dial(format string, args ...any) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", t.host, 10*time.Second)
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Fprintf(conn, format, args...); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}
