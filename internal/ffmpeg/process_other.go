//go:build !linux

package ffmpeg

import (
	"os"
	"os/exec"
)

// ownGroup does nothing here: the process alone is killed, and ffmpeg starts
// no others.
func ownGroup(*exec.Cmd) {}

// widen does nothing here.
func widen(*os.File) {}
