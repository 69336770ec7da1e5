package operator

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/retention"
)

// Life is how long something is kept: as text days (30d) or hours and minutes (36h, 90m); 0 is
// for ever.
type Life time.Duration

const day = 24 * time.Hour

// UnmarshalText reads how long something is kept.
func (l *Life) UnmarshalText(text []byte) error {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 64); err == nil && n <= uint64(math.MaxInt64/day) {
			*l = Life(time.Duration(n) * day)
			return nil
		}
	} else if d, err := time.ParseDuration(string(text)); err == nil {
		*l = Life(d)
		return nil
	}
	return fmt.Errorf("%q is none of: days (30d), hours and minutes (36h, 90m), 0 (for ever)", text)
}

// String writes it as it is read.
func (l Life) String() string {
	switch d := time.Duration(l); {
	case d == 0:
		return "for ever"
	case d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + "d"
	default:
		return d.String()
	}
}

// Retention is the flags about how long things are kept.
type Retention struct {
	VideoTTL   Life `name:"video-ttl" placeholder:"TIME" help:"How long the upload of a video is kept after its analysis, like 7d or 36h; 0: as long as the results (default)."`
	ResultTTL  Life `name:"result-ttl" default:"1h" placeholder:"TIME" help:"How long results of images and pages are kept (default: 1h); 0: for ever. Results of videos are kept until they are deleted."`
	DiskBudget Size `name:"disk-budget" placeholder:"SIZE" help:"What uploads and results may take together, like 200GiB; the oldest goes before its time, and where nothing can, no more is taken. 0: as much as there is room for (default)."`
	AuditTTL   Life `name:"audit-ttl" default:"400d" placeholder:"TIME" help:"How long the log of who did what is kept (default: 400d); 0: for ever."`
}

// Validate reports everything that is wrong with the flags.
func (r Retention) Validate() error {
	err := retention.Times{Video: time.Duration(r.VideoTTL), Results: time.Duration(r.ResultTTL)}.Validate()
	if r.AuditTTL < 0 {
		err = errors.Join(err, errors.New("--audit-ttl (SACCADE_AUDIT_TTL) must be 0 (keep for ever) or more"))
	}
	return err
}

type accountRetention struct {
	State
	Account   string `arg:"" help:"The account's name."`
	VideoTTL  *Life  `name:"video-ttl" placeholder:"TIME" xor:"video" help:"How long the upload of a video is kept after its analysis, like 7d or 36h; 0: as long as the results."`
	ResultTTL *Life  `name:"result-ttl" placeholder:"TIME" xor:"results" help:"How long results of images and pages are kept; 0: for ever."`
	Default   bool   `xor:"video,results" help:"The server's default, as saccade serve --video-ttl and --result-ttl say."`
}

// Help adds examples to --help.
func (accountRetention) Help() string {
	return `Without a flag it shows the times. A time holds for what the account has as well, counted from the end of each analysis; what
has outlived it is erased within three minutes. What is kept (keep) stays. --default holds for what ends from then on.

Examples:
  saccade account retention design
  saccade account retention design --video-ttl 7d --result-ttl 30d
  saccade account retention design --default`
}

// Validate reports times that are too short; kong calls it.
func (c *accountRetention) Validate() error {
	var r Retention
	if c.VideoTTL != nil {
		r.VideoTTL = *c.VideoTTL
	}
	if c.ResultTTL != nil {
		r.ResultTTL = *c.ResultTTL
	}
	return r.Validate()
}

// Run changes the times, and shows them.
func (c *accountRetention) Run(e Env) error {
	return c.with(e, func(ctx context.Context, rows *store.Store) error {
		own, err := rows.Retention(ctx, c.Account)
		if err != nil {
			return err
		}
		if c.Default {
			own = retention.Own{}
		}
		if c.VideoTTL != nil {
			own.Video = (*time.Duration)(c.VideoTTL)
		}
		if c.ResultTTL != nil {
			own.Results = (*time.Duration)(c.ResultTTL)
		}
		if c.Default || c.VideoTTL != nil || c.ResultTTL != nil {
			if err := rows.SetRetention(ctx, c.Account, own); err != nil {
				return err
			}
		}
		w := tabwriter.NewWriter(e.Stdout, 0, 8, 2, ' ', 0)
		fmt.Fprintln(w, "WHAT\tKEPT")
		fmt.Fprintf(w, "uploads of videos\t%s\n", lifeOf(own.Video))
		fmt.Fprintf(w, "results of images and pages\t%s\n", lifeOf(own.Results))
		return w.Flush()
	})
}

func lifeOf(d *time.Duration) string {
	if d == nil {
		return "server's default"
	}
	return Life(*d).String()
}
