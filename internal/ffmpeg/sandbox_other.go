//go:build !linux

package ffmpeg

import (
	"context"
	"os"
	"os/exec"
)

// confineAndExec has nothing to confine with here: it runs the program as a
// child, held by the options of ffmpeg alone.
func confineAndExec(_ limits, argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	os.Exit(0)
	return nil
}

// resolve has nothing to find: nothing is confined here.
func resolve(context.Context, string) (loader string, dirs []string, err error) { return "", nil, nil }

func sandboxLevel() (detail string, ok bool) {
	return "none: resource limits and Landlock need Linux", false
}
