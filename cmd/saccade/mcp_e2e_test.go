package main_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade/internal/mcp/mcptest"
)

// TestMCPStdio runs the suite on the real binary, by the SDK's client.
func TestMCPStdio(t *testing.T) {
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	needChromium(t)
	page := httptest.NewServer(mcptest.Page())
	defer page.Close()
	mcptest.Run(t, mcptest.Fixture{Video: "sample.webm", Page: page.URL, Connect: func(t *testing.T, c *sdk.Client) *sdk.ClientSession {
		entry := agentsEntry(t, 0)
		args := strings.Split(strings.ReplaceAll(strings.Join(entry.Args, "\n"), "/home/me/designs", "../../examples"), "\n")
		cmd := exec.Command(bin, args...)
		cmd.Env = append(os.Environ(), "SACCADE_MODEL=baseline", "TMPDIR="+t.TempDir())
		s, err := c.Connect(t.Context(), &sdk.CommandTransport{Command: cmd}, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("the end: %v", err)
			}
			left, err := filepath.Glob(filepath.Join(strings.TrimPrefix(cmd.Env[len(cmd.Env)-1], "TMPDIR="), "saccade-*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %v, %v", left, err)
			}
		})
		return s
	}})
}

// entry is a server in the configuration of an agent.
type entry struct {
	Command, Type, URL string
	Args               []string
	Headers            map[string]string
}

// agentsEntry returns the nth configuration that docs/agents.md shows.
func agentsEntry(t *testing.T, n int) entry {
	t.Helper()
	page, err := os.ReadFile("../../docs/agents.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(page), "```")
	var config struct {
		Servers map[string]entry `json:"mcpServers"`
	}
	if err := json.Unmarshal([]byte(strings.TrimPrefix(blocks[2*n+1], "json")), &config); err != nil || len(config.Servers) != 1 {
		t.Fatalf("configuration %d of agents.md: %s, %v", n, blocks[2*n+1], err)
	}
	return config.Servers["saccade"]
}

// withHeaders adds headers to every request.
type withHeaders map[string]string

func (h withHeaders) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range h {
		r.Header.Set(name, value)
	}
	return http.DefaultTransport.RoundTrip(r)
}

func (s *service) mcp(t *testing.T, c *sdk.Client) *sdk.ClientSession {
	t.Helper()
	shown := agentsEntry(t, 1)
	headers := withHeaders{}
	for name, value := range shown.Headers {
		headers[name] = strings.ReplaceAll(value, "TOKEN", s.token)
	}
	session, err := c.Connect(t.Context(), &sdk.StreamableClientTransport{
		Endpoint: strings.ReplaceAll(shown.URL, "https://saccade.example.com", s.url), HTTPClient: &http.Client{Transport: headers}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = session.Close() })
	return session
}

// TestMCPHTTP runs the suite on the real server.
func TestMCPHTTP(t *testing.T) {
	done := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-done:
		case <-r.Context().Done():
		}
	}))
	defer slow.Close()
	defer close(done)
	page := httptest.NewServer(mcptest.Page())
	defer page.Close()
	s := start(t, t.TempDir(), "--model", "baseline", "--allow", strings.TrimPrefix(slow.URL, "http://"), "--allow", strings.TrimPrefix(page.URL, "http://"))
	video, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	created := s.call("POST", "/analyses/video", object{
		"input":       object{"content": s.upload(video)},
		"predictions": object{"attention": object{"outputs": []string{"attentionMap", "data"}}, "focus": object{}, "clarity": object{}},
	})
	s.settle(created.text("location"), time.Minute)
	mcptest.Run(t, mcptest.Fixture{VideoID: created.text("id"), Page: page.URL, Connect: s.mcp})
	if text := string(s.fetch(s.url + "/llms.txt")); !strings.Contains(text, "[Tools for agents](/mcp)") || !strings.Contains(text, "analyze, measure_areas, compare, elements, frame, list_analyses, explain, delete") {
		t.Errorf("llms.txt: %s", text)
	}
	t.Run("tokens", s.mcpTokens)
	t.Run("cancel", func(t *testing.T) { s.mcpCancel(t, slow.URL) })
}

// mcpTokens: nothing without a token, not even the list of tools.
func (s *service) mcpTokens(t *testing.T) {
	for _, token := range []string{"", "Bearer", "Bearer wrong", "Basic " + s.token, s.token} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/mcp", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		if token != "" {
			r.Header.Set("Authorization", token)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized || !strings.HasPrefix(res.Header.Get("WWW-Authenticate"), "Bearer") {
			t.Errorf("%q: %d %v", token, res.StatusCode, res.Header)
		}
	}
}

// mcpCancel: a canceled call cancels the analysis on the server.
func (s *service) mcpCancel(t *testing.T, page string) {
	ctx, cancel := context.WithCancel(t.Context())
	c := sdk.NewClient(&sdk.Implementation{Name: "test", Version: "1"}, &sdk.ClientOptions{
		ProgressNotificationHandler: func(context.Context, *sdk.ProgressNotificationClientRequest) { cancel() },
	})
	p := &sdk.CallToolParams{Name: "analyze", Arguments: map[string]any{"url": page}}
	p.SetProgressToken("token")
	if res, err := s.mcp(t, c).CallTool(ctx, p); err == nil {
		t.Fatalf("%+v", res)
	}
	until(t, time.Minute, "the analysis is erased", func() bool {
		list, _ := s.with(t).call("GET", "/analyses?type=url&status=pending", nil).body["analyses"].([]any)
		return len(list) == 0
	})
}
