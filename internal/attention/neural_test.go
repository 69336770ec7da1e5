package attention

import (
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/nn"
	"github.com/saccade-dev/saccade/internal/pix"
)

// neural returns the predictor with the weights under test.
func neural(t testing.TB) *Neural {
	t.Helper()
	file, _ := files(t)
	k, err := nn.Choose("")
	if err != nil {
		t.Fatal(err)
	}
	n, err := newNeural(file, k)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// stream starts a stream and returns it with its size.
func stream(t testing.TB, n *Neural, w, h int, prior Prior) (*neuralStream, int, int) {
	t.Helper()
	s, err := n.NewStream(w, h, prior)
	if err != nil {
		t.Fatal(err)
	}
	w, h = s.Size()
	return s.(*neuralStream), w, h
}

// same returns a clip that shows one image.
func same(p *pix.RGB) func(int) *pix.RGB { return func(int) *pix.RGB { return p } }

// page returns a light page with blocks of dark rows like text, shifted up by scroll pixels.
func page(w, h, scroll int) *pix.RGB {
	p := plain(w, h)
	for i := range p.Pix {
		p.Pix[i] = 245
	}
	r := rand.New(rand.NewPCG(5, 6))
	for y := 12; y < 4*h; y += 14 {
		for x := 20; x < w-40; {
			long := 8 + r.IntN(30)
			if r.IntN(12) > 0 && (y/14)%6 != 0 {
				for line := range 4 {
					bar(p, x, y-scroll+line, min(long, w-40-x))
				}
			}
			x += long + 6
		}
	}
	return p
}

// bar draws a dark line if its row is inside.
func bar(p *pix.RGB, x, y, long int) {
	if y < 0 || y >= p.H {
		return
	}
	for i := 3 * (y*p.W + x); i < 3*(y*p.W+x+long); i++ {
		p.Pix[i] = 40
	}
}

func TestNeuralImage(t *testing.T) {
	n := neural(t)
	for _, size := range [][2]int{{640, 480}, {1920, 1080}, {37, 400}, {1, 1}, {900, 20}, {1280, 6000}} {
		p := page(size[0], size[1], 0)
		for _, prior := range []Prior{PriorNatural, PriorWeb, PriorNone, PriorAuto} {
			d, err := n.Image(p, prior)
			if err != nil {
				t.Fatalf("%v %s: %v", size, prior, err)
			}
			if err := d.Validate(); err != nil {
				t.Errorf("%v %s: %v", size, prior, err)
			}
		}
	}
	if _, err := n.Image(page(64, 64, 0), "moon"); err == nil {
		t.Error("an unknown prior was accepted")
	}
	if _, err := n.Image(&pix.RGB{W: 3, H: 3}, PriorNone); err == nil {
		t.Error("an image without pixels was accepted")
	}
}

func TestWorkingSize(t *testing.T) {
	for _, c := range [][5]int{{1920, 1080, videoArea, 384, 224}, {640, 480, fineArea, 704, 512}, {640, 480, coarseArea, 416, 320}, {1, 1, videoArea, 288, 288}} {
		if w, h := workingSize(c[0], c[1], c[2]); w != c[3] || h != c[4] {
			t.Errorf("working size of %dx%d is %dx%d, not %dx%d", c[0], c[1], w, h, c[3], c[4])
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		w, h := 1+r.IntN(4000), 1+r.IntN(4000)
		ww, hh := workingSize(w, h, videoArea)
		if ww < 32 || hh < 32 || ww%32 != 0 || hh%32 != 0 || ww*hh > 3*videoArea {
			t.Fatalf("working size of %dx%d is %dx%d", w, h, ww, hh)
		}
	}
}

// TestNeuralMirror: the density of a mirrored image is mirrored, as flip augmentation promises.
func TestNeuralMirror(t *testing.T) {
	n := neural(t)
	p := page(600, 400, 0)
	square(p, 450, 60, 80, [3]byte{220, 30, 30})
	want, err := n.Image(p, PriorNone)
	if err != nil {
		t.Fatal(err)
	}
	p.Mirror()
	got, err := n.Image(p, PriorNone)
	if err != nil {
		t.Fatal(err)
	}
	for y := range got.H {
		slices.Reverse(got.V[y*got.W:][:got.W])
	}
	if d := distance(got, want); d > 0.01 {
		t.Errorf("the mirrored image moves %.3f of the attention", d)
	}
}

// TestNeuralRunsAreEqual: the same image yields the same bits, in any order and from any goroutine.
func TestNeuralRunsAreEqual(t *testing.T) {
	n := neural(t)
	want, _ := n.Image(page(320, 240, 0), PriorNatural)
	var wait sync.WaitGroup
	for i := range 6 {
		wait.Go(func() {
			_, _ = n.Image(page(320, 240+i, i), PriorWeb)
			got, err := n.Image(page(320, 240, 0), PriorNatural)
			if err != nil || distance(got, want) != 0 {
				t.Errorf("a repeat differs: %v", err)
			}
		})
	}
	wait.Wait()
}

// imageAt returns the density of image mode at the size of a stream.
func imageAt(t *testing.T, n *Neural, p *pix.RGB, prior Prior) saccade.Density {
	t.Helper()
	r := n.net.newRunner(p.W, p.H)
	bias, err := n.net.bias(r.w, r.h, prior, p)
	if err != nil {
		t.Fatal(err)
	}
	r.in.RGB = p.Pix
	r.imageMode()
	r.apply(r.logits, bias)
	return saccade.Density{W: r.w, H: r.h, V: r.density}
}

func TestNeuralStaticVideoEqualsImage(t *testing.T) {
	n := neural(t)
	s, w, h := stream(t, n, 640, 360, PriorNatural)
	p, other := page(w, h, 0), page(w, h, 6)
	play(t, s, 0, 10, same(other))
	last := play(t, s, 10, 120, same(p))
	if d := distance(last, imageAt(t, n, p, PriorNatural)); d > 1e-4 {
		t.Errorf("after four seconds without change the video differs from the image by %g", d)
	}
	if !s.converged {
		t.Error("a static video does not converge")
	}
	// The same image at its own scales: finer, so similar but not equal.
	big, err := n.Image(p, PriorNatural)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := shareIn(last, 0, 0, .5, 1), shareIn(big, 0, 0, .5, 1); math.Abs(a-b) > 0.15 {
		t.Errorf("the left half holds %.2f in the video and %.2f in the image", a, b)
	}
}

func TestNeuralCutStartsAnew(t *testing.T) {
	n := neural(t)
	s, w, h := stream(t, n, 640, 360, PriorNatural)
	before, after := page(w, h, 0), pix.New(w, h)
	square(after, w-60, h-50, 40, [3]byte{250, 0, 0})
	play(t, s, 0, 10, same(before))
	got := play(t, s, 10, 1, same(after))
	fresh, _, _ := stream(t, n, 640, 360, PriorNatural)
	if d := distance(got, play(t, fresh, 0, 1, same(after))); d > 1e-6 {
		t.Errorf("the first frame after a cut differs from that of a fresh stream by %g", d)
	}
}

// TestNeuralResponse: the density follows that of a stream without response time as an exponential mean, and at once after a cut.
func TestNeuralResponse(t *testing.T) {
	const tau = 0.1
	streamOf := func(response float64) *neuralStream {
		n := neural(t)
		n.net.config.Response = response
		s, _, _ := stream(t, n, 640, 360, PriorNone)
		return s
	}
	prompt, late := streamOf(0), streamOf(tau)
	w, h := late.Size()
	var want []float32
	for i := range 20 {
		p := page(w, h, 0)
		if i >= 10 {
			p = pix.New(w, h)
		}
		square(p, 20+3*i, h/2, 40, [3]byte{200, 40, 40})
		at := time.Duration(i) * 40 * time.Millisecond
		d, err := prompt.Next(p, at)
		if err != nil {
			t.Fatal(err)
		}
		got, err := late.Next(p, at)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 || i == 10 {
			want = slices.Clone(d.V)
		}
		for k, v := range d.V {
			want[k] += (v - want[k]) * float32(1-math.Exp(-0.04/tau))
		}
		if err := got.Validate(); err != nil {
			t.Fatal(err)
		}
		if off := distance(got, saccade.Density{W: d.W, H: d.H, V: want}); off > 1e-5 {
			t.Errorf("frame %d is %g from the mean", i, off)
		}
	}
}

func TestConfigRefusesResponse(t *testing.T) {
	file, _ := files(t)
	w, err := nn.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text string
		ok   bool
	}{{`"response": 0.1`, true}, {`"response": 0`, true}, {`"response": -0.1`, false}, {`"response": 1.5`, false}} {
		text := w.Metadata("config")
		if _, err := parse("{" + c.text + ", " + strings.TrimPrefix(cutResponse(text), "{")); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.text, err)
		}
	}
}

// cutResponse returns a config without the response time.
func cutResponse(text string) string {
	return regexp.MustCompile(`,? *"response": [0-9.]+`).ReplaceAllString(text, "")
}

// TestNeuralMoverAttracts: an object that starts to move on a static page draws more, and less again after it stopped.
func TestNeuralMoverAttracts(t *testing.T) {
	n := neural(t)
	s, w, h := stream(t, n, 640, 360, PriorNone)
	scene := func(shift int) *pix.RGB {
		p := page(w, h, 0)
		square(p, w*3/4+shift, h*3/4, w/16, [3]byte{40, 120, 60})
		return p
	}
	corner := func(d saccade.Density) float64 { return shareIn(d, .7, .65, .95, .95) }
	resting := corner(play(t, s, 0, 30, same(scene(0))))
	moving := corner(play(t, s, 30, 8, func(i int) *pix.RGB { return scene(i - 29) }))
	after := corner(play(t, s, 38, 150, same(scene(8))))
	t.Logf("share of the object's corner: resting %.3f, moving %.3f, after %.3f", resting, moving, after)
	if moving < 1.5*resting || moving < resting+0.05 {
		t.Errorf("a mover draws %.3f of the attention, %.3f when it rests", moving, resting)
	}
	if math.Abs(after-resting) > 0.05 {
		t.Errorf("after it stopped it draws %.3f, before it moved %.3f", after, resting)
	}
}

// TestNeuralScrollDoesNotSmear: while a page scrolls, the density stays close to that of the page as it stands.
func TestNeuralScrollDoesNotSmear(t *testing.T) {
	n := neural(t)
	for _, speed := range []int{1, 3, 8} {
		s, w, h := stream(t, n, 640, 360, PriorWeb)
		scroll := func(i int) *pix.RGB { return page(w, h, speed*i) }
		moving := play(t, s, 0, 30, scroll)
		d := distance(moving, imageAt(t, n, scroll(29), PriorWeb)) / 2
		t.Logf("scrolling by %d pixels a frame moves %.3f of the attention", speed, d)
		if d > 0.2 {
			t.Errorf("scrolling by %d pixels a frame moves %.2f of the attention", speed, d)
		}
	}
}

// TestNeuralStaticCostsNothing: once the density has converged, a static screen allocates and computes nothing.
func TestNeuralStaticCostsNothing(t *testing.T) {
	n := neural(t)
	s, w, h := stream(t, n, 640, 360, PriorNatural)
	p := page(w, h, 0)
	play(t, s, 0, 150, same(p))
	i := 150
	if a := testing.AllocsPerRun(20, func() { _, _ = s.Next(p, time.Duration(i)*time.Second/30); i++ }); a != 0 {
		t.Errorf("a frame of a static screen allocates %v times", a)
	}
	s.shown[0] = 7 // any computation would overwrite it
	d, err := s.Next(p, time.Duration(i)*time.Second/30)
	if err != nil || d.V[0] != 7 {
		t.Errorf("a frame of a static screen was computed again (%v)", err)
	}
}

func BenchmarkFrame(b *testing.B) {
	file, _ := files(b)
	for _, k := range kernelSets(b) {
		n, err := newNeural(file, k)
		if err != nil {
			b.Fatal(err)
		}
		s, w, h := stream(b, n, 1920, 1080, PriorNatural)
		clip := []*pix.RGB{page(w, h, 0), page(w, h, 1), page(w, h, 2)}
		b.Run(k.Name(), func(b *testing.B) { benchmarkStream(b, s, clip, 10) })
		b.Run(k.Name()+"-30fps", func(b *testing.B) { benchmarkStream(b, s, clip, 30) })
		b.Run(k.Name()+"-static", func(b *testing.B) { benchmarkStream(b, s, clip[:1], 10) })
	}
}

// BenchmarkImage predicts one image, scaling and choice of the prior included.
func BenchmarkImage(b *testing.B) {
	file, _ := files(b)
	p := page(1440, 900, 0)
	for _, k := range kernelSets(b) {
		n, err := newNeural(file, k)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(k.Name(), func(b *testing.B) {
			before := cpuTime()
			for b.Loop() {
				if _, err := n.Image(p, PriorAuto); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpuTime()-before).Seconds()*1000/float64(b.N), "cpu-ms/image")
		})
	}
}

// benchmarkStream shows a clip over and over, so many frames a second.
func benchmarkStream(b *testing.B, s Stream, clip []*pix.RGB, fps int) {
	b.ReportAllocs()
	best, before, i := time.Duration(math.MaxInt64), cpuTime(), 0
	for b.Loop() {
		start := time.Now()
		if _, err := s.Next(clip[i%len(clip)], time.Duration(i)*time.Second/time.Duration(fps)); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(start))
		i++
	}
	b.ReportMetric((cpuTime()-before).Seconds()*1000/float64(b.N), "cpu-ms/frame")
	b.ReportMetric(float64(best.Microseconds())/1000, "min-ms/frame")
}

// BenchmarkLoad measures reading and packing the weights, without the choice of kernels.
func BenchmarkLoad(b *testing.B) {
	file, _ := files(b)
	k, err := nn.Choose("")
	if err != nil {
		b.Fatal(err)
	}
	before := cpuTime()
	for b.Loop() {
		if _, err := newNeural(file, k); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpuTime()-before).Seconds()*1000/float64(b.N), "cpu-ms/load")
}
