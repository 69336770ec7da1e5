package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/alecthomas/kong"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/secret"
	"github.com/saccade-dev/saccade/internal/store/audit"
)

// cli is the grammar of the command line; every command has a file of its own.
type cli struct {
	Serve   serveCmd       `cmd:"" help:"Run the service: API, storage, queue and workers in one process."`
	Open    openCmd        `cmd:"" help:"Sign the browser in to the server on this machine."`
	Worker  workerCmd      `cmd:"" help:"Run the jobs of a service, on any machine."`
	Analyze analyzeCmd     `cmd:"" help:"Analyze files without a server."`
	Batch   batchCmd       `cmd:"" help:"Analyze many files and pages into a table; goes on where it was stopped."`
	Compare compareCmd     `cmd:"" help:"Compare designs, and fail where a check is true."`
	Login   loginCmd       `cmd:"" help:"Sign in to a server, for saccade remote."`
	Logout  logoutCmd      `cmd:"" help:"Forget a server and its token."`
	Remote  remoteCmd      `cmd:"" help:"Analyze on a server, and see to what it holds."`
	MCP     mcpCmd         `cmd:"" name:"mcp" help:"Serve the tools of agents (MCP) on standard input and output."`
	Token   tokenCmd       `cmd:"" help:"Create, list and revoke access tokens."`
	Account accountCmd     `cmd:"" help:"Make and list accounts, switch their add-ons."`
	Audit   operator.Audit `cmd:"" help:"Show who did what: tokens, accounts, shares, sign-ins, quotas."`
	Jobs    jobsCmd        `cmd:"" help:"Look at the queue, retry and drop analyses."`
	Backup  backupCmd      `cmd:"" help:"Copy rows and objects into a directory, beside a running service."`
	Restore restoreCmd     `cmd:"" help:"Copy a backup into an empty place."`
	Migrate migrateCmd     `cmd:"" help:"Move a service to another database or storage."`
	Eval    evalCmd        `cmd:"" help:"Measure a model against eye-tracking data."`
	Doctor  doctorCmd      `cmd:"" help:"Check this machine: ffmpeg, sandbox, browser, kernels, model."`
	Health  healthCmd      `cmd:"" help:"Ask a process how it is, as containers do."`
	Version versionCmd     `cmd:"" help:"Print the version."`

	Completion completionCmd `cmd:"" help:"Print the completion of a shell: bash, zsh, fish."`
	Complete   completeCmd   `cmd:"" hidden:"" name:"__complete"`
}

// env is what a command may touch of the outside world.
type env struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
}

// run executes one command line and returns its exit code.
func run(e env, args []string) int {
	status := -1
	e.ctx = audit.By(e.ctx, audit.Operator())
	parser := kong.Must(&cli{}, kong.Name("saccade"), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Description("Predicts where people look in a video, an image or a web page: heat maps, and the numbers behind them.\n\n"+exitTable()),
		kong.Writers(e.stdout, e.stderr), kong.Exit(func(code int) { status = code }), kong.DefaultEnvars("SACCADE"), kong.Resolvers(kong.ResolverFunc(secretFiles)),
		kong.Vars{"model": attention.NeuralName})
	cmd, err := parser.Parse(args)
	if status >= 0 { // --help was answered
		return status
	}
	if err != nil {
		fmt.Fprintf(e.stderr, "saccade: %v\nTry: saccade --help\n", err)
		return int(exitUsage)
	}
	err = cmd.Run(e, operator.Env{Ctx: e.ctx, Stdout: e.stdout})
	var reported exitStatus
	if err != nil && !errors.As(err, &reported) {
		fmt.Fprintf(e.stderr, "saccade: %v\n", err)
	}
	return int(exitCodeOf(err))
}

// secretFiles reads a flag that is marked as secret from the file that its variable with
// _FILE at the end names.
func secretFiles(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !flag.Tag.Has("secret") || len(flag.Envs) == 0 {
		return nil, nil
	}
	value, err := secret.FromEnv(flag.Envs[0])
	if err != nil || value == "" {
		return nil, err
	}
	return value, nil
}
