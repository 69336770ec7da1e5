package operator

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/audit"
)

// Audit holds the command that shows who did what.
type Audit struct {
	List auditList `cmd:"" help:"List who did what, oldest first."`
}

// Since is a moment in the past: as text a time before now (30d, 12h) or a date (2027-01-31).
type Since time.Time

// UnmarshalText reads a moment.
func (s *Since) UnmarshalText(text []byte) error {
	if at, err := time.Parse(time.DateOnly, string(text)); err == nil {
		*s = Since(at)
		return nil
	}
	var ago Life
	if err := ago.UnmarshalText(text); err != nil || ago <= 0 {
		return fmt.Errorf("%q is none of: days (30d), hours (12h), a date (2027-01-31)", text)
	}
	*s = Since(time.Now().Add(-time.Duration(ago)))
	return nil
}

type auditList struct {
	State
	Account string `placeholder:"NAME" help:"Only what is about this account."`
	Since   Since  `placeholder:"WHEN" help:"Only what is not older: days (30d), hours (12h) or a date (2027-01-31), UTC."`
	JSON    bool   `name:"json" help:"Print each entry as a line of JSON."`
}

// Help adds examples to --help.
func (auditList) Help() string {
	return `The log holds who made and revoked tokens, made and changed accounts, made and withdrew shares, signed in or failed to, and
changed quotas and retention. It holds no secrets.

Examples:
  saccade audit list --since 7d
  saccade audit list --account design --json`
}

// Run lists the entries as a table or as lines of JSON.
func (c *auditList) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error {
		filter := audit.Filter{Account: c.Account, Since: time.Time(c.Since)}
		if c.JSON {
			lines := json.NewEncoder(e.Stdout)
			return rows.Audit(ctx, filter, func(entry audit.Entry) error { return lines.Encode(entry) })
		}
		w := tabwriter.NewWriter(e.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "TIME\tWHO\tFROM\tACTION\tACCOUNT\tOBJECT\tDETAIL")
		err := rows.Audit(ctx, filter, func(entry audit.Entry) error {
			who := strings.TrimSpace(entry.Actor + " " + entry.ActorID)
			_, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", entry.At.Format(time.DateTime), who, cmp.Or(entry.Address, "-"),
				entry.Action, cmp.Or(entry.Account, "-"), cmp.Or(entry.Object, "-"), printable(entry.Detail))
			return err
		})
		if err != nil {
			return err
		}
		return w.Flush()
	})
}

// printable writes a text that others may have chosen in one line of a terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, text)
}
