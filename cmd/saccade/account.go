package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
)

// accountCmd holds the commands that manage accounts.
type accountCmd struct {
	List  accountListCmd  `cmd:"" help:"List the accounts and their add-ons."`
	Addon accountAddonCmd `cmd:"" name:"add-on" help:"Switch an add-on of an account on or off."`
}

type accountListCmd struct{ stateFlags }

// Run lists the accounts as a table.
func (c *accountListCmd) Run(e env) error {
	s, err := c.open(e.ctx)
	if err != nil {
		return err
	}
	accounts, err := s.Accounts(e.ctx)
	if err = errors.Join(err, s.Close()); err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "ACCOUNT\tCREATED\tADD-ONS")
	for _, a := range accounts {
		fmt.Fprintf(w, "%s\t%s\t%s\n", a.Name, day(&a.CreatedAt), strings.Join(a.AddOns, " "))
	}
	return w.Flush()
}

type accountAddonCmd struct {
	stateFlags
	Account string `arg:"" help:"The account's name."`
	AddOn   string `arg:"" name:"add-on" help:"The add-on, e.g. dynamic-saliency (video)."`
	State   string `arg:"" enum:"on,off" help:"on or off."`
}

// Help adds an example to --help.
func (accountAddonCmd) Help() string {
	return "Example:\n  saccade account add-on design dynamic-saliency off"
}

// Run switches the add-on.
func (c *accountAddonCmd) Run(e env) error {
	s, err := c.open(e.ctx)
	if err != nil {
		return err
	}
	return errors.Join(s.SetAddOn(e.ctx, c.Account, c.AddOn, c.State == "on"), s.Close())
}
