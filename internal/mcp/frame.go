package mcp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"io"
	"os"
	"time"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/client"
	"github.com/saccade-dev/saccade/internal/artifact"
	"github.com/saccade-dev/saccade/internal/pix"
	"github.com/saccade-dev/saccade/internal/webm"
)

type frameIn struct {
	ID string  `json:"id" jsonschema:"id of an analysis"`
	T  float64 `json:"t,omitempty" jsonschema:"seconds from the first frame"`
}

type frameOut struct {
	ID           string             `json:"id,omitempty"`
	Frame        int                `json:"frame" jsonschema:"number of the frame, from 0"`
	T            float64            `json:"t" jsonschema:"seconds from the first frame"`
	Focus        int                `json:"focus" jsonschema:"0 to 100"`
	Clarity      *int               `json:"clarity,omitempty" jsonschema:"0 to 100"`
	Excitingness *int               `json:"excitingness,omitempty" jsonschema:"0 to 100"`
	Cut          bool               `json:"cut,omitempty" jsonschema:"first frame of a new scene"`
	Gaze         []pointOut         `json:"gaze,omitempty" jsonschema:"strongest places"`
	Areas        map[string]float64 `json:"areas,omitempty" jsonschema:"share of attention of every area of interest that exists now"`
	Error        *problem           `json:"error,omitempty"`
}

func (o *frameOut) fail(p *problem) { o.Error = p }

// frame is the tool of this name.
func (t *tools) frame(ctx context.Context, c *call, in frameIn, out *frameOut) (*sdk.CallToolResult, error) {
	if in.T < 0 {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "t is seconds from the first frame, 0 or more.").About("t")
	}
	a, err := t.backend.Analysis(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	links, err := data(a)
	if err != nil {
		return nil, err
	}
	var row artifact.Row // the last that has begun at t
	first, seen := 0.0, false
	if err := t.rows(ctx, links.JSON, func(r artifact.Row) bool {
		if !seen {
			first, seen = r.Time, true
		} else if r.Time-first > in.T {
			return false
		}
		row = r
		return true
	}); err != nil {
		return nil, err
	}
	if o := a.Outputs.Input; o != nil && a.Type == saccade.KindVideo && o.Duration > 0 && in.T > o.Duration {
		return nil, saccade.Errorf(saccade.CodeInvalidInput, "The video ends at %.3f s.", o.Duration).About("t")
	}
	*out = frameOut{ID: plain(a.ID, MaxText), Frame: row.Frame, T: row.Time - first, Focus: row.Focus, Clarity: row.Clarity,
		Excitingness: row.Excitingness, Cut: row.Cut, Gaze: gazeOut(row.Gaze), Areas: map[string]float64{}}
	for name, share := range row.AOIs {
		if out.Areas[plain(name, MaxText)] = share; !fits(out) {
			break
		}
	}
	lines := []string{fmt.Sprintf("Frame %d of analysis %s, at %.3f s: focus %d.", out.Frame, out.ID, out.T, out.Focus)}
	if len(out.Gaze) > 0 {
		lines = append(lines, fmt.Sprintf("Strongest place: x %.2f, y %.2f, with %s of attention.", out.Gaze[0].X, out.Gaze[0].Y, percent(out.Gaze[0].Mass)))
	}
	res := answered(lines...)
	shown, err := t.frameImage(ctx, c, a, time.Duration(out.T*float64(time.Second)))
	if err != nil {
		return nil, err
	}
	if shown != nil {
		res.Content = append(res.Content, shown)
	}
	return res, nil
}

// frameImage returns a frame under its heat map; nil where none can be had.
func (t *tools) frameImage(ctx context.Context, c *call, a *client.Analysis, at time.Duration) (*sdk.ImageContent, error) {
	if a.Type != saccade.KindVideo {
		return t.heat(ctx, a)
	}
	link := a.Outputs.Attention.AttentionMap
	if t.cfg.Video == nil || link == "" {
		return nil, nil
	}
	f, err := t.download(ctx, c, link, "attentionMap.webm")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := t.grab(ctx, f, at)
	if err != nil {
		return nil, err
	}
	return encode(m)
}

// grab decodes a video up to a time since its first frame, and returns the
// frame that is shown then.
func (t *tools) grab(ctx context.Context, f *os.File, at time.Duration) (image.Image, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	container, err := webm.Scan(ctx, f, info.Size())
	if err != nil {
		return nil, err
	}
	d, err := t.cfg.Video.Decode(ctx, f.Name(), container, 0)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var shown *image.YCbCr
	var first time.Duration
	for {
		frame, err := d.Next()
		if errors.Is(err, io.EOF) && shown != nil {
			break
		}
		if err != nil {
			return nil, err
		}
		if shown == nil {
			first = frame.PTS
		} else if frame.PTS-first > at+time.Millisecond { // times are rounded to milliseconds
			break
		}
		shown = frame.Image // not released: it is read below
	}
	w, h := fit(shown.Rect.Dx(), shown.Rect.Dy())
	small := pix.New(w, h)
	pix.ShrinkYCbCr(small, shown)
	return small.Image(), nil
}

// fit returns the size at which an image is shown.
func fit(w, h int) (int, int) {
	if w <= MaxSide && h <= MaxSide {
		return w, h
	}
	if w >= h {
		return MaxSide, max(1, h*MaxSide/w)
	}
	return max(1, w*MaxSide/h), MaxSide
}

// maxMap bounds what is fetched of an image and its map.
const maxMap = 64 << 20

// maxPixels is the largest image that is put together with its map here, for
// the sake of memory; of a larger one its poster is shown.
const maxPixels = 8_000_000

// heat returns an image or page under its heat map, of a video its poster; nil
// where there is none. Of what is tall it shows the top.
func (t *tools) heat(ctx context.Context, a *client.Analysis) (*sdk.ImageContent, error) {
	o := a.Outputs
	if o.Input == nil || o.Attention == nil {
		return nil, nil
	}
	if a.Type == saccade.KindVideo || o.Input.Width*o.Input.Height > maxPixels {
		if o.Input.Poster == nil || o.Input.Poster.Heat == "" {
			return nil, nil
		}
		m, err := t.fetchImage(ctx, o.Input.Poster.Heat)
		if err != nil {
			return nil, err
		}
		return encode(m)
	}
	if o.Input.Image == "" || o.Attention.AttentionMap == "" {
		return nil, nil
	}
	ground, err := t.fetchImage(ctx, o.Input.Image)
	if err != nil {
		return nil, err
	}
	over, err := t.fetchLayer(ctx, o.Attention.AttentionMap)
	if err != nil {
		return nil, err
	}
	size := ground.Bounds().Size()
	m := image.NewRGBA(image.Rect(0, 0, size.X, min(size.Y, tall*size.X)))
	draw.Draw(m, m.Rect, ground, ground.Bounds().Min, draw.Src)
	draw.Draw(m, m.Rect, over, over.Bounds().Min, draw.Over)
	return encode(m)
}

// tall is how many widths of an image are shown of its height.
const tall = 2

func (t *tools) fetch(ctx context.Context, link saccade.Link) ([]byte, error) {
	b := &bounded{most: maxMap}
	err := t.backend.Download(ctx, link, b)
	return b.Bytes(), err
}

// fetchImage fetches an image that has no transparency of its own.
func (t *tools) fetchImage(ctx context.Context, link saccade.Link) (image.Image, error) {
	b, err := t.fetch(ctx, link)
	if err != nil {
		return nil, err
	}
	m, _, err := pix.Decode(b)
	return m, err
}

// fetchLayer fetches a map, transparency and all.
func (t *tools) fetchLayer(ctx context.Context, link saccade.Link) (image.Image, error) {
	b, err := t.fetch(ctx, link)
	if err != nil {
		return nil, err
	}
	if size, err := pix.Size(b); err != nil || size.X*size.Y > maxPixels { // bounds what is decoded
		return nil, errors.Join(err, errors.New("the map is too large"))
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	return m, err
}

// bounded is a buffer that does not grow beyond its size.
type bounded struct {
	bytes.Buffer
	most int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errors.New("a file of the result is too large")
	}
	return b.Buffer.Write(p)
}

// encode returns an image as a JPEG within the limits of an answer.
func encode(m image.Image) (*sdk.ImageContent, error) {
	w, h := fit(m.Bounds().Dx(), m.Bounds().Dy())
	small := shrink(m, w, h)
	for quality := 85; ; quality -= 15 {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: max(quality, 10)}); err != nil {
			return nil, err
		}
		if b.Len() <= MaxImage {
			return &sdk.ImageContent{Data: b.Bytes(), MIMEType: "image/jpeg"}, nil
		}
		if quality <= 10 {
			small = shrink(small, max(1, small.Bounds().Dx()/2), max(1, small.Bounds().Dy()/2))
		}
	}
}

// shrink scales an opaque image.
func shrink(m image.Image, w, h int) image.Image {
	if m.Bounds().Dx() == w && m.Bounds().Dy() == h {
		return m
	}
	n := image.NewNRGBA(image.Rect(0, 0, m.Bounds().Dx(), m.Bounds().Dy()))
	draw.Draw(n, n.Rect, m, m.Bounds().Min, draw.Src)
	return pix.FromImage(n).Scale(w, h).Image()
}
