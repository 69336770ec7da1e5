package ffmpeg

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade/internal/ffmpeg/sandbox"
	"github.com/saccade-dev/saccade/internal/webm"
)

// TestMain serves the re-execution, as cmd/saccade does.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == sandbox.Command {
		os.Exit(sandbox.Main(os.Args[2:]))
	}
	goleak.VerifyTestMain(m)
}

// tool makes a Tool with the default configuration, changed by edit.
func tool(t testing.TB, edit func(*Config)) *Tool {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed; these tests need it (apt install ffmpeg)")
	}
	cfg := DefaultConfig()
	cfg.Logger = slog.New(slog.DiscardHandler)
	if edit != nil {
		edit(&cfg)
	}
	tl, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return tl
}

// make runs ffmpeg to make a test file and gives its path.
func makeFile(t testing.TB, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args = append(append([]string{"-v", "error", "-nostdin", "-y"}, args...), path)
	if out, err := exec.Command("ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
	return path
}

// vp9 are encoder options that make test files quickly.
var vp9 = []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p"}

// drain reads all frames and gives their times and the final error.
func drain(d *Decoder) ([]time.Duration, error) {
	var pts []time.Duration
	for {
		f, err := d.Next()
		if err != nil {
			return pts, err
		}
		pts = append(pts, f.PTS)
		f.Release()
	}
}

// firstFrame returns the first frame that a decoder has.
func firstFrame(t testing.TB, d *Decoder, err error) *Frame {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	f, err := d.Next()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// decodeAll decodes a file that must be readable.
func decodeAll(t testing.TB, tl *Tool, path string) []time.Duration {
	t.Helper()
	d, err := decode(context.Background(), tl, path, Alone)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	pts, err := drain(d)
	if !errors.Is(err, io.EOF) {
		t.Fatalf("after %d frames: %v", len(pts), err)
	}
	return pts
}

// decode judges a file and starts decoding it.
func decode(ctx context.Context, tl *Tool, path string, at Place) (*Decoder, error) {
	info, err := scanFile(context.WithoutCancel(ctx), path)
	if err != nil {
		return nil, err
	}
	return tl.Decode(ctx, path, info, at)
}

// recode decodes in and encodes it unchanged to out.
func recode(ctx context.Context, tl *Tool, in, out string) error {
	d, err := decode(ctx, tl, in, Alone)
	if err != nil {
		return err
	}
	defer d.Close()
	w, h := d.Size()
	var e *Encoder
	for {
		f, err := d.Next()
		if errors.Is(err, io.EOF) {
			return e.Close()
		}
		if err != nil {
			return err
		}
		if e == nil {
			audio, err := tl.Audio(ctx, in, d.Info(), filepath.Dir(out))
			if err != nil {
				return err
			}
			e, err = tl.Encode(ctx, EncodeOptions{Out: out, Width: w, Height: h, Audio: audio, Start: d.Info().FirstPTS, End: d.Info().End})
			if err != nil {
				return err
			}
			defer e.Abort()
		}
		if err := e.Write(f.Image, f.PTS); err != nil {
			return err
		}
		f.Release()
	}
}

func scan(t testing.TB, path string) webm.Info {
	t.Helper()
	i, err := scanFile(t.Context(), path)
	if err != nil {
		t.Fatalf("scan %s: %v", path, err)
	}
	return i
}

// shared gives the path of a real clip, or skips.
func shared(t testing.TB, name string) string {
	t.Helper()
	p := filepath.Join("..", "..", "..", "shared", "data", "video", name)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("%s is not here; the test needs the project's shared clips beside the repository", name)
	}
	return p
}
