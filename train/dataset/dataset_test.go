package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoad(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []Judged
		fault      string // part of the message
	}{
		{"with category", "file,score,category\nimages/a.png,1.5,ads\n", []Judged{{"images/a.png", "ads", 1.5}}, ""},
		{"other order", "score,n,file\n-2,9,b.jpg\n", []Judged{{"b.jpg", "", -2}}, ""},
		{"empty", "", nil, "no image"},
		{"header alone", "file,score\n", nil, "no image"},
		{"no score", "file,rating\na,1\n", nil, "file and score"},
		{"no number", "file,score\na,1\nb,high\n", nil, "line 3"},
		{"torn line", "file,score\na\n", nil, "wrong number of fields"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "scores.csv"), []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := Load(dir)
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Fatalf("got %v, want an error with %q", err, c.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.want {
				c.want[i].File = filepath.Join(dir, c.want[i].File)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPagesWantsSome(t *testing.T) {
	if _, err := Pages(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no pages") {
		t.Errorf("an empty directory: %v", err)
	}
}

func TestEach(t *testing.T) {
	var sum atomic.Int64
	if err := Each(100, func(i int) error { sum.Add(int64(i)); return nil }); err != nil || sum.Load() != 4950 {
		t.Errorf("sum %d, error %v", sum.Load(), err)
	}
	fault := errors.New("seven")
	err := Each(20, func(i int) error {
		if i == 7 {
			return fault
		}
		return nil
	})
	if !errors.Is(err, fault) {
		t.Errorf("got %v", err)
	}
}
