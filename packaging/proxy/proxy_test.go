// Package proxy_test runs what docs/proxy.md shows: nginx and Caddy before the service,
// below a path.
package proxy_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// shown is the code of a language in docs/proxy.md.
func shown(t *testing.T, language string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/proxy.md")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile("(?s)\n```" + language + "\n(.*?)```\n").FindSubmatch(page)
	if m == nil {
		t.Fatalf("docs/proxy.md shows no %s", language)
	}
	return string(m[1])
}

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}

// proxies are the programs: their configuration for two ports, and how they start.
var proxies = map[string]struct {
	config func(text, dir, port, service string) string
	args   func(file string) []string
}{
	"nginx": {
		func(text, dir, port, service string) string {
			return fmt.Sprintf("daemon off; pid %[1]s/pid; error_log stderr; events {}\nhttp { access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;\n"+
				"server { listen 127.0.0.1:%[2]s;\n%[3]s}\n}\n", dir, port, strings.ReplaceAll(text, "127.0.0.1:8080", "127.0.0.1:"+service))
		},
		func(file string) []string { return []string{"-c", file} },
	},
	"caddy": {
		func(text, _, port, service string) string {
			text = strings.Replace(text, "example.com {", "http://127.0.0.1:"+port+" {", 1)
			return "{\n\tadmin off\n}\n" + strings.ReplaceAll(text, "127.0.0.1:8080", "127.0.0.1:"+service)
		},
		func(file string) []string { return []string{"run", "--adapter", "caddyfile", "--config", file} },
	},
}

// TestBelowAPath: the app, an upload, its analysis and the results go through the proxy,
// and what is for operators does not.
func TestBelowAPath(t *testing.T) {
	built := filepath.Join(t.TempDir(), "saccade")
	build := exec.Command("go", "build", "-o", built, "./cmd/saccade")
	build.Dir = filepath.Join("..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for name, p := range proxies {
		t.Run(name, func(t *testing.T) {
			program, err := exec.LookPath(name)
			if err != nil {
				if program, err = exec.LookPath("/usr/sbin/" + name); err != nil {
					t.Skipf("no %s here", name)
				}
			}
			dir, port, service := t.TempDir(), freePort(t), freePort(t)
			file := filepath.Join(dir, "config")
			if err := os.WriteFile(file, []byte(p.config(shown(t, name), dir, port, service)), 0o600); err != nil {
				t.Fatal(err)
			}
			base := "http://127.0.0.1:" + port + "/saccade"
			saccade := serve(t, built, service, base)
			start(t, exec.Command(program, p.args(file)...))
			eventually(t, base+"/healthz")
			try(t, saccade, base)
		})
	}
}

// serve starts the service and returns a function that runs the program beside it.
func serve(t *testing.T, program, port, base string) func(args ...string) string {
	t.Helper()
	data := t.TempDir()
	start(t, exec.Command(program, "serve", "--listen", "127.0.0.1:"+port, "--data", data, "--model", "baseline", "--trust-proxy=127.0.0.1", "--public-url", base))
	return func(args ...string) string {
		t.Helper()
		cmd := exec.Command(program, args...)
		cmd.Env = append(os.Environ(), "SACCADE_URL="+base, "SACCADE_DATA="+data, "HOME="+data)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
}

// start starts a program that ends with the test.
func start(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := make(chan string, 1)
	go func() {
		var last []string
		for s := bufio.NewScanner(said); s.Scan(); {
			last = append(last, s.Text())
		}
		log <- strings.Join(last[max(0, len(last)-15):], "\n")
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if text := <-log; t.Failed() {
			t.Logf("%s:\n%s", filepath.Base(cmd.Path), text)
		}
		_ = cmd.Wait()
	})
}

// eventually waits for an address to answer 200.
func eventually(t *testing.T, address string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if res, err := http.Get(address); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
	}
	t.Fatalf("%s does not answer", address)
}

func try(t *testing.T, saccade func(args ...string) string, base string) {
	t.Helper()
	for path, want := range map[string]int{"/": 200, "/docs": 200, "/v2/openapi.json": 200, "/v2/usage": 401, "/metrics": 403, "/readyz": 403} {
		status, text := get(t, base+path)
		if status != want {
			t.Errorf("%s is answered %d, not %d", path, status, want)
		}
		if path != "/" {
			continue
		}
		scripts := regexp.MustCompile(`(?:src|href)="([^":]+\.(?:js|css|svg)[^":]*)"`).FindAllStringSubmatch(text, -1)
		if len(scripts) == 0 {
			t.Errorf("the app has no scripts: %.300s", text)
		}
		for _, m := range scripts {
			if strings.HasPrefix(m[1], "/") && !strings.HasPrefix(m[1], "/saccade/") {
				t.Errorf("the app names %s, which is not below the path", m[1])
			}
			if status, _ := get(t, base+"/"+strings.TrimPrefix(strings.TrimPrefix(m[1], "/saccade/"), "./")); status != 200 {
				t.Errorf("%s of the app is answered %d", m[1], status)
			}
		}
	}
	t.Setenv("SACCADE_TOKEN", saccade("token", "create", "--account", "me"))
	out := t.TempDir()
	id, _, _ := strings.Cut(saccade("remote", "analyze", "../../examples/sample.webm", "--out", out), " ")
	if maps, err := filepath.Glob(filepath.Join(out, "*", "attentionMap.webm")); err != nil || len(maps) != 1 {
		t.Errorf("maps: %v %v", maps, err)
	}
	if link := saccade("remote", "share", id); !strings.Contains(link, base+"/s/") {
		t.Errorf("the link of a share is %s", link)
	}
}

// get returns status and text of an address.
func get(t *testing.T, address string) (int, string) {
	t.Helper()
	res, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return res.StatusCode, string(b)
}
