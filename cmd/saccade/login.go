package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"

	"github.com/saccade-dev/saccade/internal/hosts"
	"github.com/saccade-dev/saccade/internal/remote"
)

// serverFlags say which server a command speaks to.
type serverFlags struct {
	Server  string `env:"SACCADE_URL" placeholder:"URL" help:"Address of the server (default: the one that you are signed in to). The token is read from SACCADE_TOKEN or, after saccade login, from hosts.json."`
	Retries int    `default:"4" help:"How often a request is repeated when the server is busy or cannot be reached."`
	JSON    bool   `name:"json" help:"Print JSON, a value on each line."`
}

// open finds the server and the token: flags, then the environment, then
// hosts.json. Nothing is sent.
func (f serverFlags) open() (*remote.Session, error) {
	if f.Server != "" {
		if _, err := hosts.Address(f.Server); err != nil {
			return nil, exitWith(exitUsage, err)
		}
	}
	return remote.Open(f.Server, f.Retries)
}

// openServer finds the server of an address or, without one, SACCADE_URL or the server
// that the user is signed in to.
func openServer(address string, retries int) (*remote.Session, error) {
	return serverFlags{Server: cmp.Or(address, os.Getenv("SACCADE_URL")), Retries: retries}.open()
}

type loginCmd struct {
	URL     string `arg:"" help:"Address of the server, like https://saccade.example.com."`
	Retries int    `default:"1" help:"How often a request is repeated when the server is busy or cannot be reached."`
}

// Help adds examples to --help.
func (loginCmd) Help() string {
	return `The token is read from standard input, one line, and kept in $XDG_CONFIG_HOME/saccade/hosts.json, which only you may read.
The environment wins: SACCADE_URL and SACCADE_TOKEN, or the file that
SACCADE_TOKEN_FILE names, need no login.

Examples:
  saccade login https://saccade.example.com < token.txt
  saccade token create --account me | saccade login http://127.0.0.1:8080`
}

// Run asks the server whether the token is right, and keeps it.
func (c *loginCmd) Run(e env) error {
	address, err := hosts.Address(c.URL)
	if err != nil {
		return usage(e, err)
	}
	if f, ok := e.stdin.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		fmt.Fprintf(e.stderr, "Token for %s: ", address)
	}
	line, err := bufio.NewReader(io.LimitReader(e.stdin, 64<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the token from standard input: %w", err)
	}
	token := strings.TrimSpace(line)
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return usage(e, errors.New("standard input holds no token; try: saccade login URL < token.txt"))
	}
	s, err := remote.Connect(address, token, c.Retries)
	if err != nil {
		return err
	}
	if err := s.Check(e.ctx); err != nil {
		return s.Explain(err)
	}
	path, err := hosts.Path()
	if err != nil {
		return err
	}
	known, err := hosts.Load(path)
	if err != nil {
		return err
	}
	known.Add(address, token, time.Now())
	if err := known.Save(path); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stderr, "Signed in to %s.\n", address)
	return err
}

type logoutCmd struct {
	URL string `arg:"" optional:"" help:"Address of the server (default: the current one)."`
}

// Help adds examples to --help.
func (logoutCmd) Help() string {
	return `The token stays valid on the server; revoke it there with: saccade token revoke ID

Examples:
  saccade logout
  saccade logout https://saccade.example.com`
}

// Run forgets a server.
func (c *logoutCmd) Run(e env) error {
	path, err := hosts.Path()
	if err != nil {
		return err
	}
	known, err := hosts.Load(path)
	if err != nil {
		return err
	}
	address := known.Current
	if c.URL != "" {
		if address, err = hosts.Address(c.URL); err != nil {
			return usage(e, err)
		}
	}
	if !known.Remove(address) {
		return exitWith(exitSignIn, fmt.Errorf("not signed in to %s", cmp.Or(address, "any server")))
	}
	return known.Save(path)
}
