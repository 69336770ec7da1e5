package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCandidates(t *testing.T) {
	for _, tc := range []struct{ words, want string }{
		{"remote d", "delete download"},
		{"rem", "remote"},
		{"remote analyze --med", "--medium"},
		{"remote analyze --medium ", "desktopWeb mobileWeb"},
		{"remote analyze --medium=x --medium mo", "mobileWeb"},
		{"completion ", "bash fish zsh"},
		{"completion bash ", ""},
		{"analyze x", ""},
		{"analyze x.png --prior n", "natural none"},
		{"nonsense --", "--help"},
		{"__comp", ""},
	} {
		code, stdout, stderr := saccadeRun(t, "", append([]string{"__complete", "--"}, strings.Split(tc.words, " ")...)...)
		if d := cmp.Diff(tc.want, strings.Join(strings.Fields(stdout), " ")); code != 0 || d != "" {
			t.Errorf("%q: %d %s %s", tc.words, code, stderr, d)
		}
	}
}

// TestCompletion sources the scripts in the shells that are here.
func TestCompletion(t *testing.T) {
	dir := t.TempDir()
	bin := filepath.Join(dir, "saccade") // the test binary is the program, see TestMain
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(exe, bin); err != nil {
		t.Fatal(err)
	}
	for shell, asks := range map[string]string{
		"bash": `source "$1"; COMP_WORDS=(saccade remote d); COMP_CWORD=2; _saccade; printf '%s\n' "${COMPREPLY[@]}"`,
		"zsh":  `compdef() { :; }; compadd() { shift; print -l -- "$@"; }; source "$1"; words=(saccade remote d); CURRENT=3; _saccade`,
		"fish": `source $argv[1]; complete -C 'saccade remote d'`,
	} {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				t.Skipf("%s is not installed", shell)
			}
			code, script, stderr := saccadeRun(t, "", "completion", shell)
			file := filepath.Join(dir, shell)
			if err := os.WriteFile(file, []byte(script), 0o600); err != nil || code != 0 {
				t.Fatal(err, code, stderr)
			}
			args := []string{"-c", asks, shell, file}
			if shell == "fish" {
				args = []string{"--no-config", "-c", asks, file}
			}
			cmd := exec.Command(shell, args...)
			cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir)
			out, err := cmd.CombinedOutput()
			if d := cmp.Diff("delete download", strings.Join(strings.Fields(string(out)), " ")); err != nil || d != "" {
				t.Errorf("%v %s", err, d)
			}
		})
	}
	if code, stdout, _ := saccadeRun(t, "", "version", "--json"); code != 0 || stdout != `{"name":"saccade","version":"dev"}`+"\n" {
		t.Errorf("version --json: %d %s", code, stdout)
	}
}
