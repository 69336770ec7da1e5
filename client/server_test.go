package client_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/httpapi"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

func TestMain(m *testing.M) {
	http.DefaultTransport.(*http.Transport).DisableKeepAlives = true // idle connections are not leaks
	goleak.VerifyTestMain(m)
}

// server is the real API on the real store; in place of a worker, every
// analysis ends as soon as it is started.
type server struct {
	url, token string

	store *store.Store
	disk  *blob.Disk
	next  http.Handler
	fail  bool // the worker fails
	slow  bool // analyses stay pending until work is called
	close func()
}

// CreateAnalysis starts an analysis and ends it at once.
func (s *server) CreateAnalysis(ctx context.Context, a *saccade.Analysis, idem *store.Idempotency) (*saccade.Analysis, bool, error) {
	created, replayed, err := s.store.CreateAnalysis(ctx, a, idem)
	if err != nil || replayed || s.slow {
		return created, replayed, err
	}
	return created, false, s.work(ctx, created)
}

func (s *server) work(ctx context.Context, a *saccade.Analysis) error {
	w := store.WorkImage
	if a.Request.Kind == saccade.KindVideo {
		w = store.WorkVideo
	}
	c, err := storetest.Claim(ctx, s.store, w, a.ID)
	if err != nil {
		return err
	}
	if s.fail {
		return c.Fail(ctx, saccade.Errorf(saccade.CodeUnreadableVideo, "The video is broken."))
	}
	key, score := blob.AnalysisKey(a.ID, "attentionMap.webm"), 71
	if _, err := s.disk.Put(ctx, key, strings.NewReader("heat")); err != nil {
		return err
	}
	if err := s.leaveNumbers(ctx, a); err != nil {
		return err
	}
	return c.Succeed(ctx, &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm"}, Clarity: &saccade.ScoreOutput[saccade.File]{Score: &score}})
}

// leaveNumbers stores the tables and densities of an analysis: an image titled B
// has its attention on the right, any other on the left.
func (s *server) leaveNumbers(ctx context.Context, a *saccade.Analysis) error {
	dir, err := os.MkdirTemp("", "saccade-numbers-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	w, err := artifact.Create(dir, artifact.Head{Model: "test", Width: 640, Height: 360}, a.Request.Kind != saccade.KindVideo)
	if err != nil {
		return err
	}
	d := saccade.Density{W: 2, H: 1, V: []float32{0.75, 0.25}}
	if a.Request.Title == "B" {
		d.V[0], d.V[1] = d.V[1], d.V[0]
	}
	if err := errors.Join(w.Write(artifact.Row{Focus: 50}, d), w.Close(0)); err != nil {
		return err
	}
	for _, name := range []saccade.File{artifact.FramesJSON, artifact.DensityNPY} {
		f, err := os.Open(filepath.Join(dir, string(name)))
		if err != nil {
			return err
		}
		_, err = s.disk.Put(ctx, blob.AnalysisKey(a.ID, name), f)
		if err = errors.Join(err, f.Close()); err != nil {
			return err
		}
	}
	return nil
}

// ending is the store, on which every analysis ends as soon as it is made.
type ending struct {
	*store.Store
	s *server
}

func (e ending) CreateAnalysis(ctx context.Context, a *saccade.Analysis, idem *store.Idempotency) (*saccade.Analysis, bool, error) {
	return e.s.CreateAnalysis(ctx, a, idem)
}

// quarters gives every area a quarter of the attention.
type quarters struct{ *service.Service }

func (quarters) MeasureAreas(_ context.Context, _ *saccade.Analysis, aois []saccade.AOI) ([]saccade.AOIResult, error) {
	out := make([]saccade.AOIResult, len(aois))
	for i, a := range aois {
		out[i] = saccade.AOIResult{AOI: a, Share: 0.25, Rank: i + 1}
	}
	return out, nil
}

// texts is the store, and a worker that writes at once what was started.
type texts struct {
	*store.Store
	s *server
}

func (t texts) StartText(ctx context.Context, account, id, kind string, ttl time.Duration) (store.Text, error) {
	text, err := t.Store.StartText(ctx, account, id, kind, ttl)
	if err != nil {
		return text, err
	}
	return text, storetest.WriteTexts(ctx, t.Store, t.s.Advise)
}

// Advise writes a line.
func (s *server) Advise(_ context.Context, a *saccade.Analysis, kind string) (string, error) {
	if kind == "recommendations" {
		return "", errors.New("no idea")
	}
	return "## Summary of " + a.Request.Title, nil
}

// start runs a server until close.
func start() (*server, error) {
	dir, err := os.MkdirTemp("", "saccade-client-*")
	if err != nil {
		return nil, err
	}
	s := &server{}
	ctx := context.Background()
	cfg := store.DefaultConfig()
	cfg.DSN = "sqlite:" + filepath.Join(dir, "db.sqlite")
	if s.store, err = store.Open(ctx, cfg); err != nil {
		return nil, err
	}
	if s.disk, err = blob.NewDisk(filepath.Join(dir, "objects")); err != nil {
		return nil, err
	}
	signer, err := blob.NewSigner(bytes.Repeat([]byte("k"), 64))
	if err != nil {
		return nil, err
	}
	if _, err := s.store.EnsureAccount(ctx, "acme"); err != nil {
		return nil, err
	}
	if s.token, _, err = s.store.CreateToken(ctx, "acme", nil); err != nil {
		return nil, err
	}
	svc, err := service.New(service.DefaultLimits(), service.Deps{
		Uploads: s.store, Analyses: ending{s.store, s}, Objects: s.disk, Links: signer,
		Inspect: func(context.Context, io.ReaderAt, int64, saccade.Format) error { return nil }, // everything is a video
	})
	if err != nil {
		return nil, err
	}
	api, err := httpapi.New(httpapi.DefaultConfig(), httpapi.Deps{
		Sessions: s.store, Tokens: s.store, Shares: s.store, Accounts: s.store, Service: quarters{svc}, Analyses: s.store, Archive: s.store, Texts: texts{s.store, s}, Webhooks: s.store,
		Objects: s.disk, Links: signer, Verifier: signer,
	})
	if err != nil {
		return nil, err
	}
	s.next = api
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.next.ServeHTTP(w, r) }))
	s.url = web.URL
	s.close = func() {
		web.Close()
		_ = api.Close(ctx)
		_ = s.store.Close()
		_ = os.RemoveAll(dir)
	}
	return s, nil
}

func newServer(t *testing.T) (*server, *client.Client) {
	t.Helper()
	s, err := start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	c, err := client.New(s.url, s.token)
	if err != nil {
		t.Fatal(err)
	}
	return s, c
}

// deadline is far beyond what any of these tests needs.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
