package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
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

// Run prints the script. All it does is ask the program itself, so that it
// stays right when the program changes; where the program knows nothing, the
// shell completes names of files.
func (c *completionCmd) Run(e env) error {
	_, err := fmt.Fprint(e.stdout, map[string]string{
		"bash": `_saccade() {
	local IFS=$'\n'
	COMPREPLY=($("${COMP_WORDS[0]}" __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _saccade saccade
`,
		"zsh": `#compdef saccade
_saccade() {
	local -a found
	found=("${(@f)$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
	if [[ -n "${found[1]}" ]]; then compadd -- "${found[@]}"; else _files; fi
}
if [[ "$funcstack[1]" == _saccade ]]; then _saccade "$@"; else compdef _saccade saccade; fi
`,
		"fish": `function __saccade_complete
	set -l words (commandline -opc) (commandline -ct)
	set -l found ($words[1] __complete -- $words[2..-1] 2>/dev/null)
	if test (count $found) -gt 0
		printf '%s\n' $found
	else
		__fish_complete_path (commandline -ct)
	end
end
complete -c saccade -f -a '(__saccade_complete)'
`,
	}[c.Shell])
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
	for _, w := range candidates(app.Model.Node, words) {
		if _, err := fmt.Fprintln(e.stdout, w); err != nil {
			return err
		}
	}
	return nil
}

// candidates returns what the last of the words may become: commands, flags,
// or the values of a flag or an argument; nothing where files are meant.
func candidates(node *kong.Node, words []string) []string {
	last, before := "", ""
	if len(words) > 0 {
		last, words = words[len(words)-1], words[:len(words)-1]
	}
	args := 0
	for _, w := range words {
		before = w
		if i := slices.IndexFunc(node.Children, func(c *kong.Node) bool { return !c.Hidden && c.Name == w }); i >= 0 {
			node, args = node.Children[i], 0
		} else if !strings.HasPrefix(w, "-") {
			args++
		}
	}
	var all []string
	switch {
	case strings.HasPrefix(last, "-"):
		for _, group := range node.AllFlags(true) {
			for _, f := range group {
				all = append(all, "--"+f.Name)
			}
		}
	case strings.HasPrefix(before, "--") && flagOf(node, before) != nil && !flagOf(node, before).IsBool():
		all = enumOf(flagOf(node, before).Value)
	case len(node.Children) > 0:
		for _, c := range node.Children {
			if !c.Hidden {
				all = append(all, c.Name)
			}
		}
	case args < len(node.Positional):
		all = enumOf(node.Positional[args])
	}
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" || !strings.HasPrefix(s, last) })
	slices.Sort(all)
	return slices.Compact(all)
}

func flagOf(node *kong.Node, word string) *kong.Flag {
	for _, group := range node.AllFlags(true) {
		for _, f := range group {
			if "--"+f.Name == word {
				return f
			}
		}
	}
	return nil
}

func enumOf(v *kong.Value) []string {
	if v.Enum == "" {
		return nil
	}
	return v.EnumSlice()
}

type versionCmd struct {
	JSON bool `name:"json" help:"Print JSON."`
}

// Run prints the version.
func (c *versionCmd) Run(e env) error {
	if c.JSON {
		return json.NewEncoder(e.stdout).Encode(map[string]string{"name": "saccade", "version": version})
	}
	_, err := fmt.Fprintln(e.stdout, "saccade", version)
	return err
}
