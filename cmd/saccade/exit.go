package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/remote"
)

// exitCode is how a command ends, for scripts. The codes are the same for every
// command.
type exitCode int

// The codes; exitMeanings says the same to users.
const (
	exitDone        exitCode = 0
	exitFailed      exitCode = 1
	exitUsage       exitCode = 2
	exitServer      exitCode = 3
	exitSignIn      exitCode = 4
	exitInterrupted exitCode = 130
)

// exitMeanings is the table of the help and of docs/remote.md.
func exitMeanings() map[exitCode]string {
	return map[exitCode]string{
		exitDone:        "done; serve: stopped cleanly",
		exitFailed:      "an input failed, or a --fail-if is true",
		exitUsage:       "wrong usage",
		exitServer:      "the server cannot be reached, is full or fails",
		exitSignIn:      "not signed in: no token, or one that is wrong, expired or revoked",
		exitInterrupted: "interrupted",
	}
}

// exitTable writes the table of exit codes as lines of the help.
func exitTable() string {
	meanings := exitMeanings()
	codes := make([]exitCode, 0, len(meanings))
	for c := range meanings {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	var b strings.Builder
	b.WriteString("Exit codes of every command:\n")
	for _, c := range codes {
		fmt.Fprintf(&b, "  %-3d  %s\n", c, meanings[c])
	}
	return strings.TrimRight(b.String(), "\n")
}

// exitStatus is an error that was reported already and only sets the exit code.
type exitStatus exitCode

// Error implements error.
func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// exitError is an error that sets another exit code than its chain would.
type exitError struct {
	error
	code exitCode
}

// Unwrap returns the error itself.
func (e exitError) Unwrap() error { return e.error }

// exitWith returns err with an exit code of its own.
func exitWith(code exitCode, err error) error { return exitError{err, code} }

// exitCodeOf returns the code that an error of a command ends the program with.
func exitCodeOf(err error) exitCode {
	var (
		status exitStatus
		own    exitError
		wire   *saccade.Error
	)
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &status):
		return exitCode(status)
	case errors.As(err, &own):
		return own.code
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.Is(err, remote.ErrSignIn), errors.As(err, &wire) && wire.Code == saccade.CodeAuth:
		return exitSignIn
	case wire != nil && slices.Contains([]saccade.Code{saccade.CodeOverCapacity, saccade.CodeRateLimited, saccade.CodeServer}, wire.Code),
		errors.Is(err, client.ErrUnreachable), errors.Is(err, client.ErrForeign), errors.Is(err, context.DeadlineExceeded):
		return exitServer
	}
	return exitFailed
}

// usage prints a misuse of the command line and returns its exit code.
func usage(e env, err error) error {
	fmt.Fprintf(e.stderr, "saccade: %v\n", err)
	return exitStatus(exitUsage)
}
