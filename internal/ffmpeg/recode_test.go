package ffmpeg

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecodeShared(t *testing.T) {
	for _, name := range []string{"flower.webm", "screencast.webm"} {
		t.Run(name, func(t *testing.T) {
			in := shared(t, name)
			tl := tool(t, nil)
			out := filepath.Join(t.TempDir(), "out.webm")
			if err := recode(context.Background(), tl, in, out); err != nil {
				t.Fatal(err)
			}
			a, b := scan(t, in), scan(t, out)
			t.Logf("in  %+v\nout %+v", a, b)
			if diff := cmp.Diff(decodeAll(t, tl, in), decodeAll(t, tl, out)); diff != "" {
				t.Errorf("frame times differ:\n%s", diff)
			}
		})
	}
}
func TestDoctor(t *testing.T) {
	for _, c := range tool(t, nil).Doctor(context.Background()) {
		t.Logf("%+v", c)
	}
}
