package main_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/elastic/go-seccomp-bpf"
	"github.com/google/go-cmp/cmp"
)

// TestNoSandbox: where nothing can confine ffmpeg, a service that others can reach
// is not ready and says why, until its operator allows it.
func TestNoSandbox(t *testing.T) {
	t.Parallel()
	if !seccomp.Supported() {
		t.Skip("without seccomp this kernel's Landlock cannot be taken away")
	}
	for name, tc := range map[string]struct {
		flags  []string
		status int
		want   string
	}{
		"reachable":   {[]string{"--listen", "0.0.0.0:0"}, http.StatusServiceUnavailable, "failed"},
		"allowed":     {[]string{"--listen", "0.0.0.0:0", "--allow-unconfined"}, http.StatusOK, "ok"},
		"for oneself": {[]string{"--listen", "127.0.0.1:0"}, http.StatusOK, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			status, checks := readiness(t, tc.flags)
			want := map[string]string{"database": "ok", "storage": "ok", "decoder": "ok", "sandbox": tc.want, "model": "ok"}
			if diff := cmp.Diff(want, checks); diff != "" || status != tc.status {
				t.Errorf("%d\n%s", status, diff)
			}
		})
	}
}

// readiness is what /readyz of a server on a system without Landlock answers.
func readiness(t *testing.T, flags []string) (status int, checks map[string]string) {
	t.Helper()
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, append([]string{"without-landlock", bin, "serve", "--data", t.TempDir()}, flags...)...)
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatal("the server did not start")
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "listening on http://"), ":")
	port = port[strings.LastIndexByte(port, ':')+1:]
	res, err := http.Get("http://127.0.0.1:" + port + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var body struct{ Checks map[string]string }
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, body.Checks
}
