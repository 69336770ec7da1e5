package advice

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// service is an OpenAI-compatible endpoint that answers with edit(text).
func service(t *testing.T, edit func(string) string) (*httptest.Server, *http.Header) {
	t.Helper()
	var seen http.Header
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r.Header.Clone()
		var req struct {
			Model    string
			Messages []chatMessage
		}
		if err := json.NewDecoder(r.Body).Decode(&req); err != nil || r.URL.Path != "/v1/chat/completions" || len(req.Messages) != 2 || req.Model != "m" {
			http.Error(w, "bad request", http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"choices": []any{map[string]any{"message": chatMessage{"assistant", edit(req.Messages[1].Content)}}}})
	}))
	t.Cleanup(s.Close)
	return s, &seen
}

// texts gives the rules' text and what the advisor makes of it with phrasing.
func texts(t *testing.T, cfg PhrasingConfig) (rules, got string) {
	t.Helper()
	an, files := page(t)
	plain, err := New(Config{Source: files})
	if err != nil {
		t.Fatal(err)
	}
	phrased, err := New(Config{Source: files, Phrasing: cfg})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(phrased.phraser.client.CloseIdleConnections)
	if rules, err = plain.Advise(context.Background(), an, KindSummary); err != nil {
		t.Fatal(err)
	}
	if got, err = phrased.Advise(context.Background(), an, KindSummary); err != nil {
		t.Fatal(err)
	}
	return rules, got
}

func TestPhrasing(t *testing.T) {
	s, seen := service(t, func(text string) string { return strings.ReplaceAll(text, "Analyzed:", "We looked at") })
	rules, got := texts(t, PhrasingConfig{BaseURL: s.URL + "/v1/", Key: "k", Model: "m"})
	if want := strings.ReplaceAll(rules, "Analyzed:", "We looked at"); got != want {
		t.Errorf("the phrasing was not used:\n%s", got)
	}
	if seen.Get("Authorization") != "Bearer k" {
		t.Errorf("headers %v", *seen)
	}
}

func TestUnfaithfulPhrasingIsDropped(t *testing.T) {
	for name, edit := range map[string]func(string) string{
		"invented number": func(s string) string { return s + " That is 4711 times better." },
		"changed number":  func(s string) string { return strings.ReplaceAll(s, "22", "72") },
		"link":            func(s string) string { return s + " [more](https://example.com)" },
		"markup":          func(s string) string { return s + "<b>" },
		"empty":           func(string) string { return "" },
		"chatter":         func(s string) string { return strings.Repeat(s, 5) },
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := service(t, edit)
			if rules, got := texts(t, PhrasingConfig{BaseURL: s.URL + "/v1", Model: "m"}); got != rules {
				t.Errorf("kept:\n%s", got)
			}
		})
	}
}

func TestFailingServiceFallsBack(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"error":    func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusInternalServerError) },
		"no json":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"no text":  func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) },
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) },
		"hangs": func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client has gone
			<-r.Context().Done()
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(handler)
			defer s.Close()
			if rules, got := texts(t, PhrasingConfig{BaseURL: s.URL, Model: "m", Timeout: 300 * time.Millisecond}); got != rules {
				t.Errorf("got:\n%s", got)
			}
		})
	}
}

func TestPhrasingConfig(t *testing.T) {
	if err := (PhrasingConfig{}).Validate(); err != nil {
		t.Error(err)
	}
	err := PhrasingConfig{BaseURL: "ftp://x", Timeout: -1}.Validate()
	for _, want := range []string{"SACCADE_PHRASING_URL", "SACCADE_PHRASING_MODEL", "SACCADE_PHRASING_TIMEOUT"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	if _, err := New(Config{Phrasing: PhrasingConfig{BaseURL: "ftp://x"}}); err == nil {
		t.Error("a wrong configuration was accepted")
	}
}
