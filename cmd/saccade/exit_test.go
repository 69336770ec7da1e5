package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/attention"
)

func TestExitCodes(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want exitCode
	}{
		"done":             {nil, 0},
		"any fault":        {errors.New("no disk"), 1},
		"reported":         {fmt.Errorf("x: %w", exitStatus(1)), 1},
		"bad input":        {saccade.Errorf(saccade.CodeInvalidInput, "No."), 1},
		"gone":             {saccade.Errorf(saccade.CodeGone, "No."), 1},
		"misuse":           {exitStatus(2), 2},
		"nobody there":     {fmt.Errorf("%w: refused", client.ErrUnreachable), 3},
		"another server":   {saccade.Errorf(saccade.CodeNotFound, "404").With(client.ErrForeign), 3},
		"full":             {fmt.Errorf("x: %w", saccade.Errorf(saccade.CodeOverCapacity, "Full.")), 3},
		"too fast":         {saccade.Errorf(saccade.CodeRateLimited, "Slow down."), 3},
		"broken server":    {saccade.Errorf(saccade.CodeServer, "Our fault."), 3},
		"too slow":         {fmt.Errorf("x: %w", context.DeadlineExceeded), 3},
		"no token":         {exitWith(exitSignIn, errors.New("sign in")), 4},
		"wrong token":      {saccade.Errorf(saccade.CodeAuth, "Who are you?"), 4},
		"proxy's refusal":  {saccade.Errorf(saccade.CodeAuth, "401").With(client.ErrForeign), 4},
		"signal":           {fmt.Errorf("x: %w", context.Canceled), 130},
		"signal, reported": {exitWith(exitInterrupted, errors.New("interrupted")), 130},
	} {
		if got := exitCodeOf(tc.err); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

// TestInterrupted: a signal ends an analysis with its own code, and leaves
// nothing unfinished behind.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	page, out := filepath.Join(dir, "page.png"), filepath.Join(dir, "out")
	if err := drawPage(page); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if code := run(env{ctx: ctx, stdout: &stdout, stderr: &stderr}, []string{"analyze", "--model", "baseline", "--out", out, page}); code != 130 {
		t.Errorf("exit code %d: %s", code, &stderr)
	}
	left, err := filepath.Glob(filepath.Join(out, "*"))
	if err != nil || len(left) > 0 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("left %v, printed %q, %q, %v", left, &stdout, &stderr, err)
	}
}

// TestExitTable: the help and the documentation have the table of the code.
func TestExitTable(t *testing.T) {
	page, err := os.ReadFile("../../docs/remote.md")
	if err != nil {
		t.Fatal(err)
	}
	var stdout bytes.Buffer
	if code := run(env{ctx: t.Context(), stdout: &stdout, stderr: &stdout}, []string{"--help"}); code != 0 {
		t.Fatalf("--help: %d", code)
	}
	for code, meaning := range exitMeanings() {
		if row := fmt.Sprintf("| %d | %s |", code, meaning); !strings.Contains(string(page), row) {
			t.Errorf("docs/remote.md has no row %q", row)
		}
		if !strings.Contains(stdout.String(), fmt.Sprintf("  %-3d  %s\n", code, meaning)) {
			t.Errorf("--help does not explain %d: %s", code, &stdout)
		}
	}
}

// TestHelpHasExamples: every command explains itself by an example.
func TestHelpHasExamples(t *testing.T) {
	app := kong.Must(&cli{}, kong.Vars{"model": attention.NeuralName})
	for _, leaf := range app.Model.Leaves(true) {
		var stdout bytes.Buffer
		args := append(strings.Fields(leaf.Path()), "--help")
		if code := run(env{ctx: t.Context(), stdout: &stdout, stderr: &stdout}, args); code != 0 || !strings.Contains(stdout.String(), "\nExample") {
			t.Errorf("%v: %d, no example in\n%s", args, code, &stdout)
		}
	}
}
