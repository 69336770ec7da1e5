package container_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// engine is a Docker engine of its own: its network, its mounts and its images are not
// those of the system, and nothing in it reaches another machine.
type engine struct {
	t    *testing.T
	dir  string
	host string // DOCKER_HOST
	cmd  *exec.Cmd
	net  string // the process whose network its ports are in
	env  []string
}

// startEngine starts one, or says why there is none.
func startEngine(t *testing.T) *engine {
	t.Helper()
	if os.Getenv("SACCADE_CONTAINER") == "" {
		t.Skip("make test-container runs this: it makes images from nothing, which takes minutes")
	}
	if os.Getuid() != 0 {
		t.Skip("no engine: it needs root")
	}
	for _, name := range []string{"dockerd", "/usr/bin/docker", "docker-compose", "mmdebstrap", "unshare", "nsenter"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no engine: no %s here", name)
		}
	}
	dir, err := os.MkdirTemp("", "saccade-engine-") // its socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	e := &engine{t: t, dir: dir, host: "unix://" + dir + "/sock"}
	log := &bytes.Buffer{}
	e.cmd = exec.Command("unshare", "--net", "--mount", "sh", "-c", `ip link set lo up; exec dockerd --data-root "$0/data" --exec-root "$0/exec" --pidfile "$0/pid" --host "unix://$0/sock"`, dir)
	e.cmd.Stdout, e.cmd.Stderr = log, log
	if err := e.cmd.Start(); err != nil {
		t.Skipf("no engine: %v", err)
	}
	e.net = fmt.Sprint(e.cmd.Process.Pid) // unshare and sh have become dockerd
	t.Cleanup(e.stop)
	for end := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		if _, err := e.try("/usr/bin/docker", "info"); err == nil {
			return e
		}
		if time.Now().After(end) {
			t.Skipf("no engine: dockerd does not answer:\n%s", log)
		}
	}
}

// stop ends the engine and removes all of it.
func (e *engine) stop() {
	if e.t.Failed() {
		out, _ := e.try("docker-compose", "logs", "--no-color", "--tail", "15")
		ps, _ := e.try("/usr/bin/docker", "ps", "-a")
		e.t.Logf("%s\n%s", ps, out)
	}
	_, _ = e.try("docker-compose", "down", "--volumes", "--timeout", "5")
	_ = e.cmd.Process.Signal(os.Interrupt)
	_ = e.cmd.Wait()
	_ = os.RemoveAll(e.dir)
}

// try runs a program against the engine, in its network.
func (e *engine) try(args ...string) (string, error) {
	cmd := exec.Command("nsenter", append([]string{"-t", e.net, "-n"}, args...)...)
	cmd.Env = append(append(os.Environ(), "DOCKER_HOST="+e.host, "DOCKER_BUILDKIT=0", "COMPOSE_PROJECT_NAME=saccade", "COMPOSE_FILE="+filepath.Join(e.dir, "up", "compose.yaml"),
		"SLEEP=0.5", "TIMEOUT=300"), e.env...)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// run is try, for what must not fail.
func (e *engine) run(args ...string) string {
	e.t.Helper()
	out, err := e.try(args...)
	if err != nil {
		e.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return out
}

func (e *engine) docker(args ...string) string {
	e.t.Helper()
	return e.run(append([]string{"/usr/bin/docker"}, args...)...)
}

func (e *engine) compose(args ...string) string {
	e.t.Helper()
	return e.run(append([]string{"docker-compose"}, args...)...)
}

// eventually waits for a condition.
func (e *engine) eventually(what string, ok func() bool) {
	e.t.Helper()
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
		if ok() {
			return
		}
	}
	e.t.Fatalf("%s: not within five minutes", what)
}

// base imports an image with Debian's smallest system and packages, in place of one
// that would be pulled; bin/bases keeps its file.
func (e *engine) base(name, packages string) {
	e.t.Helper()
	file, err := filepath.Abs(filepath.Join("..", "..", "bin", "bases", name+".tar"))
	if err != nil {
		e.t.Fatal(err)
	}
	if s, err := os.Stat(file); err != nil || time.Since(s.ModTime()) > 7*24*time.Hour {
		release, _ := os.ReadFile("/etc/os-release")
		suite := regexp.MustCompile(`(?m)^VERSION_CODENAME=(\w+)$`).FindSubmatch(release)
		if suite == nil || os.MkdirAll(filepath.Dir(file), 0o755) != nil {
			e.t.Skip("no base image: this system does not say what its release is called")
		}
		if out, err := exec.Command("mmdebstrap", "--quiet", "--variant=minbase", "--include="+packages, string(suite[1]), file).CombinedOutput(); err != nil {
			e.t.Fatalf("mmdebstrap: %v\n%s", err, out)
		}
	}
	e.docker("import", file, "base-"+name)
}

// files copies files into a directory of the engine.
func (e *engine) files(dir string, from ...string) string {
	e.t.Helper()
	to := filepath.Join(e.dir, dir)
	if err := os.MkdirAll(to, 0o755); err != nil {
		e.t.Fatal(err)
	}
	for _, name := range from {
		b, err := os.ReadFile(name)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, filepath.Base(name)), b, 0o755)
		}
		if err != nil {
			e.t.Fatal(err)
		}
	}
	return to
}

// images builds what the Compose file names.
func (e *engine) images() {
	e.t.Helper()
	gateway, err := exec.LookPath("versitygw")
	if err != nil {
		home, _ := os.UserHomeDir()
		if gateway, err = exec.LookPath(filepath.Join(home, "go", "bin", "versitygw")); err != nil {
			e.t.Skip("no versitygw here; make test-container installs it")
		}
	}
	e.base("ffmpeg", "ca-certificates,ffmpeg")
	e.base("postgresql", "ca-certificates,postgresql")
	e.docker("build", "-q", "-t", "saccade", "--build-arg", "BASE=base-ffmpeg", "-f", "Dockerfile", e.files("image", "../../bin/saccade"))
	golang := e.files("go", gateway)
	if err := os.WriteFile(filepath.Join(golang, "Dockerfile"), []byte("FROM base-ffmpeg\nCOPY versitygw /usr/local/bin/\n"), 0o600); err != nil {
		e.t.Fatal(err)
	}
	e.docker("build", "-q", "-t", "go-with-gateway", golang)
	e.docker("build", "-q", "-t", "saccade-s3", "--build-arg", "GO=go-with-gateway", "--build-arg", "BASE=base-ffmpeg", "-f", "s3.Dockerfile", e.files("s3", "s3-start"))
	e.docker("build", "-q", "-t", "postgres-test", "--build-arg", "BASE=base-postgresql", "-f", "testimages/postgres.Dockerfile", e.files("postgres", "testimages/postgres-start"))
}

// TestEngine: the image alone as any user, then the Compose file with the vendor's
// program for a client, and one of the two workers killed at work.
func TestEngine(t *testing.T) {
	e := startEngine(t)
	e.images()
	t.Run("any user", func(t *testing.T) { e.alone(t) })
	e.env = []string{"POSTGRES_IMAGE=postgres-test", "SACCADE_WORKER_CPUS=1"}
	up := e.files("up", "compose.yaml", "make-secrets", "s3.Dockerfile", "s3-start")
	e.run(filepath.Join(up, "make-secrets"))
	e.compose("up", "-d")
	containers := strings.Fields(e.compose("ps", "-q"))
	if len(containers) != 5 {
		t.Fatalf("%d containers, not 5:\n%s", len(containers), e.compose("ps"))
	}
	for _, c := range containers {
		e.eventually("health of "+e.docker("inspect", "-f", "{{.Name}}", c), func() bool { return e.docker("inspect", "-f", "{{.State.Health.Status}}", c) == "healthy" })
	}
	for _, name := range []string{"api", "worker", "s3"} {
		if out, err := e.try("docker-compose", "exec", "-T", name, "touch", "/usr/here"); err == nil || !strings.Contains(out, "Read-only") {
			t.Errorf("the root of %s can be written: %v %s", name, err, out)
		}
		if got := e.compose("exec", "-T", name, "sh", "-c", "id -u; grep CapEff /proc/self/status"); !strings.HasPrefix(got, "1000") || !strings.HasSuffix(got, "0000000000000000") {
			t.Errorf("%s runs as %q", name, got)
		}
	}
	token := e.compose("exec", "-T", "api", "saccade", "token", "create", "--account", "me")
	t.Run("seed", func(t *testing.T) { e.seed(t, token) })
	t.Run("killed", func(t *testing.T) { e.kill(t, token) })
}

// alone runs the image without anything else, as a user that it does not know.
func (e *engine) alone(t *testing.T) {
	sample := filepath.Dir(mustAbs(t, "../../examples/sample.webm"))
	args := []string{"run", "--rm", "--user", "4242:4242", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "-v", "/data", "-v", sample + ":/in:ro", "saccade"}
	out, _ := e.try(append([]string{"/usr/bin/docker"}, append(args, "doctor")...)...) // which misses Chromium
	if !regexp.MustCompile(`ok +sandbox +resource limits and Landlock ABI [0-9]+`).MatchString(out) {
		t.Errorf("doctor: %s", out)
	}
	if got := e.docker(append(args, "analyze", "/in/sample.webm", "--out", "/data/out")...); !strings.Contains(got, "result.json") {
		t.Errorf("analyze: %s", got)
	}
}

func mustAbs(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// program is the vendor's, unchanged, or skips the test.
func program(t *testing.T) string {
	t.Helper()
	for _, dir := range []string{"../../../shared", "../../../../shared"} {
		if path := mustAbs(t, filepath.Join(dir, "seed", "run.py")); fileExists(path) {
			return path
		}
	}
	t.Skip("the vendor's program is not here")
	return ""
}

func fileExists(path string) bool { _, err := os.Stat(path); return err == nil }

// analyze runs the vendor's program on the sample.
func (e *engine) analyze(t *testing.T, token string) (string, error) {
	return e.try("python3", program(t), "http://127.0.0.1:8080/v2", token, mustAbs(t, "../../examples/sample.webm"))
}

func (e *engine) seed(t *testing.T, token string) {
	out, err := e.analyze(t, token)
	if err != nil || !strings.Contains(out, `"status": "success"`) || !strings.Contains(out, "http://127.0.0.1:7070/saccade/") {
		t.Errorf("%v\n%s", err, out)
	}
}

// kill kills a worker at work: the other one ends what it had. On a slow machine the kill
// may come when the worker is between two analyses; then it is done again.
func (e *engine) kill(t *testing.T, token string) {
	program(t)                   // or skips
	names := map[string]string{} // containers by the instances that they say they are
	for _, c := range strings.Fields(e.compose("ps", "-q", "worker")) {
		for _, m := range regexp.MustCompile(`instance"?[=:]"?([a-z0-9]+)`).FindAllStringSubmatch(e.docker("logs", c), -1) {
			names[m[1]] = c
		}
	}
	for range 5 {
		done := make(chan error, 4)
		for range cap(done) {
			go func() { done <- e.succeeds(t, token) }()
		}
		killed := ""
		e.eventually("a worker has an analysis", func() bool {
			killed = names[e.sql("SELECT min(instance) FROM analyses WHERE status = 'pending' AND instance <> ''")]
			return killed != ""
		})
		e.docker("kill", killed)
		for range cap(done) {
			if err := <-done; err != nil {
				t.Fatalf("after %s was killed: %v", killed, err)
			}
		}
		if e.sql("SELECT max(attempt) FROM analyses WHERE status = 'success'") == "2" {
			return
		}
		e.docker("start", killed)
	}
	t.Error("no analysis was ended by the other worker")
}

// succeeds runs the vendor's program, and returns what it says unless it succeeds.
func (e *engine) succeeds(t *testing.T, token string) error {
	out, err := e.analyze(t, token)
	if err == nil && strings.Contains(out, `"status": "success"`) {
		return nil
	}
	return fmt.Errorf("%v: %s", err, out)
}

// sql asks the database.
func (e *engine) sql(query string) string {
	out, _ := e.try("/usr/bin/docker", "exec", "saccade_database_1", "psql", "-qtAU", "saccade", "saccade", "-c", query)
	return out
}
