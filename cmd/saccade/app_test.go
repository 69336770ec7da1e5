package main_test

import (
	"encoding/base64"
	"fmt"
	"image"
	"math"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestApp is a first visit: sign in, drop a video, watch the heat appear, step
// through its frames, draw an area, compare, delete.
func TestApp(t *testing.T) {
	s := start(t, t.TempDir())
	b := openTab(t, s.url)
	signIn(b, s)
	b.judge("empty")
	for _, name := range []string{"About", "Settings", "Library"} {
		b.click(name)
		b.wait("document.querySelector('h1')")
		b.wait("!document.querySelector('[aria-busy=true]')")
		if name != "Library" {
			b.judge(strings.ToLower(name))
		}
	}
	quick := s.slowly()
	dropSample(b)
	b.see("Sample: a visit to a shop")
	b.click("Open")
	const drawn = "(c => c.width && [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].reduce((sum, v, i) => sum + (i % 4 === 3 ? v : 0), 0))(document.querySelector('.running .heat'))"
	b.wait("document.querySelector('.running .heat')?.width > 300 && document.body.innerText.includes(' predicted') && " + drawn + " > 10000")
	b.judge("running")
	first := eval[int](b, "parseInt(document.querySelector('.running-says .soft').innerText)")
	shown := eval[float64](b, "document.querySelector('video').currentTime")
	b.wait(fmt.Sprintf("parseInt(document.querySelector('.running-says .soft').innerText) > %d && document.querySelector('video').currentTime > %f && %s > 10000", first, shown, drawn))
	quick()
	b.wait("document.querySelector('.timeline')")
	id := eval[string](b, "location.pathname.split('/')[2]")
	b.judge("analysis")
	stepThrough(b)
	drawArea(b, s, id)
	b.judge("areas")
	keyboardAlone(b)
	dialogs(b)
	images(b, s)
	comparing(b, id)
	erasing(b, s, id)
}

// signIn tries a wrong token, then the right one, and leaves what scripts can
// read of it empty.
func signIn(b *tab, s *service) {
	b.t.Helper()
	b.open("/")
	b.see("See where people look")
	b.judge("signin")
	b.fill("#token", "wrong")
	b.keys(kb.Enter)
	b.see("unable to authenticate")
	b.expect("401")
	eval[any](b, "document.querySelector('#token').select()")
	b.fill("#token", s.token)
	b.keys(kb.Enter)
	b.see("Analyze the sample")
	if left := eval[string](b, "document.cookie + JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"); strings.Contains(left, "sac_") || strings.Contains(left, "saccade_session") {
		b.t.Errorf("scripts can read %s", left)
	}
	b.open("/")
	b.see("Analyze the sample") // the session outlives the page
}

// dropSample drops the sample on the page, as the mouse would.
func dropSample(b *tab) {
	b.t.Helper()
	eval[any](b, `(async () => {
		const data = new DataTransfer();
		data.items.add(new File([await (await fetch('app/sample.webm')).blob()], 'Sample: a visit to a shop.webm', {type: 'video/webm'}));
		for (const name of ['dragenter', 'dragover']) document.body.dispatchEvent(new DragEvent(name, {dataTransfer: data, bubbles: true, cancelable: true}));
		await new Promise(r => setTimeout(r, 100));
		if (!document.querySelector('.drop')) throw new Error('nothing says where to drop');
		document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
	})()`)
}

// Small frames of the sample, to tell which one is on screen.
const (
	smallW, smallH = 64, 36
	sampleFrames   = 191
)

// stepThrough walks through every frame of the sample by the key: what is on
// screen is the frame that ffmpeg decodes at the place of the number.
func stepThrough(b *tab) {
	b.t.Helper()
	want, err := exec.Command("ffmpeg", "-v", "error", "-i", "../../examples/sample.webm", "-fps_mode", "passthrough",
		"-vf", fmt.Sprintf("scale=%d:%d:flags=area,format=rgb24", smallW, smallH), "-f", "rawvideo", "pipe:1").Output()
	if err != nil || len(want) != sampleFrames*smallW*smallH*3 {
		b.t.Fatalf("ffmpeg: %d bytes, %v", len(want), err)
	}
	b.keys(",") // the first exact frame, whatever was on screen
	b.wait("document.querySelector('canvas.still:not(.away)')")
	for from := 0; from < sampleFrames; from += 32 {
		seen := eval[[]string](b, fmt.Sprintf(`(async (from, to) => {
			const out = [];
			for (let f = from; f < to; f++) {
				const until = performance.now() + 20000;
				if (f > 0) dispatchEvent(new KeyboardEvent('keydown', {key: '.'}));
				while (document.querySelector('#where').dataset.frame !== String(f)) {
					if (performance.now() > until) throw new Error('frame ' + f + ' never came, but ' + document.querySelector('#where').dataset.frame);
					await new Promise(r => setTimeout(r, 4));
				}
				const still = document.querySelector('canvas.still:not(.away)');
				if (!still) throw new Error('frame ' + f + ' is not exact');
				const {width: w, height: h} = still, p = still.getContext('2d').getImageData(0, 0, w, h).data;
				const sums = new Float64Array(%[1]d * %[2]d * 3), side = w / %[1]d;
				for (let y = 0, i = 0; y < h; y++) for (let x = 0; x < w; x++, i += 4) {
					const to = 3 * (Math.floor(y / side) * %[1]d + Math.floor(x / side));
					sums[to] += p[i]; sums[to + 1] += p[i + 1]; sums[to + 2] += p[i + 2];
				}
				out.push(btoa(String.fromCharCode(...sums.map(v => Math.round(v / side / side)))));
			}
			return out;
		})(%[3]d, %[4]d)`, smallW, smallH, from, min(from+32, sampleFrames)))
		for i, text := range seen {
			shown, err := base64.StdEncoding.DecodeString(text)
			b.must(err)
			checkShown(b.t, want, shown, from+i)
		}
	}
	b.clean("steps")
}

// checkShown wants the frame to be at least as near to the shown one as every
// other frame is, but for what scaling makes of equal frames.
func checkShown(t *testing.T, want, shown []byte, frame int) {
	t.Helper()
	is := standard(shown)
	far := func(f int) (sum float64) {
		for i, v := range standard(want[f*len(shown) : (f+1)*len(shown)]) {
			sum += math.Abs(v-is[i]) / float64(len(is))
		}
		return sum
	}
	nearest := 0
	for f := range sampleFrames {
		if far(f) < far(nearest) {
			nearest = f
		}
	}
	if far(frame) > far(nearest)+0.005 || far(frame) > 0.1 {
		t.Errorf("the number says frame %d, but frame %d is on screen (%.4f and %.4f away)", frame, nearest, far(frame), far(nearest))
	}
}

// standard returns the lightness of an image of RGB bytes with mean 0 and
// deviation 1, so that two ways to convert its colors come to the same.
func standard(rgb []byte) []float64 {
	out := make([]float64, len(rgb)/3)
	var sum, squares float64
	for i := range out {
		out[i] = 0.3*float64(rgb[3*i]) + 0.6*float64(rgb[3*i+1]) + 0.1*float64(rgb[3*i+2])
		sum += out[i]
		squares += out[i] * out[i]
	}
	n := float64(len(out))
	mean := sum / n
	deviation := math.Sqrt(squares/n - mean*mean)
	for i := range out {
		out[i] = (out[i] - mean) / deviation
	}
	return out
}

// drawArea draws an area with the mouse, and compares its share with the one
// that the service measures.
func drawArea(b *tab, s *service, id string) {
	b.t.Helper()
	b.keys("r")
	box := eval[[]float64](b, "(r => [r.x, r.y, r.width, r.height])(document.querySelector('.screen').getBoundingClientRect())")
	b.drag(box[0]+0.11*box[2], box[1]+0.13*box[3], box[0]+0.47*box[2], box[1]+0.58*box[3])
	b.wait("document.querySelector('[data-area]')")
	here := eval[float64](b, "Number(document.querySelector('[data-share]').dataset.share)")
	b.wait("document.querySelector('[data-saving=saved]') && document.querySelector('[data-stored=true]')")
	stored := s.call("GET", "/analyses/video/"+id, nil).body["outputs"].(object)["aois"].([]any)[0].(object)["share"].(float64)
	if math.Abs(here-stored) > 0.002 || stored < 0.1 {
		b.t.Errorf("the app measures %v, the service %v", here, stored)
	}
}

// keyboardAlone draws, moves, copies and deletes an area, and takes it back.
func keyboardAlone(b *tab) {
	b.t.Helper()
	count := func(n int) {
		b.t.Helper()
		b.wait(fmt.Sprintf("document.querySelectorAll('[data-area]').length === %d", n))
	}
	left := func() float64 {
		b.t.Helper()
		return eval[float64](b, "document.querySelector('.area.selected polygon').getBBox().x")
	}
	b.keys("r")
	b.keys(kb.Enter)
	count(2)
	b.wait("document.activeElement.matches('.area.selected polygon')")
	before := left()
	b.keys(kb.ArrowRight)
	b.wait(fmt.Sprintf("document.querySelector('.area.selected polygon').getBBox().x > %v", before))
	b.keys("z", chromedp.KeyModifiers(chromedp.ModifierCtrl)) // of what the arrow has moved
	b.wait(fmt.Sprintf("document.querySelectorAll('.area polygon')[1].getBBox().x === %v", before))
	b.focus("document.querySelectorAll('.area polygon')[1]")
	b.keys(kb.ArrowRight)
	b.keys("d", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	count(3)
	b.keys(kb.Delete)
	count(2)
	b.keys("z", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	count(3)
	b.focus("document.querySelector('.position')")
	b.keys("0")
	b.wait("document.querySelector('#where').dataset.frame === '0'")
	b.keys("h")
	b.wait("document.querySelector('.segments [aria-pressed=true]').innerText === 'Seen'")
	b.keys("h")
	b.wait("document.querySelector('.segments [aria-pressed=true]').innerText === 'Hotspots'")
	b.judge("hotspots")
	b.wait("document.querySelector('[data-saving=saved]')")
	b.clean("keyboard")
}

func dialogs(b *tab) {
	b.t.Helper()
	for key, name := range map[string]string{"?": "help", "e": "export", "s": "share", "c": "pick"} {
		b.keys(key)
		b.wait("document.querySelector('dialog[open]')")
		b.judge(name)
		if name == "export" { // every file that is offered is there, be it a header alone
			eval[any](b, `(async () => { // and the tables have the areas that were drawn
				for (let end = performance.now() + 20000; performance.now() < end; await new Promise(r => setTimeout(r, 50))) {
					const text = await (await fetch(document.querySelector('dialog a[download$=".csv"]').href)).text();
					if (text.split('\n')[0].includes('aoi:')) return;
				}
				throw new Error('no area in the table');
			})()`)
			eval[any](b, `Promise.all([...document.querySelectorAll('dialog a[download]')].map(async a => {
				const res = await fetch(a.href);
				if (!res.ok || (await res.arrayBuffer()).byteLength < 20) throw new Error(a.href + ' ' + res.status);
			})).then(all => { if (all.length < 4) throw new Error(all.length + ' files'); })`)
		}
		b.keys(kb.Escape)
		b.wait("!document.querySelector('dialog[open]')")
	}
}

// images sends images through the app, a good one and a blank one, and
// something that is none.
func images(b *tab, s *service) {
	b.t.Helper()
	b.click("Library")
	b.wait("document.querySelector('.cards')")
	for name, data := range map[string][]byte{"shop.png": pngOf(b.t, screen(900, 640)), "blank.png": pngOf(b.t, image.NewNRGBA(image.Rect(0, 0, 90, 60)))} {
		eval[any](b, fmt.Sprintf(`(async () => {
			const bytes = Uint8Array.from(atob(%q), c => c.charCodeAt(0)), data = new DataTransfer();
			data.items.add(new File([bytes], %q, {type: 'image/png'}));
			const input = document.querySelector('#file');
			input.files = data.files;
			input.dispatchEvent(new Event('change', {bubbles: true}));
		})()`, base64.StdEncoding.EncodeToString(data), name))
	}
	for _, name := range []string{"notes.txt", "cut.mov"} {
		eval[any](b, fmt.Sprintf(`(() => { const d = new DataTransfer(); d.items.add(new File(['hello'], %q)); document.body.dispatchEvent(new DragEvent('drop', {dataTransfer: d, bubbles: true, cancelable: true})); })()`, name))
	}
	b.see("notes.txt is neither a video")
	b.see("cut.mov does not begin as a MOV file does")
	if eval[bool](b, "[...document.querySelectorAll('.upload button')].some(e => e.innerText === 'Try again')") {
		b.t.Error("what can never be taken is to be tried again")
	}
	b.wait("document.querySelectorAll('.card').length === 3 && document.querySelectorAll('[data-status=success]').length === 2 && document.querySelectorAll('[data-status=failed]').length === 1")
	b.judge("library")
	b.click("Cancel notes.txt")
	b.click("Cancel cut.mov")
	b.press("document.querySelector('[data-status=failed] .card-title')")
	b.see("The analysis failed")
	b.judge("failed")
	b.click("Library")
	b.press("[...document.querySelectorAll('.card-title')].find(e => e.innerText === 'shop')")
	b.wait("document.querySelector('.result img') && document.querySelector('.segments')")
	b.judge("image")
	b.click("Summary")
	b.wait("document.querySelector('.prose')")
	b.save("notes")
	b.clean("images")
}

// comparing compares the image with the video, in every way there is.
func comparing(b *tab, id string) {
	b.t.Helper()
	b.click("Compare")
	b.click(pickLabel(b))
	b.wait("document.querySelector('.compare-table tbody tr')")
	for _, mode := range []string{"Swipe", "Onion", "Difference", "Side by side"} {
		b.click(mode)
		b.save("compare-" + strings.ToLower(strings.ReplaceAll(mode, " ", "-")))
	}
	b.judge("compare")
	if at := eval[string](b, "location.pathname"); !strings.HasPrefix(at, "/c/") || !strings.Contains(at, id) {
		b.t.Errorf("the comparison is at %s", at)
	}
}

// pickLabel is the text of the first analysis that can be compared with.
func pickLabel(b *tab) string {
	b.t.Helper()
	b.wait("document.querySelector('.pick-list button')")
	return strings.TrimSpace(eval[string](b, "document.querySelector('.pick-list button').innerText"))
}

// erasing deletes the video in the app; it is gone from the service too.
func erasing(b *tab, s *service, id string) {
	b.t.Helper()
	b.click("Library")
	b.wait(fmt.Sprintf(`document.querySelector('[data-id="%s"]')`, id))
	b.press(fmt.Sprintf(`document.querySelector('[data-id="%s"] input')`, id))
	b.click("Delete")
	b.click("Delete for good")
	b.wait(fmt.Sprintf(`!document.querySelector('[data-id="%s"]')`, id))
	if a := s.call("GET", "/analyses/video/"+id, nil); a.status != 404 && a.status != 410 {
		b.t.Errorf("the service still answers %d", a.status)
	}
	b.open("/a/" + id)
	b.wait("document.body.innerText.includes('There is no such analysis') || document.body.innerText.includes('This analysis is gone')")
	b.expect("404")
	b.expect("410")
	b.judge("missing")
	b.click("Sign out")
	b.see("Access token")
	b.clean("sign-out")
}
