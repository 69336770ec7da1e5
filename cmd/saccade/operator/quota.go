package operator

import (
	"context"
	"fmt"
	"math"
	"text/tabwriter"

	"github.com/dustin/go-humanize"

	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/quota"
)

// Size is a number of bytes: as text a number, or one with a unit (500MB, 10GiB).
type Size int64

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	n, err := humanize.ParseBytes(string(text))
	if err != nil || n > math.MaxInt64 {
		return fmt.Errorf("%q is no size: write a number of bytes, or one with a unit like 500MB or 10GiB", text)
	}
	*s = Size(n)
	return nil
}

// Quota is the flags about what accounts may use that have no quotas of their own.
type Quota struct {
	QuotaAnalyses int  `name:"quota-analyses" placeholder:"N" help:"Analyses that an account may start a day, UTC; 0: any number (default). Others for an account: saccade account quota."`
	QuotaBytes    Size `name:"quota-bytes" placeholder:"SIZE" help:"What an account may store, uploads and results, like 20GiB; 0: as much as there is room for (default)."`
}

// Limits returns what the flags say.
func (q Quota) Limits() quota.Limits {
	return quota.Limits{Analyses: q.QuotaAnalyses, Bytes: int64(q.QuotaBytes)}
}

// Validate reports everything that is wrong with the flags.
func (q Quota) Validate() error { return q.Limits().Validate() }

type accountQuota struct {
	State
	Account        string `arg:"" help:"The account's name."`
	AnalysesPerDay *int   `name:"analyses-per-day" placeholder:"N" xor:"analyses" help:"Analyses that it may start a day, UTC; 0: any number."`
	StoredBytes    *Size  `name:"stored-bytes" placeholder:"SIZE" xor:"bytes" help:"What it may store, uploads and results, like 20GiB; 0: as much as there is room for."`
	None           bool   `xor:"analyses,bytes" help:"No quotas, whatever the server's default."`
	Default        bool   `xor:"analyses,bytes" help:"The server's default, as saccade serve --quota-analyses and --quota-bytes say."`
}

// Help adds examples to --help.
func (accountQuota) Help() string {
	return `Without a flag it shows what the account uses. What was accepted is finished; what is over a quota is refused.

Examples:
  saccade account quota design
  saccade account quota design --analyses-per-day 500 --stored-bytes 20GiB
  saccade account quota design --none`
}

// Validate reports a number that is too small; kong calls it.
func (c *accountQuota) Validate() error {
	if c.AnalysesPerDay != nil && *c.AnalysesPerDay < 0 {
		return fmt.Errorf("--analyses-per-day must be 0 (any number) or more")
	}
	return nil
}

// Run changes the quotas, and shows them with the use.
func (c *accountQuota) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error {
		s, err := rows.Quota(ctx, c.Account)
		if err != nil {
			return err
		}
		own, changed := c.change(s.Own)
		if changed {
			if err := rows.SetQuota(ctx, c.Account, own); err != nil {
				return err
			}
		}
		return c.show(e, own, s.Used)
	})
}

// change returns the quotas as the flags want them.
func (c *accountQuota) change(own quota.Own) (_ quota.Own, changed bool) {
	none, nothing := 0, int64(0)
	switch {
	case c.None:
		return quota.Own{Analyses: &none, Bytes: &nothing}, true
	case c.Default:
		return quota.Own{}, true
	}
	if c.AnalysesPerDay != nil {
		own.Analyses = c.AnalysesPerDay
	}
	if c.StoredBytes != nil {
		n := int64(*c.StoredBytes)
		own.Bytes = &n
	}
	return own, c.AnalysesPerDay != nil || c.StoredBytes != nil
}

// show prints a table.
func (c *accountQuota) show(e Env, own quota.Own, used quota.Limits) error {
	analyses, stored := own.Texts()
	w := tabwriter.NewWriter(e.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "QUOTA\tUSED\tLIMIT")
	fmt.Fprintf(w, "analyses today\t%d\t%s\n", used.Analyses, analyses)
	fmt.Fprintf(w, "stored bytes\t%s\t%s\n", quota.Size(used.Bytes), stored)
	return w.Flush()
}
