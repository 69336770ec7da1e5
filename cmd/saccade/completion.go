package main

import (
	"encoding/json"
	"fmt"

	"github.com/alecthomas/kong"

	"github.com/saccade-dev/saccade/internal/completion"
)

// completionCmd prints what makes a shell complete command lines.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help says where the script goes.
func (completionCmd) Help() string {
	return `Examples:
  saccade completion bash > /etc/bash_completion.d/saccade
  saccade completion zsh > "${fpath[1]}/_saccade"
  saccade completion fish > ~/.config/fish/completions/saccade.fish`
}

// Run prints the script.
func (c *completionCmd) Run(e env) error {
	_, err := fmt.Fprint(e.stdout, completion.Script(c.Shell))
	return err
}

// completeCmd answers the scripts of completionCmd.
type completeCmd struct {
	Words []string `arg:"" optional:"" passthrough:"" help:"The words after the program's name, the last one unfinished."`
}

// Run prints what the last word may become, a line each.
func (c *completeCmd) Run(e env, app *kong.Kong) error {
	words := c.Words
	if len(words) > 0 && words[0] == "--" {
		words = words[1:]
	}
	for _, w := range completion.Candidates(app.Model.Node, words) {
		if _, err := fmt.Fprintln(e.stdout, w); err != nil {
			return err
		}
	}
	return nil
}

type versionCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Help adds examples to --help.
func (versionCmd) Help() string { return "Examples:\n  saccade version\n  saccade version --json" }

// Run prints the version.
func (c *versionCmd) Run(e env) error {
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(map[string]string{"name": "saccade", "version": version})
	}
	_, err := fmt.Fprintln(e.stdout, "saccade", version)
	return err
}
