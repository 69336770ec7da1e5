package service_test

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/pipeline"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
)

// painter stands for the analyzer, whose own tests use the real one: it writes
// what it is told into the job's directory.
type painter struct {
	files map[string]string
	err   error
	saw   string // the input's bytes
}

func (p *painter) Run(_ context.Context, job pipeline.Job, _ func(saccade.Progress)) (*saccade.Outputs[saccade.File], error) {
	b, _ := os.ReadFile(job.Path)
	p.saw = string(b)
	for name, text := range p.files {
		if err := os.WriteFile(filepath.Join(job.Dir, name), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	return &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm"}}, p.err
}

// rows keeps nothing: it knows the uploads of the account "a" and takes every
// change.
type rows struct{ used bool }

func (rows) CreateUpload(context.Context, string) (saccade.Upload, error) {
	return saccade.Upload{ID: "new", Account: "a"}, nil
}

func (r rows) Upload(_ context.Context, account, id string) (saccade.Upload, error) {
	if account != "a" || id == "unknown" {
		return saccade.Upload{}, saccade.Errorf(saccade.CodeNotFound, "no upload")
	}
	return saccade.Upload{ID: id, Account: account, Used: r.used}, nil
}

func (rows) NoteUpload(_ context.Context, _ blob.Key, size int64) error {
	if size > 100 {
		return saccade.Errorf(saccade.CodeForbidden, "over the quota")
	}
	return nil
}

func (rows) CreateAnalysis(_ context.Context, a *saccade.Analysis, _ *store.Idempotency) (*saccade.Analysis, bool, error) {
	return a, false, nil
}

func (rows) SetAOIs(_ context.Context, _, id string, m store.Measured) (*saccade.Analysis, error) {
	if id == "deleted" {
		return nil, saccade.Errorf(saccade.CodeGone, "deleted")
	}
	return &saccade.Analysis{ID: id, Request: saccade.Request{Editions: []string{m.Edition}}}, nil
}

func (rows) StartRendering(context.Context, string, string, store.Rendering) error { return nil }

func (rows) Update(_ context.Context, account, id string, c store.Change) (*saccade.Analysis, error) {
	return &saccade.Analysis{ID: id, Account: account, Request: saccade.Request{Title: *c.Title}}, nil
}

func (rows) Delete(_ context.Context, _, id string) ([]blob.Key, error) {
	return []blob.Key{blob.AnalysisKey(id, "")}, nil
}

// here is where the clients of these tests reach the server.
var here = blob.Origin{Base: "http://h", Serves: func(u *url.URL) bool { return u.Host == "h" }}

func newService(t *testing.T, a service.Analyzer, change ...func(*service.Limits, *service.Deps)) (*service.Service, *blob.Disk) {
	t.Helper()
	disk, err := blob.NewDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	signer, err := blob.NewSigner(bytes.Repeat([]byte("k"), blob.MinSecret))
	if err != nil {
		t.Fatal(err)
	}
	limits, deps := service.DefaultLimits(), service.Deps{Uploads: rows{}, Analyses: rows{}, Objects: disk, Links: signer, Analyzer: a}
	for _, f := range change {
		f(&limits, &deps)
	}
	s, err := service.New(limits, deps)
	if err != nil {
		t.Fatal(err)
	}
	return s, disk
}

func put(t *testing.T, d blob.Store, key blob.Key, b []byte) {
	t.Helper()
	if _, err := d.Put(context.Background(), key, bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
}

func quiet(saccade.Progress) {}

func TestRunStoresWhatWasMade(t *testing.T) {
	p := &painter{files: map[string]string{"attentionMap.webm": "heat", "frames.json": "{}"}}
	s, disk := newService(t, p)
	put(t, disk, "uploads/a/1", []byte("the video"))
	an := &saccade.Analysis{ID: "an1", Request: saccade.Request{Kind: saccade.KindVideo, Object: "uploads/a/1"}}
	out, err := s.Run(context.Background(), an, t.TempDir(), quiet)
	if err != nil {
		t.Fatal(err)
	}
	if p.saw != "the video" || out.Attention.AttentionMap != "attentionMap.webm" {
		t.Errorf("saw %q, answered %+v", p.saw, out.Attention)
	}
	var got []blob.Key
	for _, key := range []blob.Key{"analyses/an1/attentionMap.webm", "analyses/an1/frames.json"} {
		if _, err := disk.Stat(context.Background(), key); err == nil {
			got = append(got, key)
		}
	}
	if diff := cmp.Diff([]blob.Key{"analyses/an1/attentionMap.webm", "analyses/an1/frames.json"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRunLeavesNothingAfterAnError(t *testing.T) {
	p := &painter{files: map[string]string{"a.webm": "1", "b.webm": "2"}}
	s, disk := newService(t, p)
	ctx, cancel := context.WithCancel(context.Background())
	_, err := s.Run(ctx, &saccade.Analysis{ID: "an2"}, t.TempDir(), func(saccade.Progress) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"a.webm", "b.webm"} {
		if _, err := disk.Stat(context.Background(), blob.AnalysisKey("an2", saccade.File(name))); !errors.Is(err, blob.ErrNotFound) {
			t.Errorf("%s was left behind: %v", name, err)
		}
	}
}

func TestRunWithoutItsInput(t *testing.T) {
	s, _ := newService(t, &painter{})
	an := &saccade.Analysis{ID: "an3", Request: saccade.Request{Kind: saccade.KindVideo, Object: "uploads/a/gone"}}
	if _, err := s.Run(context.Background(), an, t.TempDir(), quiet); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("got %v", err)
	}
}

func TestCreateVideoJudgesTheUpload(t *testing.T) {
	sample, err := os.ReadFile("../../examples/sample.webm")
	if err != nil {
		t.Fatal(err)
	}
	s, disk := newService(t, nil, func(l *service.Limits, _ *service.Deps) { l.VideoBytes = int64(len(sample)) })
	put(t, disk, "uploads/a/good", sample)
	put(t, disk, "uploads/a/text", []byte("#EXTM3U"))
	put(t, disk, "uploads/a/large", append(sample, 0))
	put(t, disk, "uploads/a/unknown", sample)
	put(t, disk, "uploads/b/rival", sample)
	put(t, disk, "uploads/a/damaged", sample[:len(sample)/20])
	for link, ok := range map[string]bool{
		"http://h/objects/uploads/a/good?exp=1": true, "http://h/objects/uploads/a/damaged": true,
		"http://h/objects/uploads/a/text": false, "http://h/objects/uploads/a/large": false, "http://h/objects/uploads/a/nothing": false,
		"http://h/objects/uploads/a/unknown": false, "http://h/objects/uploads/b/rival": false, "http://other/objects/uploads/a/good": false,
		"http://h/objects/analyses/a/good": false, "": false,
	} {
		a, _, err := s.CreateVideo(context.Background(), service.Order{Account: "a"}, here, saccade.Link(link))
		switch {
		case ok && (err != nil || a.Request.Object == ""):
			t.Errorf("%s: %+v, %v", link, a, err)
		case !ok && (!saccade.IsCode(err, saccade.CodeInvalidInput) || saccade.AsError(err).Param != service.FieldContent):
			t.Errorf("%s: %v", link, err)
		}
	}
}

func TestOrdersNameTheField(t *testing.T) {
	s, _ := newService(t, nil, func(l *service.Limits, _ *service.Deps) { l.TitleBytes, l.ImageBytes, l.AddressBytes = 5, 3, 30 })
	page := func(o service.Order) error {
		_, _, err := s.CreatePage(context.Background(), o, "https://example.com/")
		return err
	}
	image := func(b string) error {
		_, _, err := s.CreateImage(context.Background(), service.Order{}, []byte(b))
		return err
	}
	_, _, address := s.CreatePage(context.Background(), service.Order{}, "https://example.com/"+strings.Repeat("a", 30))
	for name, tc := range map[string]struct {
		err   error
		field string
	}{
		"fine":        {page(service.Order{Title: "title"}), ""},
		"title":       {page(service.Order{Title: "titles"}), service.FieldTitle},
		"outputs":     {page(service.Order{Outputs: []string{"mood"}}), "predictions"},
		"palette":     {page(service.Order{Palette: "rainbow"}), "palette"},
		"area":        {page(service.Order{AOIs: []saccade.AOI{{Name: "a"}}}), "aois[0]"},
		"webhook":     {page(service.Order{Webhook: &saccade.Webhook{URL: "ftp://x"}}), "webhook.url"},
		"event":       {page(service.Order{Webhook: &saccade.Webhook{URL: "https://x/", Events: []string{"y"}}}), "webhook.events"},
		"address":     {address, service.FieldContent},
		"image":       {image("png"), ""},
		"empty image": {image(""), service.FieldContent},
		"large image": {image("large"), service.FieldContent},
	} {
		got := ""
		if e := saccade.AsError(tc.err); e != nil {
			got = e.Param
		}
		if got != tc.field || (tc.err == nil) != (tc.field == "") {
			t.Errorf("%s: the error names %q, want %q: %v", name, got, tc.field, tc.err)
		}
	}
}

func TestUsedUploadsTakeNoBytes(t *testing.T) {
	s, disk := newService(t, nil, func(_ *service.Limits, d *service.Deps) { d.Uploads = rows{used: true} })
	if _, err := s.StoreUpload(context.Background(), "uploads/a/u", strings.NewReader("x")); !saccade.IsCode(err, saccade.CodeConflict) {
		t.Errorf("got %v", err)
	}
	if _, err := disk.Stat(context.Background(), "uploads/a/u"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("something was stored: %v", err)
	}
}

func TestMeasureOfWhatIsGone(t *testing.T) {
	s, _ := newService(t, &painter{})
	_, err := s.MeasureAreas(context.Background(), &saccade.Analysis{ID: "an4", Status: saccade.StatusSuccess}, nil)
	if !saccade.IsCode(err, saccade.CodeGone) {
		t.Errorf("got %v", err)
	}
}

func TestNewNamesEveryFault(t *testing.T) {
	limits := service.Limits{ResultTTL: -1}
	_, err := service.New(limits, service.Deps{})
	for _, name := range []string{"VideoBytes", "LinkTTL", "--result-ttl", "Deps.Objects", "Deps.Links"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
}

func TestMeasuringWhatIsDeletedMeanwhileLeavesNothing(t *testing.T) {
	s, disk := newService(t, nil)
	leftBehind(t, disk, "deleted")
	_, err := s.MeasureAreas(context.Background(), &saccade.Analysis{ID: "deleted", Status: saccade.StatusSuccess}, nil)
	if !saccade.IsCode(err, saccade.CodeGone) {
		t.Errorf("got %v", err)
	}
	if _, err := disk.Stat(context.Background(), blob.AnalysisKey("deleted", artifact.FramesJSON)); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("a table came back: %v", err)
	}
}

// leftBehind puts the numbers of an analysis of four frames into the store.
func leftBehind(t *testing.T, disk blob.Store, id string) {
	t.Helper()
	dir := t.TempDir()
	w, err := artifact.Create(dir, artifact.Head{Model: "m", Width: 8, Height: 4, AOIs: []string{"former"}}, false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		row := artifact.Row{Frame: i, Time: float64(i) / 10, Focus: 50, AOIs: map[string]float64{"former": 0.5}}
		if err := w.Write(row, saccade.NewDensity(8, 4)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(0.4); err != nil {
		t.Fatal(err)
	}
	for _, name := range artifact.All() {
		b, err := os.ReadFile(filepath.Join(dir, string(name)))
		if err != nil {
			t.Fatal(err)
		}
		put(t, disk, blob.AnalysisKey(id, name), b)
	}
}
