// Package sandbox confines a program by a re-execution of our own binary, whose
// main hands the hidden command [Command] to [Main]: it imposes the [Limits] on its
// own process and becomes the program.
//
// On Linux these are resource limits, a Landlock domain (no file readable but the
// directories of the program's libraries and the files that it is given, one
// directory and the devices that it is given writable, nothing executable but the
// program, no TCP) and a filter of system calls (no sockets, no namespaces, no other
// processes), each as strict as the kernel can; [Level] says how far that goes.
// Elsewhere nothing confines.
package sandbox

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
)

// Command is the first argument of the hidden command that main must hand to
// [Main].
const Command = "__sandbox"

// Failed is the exit status when the helper itself fails.
const Failed = 126

// Limits are what a program may take of the machine. A limit of 0 is none.
type Limits struct {
	Memory   int64 // address space, bytes
	FileSize int64 // largest file that it may write, bytes
	CPU      int64 // processor time, seconds
	Nice     int   // added to our own niceness
	Needs
	Read    []string // files that may be read
	Write   []string // directories in which files may be written
	Devices []string // devices that may be read, written and controlled
}

// Needs are what a program takes of the machine before it runs. One without a loader
// needs nothing.
type Needs struct {
	Run       []string `json:"run"`       // files that may be executed, beside the program: its loader
	Libraries []string `json:"libraries"` // directories that may be read: of its libraries
	First     []string `json:"first"`     // libraries of its own that the loader takes first, since that is quicker
}

// Args are the arguments for our own binary that confine the program, an absolute
// path; the program's own follow.
func (l Limits) Args(program string) []string {
	args := []string{Command, "-as=" + strconv.FormatInt(l.Memory, 10), "-fsize=" + strconv.FormatInt(l.FileSize, 10),
		"-cpu=" + strconv.FormatInt(l.CPU, 10), "-nice=" + strconv.Itoa(l.Nice)}
	for _, p := range l.paths() {
		for _, path := range *p.list {
			args = append(args, "-"+p.option+"="+path)
		}
	}
	return append(args, "--", program)
}

// pathOption is an option that may be repeated, and the paths that it has.
type pathOption struct {
	option string
	list   *[]string
}

func (l *Limits) paths() []pathOption {
	return []pathOption{{"run", &l.Run}, {"lib", &l.Libraries}, {"first", &l.First}, {"read", &l.Read}, {"write", &l.Write}, {"device", &l.Devices}}
}

// Main is the body of the hidden command: it confines its own process and becomes
// the program named behind "--". args are those behind [Command]. It returns an
// exit status only when it fails.
func Main(args []string) int {
	l, argv, err := parse(args)
	if err == nil {
		err = confineAndExec(l, argv)
	}
	fmt.Fprintln(os.Stderr, "sandbox:", err)
	return Failed
}

func parse(args []string) (Limits, []string, error) {
	var l Limits
	f := flag.NewFlagSet(Command, flag.ContinueOnError)
	f.Int64Var(&l.Memory, "as", 0, "")
	f.Int64Var(&l.FileSize, "fsize", 0, "")
	f.Int64Var(&l.CPU, "cpu", 0, "")
	f.IntVar(&l.Nice, "nice", 0, "")
	for _, p := range l.paths() {
		f.Func(p.option, "", func(s string) error { *p.list = append(*p.list, s); return nil })
	}
	if err := f.Parse(args); err != nil {
		return l, nil, err
	}
	if f.NArg() == 0 {
		return l, nil, errors.New("no program to run")
	}
	return l, f.Args(), nil
}
