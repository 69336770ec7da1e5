package webm

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

// meter counts what is read.
type meter struct {
	r     *bytes.Reader
	bytes int
	reads int
	stop  func() // called at the tenth read
}

func (m *meter) ReadAt(b []byte, off int64) (int, error) {
	n, err := m.r.ReadAt(b, off)
	m.bytes += n
	if m.reads++; m.reads == 10 && m.stop != nil {
		m.stop()
	}
	return n, err
}

// hostile are files of about size bytes that invite to read the same again and again.
func hostile(size int) map[string][]byte {
	start := file(infoOf(), el(idTracks, videoTrack("V_VP9")), ten())
	fill := func(unit []byte) []byte { return append(bytes.Clone(start), bytes.Repeat(unit, size/len(unit))...) }
	return map[string][]byte{
		"empty clusters":             fill(el(idCluster)),
		"unknown clusters":           fill(open(idCluster)),
		"clusters between noise":     fill(append(el(idCluster), 0)),
		"clusters and cut elements":  fill(append(el(idCluster), 0xA3, 0x10, 0xFF, 0xFF, 0xFF)),
		"magics":                     fill([]byte{0x1F, 0x43, 0xB6, 0x75}),
		"halves of magics":           fill([]byte{0x1F, 0x43, 0xB6}),
		"voids":                      fill(el(idVoid)),
		"groups of voids":            append(bytes.Clone(start), el(idCluster, el(idBlockGroup, bytes.Repeat(el(idVoid), size/2)))...),
		"vendor elements":            fill(el(0x42FE)),
		"headers":                    fill(header("webm")),
		"zeros":                      fill(make([]byte, 16)),
		"no header, magics":          bytes.Repeat([]byte{0x1F, 0x43, 0xB6, 0x75, 0}, size/5),
		"no header, clusters, EBMLs": bytes.Repeat([]byte{0x1F, 0x43, 0xB6, 0x75, 0x1A, 0x45, 0xDF, 0xA3}, size/8),
	}
}

// TestScanIsLinear: a scan reads about as many bytes as the file has, whatever
// is in it.
func TestScanIsLinear(t *testing.T) {
	const size = 256 << 10
	for name, b := range hostile(size) {
		t.Run(name, func(t *testing.T) {
			m := &meter{r: bytes.NewReader(b)}
			_, err := Scan(t.Context(), m, int64(len(b)))
			if m.bytes > 8*len(b) {
				t.Errorf("%d bytes were read of %d; %v", m.bytes, len(b), err)
			}
		})
	}
}

func TestScanCanBeCanceled(t *testing.T) {
	for name, b := range hostile(1 << 20) {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			m := &meter{r: bytes.NewReader(b), stop: cancel}
			_, err := Scan(ctx, m, int64(len(b)))
			if m.reads >= 10 && !errors.Is(err, context.Canceled) && m.reads > 200 {
				t.Errorf("after %d reads: %v", m.reads, err)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := hostile(1 << 20)["empty clusters"]
	if _, err := Scan(ctx, bytes.NewReader(b), int64(len(b))); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := (Source{R: bytes.NewReader(b), Size: int64(len(b))}).CopyVideo(ctx, io.Discard, AllPlanes); !errors.Is(err, context.Canceled) {
		t.Errorf("copy: %v", err)
	}
}

func BenchmarkScanHostile(b *testing.B) {
	for name, f := range hostile(1 << 20) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(f)))
			for b.Loop() {
				_, _ = scanBytes(f)
			}
		})
	}
}

// TestManyFrames: 60,000 frames at one stamp are a minute, and far too many.
func TestManyFrames(t *testing.T) {
	b := file(infoOf(), el(idTracks, videoTrack("V_VP9")), el(idCluster, num(idTimestamp, 0), bytes.Repeat(simple(1, 0), 60_000)))
	i, err := scanBytes(b)
	if err != nil || i.Frames != 60_000 {
		t.Fatalf("%d frames, %v", i.Frames, err)
	}
	if err := i.CheckLimits(time.Minute); err == nil || !strings.Contains(err.Error(), "14400 frames") {
		t.Errorf("got %v", err)
	}
}
