package main

import (
	"fmt"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
)

// healthCmd asks a process how it is.
type healthCmd struct {
	operator.Health
}

// Help adds examples to --help.
func (healthCmd) Help() string {
	return `For the check of a container and for scripts: exit code 0 when the process is well, 1 when it is not. A worker answers only
if it was given --listen.

Examples:
  saccade health
  saccade health --ready --listen :9090`
}

// Run prints the answer.
func (c *healthCmd) Run(e env) error {
	said, err := c.Ask(e.ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, said)
	return err
}
