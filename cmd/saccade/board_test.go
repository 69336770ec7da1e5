package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// expressions lists what the Grafana board and the alert rules ask Prometheus for.
func expressions(t *testing.T) []string {
	t.Helper()
	var board struct {
		Panels []struct{ Targets []struct{ Expr string } }
	}
	if err := json.Unmarshal(read(t, "../../deploy/grafana.json"), &board); err != nil {
		t.Fatal(err)
	}
	var rules struct {
		Groups []struct{ Rules []struct{ Expr string } }
	}
	if err := yaml.Unmarshal(read(t, "../../deploy/alerts.yml"), &rules); err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, p := range board.Panels {
		for _, target := range p.Targets {
			all = append(all, target.Expr)
		}
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			all = append(all, r.Expr)
		}
	}
	return all
}

// metricName finds the metrics in an expression; up is Prometheus's own.
var metricName = regexp.MustCompile(`\b(?:saccade|go|process)_[a-z_]+`)

// TestBoard: every metric that the board and the rules name is on a real /metrics, once
// something succeeded and something failed.
func TestBoard(t *testing.T) {
	s := start(t, t.TempDir(), "--model", "baseline", "--disk-budget", "1GiB")
	s.settle("/analyses/video/"+s.video(s.upload(read(t, sample))).text("id"), 2*time.Minute)
	broken := s.call("POST", "/analyses", object{"input": object{"type": "image", "content": "AAAA"}})
	s.settle("/analyses/"+broken.text("id"), time.Minute)
	metrics := ""
	for deadline := time.Now().Add(time.Minute); !strings.Contains(metrics, "saccade_attempt_failures_total{") && time.Now().Before(deadline); {
		res, err := http.Get(s.url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		metrics = string(b)
	}
	all := expressions(t)
	if len(all) < 15 {
		t.Fatalf("only %d expressions", len(all))
	}
	for _, e := range all {
		names := metricName.FindAllString(e, -1)
		if len(names) == 0 && !strings.HasPrefix(e, "up{") {
			t.Errorf("no metric in %s", e)
		}
		for _, name := range names {
			if !strings.Contains(metrics, "\n"+name+"{") && !strings.Contains(metrics, "\n"+name+" ") {
				t.Errorf("/metrics has no %s", name)
			}
		}
	}
	for _, want := range []string{`codec="none",kind="image",reason="`, `saccade_stage_seconds_count{kind="video",stage="predicting"} 1`, `saccade_realtime_factor_count 1`, `saccade_queue_oldest_seconds{kind="video"} 0`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
}

// TestMonitoringPage runs the commands of docs/monitoring.md, those of promtool where it
// is installed.
func TestMonitoringPage(t *testing.T) {
	s := start(t, t.TempDir(), "--model", "baseline")
	address := strings.TrimPrefix(s.url, "http://")
	bin := t.TempDir()
	if err := os.Symlink(s.bin, filepath.Join(bin, "saccade")); err != nil {
		t.Fatal(err)
	}
	_, err := exec.LookPath("promtool")
	if err != nil {
		t.Log("the rules are not tested: no promtool here (Debian: apt install prometheus)")
	}
	ran := 0
	for line := range strings.Lines(string(read(t, "../../docs/monitoring.md"))) {
		line = strings.TrimSpace(line)
		tool, _, _ := strings.Cut(line, " ")
		if tool != "saccade" && tool != "curl" && (tool != "promtool" || err != nil) {
			continue
		}
		ran++
		cmd := exec.Command("bash", "-o", "pipefail", "-ec", strings.ReplaceAll(line, "127.0.0.1:8080", address))
		cmd.Dir = "../.."
		cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "SACCADE_LISTEN="+address)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", line, err, out)
		}
	}
	if ran < 3 {
		t.Errorf("only %d commands were found", ran)
	}
}
