package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/saccade-dev/saccade/internal/store"
)

// Jobs holds the commands that look at the queue and step in.
type Jobs struct {
	List  jobsList  `cmd:"" help:"List analyses that wait or run, or those that failed."`
	Retry jobsRetry `cmd:"" help:"Make analyses again that failed."`
	Drop  jobsDrop  `cmd:"" help:"End analyses that wait or run; they fail."`
}

type jobsList struct {
	State
	Account string `placeholder:"NAME" help:"Only this account's."`
	Failed  bool   `help:"Those that failed, the latest first, with the reason."`
	Limit   int    `default:"100" help:"So many lines at most (default: 100)."`
}

// Help adds examples to --help.
func (jobsList) Help() string {
	return "TRIES counts attempts, DEATHS those that ended the process which made them while nothing else ran there; the\nthird of either gives an analysis up.\n\nExamples:\n  saccade jobs list\n  saccade jobs list --failed --account design"
}

// Run lists them as a table.
func (c *jobsList) Run(e Env) error {
	if c.Limit < 1 {
		return errors.New("--limit (SACCADE_LIMIT) has to be 1 or more")
	}
	return c.with(e, func(ctx context.Context, rows *store.Store) error {
		jobs, err := rows.Jobs(ctx, c.Account, c.Failed, c.Limit)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(e.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tACCOUNT\tKIND\tCREATED\tSTAGE\tTRIES\tDEATHS\tWORKER\tREASON")
		for _, j := range jobs {
			reason := ""
			if j.Err != nil {
				reason = string(j.Err.Code) + ": " + strings.Join(strings.Fields(j.Err.Message), " ")
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t%s\n", j.ID, j.Account, j.Request.Kind, minute(j.CreatedAt), j.Progress.Stage, j.Tries, j.Deaths, j.Instance, reason)
		}
		return w.Flush()
	})
}

type jobsRetry struct {
	State
	IDs []string `arg:"" name:"id" help:"Ids of analyses."`
}

// Help adds an example to --help.
func (jobsRetry) Help() string {
	return "They begin anew, with all their tries; webhooks are told of the end a second time.\n\nExample:\n  saccade jobs retry 5h7xk2m4qz3v6w8y2b4d6f8h2k"
}

// Run puts them back into the queue.
func (c *jobsRetry) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error { return each(ctx, c.IDs, rows.RetryJob) })
}

type jobsDrop struct {
	State
	IDs []string `arg:"" name:"id" help:"Ids of analyses."`
}

// Help adds an example to --help.
func (jobsDrop) Help() string {
	return "Clients see them failed, with server_error; an attempt that runs ends itself.\n\nExample:\n  saccade jobs drop 5h7xk2m4qz3v6w8y2b4d6f8h2k"
}

// Run fails them.
func (c *jobsDrop) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error { return each(ctx, c.IDs, rows.DropJob) })
}

// each does something with every id, and says all that went wrong.
func each(ctx context.Context, ids []string, do func(ctx context.Context, id string) error) error {
	var errs []error
	for _, id := range ids {
		if err := do(ctx, id); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", id, err))
		}
	}
	return errors.Join(errs...)
}
