package mcptest

import (
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade/internal/mcp"
)

// viewer lists and reads the view of results, and looks for the tools that name it.
func (s *suite) viewer() {
	s.t.Helper()
	var using []string
	tools, err := s.s.ListTools(s.t.Context(), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, tool := range tools.Tools {
		if ui, ok := tool.Meta["ui"].(map[string]any); ok && ui["resourceUri"] == mcp.ViewerURI {
			using = append(using, tool.Name)
		}
	}
	if got := strings.Join(using, " "); got != "analyze compare elements frame measure_areas" {
		s.t.Errorf("tools with the view: %s", got)
	}
	all, err := s.s.ListResources(s.t.Context(), nil)
	if err != nil || len(all.Resources) != 1 || all.Resources[0].URI != mcp.ViewerURI || all.Resources[0].MIMEType != "text/html;profile=mcp-app" {
		s.t.Fatalf("%+v, %v", all, err)
	}
	got, err := s.s.ReadResource(s.t.Context(), &sdk.ReadResourceParams{URI: mcp.ViewerURI})
	if err != nil || len(got.Contents) != 1 || got.Contents[0].MIMEType != "text/html;profile=mcp-app" || got.Contents[0].Meta["ui"] == nil {
		s.t.Fatalf("%+v, %v", got, err)
	}
	text := got.Contents[0].Text
	if !strings.HasPrefix(text, "<!doctype html>") || strings.Contains(text, "src=\"http") || strings.Contains(text, "<link") || strings.Contains(text, "/*style*/") {
		s.t.Errorf("the view is not whole: %.200s", text)
	}
	if caps := s.s.InitializeResult().Capabilities; caps.Extensions["io.modelcontextprotocol/ui"] == nil {
		s.t.Errorf("capabilities: %+v", caps)
	}
	if _, err := s.s.ReadResource(s.t.Context(), &sdk.ReadResourceParams{URI: "ui://saccade/nothing"}); err == nil {
		s.t.Error("a view that is not there was read")
	}
}
