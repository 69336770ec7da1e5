package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/saccade-dev/saccade/internal/ffmpeg/vaapi"
)

// Encoders of composites (Config.Encoder).
const (
	EncoderLibvpx = "libvpx" // libvpx-vp9, on the processor
	EncoderVAAPI  = "vaapi"  // vp9_vaapi, on a graphics processor whose trial succeeded
)

// chooseHardware finds a device that encodes, where the configuration asks for one.
func (t *Tool) chooseHardware() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if t.cfg.Encoder != EncoderVAAPI || t.CheckSandbox(ctx) != nil { // which refuses all videos
		return nil
	}
	words, d := vaapi.Find(ctx, t.nodes(), t.tryDevice)
	if d == nil {
		return fmt.Errorf("no composite can be encoded by VAAPI (--encoder vaapi, SACCADE_ENCODER): %s; --encoder libvpx does without", words)
	}
	t.log.Info("composites are encoded by VAAPI, which is untested on hardware", "device", words)
	t.device = d
	return nil
}

// nodes are the render nodes to try.
func (t *Tool) nodes() []string {
	if t.cfg.Nodes != nil {
		return t.cfg.Nodes
	}
	return vaapi.Nodes()
}

// deviceFor returns the device that encodes a composite; nil: the processor does.
func (t *Tool) deviceFor(o EncodeOptions) *vaapi.Device {
	if t.device.Takes(o.Width, o.Height, o.Alpha) {
		return t.device
	}
	return nil
}

// DoctorVAAPI says whether VAAPI encodes VP9 here, on which render node and by which
// driver, or why not and what to do. It encodes a few frames on each, confined.
func (t *Tool) DoctorVAAPI(ctx context.Context) Check {
	words, d := vaapi.Find(ctx, t.nodes(), t.tryDevice)
	return Check{"vaapi", d != nil, words}
}

// tryDevice is a [vaapi.Trial].
func (t *Tool) tryDevice(ctx context.Context, d vaapi.Device) (said string, err error) {
	dir, err := os.MkdirTemp("", "saccade-vaapi-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "trial.webm")
	e, err := t.encode(ctx, EncodeOptions{Out: out, Width: vaapi.Width, Height: vaapi.Height}, &d)
	if err != nil {
		return "", err
	}
	defer e.Abort()
	frames := vaapi.Frames()
	for i, f := range frames {
		write := e.Write
		if i > 0 && f == frames[i-1] {
			write = e.Repeat
		}
		if err = write(f, time.Duration(i)*40*time.Millisecond); err != nil {
			break
		}
	}
	if err == nil {
		err = e.Close()
	}
	if said, _ = e.codings.list[0].proc.stderr.text(); err == nil {
		err = t.compare(ctx, out, frames)
	}
	return said, err
}

// compare decodes a trial's file and says what is not as it was written.
func (t *Tool) compare(ctx context.Context, path string, want []*image.YCbCr) error {
	info, err := scanFile(ctx, path)
	if err != nil {
		return err
	}
	d, err := t.Decode(ctx, path, info, Alone)
	if err != nil {
		return err
	}
	defer d.Close()
	for i := 0; ; i++ {
		f, err := d.Next()
		switch {
		case errors.Is(err, io.EOF) && i == len(want):
			return nil
		case err != nil:
			return fmt.Errorf("frame %d of the %d that it was given: %w", i+1, len(want), err)
		case i >= len(want) || !vaapi.Alike(f.Image, want[i]):
			return fmt.Errorf("frame %d of its file is none of the %d that it was given", i+1, len(want))
		}
		f.Release()
	}
}
