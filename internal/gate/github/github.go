// Package github keeps one comment on a pull request up to date, from inside of a
// GitHub Actions job.
//
// The contract: [FromEnv] reads what GitHub puts into the environment of a job;
// [Job.Comment] writes a text as the one comment that carries the job's marker: it
// replaces the former one, or adds the first. Two calls of GitHub's REST API are
// made (https://docs.github.com/en/rest/issues/comments): list the comments of
// the pull request, and create or update one. The token is sent to that API alone.
package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of what is read and written.
const (
	maxEvent   = 8 << 20  // bytes of the event
	maxAnswer  = 16 << 20 // bytes of an answer
	maxComment = 60_000   // bytes of a comment; GitHub takes 65,536 characters
	maxPages   = 30       // of comments, 100 on each
)

// Job is a job of GitHub Actions on a pull request.
type Job struct {
	API        string // address of the REST API
	Repository string // owner/name
	Number     int    // of the pull request
	Token      string
	Marker     string // what tells the job's comment from all others

	Client *http.Client // nil: one with a timeout
}

// ErrNoPullRequest says that the job does not run for a pull request.
var ErrNoPullRequest = errors.New("this job does not run for a pull request")

// FromEnv reads the job from its environment; get is os.Getenv but in tests. The
// marker names workflow and job, so that several jobs have a comment each.
func FromEnv(get func(string) string) (*Job, error) {
	j := &Job{API: strings.TrimRight(get("GITHUB_API_URL"), "/"), Repository: get("GITHUB_REPOSITORY"), Token: get("GITHUB_TOKEN"),
		Marker: "<!-- saccade-compare " + plain(get("GITHUB_WORKFLOW")+"/"+get("GITHUB_JOB")) + " -->"}
	if j.API == "" {
		j.API = "https://api.github.com"
	}
	path := get("GITHUB_EVENT_PATH")
	if path == "" || j.Repository == "" {
		return nil, errors.New("GITHUB_EVENT_PATH and GITHUB_REPOSITORY are not set: this is no job of GitHub Actions")
	}
	if j.Token == "" {
		return nil, errors.New("GITHUB_TOKEN is not set; give the step a token that may write pull requests")
	}
	var err error
	j.Number, err = numberIn(path)
	return j, err
}

// Comment writes the text as the comment of the job that the environment describes.
func Comment(ctx context.Context, get func(string) string, markdown string) error {
	j, err := FromEnv(get)
	if err != nil {
		return err
	}
	return j.Comment(ctx, markdown)
}

// plain keeps what may stand in a comment of HTML.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, s)
}

// numberIn reads the number of the pull request from the event.
func numberIn(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var event struct {
		PullRequest *struct{ Number int } `json:"pull_request"`
		Issue       *struct {
			Number      int
			PullRequest *struct{} `json:"pull_request"`
		}
	}
	if err := json.NewDecoder(io.LimitReader(f, maxEvent)).Decode(&event); err != nil {
		return 0, fmt.Errorf("GITHUB_EVENT_PATH: %w", err)
	}
	switch {
	case event.PullRequest != nil && event.PullRequest.Number > 0:
		return event.PullRequest.Number, nil
	case event.Issue != nil && event.Issue.PullRequest != nil && event.Issue.Number > 0:
		return event.Issue.Number, nil
	}
	return 0, ErrNoPullRequest
}

// comment is what is read of a comment.
type comment struct {
	ID   int64  `json:"id"`
	Body string `json:"body"`
	User struct {
		Type string `json:"type"`
	} `json:"user"`
}

// Comment writes the text, in Markdown, as the job's comment. What is too long for
// GitHub is cut at the end of a line, and says so.
func (j *Job) Comment(ctx context.Context, markdown string) error {
	body := map[string]string{"body": j.Marker + "\n" + shorten(markdown)}
	former, err := j.former(ctx)
	if err != nil {
		return err
	}
	if former != 0 {
		return j.call(ctx, http.MethodPatch, fmt.Sprintf("/repos/%s/issues/comments/%d", j.Repository, former), body, nil)
	}
	return j.call(ctx, http.MethodPost, fmt.Sprintf("/repos/%s/issues/%d/comments", j.Repository, j.Number), body, nil)
}

// former returns the id of the job's comment, 0 if there is none. The token of a job
// writes as a bot: then a comment of a person that carries the marker is not ours.
func (j *Job) former(ctx context.Context) (int64, error) {
	bot := strings.HasPrefix(j.Token, "ghs_")
	for page := 1; page <= maxPages; page++ {
		var comments []comment
		path := fmt.Sprintf("/repos/%s/issues/%d/comments?per_page=100&page=%d", j.Repository, j.Number, page)
		if err := j.call(ctx, http.MethodGet, path, nil, &comments); err != nil {
			return 0, err
		}
		for _, c := range comments {
			if strings.HasPrefix(c.Body, j.Marker) && (!bot || c.User.Type == "Bot") {
				return c.ID, nil
			}
		}
		if len(comments) < 100 {
			break
		}
	}
	return 0, nil
}

// shorten cuts a text to what a comment holds.
func shorten(s string) string {
	if len(s) <= maxComment {
		return s
	}
	cut := strings.LastIndexByte(s[:maxComment], '\n')
	if cut < 0 {
		for cut = maxComment; !utf8.RuneStart(s[cut]); cut-- {
		}
	}
	return s[:cut] + "\n\nThe rest is in the summary of the job.\n"
}

// call sends a request and reads the answer into v.
func (j *Job) call(ctx context.Context, method, path string, body, v any) error {
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		in = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, j.API+path, in)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+j.Token)
	r.Header.Set("Accept", "application/vnd.github+json")
	r.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	client := j.Client
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer := io.LimitReader(res.Body, maxAnswer)
	if res.StatusCode >= 300 {
		var e struct{ Message string }
		_ = json.NewDecoder(answer).Decode(&e) // the status says enough
		hint := ""
		if res.StatusCode == http.StatusForbidden || res.StatusCode == http.StatusNotFound {
			hint = "; the job needs permissions: pull-requests: write (a pull request from a fork never has them)"
		}
		return fmt.Errorf("GitHub answers %d %q%s", res.StatusCode, e.Message, hint)
	}
	if v == nil {
		return nil
	}
	return json.NewDecoder(answer).Decode(v)
}
