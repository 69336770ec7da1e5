package main

import (
	"errors"
	"log/slog"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/httpapi"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/mcp"
	engine "github.com/saccade-dev/saccade/internal/mcp/local"
	"github.com/saccade-dev/saccade/internal/service"
)

// mcpCmd serves the tools of agents on standard input and output.
type mcpCmd struct {
	Root  string `default:"." type:"path" placeholder:"DIR" help:"The one directory that files are read from (default: the current one)."`
	Model string `default:"${model}" help:"saccade-1 (the trained network) or baseline (training-free)."`
}

// Help adds examples to --help.
func (mcpCmd) Help() string {
	return `For agents that start their tools themselves. Everything runs in this process: no server, no token. Pages of this machine
(http://localhost:3000) can be captured too. A running server has the same tools at /mcp, with a token.

Example of a client's configuration:
  {"mcpServers": {"saccade": {"command": "saccade", "args": ["mcp", "--root", "/home/me/designs"]}}}

Examples:
  saccade mcp --root designs`
}

// Run serves until standard input ends.
func (c *mcpCmd) Run(e env) error {
	log := slog.New(slog.NewTextHandler(e.stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	slog.SetDefault(log) // standard output belongs to the protocol
	analyzer, err := (&analyzeCmd{Model: c.Model, Prior: "auto"}).analyzer()
	if err != nil {
		return err
	}
	backend, err := engine.New(engine.DefaultConfig(), analyzer)
	if err != nil {
		return err
	}
	cfg := mcp.DefaultConfig()
	cfg.Version, cfg.Log = version, log
	cfg.Root, err = mcp.NewRoot(c.Root, service.DefaultLimits().VideoBytes)
	if err != nil {
		return errors.Join(usage(e, err), backend.Close())
	}
	if cfg.Video, err = ffmpeg.New(ffmpeg.DefaultConfig()); err != nil {
		return errors.Join(err, backend.Close())
	}
	s, err := mcp.New(cfg, backend)
	if err == nil {
		err = s.Run(e.ctx, &sdk.StdioTransport{})
	}
	if e.ctx.Err() != nil {
		err = nil // a client that ends its tools does so by a signal
	}
	return errors.Join(err, backend.Close())
}

// mountMCP puts the tools of agents at /mcp of the API.
func mountMCP(api *httpapi.API, front httpfront.Config, video *ffmpeg.Tool, log *slog.Logger) error {
	cfg := mcp.DefaultConfig()
	cfg.Version, cfg.Video, cfg.Log = front.Version, video, log
	tools, err := mcp.Handler(cfg, api, front.Base)
	if err == nil {
		api.Mount("/mcp", tools)
	}
	return err
}
