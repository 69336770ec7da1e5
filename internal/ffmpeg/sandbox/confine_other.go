//go:build !linux

package sandbox

import (
	"context"
	"os"
	"os/exec"
)

// confineAndExec has nothing to confine with here: it runs the program as a
// child, held by its own options alone.
func confineAndExec(_ Limits, argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	os.Exit(0)
	return nil
}

// Learn has nothing to find: nothing is confined here.
func Learn(context.Context, string, []string) (Needs, error) { return Needs{}, nil }

// Level says in words that nothing is confined here.
func Level() (detail string, ok bool) {
	return "none: resource limits and Landlock need Linux", false
}
