package mcp

import (
	"context"
	_ "embed" // the view
	"strings"
	"sync"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade/internal/report"
)

// The view of results for hosts that show one, as by MCP Apps (SEP-1865, 2026-01-26,
// https://github.com/modelcontextprotocol/ext-apps). It is one document that loads
// nothing: what it shows are the structured content and the image of an answer.
const (
	ViewerURI  = "ui://saccade/viewer"
	ViewerMIME = "text/html;profile=mcp-app"

	viewerExtension = "io.modelcontextprotocol/ui"
)

//go:embed viewer.html
var viewerHTML string

// viewer is the document, with the style of reports.
var viewer = sync.OnceValue(func() string { return strings.Replace(viewerHTML, "/*style*/", report.Style(), 1) })

// viewerMeta says what the view needs: no other host, and a border.
func viewerMeta() sdk.Meta {
	return sdk.Meta{"ui": map[string]any{"csp": map[string]any{"connectDomains": []string{}, "resourceDomains": []string{}}, "prefersBorder": true}}
}

// shown marks a tool whose answers the view shows.
func shown(tool *sdk.Tool) *sdk.Tool {
	tool.Meta = sdk.Meta{"ui": map[string]any{"resourceUri": ViewerURI}}
	return tool
}

// addViewer offers the view as a resource.
func addViewer(s *sdk.Server) {
	r := &sdk.Resource{URI: ViewerURI, Name: "viewer", Title: "Saccade's viewer", MIMEType: ViewerMIME, Meta: viewerMeta(),
		Description: "Shows the answers of the tools: heat map, scores, areas, elements, comparison; of a video any frame."}
	s.AddResource(r, func(context.Context, *sdk.ReadResourceRequest) (*sdk.ReadResourceResult, error) {
		return &sdk.ReadResourceResult{Contents: []*sdk.ResourceContents{{URI: ViewerURI, MIMEType: ViewerMIME, Text: viewer(), Meta: viewerMeta()}}}, nil
	})
}

// capabilities are those of the server.
func capabilities() *sdk.ServerCapabilities {
	c := &sdk.ServerCapabilities{Tools: &sdk.ToolCapabilities{}, Resources: &sdk.ResourceCapabilities{}}
	c.AddExtension(viewerExtension, map[string]any{"mimeTypes": []string{ViewerMIME}})
	return c
}
