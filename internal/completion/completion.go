// Package completion makes shells complete the command lines of a program.
//
// The contract: [Script] returns what a shell sources; all that does is ask the
// program itself, by its command __complete, so that it stays right when the
// program changes. [Candidates] is the answer. Where the program knows nothing
// the shell completes names of files.
package completion

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// Script returns the script of a shell: bash, zsh or fish; empty for others.
func Script(shell string) string {
	return map[string]string{
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
	}[shell]
}

// Candidates returns what the last of the words may become: commands, flags,
// or the values of a flag or an argument; nothing where files are meant.
func Candidates(node *kong.Node, words []string) []string {
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
