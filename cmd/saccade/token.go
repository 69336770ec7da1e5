package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/saccade-dev/saccade/cmd/saccade/operator"
	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
)

// stateFlags say where the service keeps its state.
type stateFlags struct{ operator.State }

func (p stateFlags) config() state.Config { return p.Config() }

func (p stateFlags) open(ctx context.Context) (*store.Store, error) { return p.Open(ctx) }

// accountCmd holds the commands that manage accounts.
type accountCmd = operator.Account

// jobsCmd holds the commands that look at the queue.
type jobsCmd = operator.Jobs

// tokenCmd holds the commands that manage access tokens; they work beside a
// running server.
type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Make a token and print it, once, alone on standard output."`
	List   tokenListCmd   `cmd:"" help:"List the tokens by id, account and first characters; never the tokens themselves."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token at once."`
}

type tokenCreateCmd struct {
	stateFlags
	Account string `required:"" placeholder:"NAME" help:"Account that the token belongs to; made if it is new."`
	Expires string `placeholder:"WHEN" help:"A number of days (90d), hours (12h) or a date (2027-01-31). Default: never."`
}

// Help adds examples to --help.
func (tokenCreateCmd) Help() string {
	return `Examples:
  export SACCADE_TOKEN=$(saccade token create --account design)
  saccade token create --account ci --expires 90d --data /var/lib/saccade`
}

// Run makes and prints a token.
func (c *tokenCreateCmd) Run(e env) error {
	expires, err := parseExpiry(c.Expires, time.Now())
	if err != nil {
		return usage(e, err)
	}
	s, err := c.open(e.ctx)
	if err != nil {
		return err
	}
	var plain string
	if _, err = s.EnsureAccount(e.ctx, c.Account); err == nil {
		plain, _, err = s.CreateToken(e.ctx, c.Account, expires)
	}
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(e.stdout, plain)
	return err
}

// parseExpiry reads "90d", "12h" or "2027-01-31" (its end, UTC); empty: never.
func parseExpiry(s string, now time.Time) (*time.Time, error) {
	if s == "" {
		return nil, nil
	}
	var at time.Time
	days, isDays := strings.CutSuffix(s, "d")
	if n, err := strconv.Atoi(days); isDays && err == nil && n < 100_000 {
		at = now.AddDate(0, 0, n)
	} else if d, err := time.ParseDuration(s); err == nil {
		at = now.Add(d)
	} else if t, err := time.Parse(time.DateOnly, s); err == nil {
		at = t.AddDate(0, 0, 1)
	} else {
		return nil, fmt.Errorf("--expires %q is none of: days (90d), hours (12h), a date (2027-01-31)", s)
	}
	if !at.After(now) {
		return nil, fmt.Errorf("--expires %q lies in the past", s)
	}
	return &at, nil
}

type tokenListCmd struct {
	stateFlags
	Account string `placeholder:"NAME" help:"Only this account's."`
}

// Help adds examples to --help.
func (tokenListCmd) Help() string {
	return "Examples:\n  saccade token list\n  saccade token list --account me"
}

// Run lists tokens as a table.
func (c *tokenListCmd) Run(e env) error {
	s, err := c.open(e.ctx)
	if err != nil {
		return err
	}
	tokens, err := s.Tokens(e.ctx, c.Account)
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ID\tACCOUNT\tTOKEN\tCREATED\tEXPIRES\tLAST USED\tSTATE")
	for _, t := range tokens {
		state := "valid"
		switch {
		case t.RevokedAt != nil:
			state = "revoked"
		case t.ExpiresAt != nil && time.Now().After(*t.ExpiresAt):
			state = "expired"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Account, t.Hint+"...", day(&t.CreatedAt), day(t.ExpiresAt), day(t.LastUsed), state)
	}
	return w.Flush()
}

func day(t *time.Time) string {
	if t == nil {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04")
}

type tokenRevokeCmd struct {
	stateFlags
	ID string `arg:"" help:"The token's id, from saccade token list."`
}

// Help adds an example to --help.
func (tokenRevokeCmd) Help() string { return "Example:\n  saccade token revoke rdb3n6s4cq" }

// Run revokes one token.
func (c *tokenRevokeCmd) Run(e env) error {
	s, err := c.open(e.ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.RevokeToken(e.ctx, c.ID), s.Close())
}
