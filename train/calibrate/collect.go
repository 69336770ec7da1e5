package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/attention"
	"github.com/saccade-dev/saccade/internal/eval"
	"github.com/saccade-dev/saccade/internal/ffmpeg"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/score"
	"github.com/saccade-dev/saccade/internal/webm"
	"github.com/saccade-dev/saccade/train/dataset"
)

// collectImages predicts a set of images; of photographs only every tenth, which
// the network never saw.
func collectImages(model attention.Examiner, dir, kind string) ([]gazed, error) {
	set, err := eval.LoadSet(dir)
	if err != nil {
		return nil, err
	}
	var picked []int
	for i := range set.Stimuli {
		if kind != kindPhoto || i%10 == 0 {
			picked = append(picked, i)
		}
	}
	out := make([]gazed, len(picked))
	err = dataset.Each(len(picked), func(k int) (err error) {
		out[k], err = collectImage(model, &set.Stimuli[picked[k]], kind, picked[k])
		return err
	})
	return keep(out), err
}

// keep drops what has too few fixations.
func keep(all []gazed) []gazed {
	var out []gazed
	for _, g := range all {
		if g.Areas != nil {
			out = append(out, g)
		}
	}
	return out
}

// collectImage predicts one image and measures random areas.
func collectImage(model attention.Examiner, s *eval.Stimulus, kind string, number int) (gazed, error) {
	g := gazed{Kind: kind, Name: s.Name, Group: s.Name}
	if kind == kindPage {
		g.Group = siteOf(s.Name)
	}
	p := people{sx: s.Sigma / float64(s.Width), sy: s.Sigma / float64(s.Height)}
	for _, o := range s.Observers {
		p.at = append(p.at, o...)
	}
	if len(p.at) < fewestGazes || len(s.Observers) < 5 {
		return gazed{}, nil
	}
	img, err := dataset.Read(s.Image)
	if err != nil {
		return g, err
	}
	prior := attention.PriorNatural
	if kind == kindPage {
		prior = attention.PriorWeb
	}
	e, err := model.Examine(img, prior, true)
	if err != nil {
		return g, err
	}
	areas := randomAreas(number)
	g.measure(areas, e.Density, e.Views)
	for i, a := range areas {
		g.Areas[i].People, g.Areas[i].Raw = p.share(*a.Box), p.raw(*a.Box)
	}
	g.Focus.People = score.Focus(p.density(e.Density.W, e.Density.H))
	return g, nil
}

// siteOf returns the site of a viewport: s1_apple_0_v0 is of apple; the pages of
// hawking1 and hawking2 are one site.
func siteOf(name string) string {
	site := strings.Split(name, "_")[1]
	return strings.TrimRight(site, "12")
}

// measure sets what the model says of areas and focus.
func (g *gazed) measure(areas []saccade.AOI, d saccade.Density, views []saccade.Density) {
	g.Areas = make([]areaCase, len(areas))
	for i, v := range shares(d, areas) {
		g.Areas[i].Box, g.Areas[i].Model = *areas[i].Box, v
	}
	g.Focus.Model = score.Focus(d)
	for _, view := range views {
		for i, v := range shares(view, areas) {
			g.Areas[i].Views = append(g.Areas[i].Views, v)
		}
		g.Focus.Views = append(g.Focus.Views, score.Focus(view))
	}
}

// collectClips predicts the clips of a set; model returns the network for the
// clip with a number.
func collectClips(dir string, model func(int) (attention.Examiner, error)) ([]gazed, error) {
	set, err := eval.LoadVideoSet(dir)
	if err != nil {
		return nil, err
	}
	tool, err := ffmpeg.New(ffmpeg.DefaultConfig())
	if err != nil {
		return nil, err
	}
	out := make([]gazed, len(set.Clips))
	err = dataset.Each(len(set.Clips), func(i int) error {
		m, err := model(i)
		if err != nil {
			return err
		}
		c := &clipRun{model: m, clip: &set.Clips[i], areas: randomAreas(10_000 + i)}
		if err := c.run(tool); err != nil {
			return err
		}
		out[i] = c.result()
		return nil
	})
	return out, err
}

// clipRun measures random areas through one clip.
type clipRun struct {
	model  attention.Examiner
	clip   *eval.Clip
	areas  []saccade.AOI
	stream attention.Stream
	people [][]float64 // by sample, then area
	raw    [][]float64
	shares [][]float64
	views  [4][][]float64
	focus  [2]float64 // sums: people, model
	viewed [4]float64
}

const (
	sampleEvery = 500 * time.Millisecond
	degree      = 0.021 // of the width, as in package eval
)

// run decodes the clip and samples it twice a second.
func (c *clipRun) run(tool *ffmpeg.Tool) (err error) {
	f, err := os.Open(c.clip.File)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	ctx := context.Background()
	info, err := webm.Scan(ctx, f, st.Size())
	if err != nil {
		return err
	}
	d, err := tool.Decode(ctx, c.clip.File, info, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if c.stream, err = c.model.NewStream(c.clip.Width, c.clip.Height, attention.PriorAuto); err != nil {
		return err
	}
	var shrink pix.Shrinker
	small, next, first := pix.New(c.stream.Size()), time.Duration(0), time.Duration(-1)
	for {
		frame, err := d.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if first < 0 {
			first = frame.PTS
		}
		shrink.YCbCr(small, frame.Image)
		at := frame.PTS - first
		density, err := c.stream.Next(small, at)
		if err == nil && at >= next {
			next += sampleEvery
			err = c.sample(small, density, at.Seconds())
		}
		frame.Release()
		if err != nil {
			return err
		}
	}
}

// sample measures one frame.
func (c *clipRun) sample(small *pix.RGB, d saccade.Density, at float64) error {
	p := people{sx: degree, sy: degree * float64(c.clip.Width) / float64(c.clip.Height)}
	for _, f := range c.clip.Fixations {
		if f.Onset <= at && at < f.End {
			p.at = append(p.at, f.Fixation)
		}
	}
	if len(p.at) < 3 {
		return nil
	}
	views, err := c.model.FrameViews(small, attention.PriorAuto)
	if err != nil {
		return err
	}
	blurred, raw := make([]float64, len(c.areas)), make([]float64, len(c.areas))
	for i, a := range c.areas {
		blurred[i], raw[i] = p.share(*a.Box), p.raw(*a.Box)
	}
	c.people, c.raw, c.shares = append(c.people, blurred), append(c.raw, raw), append(c.shares, shares(d, c.areas))
	c.focus[0] += score.Focus(p.density(d.W, d.H))
	c.focus[1] += score.Focus(d)
	for k, v := range views {
		c.views[k] = append(c.views[k], shares(v, c.areas))
		c.viewed[k] += score.Focus(v)
	}
	return nil
}

// result is the means over the samples.
func (c *clipRun) result() gazed {
	n := float64(len(c.people))
	mean := func(rows [][]float64, i int) (sum float64) {
		for _, r := range rows {
			sum += r[i] / n
		}
		return sum
	}
	g := gazed{Kind: kindVideo, Name: c.clip.Name, Group: c.clip.Name}
	g.Focus = focusCase{People: c.focus[0] / n, Model: c.focus[1] / n}
	for i, a := range c.areas {
		one := areaCase{Box: *a.Box, People: mean(c.people, i), Raw: mean(c.raw, i), Model: mean(c.shares, i)}
		for k := range c.views {
			one.Views = append(one.Views, mean(c.views[k], i))
		}
		g.Areas = append(g.Areas, one)
	}
	for _, v := range c.viewed {
		g.Focus.Views = append(g.Focus.Views, v/n)
	}
	return g
}

// The kinds of what is looked at.
const (
	kindPhoto = "photo"
	kindPage  = "page"
	kindVideo = "video"
)

// collect measures all sets.
func collect(model *attention.Neural, shared string) ([]gazed, error) {
	var all []gazed
	for _, s := range []string{"osie", "crowd", "scene", "eyevis-web"} {
		kind := kindPhoto
		if s == "eyevis-web" {
			kind = kindPage
		}
		g, err := collectImages(model, filepath.Join(shared, "data/attention", s), kind)
		if err != nil {
			return nil, err
		}
		all = append(all, g...)
	}
	g, err := collectClips(filepath.Join(shared, "data/video-gaze/hevc33"), func(int) (attention.Examiner, error) { return model, nil })
	return append(all, g...), err
}
