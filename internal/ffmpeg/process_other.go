//go:build !linux

package ffmpeg

import (
	"os"
	"os/exec"
)

// ownGroup does nothing here: the process alone is killed, and ffmpeg starts
// no others.
func ownGroup(*exec.Cmd) {}

// connect makes a pipe to a child's input (toChild) or from its output.
func connect(toChild bool) (ours, theirs *os.File, err error) { return connectPipe(toChild) }
