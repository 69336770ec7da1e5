package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/batch"
	"github.com/saccade-dev/saccade/internal/remote"
)

// remoteCmd holds the commands that speak to a server.
type remoteCmd struct {
	Analyze  remoteAnalyzeCmd  `cmd:"" help:"Analyze files and pages on the server."`
	List     remoteListCmd     `cmd:"" help:"List analyses, newest first."`
	Show     remoteShowCmd     `cmd:"" help:"Print the state and the results of an analysis."`
	Watch    remoteWatchCmd    `cmd:"" help:"Wait until analyses have ended."`
	Download remoteDownloadCmd `cmd:"" help:"Download the results of analyses."`
	Delete   remoteDeleteCmd   `cmd:"" help:"Cancel or erase analyses."`
	Share    remoteShareCmd    `cmd:"" help:"Make a link to an analysis, or to two side by side, for people without an account."`
}

type remoteAnalyzeCmd struct {
	serverFlags
	Inputs      []string      `arg:"" name:"INPUT" help:"Videos (WebM, MP4, QuickTime, GIF), images (PNG, JPEG, WebP) and addresses of pages (https://...)."`
	Out         string        `placeholder:"DIR" help:"Download the results into DIR/<stem>, as saccade analyze writes them."`
	Predictions []string      `placeholder:"LIST" help:"Outputs to make, separated by commas: attention.attentionMap, clarity.score, attention.data, ... or all."`
	Title       string        `help:"Title of the analyses (default: the name of the input)."`
	Format      string        `enum:",webm,mp4,mov,gif,auto,webp" default:"" help:"Format of the files: webm, mp4, mov, gif, auto (PNG, JPEG) or webp (default: by their bytes)."`
	Medium      string        `enum:",desktopWeb,mobileWeb" default:"" help:"Viewport of pages: desktopWeb or mobileWeb."`
	AOIs        string        `name:"aois" type:"existingfile" placeholder:"FILE" help:"JSON list of areas of interest, as in the API."`
	NoWait      bool          `name:"no-wait" help:"Print the ids and leave; see saccade remote watch."`
	Timeout     time.Duration `default:"0s" help:"How long to wait for results; 0: as long as it takes."`
	Jobs        int           `default:"4" help:"Inputs that are sent at the same time."`
	remote.PageFlags
}

// Help adds examples to --help.
func (remoteAnalyzeCmd) Help() string {
	return `Examples:
  saccade remote analyze visit.webm --out results
  saccade remote analyze clip.mp4 --out results
  saccade remote analyze https://example.com --medium mobileWeb --predictions clarity.score,focus.score --json
  saccade remote analyze https://example.com --out results --elements --steal --variants mobileWeb,dark
  saccade remote analyze screens/*.png --no-wait`
}

// Run sends every input, several at a time.
func (c *remoteAnalyzeCmd) Run(e env) error {
	if c.NoWait && c.Out != "" || c.Jobs < 1 || c.Timeout < 0 {
		return usage(e, errors.New("--no-wait and --out exclude each other; --jobs is at least 1 and --timeout at least 0"))
	}
	stems, err := stemsOf(c.Inputs, c.Out)
	if err != nil {
		return usage(e, err)
	}
	aois, err := readAOIs(c.AOIs)
	if err != nil {
		return usage(e, err)
	}
	s, err := c.open()
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o777); err != nil {
			return err
		}
	}
	ctx, cancel := limited(e.ctx, c.Timeout)
	defer cancel()
	bars, failed := newProgress(e.stderr), 0
	var mu sync.Mutex
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(c.Jobs)
	for i, input := range c.Inputs {
		g.Go(func() error {
			bar := bars.Add(filepath.Base(input))
			defer bar.Done()
			job := remote.Input{Input: input, Title: cmp.Or(c.Title, stems[i]), Medium: saccade.Medium(c.Medium), Format: saccade.Format(c.Format), Predictions: c.Predictions, AOIs: aois, PageFlags: c.PageFlags}
			v, err := c.one(ctx, s, job, bar)
			if err != nil && v.ID == "" {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if v.Status == saccade.StatusFailed {
				failed++
			}
			return errors.Join(err, v.Print(e.stdout, e.stderr, c.JSON))
		})
	}
	err = g.Wait()
	bars.Wait()
	if err == nil && failed > 0 {
		err = exitStatus(exitFailed)
	}
	return s.Explain(err)
}

// one makes one analysis. The error is for faults that end the whole run, and comes
// with the id of what was begun; an input that is refused is a failed analysis.
func (c *remoteAnalyzeCmd) one(ctx context.Context, s *remote.Session, in remote.Input, bar bar) (remote.View, error) {
	ref, err := s.Start(ctx, in, &remote.State{})
	if remote.BlamesInput(err) {
		return remote.View{Input: in.Input, Status: saccade.StatusFailed, Title: in.Title, Error: saccade.AsError(err)}, nil
	}
	if err != nil {
		return remote.View{}, err
	}
	pending := remote.View{Input: in.Input, ID: ref.ID, Status: saccade.StatusPending, Title: in.Title}
	if c.NoWait {
		return pending, nil
	}
	a, err := s.Await(ctx, ref, bar.Set)
	if err != nil { // the analysis goes on there
		return pending, err
	}
	v := remote.ViewOf(a)
	v.Input = in.Input
	if c.Out != "" {
		v.Files, err = s.Fetch(ctx, a, filepath.Join(c.Out, stemOf(in.Input)))
	}
	return v, err
}

// limited is ctx that ends after d; 0: never.
func limited(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, d)
}

type remoteListCmd struct {
	serverFlags
	Type   string `enum:",video,image,url" default:"" help:"Only analyses of this type: video, image or url."`
	Status string `enum:",pending,success,failed" default:"" help:"Only analyses with this status: pending, success or failed."`
	Limit  int    `default:"50" help:"How many at most; 0: all."`
}

// Help adds examples to --help.
func (remoteListCmd) Help() string {
	return `Examples:
  saccade remote list
  saccade remote list --status failed --limit 0 --json`
}

// Run lists analyses as a table or as lines of JSON.
func (c *remoteListCmd) Run(e env) error {
	s, err := c.open()
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(e.stdout, 0, 8, 2, ' ', 0)
	o, n := client.ListOptions{Type: saccade.Kind(c.Type), Status: saccade.Status(c.Status), Limit: 100}, 0
	if c.Limit > 0 {
		o.Limit = min(c.Limit, 100)
	}
	for item, err := range s.All(e.ctx, o) {
		if saccade.IsCode(err, saccade.CodeNotFound) || saccade.IsCode(err, saccade.CodeMethod) {
			return fmt.Errorf("%s keeps no list of analyses (the vendor's API has none); use saccade remote show ID", s.Address)
		}
		if err != nil {
			return s.Explain(errors.Join(err, w.Flush()))
		}
		if n == 0 && !c.JSON {
			fmt.Fprintln(w, "ID\tTYPE\tSTATUS\tCREATED\tTITLE")
		}
		if c.JSON {
			err = remote.WriteJSON(e.stdout, item)
		} else {
			created := time.Time(item.CreatedAt)
			_, err = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", remote.Printable(item.ID), item.Type, item.Status, day(&created), remote.Printable(item.Title))
		}
		if n++; err != nil || n == c.Limit {
			return errors.Join(err, w.Flush())
		}
	}
	return w.Flush()
}

type remoteShowCmd struct {
	serverFlags
	IDs []string `arg:"" name:"ID" help:"Ids of analyses, or the addresses of their polls."`
}

// Help adds an example to --help.
func (remoteShowCmd) Help() string {
	return "Example:\n  saccade remote show 5h7xk2m4qz3v6w8y2b4d6f8h2k --json"
}

// Run prints analyses as they are now.
func (c *remoteShowCmd) Run(e env) error {
	return c.each(e, c.IDs, func(s *remote.Session, id string) error {
		a, err := s.Analysis(e.ctx, id)
		if err != nil {
			return err
		}
		if c.JSON {
			return remote.ViewOf(a).Print(e.stdout, e.stderr, true)
		}
		return remote.WriteAnalysis(e.stdout, a)
	})
}

// each calls do for every id. An error that is about one analysis is printed,
// in words, and does not keep the others from their turn; any other ends the
// run.
func (f serverFlags) each(e env, ids []string, do func(*remote.Session, string) error) error {
	s, err := f.open()
	if err != nil {
		return err
	}
	failed := false
	for _, id := range ids {
		err := do(s, id)
		var status exitStatus
		switch {
		case err == nil:
			continue
		case errors.As(err, &status): // reported
		case remote.BlamesInput(err):
			fmt.Fprintf(e.stderr, "saccade: %s: %v\n", remote.Printable(id), s.Explain(err))
		default:
			return s.Explain(err)
		}
		failed = true
	}
	if failed {
		return exitStatus(exitFailed)
	}
	return nil
}

type remoteWatchCmd struct {
	serverFlags
	IDs     []string      `arg:"" name:"ID" help:"Ids of analyses, or the addresses of their polls."`
	Timeout time.Duration `default:"0s" help:"How long to wait; 0: as long as it takes."`
}

// Help adds an example to --help.
func (remoteWatchCmd) Help() string {
	return "With --json every state is a line.\n\nExample:\n  saccade remote watch 5h7xk2m4qz3v6w8y2b4d6f8h2k --timeout 10m"
}

// Run waits for one analysis after the other.
func (c *remoteWatchCmd) Run(e env) error {
	ctx, cancel := limited(e.ctx, c.Timeout)
	defer cancel()
	return c.each(e, c.IDs, func(s *remote.Session, id string) error {
		bars := newProgress(e.stderr)
		bar := bars.Add(id)
		var failure error
		a, err := s.Wait(ctx, id, func(a *client.Analysis) {
			bar.Set(saccade.Progress{Fraction: a.Progress, Stage: a.Stage})
			if c.JSON {
				failure = errors.Join(failure, remote.ViewOf(a).Print(e.stdout, e.stderr, true))
			}
		})
		bar.Done()
		bars.Wait()
		if err = errors.Join(err, failure); err == nil && !c.JSON {
			err = remote.ViewOf(a).Print(e.stdout, e.stderr, false)
		}
		if err == nil && a.Status == saccade.StatusFailed {
			err = exitStatus(exitFailed)
		}
		return err
	})
}

type remoteDownloadCmd struct {
	serverFlags
	IDs []string `arg:"" name:"ID" help:"Ids of analyses, or the addresses of their polls."`
	Out string   `required:"" placeholder:"DIR" help:"Directory for the results: DIR/<id>/result.json and the files it names."`
}

// Help adds an example to --help.
func (remoteDownloadCmd) Help() string {
	return "Example:\n  saccade remote download 5h7xk2m4qz3v6w8y2b4d6f8h2k --out results"
}

// Run downloads the results of analyses that have ended.
func (c *remoteDownloadCmd) Run(e env) error {
	if err := os.MkdirAll(c.Out, 0o777); err != nil {
		return err
	}
	return c.each(e, c.IDs, func(s *remote.Session, id string) error {
		a, err := s.Analysis(e.ctx, id)
		if err != nil {
			return err
		}
		if a.Status == saccade.StatusPending {
			return saccade.Errorf(saccade.CodeConflict, "Analysis %s is not finished; wait for it with: saccade remote watch %s", id, id)
		}
		v := remote.ViewOf(a)
		if v.Files, err = s.Fetch(e.ctx, a, filepath.Join(c.Out, batch.FileName(a.ID))); err != nil {
			return err
		}
		if err := v.Print(e.stdout, e.stderr, c.JSON); err != nil || a.Status == saccade.StatusSuccess {
			return err
		}
		return exitStatus(exitFailed)
	})
}

type remoteDeleteCmd struct {
	serverFlags
	IDs []string `arg:"" name:"ID" help:"Ids of analyses, or the addresses of their polls."`
}

// Help adds an example to --help.
func (remoteDeleteCmd) Help() string {
	return "Analyses that wait or run are canceled.\n\nExample:\n  saccade remote delete 5h7xk2m4qz3v6w8y2b4d6f8h2k"
}

// Run erases analyses for good.
func (c *remoteDeleteCmd) Run(e env) error {
	return c.each(e, c.IDs, func(s *remote.Session, id string) error {
		err := s.Delete(e.ctx, id)
		if err == nil && c.JSON {
			err = remote.WriteJSON(e.stdout, map[string]any{"id": id, "deleted": true})
		}
		return err
	})
}

type remoteShareCmd struct {
	serverFlags
	IDs      []string      `arg:"" name:"ID" help:"The id of one analysis, or of two to show side by side."`
	Life     time.Duration `default:"720h" help:"How long the link works (default: 30 days)."`
	Password bool          `help:"Read a password from standard input, which viewers must know."`
}

// Help adds examples to --help.
func (remoteShareCmd) Help() string {
	return `Whoever has the link can see the results, and nothing else. It is withdrawn on the server or in the app.

Examples:
  saccade remote share 5h7xk2m4qz3v6w8y2b4d6f8h2k --life 48h
  saccade remote share 5h7xk2m4qz3v6w8y2b4d6f8h2k --password < password.txt`
}

// Run makes the link and prints it.
func (c *remoteShareCmd) Run(e env) error {
	if len(c.IDs) > 2 || c.Life < time.Minute {
		return usage(e, errors.New("a link shows one analysis or two, and works for a minute (--life 1m) or longer"))
	}
	r := client.ShareRequest{Analyses: c.IDs, Life: c.Life}
	if c.Password {
		line, err := bufio.NewReader(io.LimitReader(e.stdin, 1<<10)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("reading the password from standard input: %w", err)
		}
		if r.Password = strings.TrimRight(line, "\r\n"); r.Password == "" {
			return usage(e, errors.New("standard input holds no password; try: saccade remote share ID --password < password.txt"))
		}
	}
	s, err := c.open()
	if err != nil {
		return err
	}
	made, err := s.CreateShare(e.ctx, r)
	if err != nil {
		return s.Explain(err)
	}
	if c.JSON {
		return remote.WriteJSON(e.stdout, made)
	}
	_, err = fmt.Fprintln(e.stdout, remote.Printable(made.URL))
	return err
}
