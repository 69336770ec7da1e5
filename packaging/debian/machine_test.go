package debian

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

// machine is a Debian system of its own in a directory, with systemd as its first
// process while it is booted. Nothing of it touches the system that tests it: it has
// its own mounts, processes and (while it is booted) network.
type machine struct {
	t    *testing.T
	root string
	init string // process id of its systemd, as this system sees it
	boot *exec.Cmd
}

// newMachine makes a system with apt and systemd, without ffmpeg.
func newMachine(t *testing.T) *machine {
	t.Helper()
	if os.Getenv("SACCADE_PACKAGES") == "" {
		t.Skip("make test-packages runs this: it makes a Debian system of its own, which takes minutes")
	}
	if os.Getuid() != 0 {
		t.Skip("needs root, for chroot and namespaces")
	}
	for _, name := range []string{"mmdebstrap", "unshare", "nsenter", "dpkg-deb", "pivot_root", "ip"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("no %s here", name)
		}
	}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		t.Skip(err)
	}
	suite := regexp.MustCompile(`(?m)^VERSION_CODENAME=(\w+)$`).FindSubmatch(release)
	if suite == nil {
		t.Skip("this system does not say what its release is called")
	}
	m := &machine{t: t, root: filepath.Join(t.TempDir(), "root")}
	start := time.Now()
	out, err := exec.Command("mmdebstrap", "--quiet", "--variant=apt", "--skip=cleanup/apt/lists", "--include=ca-certificates,systemd,systemd-sysv", string(suite[1]), m.root).CombinedOutput()
	if err != nil {
		t.Fatalf("mmdebstrap: %v\n%s", err, out)
	}
	t.Logf("the system was made in %.0f s", time.Since(start).Seconds())
	t.Cleanup(m.stop)
	return m
}

// copyIn puts a file into the system's /root.
func (m *machine) copyIn(file string) {
	m.t.Helper()
	b, err := os.ReadFile(file)
	if err == nil {
		err = os.WriteFile(filepath.Join(m.root, "root", filepath.Base(file)), b, 0o644)
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

// offline runs a command in the system that is not booted, with this one's network.
func (m *machine) offline(args ...string) string {
	m.t.Helper()
	out, err := exec.Command("unshare", append([]string{"--mount", "--pid", "--fork", "--kill-child", "sh", "testdata/inroot", m.root}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// start boots the system.
func (m *machine) start() {
	m.t.Helper()
	m.boot = exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net", "--cgroup", "sh", "testdata/boot", m.root)
	log := &bytes.Buffer{}
	m.boot.Stdout, m.boot.Stderr = log, log
	m.boot.WaitDelay = 10 * time.Second
	if err := m.boot.Start(); err != nil {
		m.t.Fatal(err)
	}
	children := fmt.Sprintf("/proc/%d/task/%[1]d/children", m.boot.Process.Pid)
	m.eventually("systemd", func() bool {
		b, err := os.ReadFile(children)
		if err != nil || len(strings.Fields(string(b))) != 1 {
			return false
		}
		m.init = strings.Fields(string(b))[0]
		said, _ := m.try("systemctl is-system-running")
		return strings.Contains(said, "running") || strings.Contains(said, "degraded")
	})
}

// stop ends the system, if it runs.
func (m *machine) stop() {
	if m.boot != nil {
		_ = m.boot.Process.Kill()
		_ = m.boot.Wait()
		m.boot = nil
	}
}

// try runs a script in the running system.
func (m *machine) try(script string) (string, error) {
	cmd := exec.Command("nsenter", "-t", m.init, "-m", "-p", "-n", "-u", "-i", "-C", "-r", "-w", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C",
		"DEBIAN_FRONTEND=noninteractive", "SACCADE_URL=http://127.0.0.1:8080", "sh", "-ec", script)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// sh runs a script in the running system.
func (m *machine) sh(script string) string {
	m.t.Helper()
	out, err := m.try(script)
	if err != nil {
		log, _ := m.try("journalctl -u saccade --no-pager -n 30")
		m.t.Fatalf("%s: %v\n%s\njournal:\n%s", script, err, out, log)
	}
	return out
}

// fails is a script that must fail.
func (m *machine) fails(script string) {
	m.t.Helper()
	if out, err := m.try(script); err == nil {
		m.t.Errorf("%s: exit code 0\n%s", script, out)
	}
}

// eventually waits for a condition.
func (m *machine) eventually(what string, ok func() bool) {
	m.t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if ok() {
			return
		}
	}
	m.t.Fatalf("%s: not within two minutes", what)
}

// ready waits until the service answers that it can work.
func (m *machine) ready() {
	m.t.Helper()
	const ask = `bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET /readyz HTTP/1.0\r\n\r\n" >&3; head -n 1 <&3 | grep " 200 "'`
	m.eventually("saccade", func() bool { _, err := m.try(ask); return err == nil })
}

// debs builds packages of the real binary, a version each.
func debs(t *testing.T, versions ...string) []string {
	t.Helper()
	var out []string
	for _, v := range versions {
		p := sample(t, v)
		p.Binary = filepath.Join("..", "..", "bin", "saccade")
		out = append(out, write(t, p))
	}
	return out
}

// TestPagesInTheUnit: the unit as it comes captures no page and says so; with pages.conf it
// does, in Chromium's own sandbox.
func TestPagesInTheUnit(t *testing.T) {
	m := newMachine(t)
	file := debs(t, "1.0.0")[0]
	m.copyIn(file)
	m.offline("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium", "/root/"+filepath.Base(file))
	m.start()
	m.sh("echo SACCADE_ALLOW=127.0.0.1 >>/etc/saccade/saccade.env; systemctl restart saccade")
	m.ready()
	as := "export SACCADE_TOKEN=" + m.sh("runuser -u saccade -- saccade token create --account me --data /var/lib/saccade") + "; "
	const page = "saccade remote analyze http://127.0.0.1:8080/docs --out /tmp/out"
	if out, err := m.try(as + page); err == nil || !strings.Contains(out, "saccade doctor") {
		t.Errorf("without pages.conf: %v %s", err, out)
	}
	m.sh("install -D -m 0644 /usr/share/doc/saccade/examples/pages.conf /etc/systemd/system/saccade.service.d/pages.conf; systemctl daemon-reload && systemctl restart saccade")
	m.ready()
	m.sh(as + page + "; test -s /tmp/out/*/attentionMap.png")
}

// TestLifeOfThePackage: installed with its dependencies, started by systemd as the unit
// says, at work, upgraded with its data and settings kept, disabled, removed, back,
// purged.
func TestLifeOfThePackage(t *testing.T) {
	m := newMachine(t)
	packages := debs(t, "1.0.0", "2.0.0", "3.0.0")
	for _, file := range append(packages, "../../examples/sample.webm") {
		m.copyIn(file)
	}
	m.offline("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "/root/"+filepath.Base(packages[0]))
	m.start()
	m.ready() // enabled by being installed, as Debian's services are
	if got := m.sh("stat -c '%U:%G %a' /var/lib/saccade /etc/saccade/saccade.env"); got != "saccade:saccade 700\nroot:root 600" {
		t.Errorf("owners and modes: %q", got)
	}
	if got := m.sh("stat -c %U /proc/$(systemctl show -p MainPID --value saccade)"); got != "saccade" {
		t.Errorf("the service runs as %q", got)
	}
	if got := m.sh("runuser -u saccade -- saccade doctor | grep ' sandbox '"); !strings.Contains(got, "Landlock") {
		t.Errorf("doctor: %s", got)
	}
	token := m.sh("runuser -u saccade -- saccade token create --account me --data /var/lib/saccade")
	as := "export SACCADE_TOKEN=" + token + "; "
	id, _, _ := strings.Cut(m.sh(as+"saccade remote analyze /root/sample.webm --out /tmp/out"), " ")
	m.sh("test -s /tmp/out/sample/attentionMap.webm")

	m.sh("echo SACCADE_MAX_QUEUE=77 >>/etc/saccade/saccade.env")
	before := m.sh("systemctl show -p MainPID --value saccade")
	m.sh("dpkg -i /root/" + filepath.Base(packages[1]))
	m.ready()
	if after := m.sh("systemctl show -p MainPID --value saccade"); after == before || after == "0" {
		t.Errorf("the process of the new version is %s, before it was %s", after, before)
	}
	m.sh("tr '\\0' '\\n' </proc/$(systemctl show -p MainPID --value saccade)/environ | grep -x SACCADE_MAX_QUEUE=77")
	m.sh(as + "saccade remote show " + id)

	m.sh("systemctl disable --now saccade; dpkg -i /root/" + filepath.Base(packages[2])) // a decision that an upgrade respects
	m.fails("systemctl is-enabled --quiet saccade")
	m.fails("systemctl is-active --quiet saccade")
	m.sh("systemctl enable --now saccade")
	m.ready()

	m.sh("dpkg --remove saccade")
	m.fails("systemctl is-active --quiet saccade")
	m.fails("command -v saccade")
	m.sh("test -s /var/lib/saccade/saccade.db; grep -q MAX_QUEUE=77 /etc/saccade/saccade.env")
	m.sh("dpkg -i /root/" + filepath.Base(packages[2]))
	m.ready()
	m.sh(as + "saccade remote show " + id)

	m.sh("dpkg --purge saccade")
	m.fails("test -e /var/lib/saccade")
	m.fails("test -e /etc/saccade")
	m.sh("getent passwd saccade") // so that its number is nobody else's
	if got := m.sh("find /etc /usr /var/lib -xdev -name '*saccade*' -not -path '/var/lib/dpkg/*'"); got != "" {
		t.Errorf("what the purge left: %s", got)
	}
}
