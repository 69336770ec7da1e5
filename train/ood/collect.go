package main

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/ood"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/train/dataset"
	"github.com/saccade-dev/saccade/train/ood/kinds"
)

// sample is one image and what the detector sees of it.
type sample struct {
	Kind  string // a class of the detector
	Set   string // where it comes from, or the family that drew it
	Group string // what a fold keeps together: an image, a site, a clip, a family
	X     []float64
}

// source is an image that is still to be read.
type source struct {
	sample
	read func() (*pix.RGB, error)
}

// The natural classes.
const (
	photo = "photo"
	page  = "page"
	video = "video"
)

// sets are the natural images below shared/data: photographs and designs, and pages.
var sets = []struct {
	kind, dir string
	name      int // which part of dir names the set
}{
	{photo, "attention/osie/stimuli", 1}, {photo, "attention/crowd/stimuli", 1}, {photo, "attention/scene/stimuli", 1},
	{photo, "excitingness/oasis/images", 1}, {photo, "clarity/savoias/images", 1}, {photo, "clarity/bad_ads/images", 1},
	{page, "attention/eyevis-web/stimuli", 1}, {page, "screens/images", 0}, {page, "screens/unlabelled", 1}, {page, "clarity/calista/images", 1},
}

const (
	perClip   = 12 // frames of each clip
	perFamily = 48 // images of each family
)

// sources lists all images in a fixed order; made is a directory of train/pages.
func sources(shared, made string) ([]source, error) {
	var out []source
	for _, s := range sets {
		files, err := filepath.Glob(filepath.Join(shared, "data", s.dir, "*"))
		if err != nil || len(files) == 0 {
			return nil, fmt.Errorf("no images of %s below %s/data (%v)", s.dir, shared, err)
		}
		for _, f := range files {
			out = append(out, natural(s.kind, strings.Split(s.dir, "/")[s.name], f))
		}
	}
	files, err := filepath.Glob(filepath.Join(made, "*.png"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no pages in %s; make some: cd train && python3 -m pages --out DIR --count 400", made)
	}
	for _, f := range files {
		out = append(out, natural(page, "made", f))
	}
	clips, err := filepath.Glob(filepath.Join(shared, "data/video-gaze/hevc33/videos/*.webm"))
	if err != nil || len(clips) == 0 {
		return nil, fmt.Errorf("no clips below %s (%v)", shared, err)
	}
	for _, c := range clips {
		for k := range perClip {
			s := source{sample: sample{Kind: video, Set: "hevc33", Group: filepath.Base(c)}}
			s.read = func() (*pix.RGB, error) { return frameOf(c, float64(k)*0.4) }
			out = append(out, s)
		}
	}
	return append(out, drawn()...), nil
}

// natural is an image file; pages of one site stay together.
func natural(kind, set, file string) source {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	group := set + "/" + name
	if parts := strings.Split(name, "_"); set == "eyevis-web" && len(parts) > 1 {
		group = set + "/" + parts[1]
	}
	return source{sample{Kind: kind, Set: set, Group: group}, func() (*pix.RGB, error) { return dataset.Read(file) }}
}

// frameOf decodes the frame of a clip at a time.
func frameOf(clip string, at float64) (*pix.RGB, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(context.Background(), "ffmpeg", "-v", "error", "-ss", fmt.Sprint(at), "-i", clip, "-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "-")
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s: %w: %s", clip, err, errs.String())
	}
	m, _, err := pix.Decode(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("%s at %v s: %w", clip, at, err)
	}
	return pix.FromImage(m), nil
}

// drawn are the images of all families, each as a file may hold it.
func drawn() []source {
	var out []source
	for _, f := range kinds.All() {
		for k := range uint64(perFamily) {
			s := source{sample: sample{Kind: f.Kind, Set: f.Name, Group: f.Kind + "/" + strings.TrimSuffix(f.Name, "Color")}}
			s.read = func() (*pix.RGB, error) { return asFile(f, k) }
			out = append(out, s)
		}
	}
	return out
}

// asFile draws an image of any usual size, and half of the time saves it as JPEG.
func asFile(f kinds.Family, seed uint64) (*pix.RGB, error) {
	r := rand.New(rand.NewPCG(seed, 5))
	area, aspect := math.Exp(math.Log(60_000)+r.Float64()*math.Log(9)), [...]float64{16. / 9, 4. / 3, 1.5, 1, 0.8, 0.5625}[r.IntN(6)]
	p := f.Draw(seed, int(math.Sqrt(area*aspect)), int(math.Sqrt(area/aspect)))
	if r.IntN(2) == 0 {
		return p, nil
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p.Image(), &jpeg.Options{Quality: 50 + r.IntN(46)}); err != nil {
		return nil, err
	}
	m, _, err := pix.Decode(b.Bytes())
	if err != nil {
		return nil, err
	}
	return pix.FromImage(m), nil
}

// collect measures all sources; every eighth natural one again in gray.
func collect(model attention.Examiner, from []source) ([]sample, error) {
	both := make([][]sample, len(from))
	err := dataset.Each(len(from), func(i int) error {
		p, err := from[i].read()
		if err != nil {
			return err
		}
		s := from[i].sample
		if s.X, err = inputs(model, p); err != nil {
			return err
		}
		both[i] = []sample{s}
		if i%8 == 0 && s.natural() {
			s.Set = inGray
			if s.X, err = inputs(model, grayed(p)); err != nil {
				return err
			}
			both[i] = append(both[i], s)
		}
		return nil
	})
	return slices.Concat(both...), err
}

// inGray is the set of natural images without their colors.
const inGray = "gray"

// natural reports whether the sample is of a natural class.
func (s sample) natural() bool { return slices.Contains(ood.Classes()[:ood.Natural], s.Kind) }

func inputs(model attention.Examiner, p *pix.RGB) ([]float64, error) {
	net, small, err := model.Features(p)
	if err != nil {
		return nil, err
	}
	return ood.Inputs(net, small), nil
}

func grayed(p *pix.RGB) *pix.RGB {
	out := pix.New(p.W, p.H)
	for i := 0; i+3 <= len(p.Pix); i += 3 {
		y := byte((299*int(p.Pix[i]) + 587*int(p.Pix[i+1]) + 114*int(p.Pix[i+2]) + 500) / 1000)
		out.Pix[i], out.Pix[i+1], out.Pix[i+2] = y, y, y
	}
	return out
}
