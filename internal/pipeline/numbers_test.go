package pipeline

import (
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
)

// lateNumbers takes 100 frames, every 10th with a measurement of its own. done is called
// after each frame with the measurements that are under way.
func lateNumbers(t *testing.T, done func(frame int, under []*scoring)) (rows [][]string, err error) {
	t.Helper()
	job := Job{Dir: t.TempDir(), Request: saccade.Request{Kind: saccade.KindVideo, Outputs: []saccade.Output{saccade.OutData}}}
	n, err := newNumbers(job, "none", 160, 120)
	if err != nil {
		t.Fatal(err)
	}
	d := saccade.NewDensity(24, 14)
	var under []*scoring
	for i := range 100 {
		f := scored(float64(i)/30, 200, 40, i > 0)
		if i%10 == 0 {
			clarity := i
			s := &scoring{done: make(chan struct{}), scores: pageScores{excitingness: &clarity}}
			under = append(under, s)
		}
		f.density, f.scoring = d, under[len(under)-1]
		if _, err := n.Frame(f); err != nil {
			return nil, errors.Join(err, n.Close())
		}
		done(i, under)
	}
	if err := errors.Join(n.Finish(100.0/30), n.Close()); err != nil {
		return nil, err
	}
	f, err := os.Open(job.file(artifact.FramesCSV))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err = csv.NewReader(f).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return rows, nil
}

// TestRowsWaitForScores: a frame does not wait for the scores that hold for it, or the
// bubble would be stuck, and the table does not depend on when they are measured.
func TestRowsWaitForScores(t *testing.T) {
	finish := func(s *scoring) {
		if !s.measured() {
			close(s.done)
		}
	}
	at := map[string]func(int, []*scoring){
		"at once":       func(_ int, under []*scoring) { finish(under[len(under)-1]) },
		"15 rows later": func(i int, under []*scoring) { finish(under[max(0, i-15)/10]) },
		"out of order":  func(i int, under []*scoring) { finish(under[len(under)-1]); finish(under[max(0, i-25)/10]) },
	}
	var want [][]string
	for name, done := range at {
		synctest.Test(t, func(t *testing.T) {
			got, err := lateNumbers(t, func(i int, under []*scoring) {
				done(i, under)
				if i == 99 {
					for _, s := range under {
						finish(s)
					}
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != 101 {
				t.Fatalf("%s: %d rows", name, len(got))
			}
			if want == nil {
				want = got
			}
			column := slices.Index(got[0], "excitingness")
			for i, row := range got[1:] {
				if row[column] != strconv.Itoa(i/10*10) {
					t.Errorf("%s: row %d has excitingness %s", name, i, row[column])
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		})
	}
}

// TestManyRowsWait: no more than maxLate rows wait; then the frames do.
func TestManyRowsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		newest := 0
		var all []*scoring
		go func() {
			synctest.Wait() // until the frames wait
			if newest != maxLate-1 {
				t.Errorf("%d rows wait, want %d", newest+1, maxLate)
			}
			for _, s := range all {
				s.err = errors.New("cannot be measured")
				close(s.done)
			}
		}()
		_, err := lateNumbers(t, func(i int, under []*scoring) { newest, all = i, under })
		if err == nil || err.Error() != "cannot be measured" {
			t.Errorf("the error of a measurement became %v", err)
		}
	})
}
