package debian

import (
	"bytes"
	"crypto/sha256"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sample is a package around a small file in place of the binary.
func sample(t *testing.T, version string) Package {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "any")
	if err := os.WriteFile(binary, []byte("#!/bin/sh\necho "+version+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	text := []byte("Text.\n")
	changes, readme, licenses := []byte("Changes.\n"), []byte("Read me.\n"), []byte("Licenses.\n") // lintian looks for files that are alike
	return Package{
		Version: version, Arch: "amd64", Time: time.Unix(1_795_896_711, 500), Binary: binary, Manual: []byte(".TH SACCADE 1\n.SH NAME\nsaccade \\- predict\n"), Changes: changes, Readme: readme,
		Licenses: licenses, Bill: []byte("{}"), Completes: map[string][]byte{"bash": text, "zsh": text, "fish": text},
	}
}

// write writes a package into a directory and returns its path.
func write(t *testing.T, p Package) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), p.Name())
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// tool runs a program that Debian has, or skips the test.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("no %s here", name)
	}
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func TestControl(t *testing.T) {
	file := write(t, sample(t, "1.2.0"))
	for field, want := range map[string]string{
		"Package": "saccade", "Version": "1.2.0", "Architecture": "amd64", "Depends": "ffmpeg, adduser", "Recommends": "chromium", "Suggests": "postgresql",
		"Section": "web", "Priority": "optional",
	} {
		if got := strings.TrimSpace(tool(t, "dpkg-deb", "--field", file, field)); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	for _, line := range strings.Split(tool(t, "dpkg-deb", "--field", file, "Description"), "\n") {
		if len(line) > 80 {
			t.Errorf("a line of the description has %d characters: %q", len(line), line)
		}
	}
	if got := tool(t, "dpkg-deb", "--info", file, "conffiles"); got != "/etc/saccade/saccade.env\n" {
		t.Errorf("conffiles are %q", got)
	}
}

// TestContents: every file is where Debian looks for it, root's, and of the right mode.
func TestContents(t *testing.T) {
	got := map[string]string{}
	for line := range strings.Lines(tool(t, "dpkg-deb", "--contents", write(t, sample(t, "1.2.0")))) {
		f := strings.Fields(line)
		if !strings.HasPrefix(f[0], "d") {
			got[strings.TrimPrefix(f[5], ".")] = f[0] + " " + f[1]
		}
	}
	const text, program, secret = "-rw-r--r-- root/root", "-rwxr-xr-x root/root", "-rw------- root/root"
	want := map[string]string{
		"/usr/bin/saccade": program, "/etc/saccade/saccade.env": secret, "/usr/lib/systemd/system/saccade.service": text,
		"/usr/share/bash-completion/completions/saccade": text, "/usr/share/zsh/vendor-completions/_saccade": text, "/usr/share/fish/vendor_completions.d/saccade.fish": text,
		"/usr/share/man/man1/saccade.1.gz": text, "/usr/share/lintian/overrides/saccade": text,
	}
	for _, name := range []string{"CHANGELOG.md.gz", "README.md", "THIRD-PARTY-LICENSES.txt.gz", "changelog.gz", "copyright", "examples/pages.conf", "saccade.cdx.json.gz"} {
		want["/usr/share/doc/saccade/"+name] = text
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestSameBytes: a package depends on what is in it and on nothing else.
func TestSameBytes(t *testing.T) {
	p := sample(t, "1.2.0")
	sum := func() [32]byte {
		var b bytes.Buffer
		if err := p.Write(&b); err != nil {
			t.Fatal(err)
		}
		return sha256.Sum256(b.Bytes())
	}
	first := sum()
	t.Setenv("SOURCE_DATE_EPOCH", "1")
	t.Setenv("TZ", "Asia/Tokyo")
	t.Setenv("TMPDIR", t.TempDir())
	if err := os.Chtimes(p.Binary, time.Unix(1, 0), time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	if first != sum() {
		t.Error("two packages of the same things differ")
	}
	p.Changes = []byte("Other.\n")
	if first == sum() {
		t.Error("the packages of other things are alike")
	}
}

func TestValidate(t *testing.T) {
	err := Package{Version: "v1", Arch: "x86_64"}.Write(&bytes.Buffer{})
	if err == nil {
		t.Fatal("an empty package was written")
	}
	for _, field := range []string{"Version", "Arch", "Time", "Binary", "Manual", "Changes", "Readme", "Licenses", "Bill", "zsh"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named in: %v", field, err)
		}
	}
}

// TestVersion: what git describe says becomes a version, in Debian's order.
func TestVersion(t *testing.T) {
	at := time.Date(2026, 11, 28, 20, 11, 51, 0, time.UTC)
	var order []string
	for _, c := range []struct{ described, want string }{ // from low to high
		{"0836398", "0~git20261128201151.0836398"},
		{"v1.2.0-rc.1", "1.2.0~rc.1"},
		{"v1.2.0-rc.1-3-g0836398", "1.2.0~rc.1+3.g0836398"},
		{"v1.2.0", "1.2.0"},
		{"v1.2.0-14-g0836398", "1.2.0+14.g0836398"},
		{"1.10.0-dirty", "1.10.0+dirty"},
	} {
		got := Version(c.described, at)
		if got != c.want {
			t.Errorf("%s is %s, want %s", c.described, got, c.want)
		}
		order = append(order, got)
	}
	for _, odd := range []string{"unknown", "", "../x y", "0836398-dirty"} {
		if v := Version(odd, at); !versionForm.MatchString(v) {
			t.Errorf("%q is %s, which is no version", odd, v)
		}
	}
	for i := 1; i < len(order); i++ {
		tool(t, "dpkg", "--compare-versions", order[i-1], "lt", order[i])
	}
}

// TestLint: Debian's own checks have nothing to say, where they are installed. A small
// program stands for the binary.
func TestLint(t *testing.T) {
	p := sample(t, "1.2.0")
	p.Binary = "/bin/true"
	t.Setenv("LC_ALL", "C.UTF-8")
	out := tool(t, "lintian", "--allow-root", "--fail-on", "error,warning", "--suppress-tags", "hardening-no-pie,hardening-no-fortify-functions,executable-not-elf-or-script,missing-dependency-on-libc", write(t, p))
	if regexp.MustCompile(`(?m)^[EW]: `).MatchString(out) {
		t.Error(out)
	}
}

// TestScripts: they are whole, and end where they are called with what they do not know.
func TestScripts(t *testing.T) {
	dir := t.TempDir()
	tool(t, "dpkg-deb", "--control", write(t, sample(t, "1.2.0")), dir)
	for _, name := range []string{"postinst", "prerm", "postrm"} {
		script := filepath.Join(dir, name)
		tool(t, "sh", "-n", script)
		b, err := os.ReadFile(script)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(b, []byte("#!/bin/sh\n")) || !bytes.Contains(b, []byte("\nset -e\n")) {
			t.Errorf("%s does not end at its first fault", name)
		}
	}
	if out, err := exec.Command(filepath.Join(dir, "postinst"), "nonsense").CombinedOutput(); err == nil {
		t.Errorf("postinst nonsense: %s", out)
	}
}

// mostExposed is the exposure that the unit may have, of 10, by systemd-analyze security.
const mostExposed = 4.0

// TestExposure: the unit is shut in, with and without what Chromium needs.
func TestExposure(t *testing.T) {
	for _, with := range [][]string{nil, {"pages.conf"}} {
		dir := t.TempDir()
		for from, to := range map[string]string{"saccade.service": "saccade.service", "pages.conf": "saccade.service.d/pages.conf"} {
			if from == "pages.conf" && !slices.Contains(with, from) {
				continue
			}
			b, err := texts.ReadFile("files/" + from)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, to)), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, to), b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		out := tool(t, "systemd-analyze", "security", "--offline=true", "--no-pager", filepath.Join(dir, "saccade.service"))
		m := regexp.MustCompile(`Overall exposure level for saccade.service: ([0-9.]+)`).FindStringSubmatch(out)
		if m == nil {
			t.Fatalf("no exposure in: %s", out)
		}
		level, err := strconv.ParseFloat(m[1], 64)
		if err != nil || level > mostExposed {
			t.Errorf("with %v the exposure is %s, more than %.1f", with, m[1], mostExposed)
		}
		t.Logf("with %v: %s", with, m[1])
	}
}

// TestUnitIsTheManuals: what docs/operating.md says of the unit is in the one that is
// installed.
func TestUnitIsTheManuals(t *testing.T) {
	unit, err := texts.ReadFile("files/saccade.service")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"KillMode=mixed", "TimeoutStopSec=120", "OOMPolicy=continue", "StateDirectory=saccade", "User=saccade", "EnvironmentFile=-/etc/saccade/saccade.env", "ExecStart=/usr/bin/saccade serve"} {
		if !slices.Contains(strings.Split(string(unit), "\n"), line) {
			t.Errorf("the unit has no line %q", line)
		}
	}
}
