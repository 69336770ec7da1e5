package ffmpeg

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

// SandboxCommand is the first argument of the hidden command that main must
// hand to [SandboxMain].
const SandboxCommand = "__sandbox"

// limits is what the helper imposes before it becomes ffmpeg.
type limits struct {
	memory, fileSize, cpu int64
	nice                  int
	read                  []string
	write                 []string
}

// exitSandbox is the exit status when the helper itself fails.
const exitSandbox = 126

// SandboxMain is the body of the hidden command: it confines its own process
// and becomes the program named behind "--". args are those behind
// [SandboxCommand]. It returns an exit status only when it fails.
func SandboxMain(args []string) int {
	l, argv, err := parseLimits(args)
	if err == nil {
		err = confineAndExec(l, argv)
	}
	fmt.Fprintln(os.Stderr, "sandbox:", err)
	return exitSandbox
}

func parseLimits(args []string) (limits, []string, error) {
	var l limits
	f := flag.NewFlagSet(SandboxCommand, flag.ContinueOnError)
	f.Int64Var(&l.memory, "as", 0, "")
	f.Int64Var(&l.fileSize, "fsize", 0, "")
	f.Int64Var(&l.cpu, "cpu", 0, "")
	f.IntVar(&l.nice, "nice", 0, "")
	f.Func("read", "", func(s string) error { l.read = append(l.read, s); return nil })
	f.Func("write", "", func(s string) error { l.write = append(l.write, s); return nil })
	if err := f.Parse(args); err != nil {
		return l, nil, err
	}
	if f.NArg() == 0 {
		return l, nil, errors.New("no program to run")
	}
	return l, f.Args(), nil
}
