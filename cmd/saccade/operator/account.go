package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
)

// Env is what the commands may touch of the outside world.
type Env struct {
	Ctx    context.Context
	Stdout io.Writer
}

// with runs f on the rows and closes them.
func (s State) with(e Env, f func(ctx context.Context, rows *store.Store) error) error {
	rows, err := s.Open(e.Ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(e.Ctx, rows), rows.Close())
}

// Account holds the commands that manage accounts.
type Account struct {
	Add   accountAdd   `cmd:"" help:"Make an account."`
	List  accountList  `cmd:"" help:"List the accounts and their add-ons."`
	AddOn accountAddOn `cmd:"" name:"add-on" help:"Switch an add-on of an account on or off."`
	Quota accountQuota `cmd:"" help:"Show what an account uses, or change how much it may."`

	Retention accountRetention `cmd:"" help:"Show how long things of an account are kept, or change it."`
}

type accountAdd struct {
	State
	Account string `arg:"" help:"Its name: 1 to 63 letters, digits, - and _."`
}

// Help adds an example to --help.
func (accountAdd) Help() string {
	return "Making one that is there is no error. Whom OIDC or a proxy signs in needs an account and no token.\n\nExample:\n  saccade account add design"
}

// Run makes the account.
func (c *accountAdd) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error {
		_, err := rows.EnsureAccount(ctx, c.Account)
		return err
	})
}

type accountList struct{ State }

// Help adds an example to --help.
func (accountList) Help() string { return "Example:\n  saccade account list" }

// Run lists the accounts as a table.
func (c *accountList) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error {
		accounts, err := rows.Accounts(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(e.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "ACCOUNT\tCREATED\tADD-ONS")
		for _, a := range accounts {
			fmt.Fprintf(w, "%s\t%s\t%s\n", a.Name, minute(a.CreatedAt), strings.Join(a.AddOns, " "))
		}
		return w.Flush()
	})
}

func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

type accountAddOn struct {
	State
	Account string `arg:"" help:"The account's name."`
	AddOn   string `arg:"" name:"add-on" help:"The add-on, e.g. dynamic-saliency (video)."`
	Switch  string `arg:"" name:"state" enum:"on,off" help:"on or off."`
}

// Help adds an example to --help.
func (accountAddOn) Help() string {
	return "Example:\n  saccade account add-on design dynamic-saliency off"
}

// Run switches the add-on.
func (c *accountAddOn) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error {
		return rows.SetAddOn(ctx, c.Account, c.AddOn, c.Switch == "on")
	})
}
