// Package remote is a server as the command line sees it: which one, with which
// token; sending inputs to it, waiting, bringing results home as saccade
// analyze writes them; and what its errors mean, in words.
//
// It speaks through package client alone, so that what the vendor's service has
// of the API works there too. Names of files never come from a server
// unchecked, and no text of one reaches a terminal with control characters.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/hosts"
	"github.com/saccade-dev/saccade/internal/secret"
)

// ErrSignIn says that no server is known, or no token for it.
var ErrSignIn = errors.New("not signed in")

// Session is a server with the user signed in.
type Session struct {
	*client.Client
	Address string
}

// Open finds a server and its token: the address given (empty: the one that the
// user signed in to last) and SACCADE_TOKEN, or the file that SACCADE_TOKEN_FILE names, or
// else the token in hosts.json.
// Nothing is sent. The error is an [ErrSignIn] where something is missing.
func Open(address string, retries int) (*Session, error) {
	path, err := hosts.Path()
	if err != nil {
		return nil, err
	}
	known, err := hosts.Load(path)
	if err != nil {
		return nil, err
	}
	if address == "" {
		if address = known.Current; address == "" {
			return nil, explained{"no server is known; sign in with: saccade login URL (or set SACCADE_URL and SACCADE_TOKEN)", ErrSignIn}
		}
	}
	if address, err = hosts.Address(address); err != nil {
		return nil, err
	}
	token, err := secret.FromEnv("SACCADE_TOKEN")
	if err != nil {
		return nil, err
	}
	if token == "" {
		token = known.Hosts[address].Token
	}
	if token == "" {
		return nil, explained{fmt.Sprintf("not signed in to %s; sign in with: saccade login %s (or set SACCADE_TOKEN)", address, address), ErrSignIn}
	}
	return Connect(address, token, retries)
}

// Connect makes a session of an address and a token. Nothing is sent.
func Connect(address, token string, retries int) (*Session, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = 90 * time.Second // a long poll takes half a minute
	c, err := client.New(address, token, client.WithRetries(retries), client.WithHTTPClient(&http.Client{Transport: transport}))
	if err != nil {
		return nil, err
	}
	return &Session{c, address}, nil
}

// Check asks for something that only an account can have: its list or, on a
// server of the vendor's, which has none, an upload URL.
func (s *Session) Check(ctx context.Context) error {
	_, _, err := s.List(ctx, client.ListOptions{Limit: 1})
	if saccade.IsCode(err, saccade.CodeNotFound) || saccade.IsCode(err, saccade.CodeMethod) {
		_, err = s.UploadURL(ctx)
	}
	return err
}
