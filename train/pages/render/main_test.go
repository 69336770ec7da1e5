package main

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample has everything whose box is easy to say: lines of 20 px, squares.
const sample = `<style>body{margin:0;font:16px/20px "DejaVu Sans"} div,button,input,svg{position:absolute;margin:0;border:0;padding:0}</style>
<div style="left:100px;top:40px;width:300px" data-label="heading">Mmmm</div>
<button data-label="button" style="left:100px;top:100px;width:80px;height:30px"></button>
<input data-label="field" style="left:200px;top:100px;width:90px;height:30px">
<svg data-label="image" style="left:300px;top:100px" width="100" height="100"><g data-label="face"><rect x="70" y="20" width="60" height="40"></rect></g></svg>
<div style="left:0;top:300px;width:50px;height:50px;overflow:hidden"><div data-label="image" style="left:20px;top:20px;width:200px;height:10px;background:red"></div></div>
<button data-label="button" style="left:500px;top:100px;width:50px;height:50px"></button>
<div style="left:490px;top:90px;width:100px;height:100px;background:#0008"></div>
<button data-label="button" style="left:600px;top:100px;width:50px;height:50px;opacity:0"></button>
<button data-label="button" style="left:100px;top:1500px;width:50px;height:50px"></button>`

type box struct {
	Class   string
	Box     [4]float64
	Visible float64
	Size    float64
}

func TestRender(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("needs chromium")
	}
	dir := t.TempDir()
	jobs := new(bytes.Buffer)
	enc := json.NewEncoder(jobs)
	for _, j := range []job{
		{Name: "top", HTML: sample, Width: 800, Height: 600, About: json.RawMessage(`{"seed":7}`)},
		{Name: "bottom", HTML: sample, Width: 800, Height: 600, Scroll: 1},
	} {
		if err := enc.Encode(j); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := run(context.Background(), config{out: dir, tabs: 1, chromium: "chromium"}, jobs, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("{\"name\":\"top\"}\n{\"name\":\"bottom\"}\n", out.String()); diff != "" {
		t.Errorf("replies (-want +got):\n%s", diff)
	}
	width, scroll, boxes := load(t, dir, "top")
	if width != 800 || scroll != 0 {
		t.Errorf("top: width %d, scrolled by %v", width, scroll)
	}
	heading := boxes[len(boxes)-1] // text follows what is labeled
	want := []box{
		{Class: "button", Box: [4]float64{100, 100, 80, 30}, Visible: 1},
		{Class: "field", Box: [4]float64{200, 100, 90, 30}, Visible: 1},
		{Class: "image", Box: [4]float64{300, 100, 100, 100}, Visible: 1},
		{Class: "face", Box: [4]float64{370, 120, 30, 40}, Visible: 1}, // cut off at the edge of the image
		{Class: "image", Box: [4]float64{20, 320, 30, 10}, Visible: 1},
	}
	if diff := cmp.Diff(want, boxes[:len(boxes)-1]); diff != "" {
		t.Errorf("boxes at the top (-want +got):\n%s", diff)
	}
	if heading.Class != "heading" || heading.Size != 16 || heading.Box[0] != 100 || heading.Box[2] < 40 || heading.Box[2] > 80 {
		t.Errorf("heading: %+v, want its words alone at 100", heading)
	}
	_, scroll, boxes = load(t, dir, "bottom")
	if diff := cmp.Diff([]box{{Class: "button", Box: [4]float64{100, 550, 50, 50}, Visible: 1}}, boxes); diff != "" || scroll != 950 {
		t.Errorf("boxes at the bottom, scrolled by %v (-want +got):\n%s", scroll, diff)
	}
}

// load returns what the files of a page hold and checks the image's size.
func load(t *testing.T, dir, name string) (width int, scroll float64, boxes []box) {
	t.Helper()
	var doc struct {
		Width, Height int
		ScrollY       float64
		About         json.RawMessage
		Boxes         []box
	}
	text, err := os.ReadFile(filepath.Join(dir, name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	if name == "top" && string(doc.About) != `{"seed":7}` {
		t.Errorf("about: %s", doc.About)
	}
	f, err := os.Open(filepath.Join(dir, name+".png"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	cfg, err := png.DecodeConfig(f)
	if err != nil || cfg.Width != doc.Width || cfg.Height != doc.Height {
		t.Errorf("%s.png: %dx%d, %v", name, cfg.Width, cfg.Height, err)
	}
	return doc.Width, doc.ScrollY, doc.Boxes
}

func TestJobsAreChecked(t *testing.T) {
	for _, c := range []struct {
		name string
		job  job
		want []string
	}{
		{"good", job{Name: "a-1", HTML: "x", Width: 390, Height: 844, Scroll: 1}, nil},
		{"path as a name", job{Name: "../a", HTML: "x", Width: 390, Height: 844}, []string{`name "../a"`}},
		{"all at once", job{Scroll: 2}, []string{`name ""`, "html is empty", "viewport 0x0", "scroll 2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.job.validate()
			if (err == nil) != (c.want == nil) {
				t.Fatalf("validate: %v", err)
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("validate: %v, want %q in it", err, w)
				}
			}
		})
	}
}

func TestReadStopsAtABadLine(t *testing.T) {
	jobs := make(chan job, 3)
	in := strings.NewReader(`{"name":"a","html":"x","width":390,"height":844}` + "\n{\n")
	err := read(context.Background(), in, jobs)
	if err == nil || !strings.Contains(err.Error(), "job 2") || len(jobs) != 1 {
		t.Errorf("read: %v after %d jobs, want a fault of job 2 after 1", err, len(jobs))
	}
}

func TestFlagsAreChecked(t *testing.T) {
	_, err := parse([]string{"--tabs", "0", "--chromium", "/nonexistent"})
	for _, want := range []string{"--out", "--tabs 0", "--chromium"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parse: %v, want %q in it", err, want)
		}
	}
}
