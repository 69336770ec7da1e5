package ffmpeg

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

func TestDecodeContext(t *testing.T) {
	path := makeFile(t, "in.webm", with(source("640x360", "4"), vp9)...)
	tl := tool(t, nil)
	t.Run("ended before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := decode(ctx, tl, path, Alone); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("ended within", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		d, err := decode(ctx, tl, path, Alone)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.Next(); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := drain(d); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestDecodeStops(t *testing.T) {
	path := makeFile(t, "in.webm", with(source("640x360", "4"), vp9)...)
	tl := tool(t, nil)
	t.Run("closed within", func(t *testing.T) {
		d, err := decode(context.Background(), tl, path, Alone)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Next(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(d.Close(), d.Close()); err != nil {
			t.Error(err)
		}
		if _, err := d.Next(); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("time limit", func(t *testing.T) {
		d, err := decode(context.Background(), tool(t, func(c *Config) { c.Timeout = 50 * time.Millisecond }), path, Alone)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := drain(d); !saccade.IsCode(err, saccade.CodeUnreadableVideo) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("killed", func(t *testing.T) {
		d, err := decode(context.Background(), tl, path, Alone)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		if _, err := d.Next(); err != nil {
			t.Fatal(err)
		}
		if err := d.proc.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		// The system kills when memory runs out: the video must be tried again,
		// not called damaged.
		if _, err := drain(d); err == nil || errors.Is(err, io.EOF) || saccade.AsError(err).Code != saccade.CodeServer {
			t.Errorf("got %v", err)
		}
	})
}
