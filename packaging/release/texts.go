package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// host is the machine that builds.
func host() target { return target{runtime.GOOS, runtime.GOARCH} }

// texts are what every target has in common beside its binary.
type texts struct {
	readme, changes, license, licenses, manual []byte
	completions                                map[string][]byte // by shell
}

// files are the texts by their names in a .tar.gz.
func (t texts) files(bill []byte) map[string][]byte {
	return map[string][]byte{
		"README.md": t.readme, "CHANGELOG.md": t.changes, "LICENSE": t.license, "THIRD-PARTY-LICENSES.txt": t.licenses, "saccade.1": t.manual, "saccade.cdx.json": bill,
		"completions/saccade.bash": t.completions["bash"], "completions/_saccade": t.completions["zsh"], "completions/saccade.fish": t.completions["fish"],
	}
}

// texts reads and makes them; the binary is one that runs here.
func (r release) texts(ctx context.Context, native string) (texts, error) {
	t := texts{completions: map[string][]byte{}}
	var errs []error
	for name, to := range map[string]*[]byte{"README.md": &t.readme, "CHANGELOG.md": &t.changes, "LICENSE": &t.license} {
		b, err := os.ReadFile(filepath.Join(r.root, name))
		*to, errs = b, append(errs, err)
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		b, err := exec.CommandContext(ctx, native, "completion", shell).Output()
		t.completions[shell], errs = b, append(errs, err)
	}
	var err1, err2 error
	t.licenses, err1 = r.licenses(ctx)
	t.manual, err2 = r.manual(ctx, native)
	return t, errors.Join(append(errs, err1, err2)...)
}

// command is a line of the list of commands in the program's help.
var command = regexp.MustCompile(`(?m)^  ([a-z]+(?: [a-z-]+)?)  +[A-Z]`)

// manual is the manual page: what the program and its commands say with --help.
func (r release) manual(ctx context.Context, native string) ([]byte, error) {
	help := func(words ...string) ([]byte, error) {
		cmd := exec.CommandContext(ctx, native, append(words, "--help")...)
		cmd.Env = []string{"COLUMNS=78"}
		return cmd.Output()
	}
	main, err := help()
	if err != nil {
		return nil, err
	}
	_, list, found := strings.Cut(string(main), "\nCommands:\n")
	names := command.FindAllStringSubmatch(list, -1)
	if !found || len(names) < 10 {
		return nil, fmt.Errorf("only %d commands were found in --help", len(names))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, ".TH SACCADE 1 \"%s\" \"saccade %s\" \"User Commands\"\n", r.time.Format("2006-01-02"), roff(r.version))
	fmt.Fprintf(&b, ".SH NAME\nsaccade \\- predict where people look in videos, images and web pages\n.SH SYNOPSIS\n.B saccade\n.I command\n[\\fIflags\\fR]\n")
	fmt.Fprintf(&b, ".SH DESCRIPTION\n.nf\n%s.fi\n", roff(strings.TrimPrefix(string(main), "Usage: saccade <command>\n\n")))
	for _, m := range names {
		text, err := help(strings.Fields(m[1])...)
		if err != nil {
			return nil, fmt.Errorf("saccade %s --help: %w", m[1], err)
		}
		fmt.Fprintf(&b, ".SH \"SACCADE %s\"\n.nf\n%s.fi\n", strings.ToUpper(m[1]), roff(string(text)))
	}
	fmt.Fprintf(&b, ".SH FILES\n.TP\n.I /etc/saccade/saccade.env\nSettings of the service that the Debian package installs.\n.TP\n.I /var/lib/saccade\nIts data.\n")
	return b.Bytes(), nil
}

// roff writes plain text so that roff takes nothing in it for a command.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`).Replace(s)
	return regexp.MustCompile(`(?m)^\.`).ReplaceAllString(s, `\&.`)
}
