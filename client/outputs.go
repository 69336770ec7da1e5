package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/saccade-dev/saccade"
)

// AddOutputs asks for outputs of an analysis of any kind that has succeeded, by its id or
// by its location: maps, attention.data or attention.grid, in a palette ("": that of the
// analysis). They are rendered from what is stored; until then the analysis that is
// returned has a Rendering. The error is a *[saccade.Error]: conflict while the analysis is
// pending, resource_gone once its input is gone.
func (c *Client) AddOutputs(ctx context.Context, id string, outputs []saccade.Output, palette saccade.Palette) (*Analysis, error) {
	id = url.PathEscape(lastSegment(id))
	a, err := c.addOutputs(ctx, "/analyses/video/"+id+"/outputs", outputs, palette)
	if saccade.IsCode(err, saccade.CodeNotFound) {
		return c.addOutputs(ctx, "/analyses/"+id+"/outputs", outputs, palette)
	}
	if err == nil {
		a.Type = saccade.KindVideo
	}
	return a, err
}

func (c *Client) addOutputs(ctx context.Context, path string, outputs []saccade.Output, palette saccade.Palette) (*Analysis, error) {
	body := struct {
		Outputs predictions     `json:"outputs"`
		Palette saccade.Palette `json:"palette,omitempty"`
	}{predictionsOf(outputs), palette}
	var a Analysis
	err := c.do(ctx, call{method: http.MethodPost, path: path, body: body, repeat: true}, &a)
	return &a, err
}
