package node

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/saccade-dev/saccade/internal/advice"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/capture"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/httpfront"
	"github.com/saccade-dev/saccade/internal/netguard"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/telemetry"
	"github.com/saccade-dev/saccade/internal/webhook"
	"github.com/saccade-dev/saccade/internal/worker"
)

// outside is what connects to other machines.
type outside struct {
	net      netguard.Config
	webhooks *webhook.Sender
}

func (n *Node) openOutside() (o outside, err error) {
	o.net = netguard.DefaultConfig()
	o.net.Allow = n.cfg.Allow
	o.webhooks, err = webhook.New(o.net, n.cfg.Version)
	return o, err
}

// addAnalyzer makes all that predictions need, and returns how to check it.
func (n *Node) addAnalyzer(out outside, deps *service.Deps) ([]httpfront.Check, error) {
	video := ffmpeg.DefaultConfig()
	video.Encoder, video.Videos = n.cfg.Encoder, n.cfg.Videos.or(worker.DefaultConfig().Videos)
	video.Logger, video.Require = n.log, !n.cfg.Unconfined && !Local(n.cfg.Listen)
	tool, err := ffmpeg.New(video)
	n.video = tool
	if err == nil {
		warnUnconfined(n.log, tool, video.Require)
	}
	model, e := attention.ByName(n.cfg.Model)
	err = errors.Join(err, e)
	browser := capture.DefaultConfig()
	browser.Net, browser.Log = out.net, n.log
	pages, e := capture.New(browser)
	if err = errors.Join(err, e); err != nil {
		return nil, err
	}
	cfg := pipeline.DefaultConfig()
	cfg.Limits = service.DefaultLimits().Pipeline()
	analyzer, err := pipeline.New(cfg, tool, model, pages)
	if err != nil {
		return nil, err
	}
	deps.Analyzer, deps.Lens = n.meter.Analyzer(analyzer), analyzer
	deps.Advisor, err = advice.New(advice.Config{Source: service.Files{Objects: n.objects}, Log: n.log, Phrasing: n.cfg.Phrasing})
	return []httpfront.Check{
		{Name: "decoder", Run: tool.Check},
		{Name: "sandbox", Run: tool.CheckSandbox},
		{Name: "model", Run: func(context.Context) error { return attention.Check(model) }},
	}, err
}

// warnUnconfined says loudly that nothing keeps ffmpeg from the machine.
func warnUnconfined(log *slog.Logger, tool *ffmpeg.Tool, refused bool) {
	detail, ok := tool.Confined()
	switch {
	case ok:
	case refused:
		log.Error("VIDEOS ARE REFUSED: ffmpeg cannot be confined here; --allow-unconfined (SACCADE_ALLOW_UNCONFINED) decodes all the same", "sandbox", detail)
	default:
		log.Warn("FFMPEG RUNS UNCONFINED: a video may take over this machine; let nobody else send any", "sandbox", detail)
	}
}

// openWorker makes what runs jobs.
func (n *Node) openWorker(svc *service.Service, out outside) (err error) {
	cfg := worker.DefaultConfig()
	cfg.Scratch = filepath.Join(n.cfg.State.Data, "scratch")
	cfg.Videos, cfg.Images, cfg.Webhooks = n.cfg.Videos.or(cfg.Videos), n.cfg.Images.or(cfg.Images), n.cfg.Webhooks.or(cfg.Webhooks)
	if cfg.Images == 0 {
		cfg.Texts = 0 // texts are as quick as images, and go with them
	}
	if n.store.Driver() == store.DriverSQLite && !n.cfg.API {
		cfg.Poll = time.Second // there is no signal from another process
	}
	n.worker, err = worker.New(cfg, worker.Deps{Store: n.store, Objects: n.objects,
		Runner: n.meter.Runner(telemetry.Runner{Service: svc, Traces: n.traces}), Renderer: svc, Texts: svc, Sender: sender{out.webhooks}, Log: n.log})
	return err
}

// sender makes the worker's deliveries by the webhook package.
type sender struct{ *webhook.Sender }

// Send implements worker.Sender.
func (s sender) Send(ctx context.Context, d store.Delivery) (int, error) {
	return s.Sender.Send(ctx, webhook.Delivery{ID: d.ID, URL: d.URL, Secret: d.Secret, Payload: []byte(d.Payload)})
}
