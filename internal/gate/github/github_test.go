package github_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade/internal/gate/github"
)

// double is a stand-in for the two calls of GitHub's API: listing the comments of
// pull request 7 of acme/site, and creating or updating one.
type double struct {
	comments []comment
	status   int // of every answer; 0: as it should be
	tokens   []string
}

type comment struct {
	ID   int64             `json:"id"`
	Body string            `json:"body"`
	User map[string]string `json:"user"`
}

func (d *double) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.tokens = append(d.tokens, r.Header.Get("Authorization"))
	var in comment
	if r.Method != http.MethodGet {
		_ = json.NewDecoder(r.Body).Decode(&in)
	}
	var page, id int
	_, _ = fmt.Sscanf(r.URL.Query().Get("page"), "%d", &page)
	_, notOne := fmt.Sscanf(r.URL.Path, "/repos/acme/site/issues/comments/%d", &id)
	switch {
	case d.status != 0:
		w.WriteHeader(d.status)
		_, _ = w.Write([]byte(`{"message": "Resource not accessible by integration"}`))
	case r.Method == http.MethodGet && r.URL.Path == "/repos/acme/site/issues/7/comments":
		from := min((page-1)*100, len(d.comments))
		_ = json.NewEncoder(w).Encode(d.comments[from:min(from+100, len(d.comments))])
	case r.Method == http.MethodPost && r.URL.Path == "/repos/acme/site/issues/7/comments":
		d.comments = append(d.comments, comment{int64(len(d.comments) + 1), in.Body, map[string]string{"type": "Bot"}})
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{}`))
	case r.Method == http.MethodPatch && notOne == nil:
		d.comments[id-1].Body = in.Body
		_, _ = w.Write([]byte(`{}`))
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

// env is the environment of a job on that pull request.
func env(t *testing.T, d *double, event string) func(string) string {
	t.Helper()
	s := httptest.NewServer(d)
	t.Cleanup(s.Close)
	path := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(path, []byte(event), 0o666); err != nil {
		t.Fatal(err)
	}
	vars := map[string]string{"GITHUB_API_URL": s.URL + "/", "GITHUB_REPOSITORY": "acme/site", "GITHUB_TOKEN": "ghs_secret",
		"GITHUB_EVENT_PATH": path, "GITHUB_WORKFLOW": "Design -->", "GITHUB_JOB": "compare"}
	return func(name string) string { return vars[name] }
}

const pull = `{"action": "opened", "pull_request": {"number": 7, "title": "-->"}}`

const marker = "<!-- saccade-compare Design____/compare -->"

// TestOneComment: the first run adds the comment, later ones replace it, behind
// whatever others have written.
func TestOneComment(t *testing.T) {
	d := &double{}
	for i := range 250 {
		d.comments = append(d.comments, comment{int64(i + 1), "hello", nil})
	}
	d.comments[3].Body, d.comments[3].User = marker+"\nby a person", map[string]string{"type": "User"}
	d.comments[5].Body, d.comments[5].User = "> "+marker, map[string]string{"type": "Bot"} // quoted
	get := env(t, d, pull)
	for _, text := range []string{"one", "two"} {
		if err := github.Comment(context.Background(), get, text); err != nil {
			t.Fatal(err)
		}
		if n := len(d.comments); n != 251 || d.comments[250].Body != marker+"\n"+text {
			t.Fatalf("%d comments, the last is %q", n, d.comments[n-1].Body)
		}
	}
	if d.comments[3].Body != marker+"\nby a person" {
		t.Error("a comment of somebody else was replaced")
	}
	for _, token := range d.tokens {
		if token != "Bearer ghs_secret" {
			t.Errorf("token %q", token)
		}
	}
}

func TestLongCommentsAreCut(t *testing.T) {
	for name, text := range map[string]string{"lines": strings.Repeat("a line of text\n", 10_000), "one line": strings.Repeat("ä", 70_000)} {
		d := &double{}
		if err := github.Comment(context.Background(), env(t, d, pull), text); err != nil {
			t.Fatal(err)
		}
		body := d.comments[0].Body
		if len(body) > 65_000 || !strings.HasSuffix(body, "The rest is in the summary of the job.\n") || strings.Contains(body, "\ufffd") || strings.Contains(body, "line o\n") {
			t.Errorf("%s: %d bytes, %q", name, len(body), body[len(body)-80:])
		}
	}
}

func TestCommentsThatCannotBe(t *testing.T) {
	if err := github.Comment(context.Background(), env(t, &double{}, `{"push": true}`), "x"); !errors.Is(err, github.ErrNoPullRequest) {
		t.Error(err)
	}
	if err := github.Comment(context.Background(), env(t, &double{}, `{"issue": {"number": 7}}`), "x"); !errors.Is(err, github.ErrNoPullRequest) {
		t.Error(err)
	}
	for says, event := range map[string]string{"GITHUB_EVENT_PATH": "", "unexpected": `{"pull_request"`} {
		if err := github.Comment(context.Background(), env(t, &double{}, event), "x"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("event %q: %v", event, err)
		}
	}
	for status, says := range map[int]string{403: "pull-requests: write", 404: "pull-requests: write", 500: "500"} {
		err := github.Comment(context.Background(), env(t, &double{status: status}, pull), "x")
		if err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "ghs_secret") {
			t.Errorf("%d: %v", status, err)
		}
	}
	if err := github.Comment(context.Background(), func(string) string { return "" }, "x"); err == nil || !strings.Contains(err.Error(), "no job of GitHub Actions") {
		t.Error(err)
	}
}

func TestFromEnv(t *testing.T) {
	get := env(t, &double{}, `{"issue": {"number": 7, "pull_request": {}}, "comment": {}}`)
	j, err := github.FromEnv(func(name string) string {
		if name == "GITHUB_API_URL" {
			return ""
		}
		return get(name)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := &github.Job{API: "https://api.github.com", Repository: "acme/site", Number: 7, Token: "ghs_secret", Marker: marker}
	if diff := cmp.Diff(want, j); diff != "" {
		t.Error(diff)
	}
}
