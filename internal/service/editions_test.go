package service_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/blob"
	"github.com/saccade-dev/saccade/internal/blob/s3"
	"github.com/saccade-dev/saccade/internal/blob/s3/s3test"
	"github.com/saccade-dev/saccade/internal/markers"
	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/store"
)

func TestMain(m *testing.M) { os.Exit(s3test.Main(m)) }

var errDead = errors.New("the process was killed")

// oneRow keeps one analysis as the store does.
type oneRow struct {
	rows
	a    saccade.Analysis
	dead bool
}

func (r *oneRow) SetAOIs(_ context.Context, _, _ string, m store.Measured) (*saccade.Analysis, error) {
	if r.dead {
		return nil, errDead
	}
	r.a.Request.AOIs = nil
	for _, result := range m.Areas {
		r.a.Request.AOIs = append(r.a.Request.AOIs, result.AOI)
	}
	r.a.Request.Editions = append([]string{m.Edition}, r.a.Request.Editions...)
	r.a.Request.Editions = r.a.Request.Editions[:min(len(r.a.Request.Editions), 2)]
	return r.read(), nil
}

func (r *oneRow) read() *saccade.Analysis {
	a := r.a
	a.Request.Editions = slices.Clone(a.Request.Editions)
	return &a
}

// mortal is an object store that a process reaches until it is killed, which it is at a
// call that changes something.
type mortal struct {
	blob.Store
	left int // changes until then
}

func (m *mortal) Put(ctx context.Context, key blob.Key, r io.Reader) (blob.Info, error) {
	if m.left--; m.left < 0 {
		return blob.Info{}, errDead
	}
	return m.Store.Put(ctx, key, r)
}

func (m *mortal) Delete(ctx context.Context, key blob.Key) error {
	if m.left--; m.left < 0 {
		return errDead
	}
	return m.Store.Delete(ctx, key)
}

// onBoth runs a test on a directory and on a bucket.
func onBoth(t *testing.T, test func(t *testing.T, objects blob.Store)) {
	t.Run("disk", func(t *testing.T) {
		d, err := blob.NewDisk(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		test(t, d)
	})
	t.Run("bucket", func(t *testing.T) {
		b, err := s3.New(s3test.Config(t))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(b.Close)
		test(t, b)
	})
}

// measured returns an analysis with a row, files and, if wanted, markers, on a store.
func measured(t *testing.T, objects blob.Store, id string, withMarkers bool) *oneRow {
	t.Helper()
	leftBehind(t, objects, id)
	r := &oneRow{a: saccade.Analysis{ID: id, Status: saccade.StatusSuccess, Request: saccade.Request{Title: "Visit", AOIs: []saccade.AOI{{Name: "former"}}}}}
	if withMarkers {
		r.a.Outputs = &saccade.Outputs[saccade.File]{Attention: &saccade.AttentionOutput[saccade.File]{Markers: &saccade.MarkersOutput[saccade.File]{EDL: markers.EDLFile}}}
		put(t, objects, blob.AnalysisKey(id, markers.EDLFile), []byte("former"))
	}
	return r
}

// of is a service on a row and a store.
func (r *oneRow) of(t *testing.T, objects blob.Store) *service.Service {
	t.Helper()
	s, _ := newService(t, nil, func(_ *service.Limits, d *service.Deps) { d.Analyses, d.Objects = r, objects })
	return s
}

// area is an area of interest that is the left half.
func area(name string) []saccade.AOI {
	return []saccade.AOI{{Name: name, Box: &saccade.Box{Width: 0.5, Height: 1}}}
}

// file reads a file of the analysis as everybody does.
func (r *oneRow) file(t *testing.T, s *service.Service, name saccade.File) string {
	t.Helper()
	o, err := s.Open(t.Context(), r.read(), name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(o)
	if err := errors.Join(err, o.Close()); err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// check wants row and tables to have the same areas, and returns the first one's name.
func (r *oneRow) check(t *testing.T, s *service.Service) string {
	t.Helper()
	frames, err := artifact.ReadFrames(strings.NewReader(r.file(t, s, artifact.FramesJSON)))
	if err != nil || frames.Duration != 0.4 {
		t.Fatalf("%+v, %v", frames, err)
	}
	head, _, _ := strings.Cut(r.file(t, s, artifact.FramesCSV), "\n")
	column := head[strings.LastIndex(head, ",")+1:]
	name := r.a.Request.AOIs[0].Name
	if diff := cmp.Diff([]string{name}, frames.AOIs) + cmp.Diff("aoi:"+name, column); diff != "" {
		t.Errorf("the row says %s, the tables: %s", name, diff)
	}
	return name
}

// keys lists the files of an analysis that are stored.
func keys(t *testing.T, objects blob.Store, id string) (all []blob.Key) {
	t.Helper()
	err := objects.Walk(t.Context(), func(key blob.Key, _ time.Time) error {
		if of, _ := key.Analysis(); of == id {
			all = append(all, key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestMeasureReplacesTheTables(t *testing.T) {
	onBoth(t, func(t *testing.T, objects blob.Store) {
		r := measured(t, objects, "an5", false)
		s := r.of(t, objects)
		before := len(keys(t, objects, "an5"))
		for _, name := range []string{"one", "two", "three", "four"} {
			got, err := s.MeasureAreas(t.Context(), r.read(), area(name))
			if err != nil || len(got) != 1 || got[0].Share != 0.5 {
				t.Fatalf("%+v, %v", got, err)
			}
			if is := r.check(t, s); is != name {
				t.Errorf("%s instead of %s", is, name)
			}
		}
		if text := r.file(t, s, artifact.FramesCSV); strings.Contains(text, "former") || strings.Count(text, ",0.5\n") != 4 {
			t.Error(text)
		}
		if n := len(keys(t, objects, "an5")) - before; n != 4 { // two tables of two editions
			t.Errorf("%d files more than before: %v", n, keys(t, objects, "an5"))
		}
	})
}

// TestMeasureRenewsTheMarkers: an area that is missed is marked, where there are markers.
func TestMeasureRenewsTheMarkers(t *testing.T) {
	onBoth(t, func(t *testing.T, objects blob.Store) {
		r := measured(t, objects, "an7", true)
		s := r.of(t, objects)
		late := 0.3
		tiny := []saccade.AOI{{Name: "logo", Box: &saccade.Box{Width: 0.01, Height: 0.01}, From: &late}}
		got, err := s.MeasureAreas(t.Context(), r.read(), tiny)
		if err != nil || len(got) != 1 || got[0].FirstSeen != nil {
			t.Fatalf("%+v, %v", got, err)
		}
		if edl := r.file(t, s, markers.EDLFile); !strings.Contains(edl, "* LOC: 01:00:00:09 CYAN    Area missed: logo") {
			t.Error(edl)
		}
	})
}

// TestMeasureIsSafeFromKills kills the process at every change that it makes: before and
// between the tables, before the row, and while the former edition goes.
func TestMeasureIsSafeFromKills(t *testing.T) {
	onBoth(t, func(t *testing.T, objects blob.Store) {
		const files = 6 // of an edition with markers
		for at := range 2*files + 2 {
			id := fmt.Sprintf("killed%d", at)
			r := measured(t, objects, id, true)
			whole := r.of(t, objects)
			for _, name := range []string{"one", "two"} {
				if _, err := whole.MeasureAreas(t.Context(), r.read(), area(name)); err != nil {
					t.Fatal(err)
				}
			}
			m := &mortal{Store: objects, left: at}
			r.dead = at == files
			_, err := r.of(t, m).MeasureAreas(t.Context(), r.read(), area("three"))
			r.dead = false
			want := "three"
			if at <= files {
				want = "two"
			}
			if at < files && !errors.Is(err, errDead) {
				t.Errorf("killed at change %d: %v", at, err)
			}
			if got := r.check(t, whole); got != want {
				t.Errorf("killed at change %d: the areas are %s, want %s", at, got, want)
			}
			if _, err := whole.MeasureAreas(t.Context(), r.read(), area("again")); err != nil || r.check(t, whole) != "again" {
				t.Errorf("killed at change %d: then %v", at, err)
			}
		}
	})
}
