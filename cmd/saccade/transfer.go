package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/transfer"
)

// verifyFlag is how much a copy is trusted.
type verifyFlag struct {
	Verify bool `help:"Read every object again at both ends and compare, rather than 500 of them (256 MiB at most)."`
}

// backupCmd copies everything into a directory.
type backupCmd struct {
	stateFlags
	verifyFlag
	Dir string `arg:"" help:"A directory that is empty, or that a backup was ended in."`
}

// Help adds an example to --help.
func (backupCmd) Help() string {
	return `Rows and objects as they are at the start, from wherever they are, as the data directory of a service on one machine. The
service may run meanwhile. A backup that ended early goes on where it ended when it is begun again. The copy holds what
is secret.

Example:
  saccade backup /backup/saccade --data /var/lib/saccade`
}

// Run makes the copy.
func (c *backupCmd) Run(e env) error {
	return move(e, c.config(), state.Config{Data: c.Dir}, transfer.Options{Running: true, Verify: c.Verify})
}

// restoreCmd copies everything out of a backup.
type restoreCmd struct {
	stateFlags
	verifyFlag
	Dir string `arg:"" type:"existingdir" help:"The directory of a backup."`
}

// Help adds an example to --help.
func (restoreCmd) Help() string {
	return `Into a place that is empty; the backup stays as it is. Start the service when it is done.

Example:
  saccade restore /backup/saccade --data /var/lib/saccade`
}

// Run copies it back.
func (c *restoreCmd) Run(e env) error {
	return move(e, state.Config{Data: c.Dir}, c.config(), transfer.Options{Verify: c.Verify})
}

// migrateCmd moves a service to another place.
type migrateCmd struct {
	verifyFlag
	Data string   `default:"saccade-data" placeholder:"DIR" help:"Directory for what is under way, of a place without one (default: saccade-data)."`
	From []string `required:"" placeholder:"PLACE" help:"Where everything is: a data directory, postgres://..., s3://..., separated by commas."`
	To   []string `required:"" placeholder:"PLACE" help:"Where it is to go: an empty place."`
}

// Help adds examples to --help.
func (migrateCmd) Help() string {
	return `Stop the service first. The source stays as it is. A migration that ended early goes on where it ended when it is begun
again; the target has no rows until all objects are there. Both buckets have the keys of AWS_ACCESS_KEY_ID.

Examples:
  saccade migrate --from /var/lib/saccade --to "postgres://db/saccade,s3://designs?endpoint=https://s3.example.com"
  saccade migrate --from "postgres://db/saccade,/var/lib/saccade" --to /srv/saccade`
}

// Run moves everything.
func (c *migrateCmd) Run(e env) error {
	from, err := c.place("--from", c.From)
	if err != nil {
		return usage(e, err)
	}
	to, err := c.place("--to", c.To)
	if err != nil {
		return usage(e, err)
	}
	return move(e, from, to, transfer.Options{Verify: c.Verify})
}

// place reads where rows and objects are.
func (c *migrateCmd) place(flag string, parts []string) (state.Config, error) {
	var p state.Config
	for _, part := range parts {
		to := &p.Data
		switch {
		case strings.HasPrefix(part, "postgres://"), strings.HasPrefix(part, "postgresql://"):
			to = &p.Database
		case strings.HasPrefix(part, "s3://"):
			to = &p.Storage
		case part == "" || strings.Contains(part, "://"):
			return p, fmt.Errorf("%s: %q is no directory, postgres:// or s3:// address", flag, part)
		}
		if *to != "" {
			return p, fmt.Errorf("%s names two places of a kind", flag)
		}
		*to = part
	}
	if p.Data == "" {
		if p.Database == "" || p.Storage == "" {
			return p, fmt.Errorf("%s needs a directory, or both a postgres:// and an s3:// address", flag)
		}
		p.Data = c.Data
	}
	return p, nil
}

// move transfers everything and prints what the target holds.
func move(e env, from, to state.Config, o transfer.Options) error {
	if from.Database == to.Database && from.Storage == to.Storage && filepath.Clean(from.Data) == filepath.Clean(to.Data) {
		return usage(e, fmt.Errorf("source and target are the same place"))
	}
	r, err := transfer.Run(e.ctx, from, to, o)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%d rows and %d objects (%.1f MB), of which %d were copied now; %d are the same, byte by byte\n", r.Rows, r.Objects, float64(r.Bytes)/1e6, r.Copied, r.Same)
	return err
}
