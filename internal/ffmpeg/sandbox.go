package ffmpeg

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/saccade-dev/saccade"
)

// SandboxCommand is the first argument of the hidden command that main must
// hand to [SandboxMain].
const SandboxCommand = "__sandbox"

// limits is what the helper imposes before it becomes ffmpeg.
type limits struct {
	memory, fileSize, cpu int64
	nice                  int
	run                   []string // files that may be executed, beside the program
	libraries             []string // directories that may be read
	read                  []string // files that may be read
	write                 []string // directories in which files may be written
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
	for name, paths := range map[string]*[]string{"run": &l.run, "lib": &l.libraries, "read": &l.read, "write": &l.write} {
		f.Func(name, "", func(s string) error { *paths = append(*paths, s); return nil })
	}
	if err := f.Parse(args); err != nil {
		return l, nil, err
	}
	if f.NArg() == 0 {
		return l, nil, errors.New("no program to run")
	}
	return l, f.Args(), nil
}

// ErrUnconfined is in the chain of errors of a Tool that must not decode files of
// strangers here, because nothing would confine ffmpeg.
var ErrUnconfined = errors.New("ffmpeg cannot be confined on this system")

// prepareSandbox learns what the system can enforce and what the program needs
// to start.
func (t *Tool) prepareSandbox(ctx context.Context) (err error) {
	if !t.cfg.Sandbox {
		t.detail = "switched off by configuration"
		return nil
	}
	t.detail, t.confined = sandboxLevel()
	if t.loader, t.libraries, err = resolve(ctx, t.path); err != nil {
		return fmt.Errorf("its libraries cannot be found (it must be the program itself, not a script): %w", err)
	}
	return nil
}

// CheckSandbox returns an error that wraps ErrUnconfined and says what the system
// lacks, when the configuration requires confinement and there is none.
func (t *Tool) CheckSandbox(context.Context) error {
	if t.confined || !t.cfg.Require {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrUnconfined, t.detail)
}

// Confined reports whether ffmpeg is kept from the machine, and by what, or what
// is missing.
func (t *Tool) Confined() (detail string, ok bool) { return t.detail, t.confined }

// requireSandbox refuses media while CheckSandbox fails.
func (t *Tool) requireSandbox(ctx context.Context) error {
	if err := t.CheckSandbox(ctx); err != nil {
		return saccade.Errorf(saccade.CodeInvalidInput, "This server cannot analyze videos: nothing would confine the decoder. Its operator has to run it on a system with Landlock.").With(err)
	}
	return nil
}
