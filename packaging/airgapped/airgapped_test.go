// Package airgapped_test runs the service where there is no way out, and counts what
// tries to leave.
package airgapped_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// insideVariable names the program to a test that runs in a network of its own.
const insideVariable = "SACCADE_AIRGAPPED"

// networks are what a machine without a way out may look like: with the loopback
// interface alone, where reaching out fails at once; and with a cable to nowhere, where
// every packet that leaves is counted.
var networks = map[string]string{
	"no route": `ip link set lo up`,
	"a route to nowhere": `echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6; ip link set lo up; ip link add nowhere type veth peer name void
		ip addr add 10.99.0.2/24 dev nowhere; ip link set void up; ip link set nowhere up; ip route add default dev nowhere`,
}

// TestAirgapped: a video, a page and the app's first page, without a way out.
func TestAirgapped(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, for a network of its own")
	}
	for _, name := range []string{"unshare", "ip", "ffmpeg"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s here", name)
		}
	}
	program := filepath.Join(t.TempDir(), "saccade")
	build := exec.Command("go", "build", "-o", program, "./cmd/saccade")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, script := range networks {
		t.Run(name, func(t *testing.T) {
			if out, err := exec.Command("unshare", "--net", "sh", "-ec", script).CombinedOutput(); err != nil {
				t.Skipf("no such network can be made here: %v %s", err, out)
			}
			cmd := exec.Command("unshare", "--net", "sh", "-ec", script+"\n"+`exec "$0" -test.run '^TestInside$' -test.v -test.timeout 10m`, self)
			cmd.Env = append(os.Environ(), insideVariable+"="+program)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// buffer is what a process has said so far.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestInside runs in a network that TestAirgapped has made.
func TestInside(t *testing.T) {
	program := os.Getenv(insideVariable)
	if program == "" {
		t.Skip("TestAirgapped runs this in a network of its own")
	}
	data := t.TempDir()
	server := exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--data", data, "--allow", "127.0.0.1")
	log := &buffer{}
	server.Stderr = log
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
		if t.Failed() {
			t.Log(log)
		}
	}()
	lines := bufio.NewScanner(out)
	lines.Scan()
	url := strings.TrimPrefix(lines.Text(), "listening on ")
	go func() { _, _ = io.Copy(io.Discard, out) }()
	run := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "SACCADE_URL="+url, "SACCADE_DATA="+data, "HOME="+data)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	token := run("token", "create", "--account", "me")
	t.Setenv("SACCADE_TOKEN", token)
	results := t.TempDir()
	run("remote", "analyze", "../../examples/sample.webm", "--out", results)
	if maps, err := filepath.Glob(filepath.Join(results, "*", "attentionMap.webm")); err != nil || len(maps) != 1 {
		t.Errorf("maps of the video: %v %v", maps, err)
	}
	checkApp(t, url)
	if _, err := exec.LookPath("chromium"); err == nil {
		checkPages(t, url, func(address string) { run("remote", "analyze", address, "--out", results) })
		if maps, err := filepath.Glob(filepath.Join(results, "*", "attentionMap.png")); err != nil || len(maps) != 2 {
			t.Errorf("maps of the pages: %v %v", maps, err)
		}
	} else {
		t.Log("no chromium here: pages were not captured")
	}
	checkQuiet(t)
}

// checkPages analyzes a page of this machine, and the app as a browser shows it.
func checkPages(t *testing.T, app string, analyze func(address string)) {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><title>Shop</title><body style='background:#eef'><h1>Shoes that last</h1><button>Buy</button></body>")
	}))
	defer site.Close()
	analyze(site.URL + "/")
	analyze(app + "/")
}

// checkApp: the first page and everything that it names come from the service.
func checkApp(t *testing.T, url string) {
	t.Helper()
	page := get(t, url+"/")
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		switch {
		case strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "//"):
			t.Errorf("the app's first page names %s", m[1])
		case strings.HasPrefix(m[1], "data:") || strings.HasPrefix(m[1], "#"):
		default:
			get(t, url+"/"+strings.TrimLeft(m[1], "./"))
		}
	}
	if !strings.Contains(page, ".js") {
		t.Errorf("the app's first page has no script: %.300s", page)
	}
}

func get(t *testing.T, url string) string {
	t.Helper()
	res, err := (&http.Client{Timeout: time.Minute}).Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Errorf("%s: %s %v", url, res.Status, err)
	}
	return string(b)
}

// checkQuiet: nothing left by the interface to nowhere, where there is one, although
// what leaves is counted.
func checkQuiet(t *testing.T) {
	t.Helper()
	before, ok := sent(t)
	if !ok {
		return
	}
	if before != 0 {
		t.Errorf("%d packets tried to leave", before)
	}
	c, err := net.Dial("udp", "192.0.2.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) { // first it asks who has that address
		if after, _ := sent(t); after > before {
			return
		}
		if time.Now().After(end) {
			t.Fatal("what leaves is not counted")
		}
	}
}

// sent is the number of packets that left by the interface to nowhere.
func sent(t *testing.T) (int, bool) {
	t.Helper()
	b, err := os.ReadFile("/sys/class/net/nowhere/statistics/tx_packets")
	if err != nil {
		b, err = fromProc()
	}
	if err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return n, true
}

// fromProc reads the same from /proc/net/dev: /sys shows another network's interfaces.
func fromProc() ([]byte, error) {
	b, err := os.ReadFile("/proc/net/dev")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(b)) {
		if name, rest, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && name == "nowhere" {
			return []byte(strings.Fields(rest)[9]), nil
		}
	}
	return nil, fmt.Errorf("no interface nowhere")
}
