package main_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// screen draws something like a page: a banner, lines of text, a button.
func screen(w, h int) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	fill := func(x0, y0, x1, y1 int, c color.NRGBA) {
		draw.Draw(m, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, w, h, color.NRGBA{255, 255, 255, 255})
	fill(0, 0, w, h/8, color.NRGBA{20, 40, 90, 255})
	for y := h / 5; y < h*2/3; y += 14 {
		for x := w / 12; x < w/2; x += 9 {
			fill(x, y, x+3+(x*y)%5, y+7, color.NRGBA{60, 60, 60, 255})
		}
	}
	fill(w*5/8, h*3/5, w*7/8, h*3/4, color.NRGBA{230, 80, 20, 255})
	return m
}

func pngOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// object is a JSON object.
type object = map[string]any

// image starts an analysis of an image; more holds further fields of the
// request.
func (s *service) image(content string, more object) answer {
	s.t.Helper()
	body := object{"input": object{"type": "image", "content": content, "title": "e2e"}}
	maps.Copy(body, more)
	return s.call("POST", "/analyses", body)
}

func base64Of(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

// analyzed posts a good image and waits for its result.
func (s *service) analyzed(b []byte, more object) answer {
	s.t.Helper()
	posted := s.image(base64Of(b), more)
	if posted.status != http.StatusCreated {
		s.t.Fatalf("POST: %d %v", posted.status, posted.body)
	}
	done := s.settle(posted.text("location"), 2*time.Minute)
	if done.text("status") != "success" {
		s.t.Fatalf("%v", done.body)
	}
	return done
}

// outputNames lists the outputs of an answer as "prediction.output", without
// those about the input.
func (a answer) outputNames() []string {
	var names []string
	outputs, _ := a.body["outputs"].(object)
	for prediction, v := range outputs {
		fields, _ := v.(object)
		for name := range fields {
			if prediction != "input" && name != "grid" { // which players get with every analysis
				names = append(names, prediction+"."+name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// fetchPNG downloads an output that must be an RGBA PNG of a size.
func (s *service) fetchPNG(url string, size image.Point) image.Image {
	s.t.Helper()
	b := s.fetch(url)
	if len(b) < 26 || b[24] != 8 || b[25] != 6 {
		s.t.Fatalf("%s is no PNG with 8-bit RGBA", url)
	}
	m, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		s.t.Fatal(err)
	}
	if m.Bounds().Size() != size {
		s.t.Errorf("a map of %v, want %v", m.Bounds().Size(), size)
	}
	return m
}

// checkMaps fetches every map of an answer.
func (s *service) checkMaps(a answer, size image.Point) {
	s.t.Helper()
	for _, name := range a.outputNames() {
		prediction, output, _ := strings.Cut(name, ".")
		if strings.HasSuffix(strings.ToLower(output), "map") {
			s.fetchPNG(a.output(prediction, output), size)
		}
	}
}

// score is a score of an answer, -1 without one.
func (a answer) score(prediction string) int {
	outputs, _ := a.body["outputs"].(object)
	p, _ := outputs[prediction].(object)
	v, ok := p["score"].(float64)
	if !ok || v != float64(int(v)) {
		return -1
	}
	return int(v)
}

var defaultOutputs = []string{"attention.attentionMap", "clarity.map", "clarity.score"}

// TestImages sends images as the vendor's clients do.
func TestImages(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir())
	t.Run("vendor's client", func(t *testing.T) { vendorImageClient(t, s.with(t)) })
	t.Run("asked for", func(t *testing.T) { askedForOutputs(t, s.with(t)) })
	t.Run("all maps of a screen", func(t *testing.T) {
		s, size := s.with(t), image.Pt(1440, 900)
		a := s.analyzed(pngOf(t, screen(size.X, size.Y)), object{"predictions": object{
			"attention": object{"outputs": []string{"attentionMap", "perceptionMap", "hotspotsMap"}},
			"clarity":   object{"outputs": []string{"score", "map"}}, "excitingness": object{"outputs": []string{"score", "map"}},
		}})
		s.checkMaps(a, size)
	})
	t.Run("no add-on", func(t *testing.T) { withoutAddOn(t, s.with(t)) })
	s.terminate(20 * time.Second)
}

// vendorImageClient posts, polls every so often and fetches, as the vendor's
// image clients do: PNG in lines of 76, JPEG with a data: prefix.
func vendorImageClient(t *testing.T, s *service) {
	size := image.Pt(640, 400)
	lines := regexp.MustCompile(`.{1,76}`).ReplaceAllString(base64Of(pngOf(t, screen(size.X, size.Y))), "$0\r\n")
	for name, content := range map[string]string{
		"PNG in lines":        lines,
		"JPEG as a data: URL": "data:image/jpeg;base64," + base64Of(jpegOf(t, screen(size.X, size.Y))),
	} {
		posted := s.image(content, object{"medium": "desktopWeb"})
		if posted.status != http.StatusCreated || posted.header.Get("Location") != posted.text("location") ||
			posted.text("location") != s.url+"/v2/analyses/"+posted.text("id") {
			t.Fatalf("%s: POST: %d %v", name, posted.status, posted.body)
		}
		a := s.call("GET", "/analyses/"+posted.text("id"), object{})
		for deadline := time.Now().Add(time.Minute); a.text("status") == "pending"; a = s.call("GET", "/analyses/"+posted.text("id"), object{}) {
			if a.status != http.StatusOK || a.text("_internal_exposed_id") != "" || a.header.Get("Retry-After") == "" || time.Now().After(deadline) {
				t.Fatalf("%s: poll: %d %v", name, a.status, a.body)
			}
			<-time.After(100 * time.Millisecond)
		}
		if a.text("status") != "success" || a.text("_internal_exposed_id") == "" || a.text("_internal_exposed_id") == a.text("id") || a.text("title") != "e2e" {
			t.Fatalf("%s: %v", name, a.body)
		}
		if diff := cmp.Diff(defaultOutputs, a.outputNames()); diff != "" {
			t.Errorf("%s: outputs: %s", name, diff)
		}
		if n := a.score("clarity"); n < 0 || n > 100 {
			t.Errorf("%s: clarity: %v", name, a.body["outputs"])
		}
		s.checkMaps(a, size)
		if m, _, err := image.Decode(bytes.NewReader(s.fetch(a.output("input", "image")))); err != nil || m.Bounds().Size() != size {
			t.Errorf("%s: the input's image: %v", name, err)
		}
	}
}

// askedForOutputs gets exactly what the predictions ask for.
func askedForOutputs(t *testing.T, s *service) {
	b := pngOf(t, screen(320, 200))
	outs := func(names ...string) object { return object{"outputs": names} }
	for name, tt := range map[string]struct {
		predictions any
		want        []string
	}{
		"nothing": {nil, defaultOutputs},
		"empty":   {object{}, defaultOutputs},
		"starred": {object{"attention": object{}, "clarity": object{}, "excitingness": object{}},
			[]string{"attention.attentionMap", "clarity.score", "excitingness.score"}},
		"maps alone": {object{"attention": outs("perceptionMap", "hotspotsMap"), "excitingness": outs("map")},
			[]string{"attention.hotspotsMap", "attention.perceptionMap", "excitingness.map"}},
		"score alone": {object{"clarity": outs("score"), "focus": outs("score")}, []string{"clarity.score", "focus.score"}},
	} {
		a := s.analyzed(b, object{"predictions": tt.predictions})
		if diff := cmp.Diff(tt.want, a.outputNames()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		s.checkMaps(a, image.Pt(320, 200))
	}
	for name, predictions := range map[string]object{
		"unknown prediction": {"mood": object{}}, "unknown output": {"attention": outs("smell")}, "video alone": {"attention": outs("overlay")},
	} {
		if a := s.image(base64Of(b), object{"predictions": predictions}); a.status != http.StatusBadRequest || a.code() != "invalid_input_configuration" {
			t.Errorf("%s: %d %v", name, a.status, a.body)
		}
	}
}

// withoutAddOn closes the video endpoints to an account and no others.
func withoutAddOn(t *testing.T, s *service) {
	s.token = s.run("token", "create", "--account", "still", "--data", s.data)
	s.run("account", "add-on", "still", "dynamic-saliency", "off", "--data", s.data)
	for _, a := range []answer{s.video("http://example.com/x"), s.call("GET", "/analyses/video/5h7xk2m4qz3v6w8y2b4d6f8h2k", nil)} {
		if a.status != http.StatusNotFound || a.code() != "client_error" {
			t.Errorf("video without the add-on: %d %v", a.status, a.body)
		}
	}
	s.analyzed(pngOf(t, screen(200, 100)), nil)
	s.token = "sac_nonsense"
	if a := s.call("GET", "/analyses/5h7xk2m4qz3v6w8y2b4d6f8h2k", nil); a.status != http.StatusUnauthorized || a.code() != "authentication_failed" {
		t.Errorf("wrong token: %d %v", a.status, a.body)
	}
}

// repaint copies an image into another kind of image.
func repaint(dst draw.Image, src image.Image) image.Image {
	draw.Draw(dst, dst.Bounds(), src, image.Point{}, draw.Src)
	return dst
}

// rotated puts an EXIF orientation (6: turn right) behind the start of a JPEG.
func rotated(b []byte) []byte {
	const exif = "Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	head := binary.BigEndian.AppendUint16([]byte{0xff, 0xd8, 0xff, 0xe1}, uint16(len(exif)+2))
	return slices.Concat(head, []byte(exif), b[2:])
}

// TestBadImages sends what people and attackers send.
func TestBadImages(t *testing.T) {
	t.Parallel()
	const blank, unreadable = "blank_input_image", "unreadable_input_image"
	size := image.Pt(160, 100)
	page, bounds := screen(size.X, size.Y), image.Rect(0, 0, size.X, size.Y)
	solid := image.NewNRGBA(bounds)
	draw.Draw(solid, bounds, image.NewUniform(color.NRGBA{200, 10, 10, 255}), image.Point{}, draw.Src)
	corrupt := pngOf(t, page)
	corrupt[len(corrupt)/2] ^= 0x55
	palette := color.Palette{color.White, color.NRGBA{20, 40, 90, 255}, color.NRGBA{60, 60, 60, 255}, color.NRGBA{230, 80, 20, 255}}
	tests := []struct {
		name    string
		content string
		want    string
		size    image.Point
	}{
		{"blank PNG", base64Of(pngOf(t, solid)), blank, size},
		{"blank JPEG", base64Of(jpegOf(t, solid)), blank, size},
		{"transparent and nothing else", base64Of(pngOf(t, image.NewNRGBA(bounds))), blank, size},
		{"1x1", base64Of(pngOf(t, image.NewNRGBA(image.Rect(0, 0, 1, 1)))), blank, image.Pt(1, 1)},
		{"corrupt", base64Of(corrupt), unreadable, size},
		{"truncated PNG", base64Of(pngOf(t, page)[:300]), unreadable, size},
		{"truncated JPEG", base64Of(jpegOf(t, page)[:900]), unreadable, size},
		{"no Base64", "%%% this is not Base64 %%%", unreadable, size},
		{"Base64 of nothing known", base64Of(bytes.Repeat([]byte("saccade"), 99)), unreadable, size},
		{"GIF", base64Of([]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")), unreadable, size},
		{"too wide", base64Of(pngOf(t, image.NewGray(image.Rect(0, 0, 20001, 2)))), unreadable, size},
		{"20000x10", base64Of(pngOf(t, screen(20000, 10))), "success", image.Pt(20000, 10)},
		{"CMYK JPEG", base64Of(read(t, "../../internal/pix/testdata/quarters_cmyk.jpg")), "success", image.Point{}},
		{"progressive JPEG", base64Of(read(t, "../../internal/pix/testdata/quarters_progressive.jpg")), "success", image.Point{}},
		{"interlaced PNG", base64Of(read(t, "../../internal/pix/testdata/quarters_interlaced.png")), "success", image.Point{}},
		{"16-bit PNG", base64Of(pngOf(t, repaint(image.NewNRGBA64(bounds), page))), "success", size},
		{"16-bit grey PNG", base64Of(pngOf(t, repaint(image.NewGray16(bounds), page))), "success", size},
		{"palette PNG", base64Of(pngOf(t, repaint(image.NewPaletted(bounds, palette), page))), "success", size},
		{"rotated by EXIF", base64Of(rotated(jpegOf(t, page))), "success", image.Pt(size.Y, size.X)},
	}
	s := start(t, t.TempDir())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := s.with(t)
			posted := s.image(tt.content, nil)
			if posted.status != http.StatusCreated {
				t.Fatalf("POST: %d %v", posted.status, posted.body)
			}
			done := s.settle(posted.text("location"), time.Minute)
			if got := done.text("status"); got != tt.want && (got != "failed" || done.code() != tt.want) {
				t.Fatalf("%v", done.body)
			}
			if tt.want == "success" {
				s.checkFit(done, tt.size)
			}
		})
	}
	if a := s.image("", nil); a.status != http.StatusBadRequest || a.code() != "invalid_input_configuration" {
		t.Errorf("empty: %d %v", a.status, a.body)
	}
	if a := s.image(strings.Repeat("A", 29<<20), nil); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("more than 20 MiB: %d %v", a.status, a.body)
	}
}

// checkFit compares the maps with the analyzed image; a size of 0 stands for
// the image's own.
func (s *service) checkFit(a answer, size image.Point) {
	s.t.Helper()
	m, _, err := image.Decode(bytes.NewReader(s.fetch(a.output("input", "image"))))
	if err != nil {
		s.t.Fatal(err)
	}
	if got := m.Bounds().Size(); size == (image.Point{}) {
		size = got
	} else if got != size {
		s.t.Errorf("the analyzed image has %v, want %v", got, size)
	}
	s.checkMaps(a, size)
}
