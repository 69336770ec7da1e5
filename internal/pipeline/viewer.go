package pipeline

import (
	"bufio"
	"image"
	"image/draw"
	"image/jpeg"
	"os"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/render"
)

// gridFile is the attention.grid of a job; nil: none is wanted.
type gridFile struct {
	*artifact.GridWriter
	file *os.File
}

// openGrid starts the file, if the job wants it.
func openGrid(job Job) (*gridFile, error) {
	if !job.grid() {
		return nil, nil
	}
	f, err := os.Create(job.file(artifact.GridFile))
	if err != nil {
		return nil, err
	}
	return &gridFile{artifact.NewGridWriter(f), f}, nil
}

// add appends a frame.
func (g *gridFile) add(at float64, d saccade.Density) error {
	if g == nil {
		return nil
	}
	return g.Write(at, d)
}

// Close closes the file.
func (g *gridFile) Close() error {
	if g == nil {
		return nil
	}
	return g.file.Close()
}

// linkGrid names the file in an answer about attention, or where it was asked for.
func linkGrid(out *saccade.Outputs[saccade.File], job Job) {
	if !job.grid() {
		return
	}
	if out.Attention == nil && job.Request.Wants(saccade.OutGrid) {
		out.Attention = &saccade.AttentionOutput[saccade.File]{}
	}
	if out.Attention != nil {
		out.Attention.Grid = artifact.GridFile
	}
}

// Posters have at most this size, in pixels; of what is taller they show the top.
const (
	posterWidth   = 480
	posterHeight  = 640
	posterQuality = 80 // of JPEG, 1 to 100
)

// posterAt is where in a video its poster is taken: at this share of its duration, since
// many begin with nothing.
const posterAt = 1.0 / 3

// posterSize returns the size at which an image of w x h becomes a poster, before what is
// too tall is cut away.
func posterSize(w, h int) image.Point {
	if w <= posterWidth {
		return image.Pt(w, h)
	}
	return image.Pt(posterWidth, max(1, h*posterWidth/w))
}

// writePosters writes both posters of a job from a small image and returns their names.
func writePosters(job Job, small *pix.RGB, d saccade.Density) (*saccade.PosterOutput[saccade.File], error) {
	all := image.Rect(0, 0, small.W, min(small.H, posterHeight))
	m := image.NewRGBA(all)
	draw.Draw(m, all, small.Image(), image.Point{}, draw.Src)
	if err := writeJPEG(job.file(artifact.PosterJPG), m); err != nil {
		return nil, err
	}
	draw.Draw(m, all, render.Attention(d, job.Request.Palette).Image(small.W, small.H), image.Point{}, draw.Over)
	if err := writeJPEG(job.file(artifact.PosterHeatJPG), m); err != nil {
		return nil, err
	}
	return &saccade.PosterOutput[saccade.File]{Plain: artifact.PosterJPG, Heat: artifact.PosterHeatJPG}, nil
}

// writeJPEG writes an image to a new file, or in place of the former one.
func writeJPEG(path string, m image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(f)
	if err := jpeg.Encode(b, m, &jpeg.Options{Quality: posterQuality}); err != nil {
		return closing(f, err)
	}
	if err := b.Flush(); err != nil {
		return closing(f, err)
	}
	return f.Close()
}

// posters takes the posters of a video: of its first frame, and then of the first one
// behind a third of its duration.
type posters struct {
	job    Job
	after  float64 // seconds since the first frame
	taken  int
	answer *saccade.PosterOutput[saccade.File]
}

// Frame looks at a frame whose density is predicted and that nothing is drawn on yet.
func (p *posters) Frame(f *frame) (err error) {
	if !p.job.Viewer || p.taken == 2 || p.taken == 1 && f.at < p.after {
		return nil
	}
	p.taken++
	if f.at >= p.after {
		p.taken = 2
	}
	size := posterSize(f.decoded.Image.Rect.Dx(), f.decoded.Image.Rect.Dy())
	small := pix.New(size.X, size.Y)
	pix.ShrinkYCbCr(small, f.decoded.Image)
	p.answer, err = writePosters(p.job, small, f.density)
	return err
}
