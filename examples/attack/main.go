// Command attack starts the service on a loopback address, in a temporary
// directory, and attacks it for some minutes in the ways that SECURITY.md
// lists. It prints that list as a table with what it measured, and ends with 1
// if something did not hold. `make attack` runs it.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// mostMemory is what the server may take under any one attack, in MiB.
const mostMemory = 700

func main() {
	binary := flag.String("binary", "bin/saccade", "the program")
	write := flag.String("write", "", "a file in which the table between the lines <!-- attack --> and <!-- /attack --> is renewed")
	only := flag.String("only", "", "run the attacks whose description has this text")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, 8*time.Minute)
	defer cancel()
	if err := run(ctx, *binary, *write, *only); err != nil {
		fmt.Fprintln(os.Stderr, "attack:", err)
		os.Exit(1)
	}
}

// attack is one line of the table.
type attack struct {
	what string // was attacked
	// try attacks and returns what held, with what was measured, or what did not.
	try func(ctx context.Context, t *target) (string, error)
}

// attacks are all of them, in the order of the table.
func attacks() []attack {
	var all []attack
	for _, group := range [][]attack{bodies(), containers(), images(), links(), transfers(), neighbors()} {
		all = append(all, group...)
	}
	return all
}

// run attacks one server in every way.
func run(ctx context.Context, binary, file, only string) (err error) {
	t, err := start(binary)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.end()) }()
	table := &bytes.Buffer{}
	show(table, "| what was attacked | what held | seconds | peak memory, MiB |\n| --- | --- | ---: | ---: |\n")
	var failed []error
	for _, a := range attacks() {
		if !strings.Contains(a.what, only) {
			continue
		}
		t.resetPeak()
		begin := time.Now()
		held, err := a.try(ctx, t)
		took, peak := time.Since(begin), t.peak()
		if err == nil {
			err = t.stillWell(ctx, peak)
		}
		if err != nil {
			held = "**DID NOT HOLD:** " + err.Error()
			failed = append(failed, fmt.Errorf("%s: %w", a.what, err))
		}
		show(table, "| %s | %s | %.1f | %d |\n", a.what, held, took.Seconds(), peak)
	}
	if err := errors.Join(failed...); err != nil || file == "" {
		return err
	}
	return renew(file, table.String())
}

// show prints a part of the table and keeps it.
func show(table *bytes.Buffer, format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	fmt.Print(line)
	table.WriteString(line)
}

// renew puts the table into the file, between its two lines.
func renew(file, table string) error {
	const begin, end = "<!-- attack -->\n", "<!-- /attack -->"
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(b), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no lines %s and %s", file, strings.TrimSpace(begin), end)
	}
	return os.WriteFile(file, []byte(before+begin+table+end+after), 0o644)
}
