//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"github.com/saccade-dev/saccade/examples"
)

// input is something to be analyzed.
type input struct {
	name  string
	video bool
	bytes []byte
}

// inputs are what the load is made of: recordings of a visit, short clips of it in other
// codecs, and images.
func inputs(ctx context.Context, long bool) ([]input, error) {
	all := []input{{"image 320x200", false, drawn(320, 200, 1)}, {"image 1280x800", false, drawn(1280, 800, 2)}}
	if long {
		all = append(all, input{"sample.webm", true, examples.Sample()})
	}
	for _, codec := range []string{"libvpx", "libvpx-vp9"} {
		cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-i", "pipe:0", "-t", "2", "-an", "-vf", "scale=320:180,fps=15",
			"-c:v", codec, "-deadline", "realtime", "-cpu-used", "8", "-f", "webm", "pipe:1")
		cmd.Stdin = bytes.NewReader(examples.Sample())
		clip, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("ffmpeg: %w", err)
		}
		all = append(all, input{codec, true, clip})
	}
	return all, nil
}

// drawn makes an image that looks a little like a page.
func drawn(w, h, seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{uint8(x * 255 / w), uint8((x/16 + y/16*seed) % 3 * 90), uint8(y * 255 / h), 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img) // a bytes.Buffer takes everything
	return b.Bytes()
}

// order is an analysis that was accepted, and what became of it.
type order struct {
	in     input
	id     string
	status string // as the client saw it end; empty: not yet
	code   string // of its error
	sum    string // of its output when it was seen first
}

// load is clients that order one analysis after the other.
type load struct {
	cluster *cluster
	client  *client
	inputs  []input
	mu      sync.Mutex
	orders  []*order
	errs    []error
	clients sync.WaitGroup
	hold    sync.RWMutex // held for writing: nothing new is ordered
	forget  bool         // videos are deleted once they have ended
}

// start begins n clients, which order until ctx ends and wait for what they ordered
// until patience is over.
func (l *load) start(ctx, patience context.Context, n int) {
	for i := range n {
		l.clients.Go(func() {
			for turn := i; ctx.Err() == nil; turn++ {
				l.one(patience, l.inputs[turn%len(l.inputs)])
			}
		})
	}
}

// one orders one analysis and follows it to its end.
func (l *load) one(ctx context.Context, in input) {
	l.hold.RLock()
	id, err := l.client.order(ctx, in, l.cluster.receiver.URL)
	l.hold.RUnlock()
	if err != nil {
		l.fail(fmt.Errorf("an order of %s: %w", in.name, err))
		return
	}
	o := &order{in: in, id: id}
	l.mu.Lock()
	l.orders = append(l.orders, o)
	l.mu.Unlock()
	err = l.follow(ctx, o)
	if err == nil && l.forget && in.video {
		err = again(ctx, func() error {
			_, err := l.client.call(ctx, http.MethodDelete, "/analyses/video/"+id, "", nil)
			return err
		})
	}
	if err != nil {
		l.fail(fmt.Errorf("analysis %s of %s: %w", id, in.name, err))
	}
}

// follow waits for the end of an analysis.
func (l *load) follow(ctx context.Context, o *order) error {
	a, err := l.client.settle(ctx, o.in, o.id)
	if err != nil {
		return err
	}
	sum := ""
	if a.text("status") == "success" {
		if sum, err = l.client.fetch(ctx, a); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	o.status, o.code, o.sum = a.text("status"), a.code(), sum
	return nil
}

func (l *load) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.errs = append(l.errs, err)
}

// accepted returns how many orders were accepted, and how many of them ended.
func (l *load) accepted() (all, ended int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.orders {
		if o.status != "" {
			ended++
		}
	}
	return len(l.orders), ended
}

// canary orders one image and returns how long it took to end well.
func (l *load) canary(ctx context.Context) (time.Duration, error) {
	begin := time.Now()
	in := l.inputs[0]
	id, err := l.client.order(ctx, in, "")
	if err != nil {
		return 0, err
	}
	a, err := l.client.settle(ctx, in, id)
	if err == nil && a.text("status") != "success" {
		err = fmt.Errorf("an image became %v", a.body)
	}
	return time.Since(begin), err
}
