package hosts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config", "saccade", "hosts.json")
	f, err := Load(path)
	if err != nil || f.Current != "" || len(f.Hosts) != 0 {
		t.Fatalf("%+v, %v", f, err)
	}
	at := time.Date(2026, 6, 1, 9, 12, 43, 5, time.FixedZone("", 3600))
	f.Add("https://a.example", "sac_a", at)
	f.Add("https://b.example", "sac_b", at)
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if i, err := os.Stat(name); err != nil || i.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", name, i.Mode(), err)
		}
	}
	got, err := Load(path)
	if d := cmp.Diff(f, got); err != nil || d != "" {
		t.Fatal(err, d)
	}
	if got.Current != "https://b.example" || got.Hosts["https://a.example"].Token != "sac_a" {
		t.Errorf("%+v", got)
	}
	if !got.Remove("https://b.example") || got.Current != "https://a.example" || got.Remove("https://b.example") {
		t.Errorf("after removing: %+v", got)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*"))
	if err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestRefused: a file that somebody else wrote stays as it is.
func TestRefused(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "cut": `{"schema":"saccade.hosts/1","hosts":{`, "foreign": `{"github.com":{"oauth_token":"x"}}`,
		"newer": `{"schema":"saccade.hosts/2"}`, "huge": `{"schema":"saccade.hosts/1"}` + strings.Repeat(" ", maxFile),
	} {
		path := filepath.Join(t.TempDir(), "hosts.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://Saccade.Example.com": "https://saccade.example.com", "https://a.example/v2/": "https://a.example",
		"http://127.0.0.1:8080/": "http://127.0.0.1:8080", " https://a.example/eye/v2 ": "https://a.example/eye", "HTTPS://a.example": "https://a.example",
		"": "", "a.example": "", "ftp://a.example": "", "https://": "", "https://u:p@a.example": "", "https://a.example/?x": "", "https://a.example/#x": "",
	} {
		if got, err := Address(in); got != want || (err == nil) != (want != "") {
			t.Errorf("Address(%q) is %q, %v", in, got, err)
		}
	}
}

func TestPath(t *testing.T) {
	t.Setenv("HOME", "/home/x")
	for set, want := range map[string]string{"/etc/xdg": "/etc/xdg/saccade/hosts.json", "": "/home/x/.config/saccade/hosts.json", "relative": ""} {
		t.Setenv("XDG_CONFIG_HOME", set)
		if got, err := Path(); got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", set, got, err)
		}
	}
}
