package movie

import (
	"context"
	"io"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// Limits of what is read of a file: a minute of video needs far less.
const (
	maxMovie    = 32 << 20 // bytes of the movie box
	maxFragment = 8 << 20  // bytes of the box of a fragment
	maxBoxes    = 100_000  // boxes of the file itself
)

// reader reads the boxes of a file.
type reader struct {
	r       io.ReaderAt
	size    int64
	movie   []byte
	video   *track
	audio   *track
	defects defects
}

// defects are what was met on the way.
type defects struct {
	cut      bool // the file ends within a box
	outside  bool // samples lie in other files
	archived bool // the movie box is compressed, or only refers to others
}

// scanBoxes judges an MP4 or QuickTime file.
func scanBoxes(ctx context.Context, r io.ReaderAt, size int64, format saccade.Format) (webm.Info, error) {
	f := reader{r: r, size: size}
	if err := f.walk(ctx, f.readMovie); err != nil {
		return webm.Info{}, err
	}
	if f.movie == nil {
		return webm.Info{}, f.incomplete()
	}
	f.tracks()
	if err := f.check(format); err != nil {
		return webm.Info{}, err
	}
	if len(find(f.movie, "mvex")) > 0 {
		if err := f.walk(ctx, f.readFragment); err != nil {
			return webm.Info{}, err
		}
	}
	return f.info(format)
}

// walk calls see for every box of the file itself that is complete.
func (f *reader) walk(ctx context.Context, see func(kind string, at, size int64) error) error {
	var head [16]byte
	for at, n := int64(0), 0; at+8 <= f.size && n < maxBoxes; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		got, err := f.r.ReadAt(head[:], at)
		if err != nil && err != io.EOF {
			return err
		}
		b := head[:got]
		size, inner := int64(u32(b)), int64(8)
		switch {
		case size == 1:
			size, inner = int64(u64(after(b, 8))&(1<<62-1)), 16
		case size == 0:
			size = f.size - at
		}
		if size < inner { // what follows is no box; ffmpeg stops there, too
			return nil
		}
		if size > f.size-at {
			f.defects.cut = true
			size = f.size - at
			if kind := string(b[4:8]); kind == "moov" || kind == "moof" {
				return nil
			}
		}
		if err := see(string(b[4:8]), at+inner, size-inner); err != nil {
			return err
		}
		at += size
	}
	return nil
}

// readMovie keeps the first movie box.
func (f *reader) readMovie(kind string, at, size int64) (err error) {
	if kind != "moov" || f.movie != nil {
		return nil
	}
	if size > maxMovie {
		return unreadable("The file is damaged: its table of frames is far larger than that of a video. Please export it again.")
	}
	f.movie, err = f.read(at, size)
	return err
}

func (f *reader) read(at, size int64) ([]byte, error) {
	b := make([]byte, max(size, 0))
	_, err := io.ReadFull(io.NewSectionReader(f.r, at, size), b)
	return b, err
}

// incomplete is the error for a file without a movie box.
func (f *reader) incomplete() error {
	if f.defects.cut {
		return unreadable("The file is cut off: it ends before its table of frames (moov). Please upload the whole file, or record it again.")
	}
	return unreadable("The file has no table of frames (moov): the recording was not finished, or it is not a video. Please export it again.")
}

// tracks picks the first track of video and of audio.
func (f *reader) tracks() {
	movie := find(f.movie, "mvhd")
	scale := u32(after(movie, 12))
	if len(movie) > 0 && movie[0] == 1 {
		scale = u32(after(movie, 20))
	}
	for _, b := range boxes(f.movie) {
		switch b.kind {
		case "cmov", "rmra":
			f.defects.archived = true
		case "trak":
			t := parseTrack(b.body, scale)
			f.defects.outside = f.defects.outside || t.outside && (t.handler == "vide" || t.handler == "soun")
			switch {
			case t.handler == "vide" && f.video == nil:
				f.video = t
			case t.handler == "soun" && f.audio == nil:
				f.audio = t
			}
		}
	}
	for _, t := range []*track{f.video, f.audio} {
		if t != nil {
			t.samples = parseSamples(t.table, f.size)
		}
	}
	for _, b := range boxes(find(f.movie, "mvex")) {
		for _, t := range []*track{f.video, f.audio} {
			if b.kind == "trex" && t != nil && u32(after(b.body, 4)) == t.id {
				t.defaultDelta = u32(after(b.body, 12))
			}
		}
	}
}

// check refuses what cannot be used, whatever its frames are.
func (f *reader) check(format saccade.Format) error {
	v := f.video
	switch {
	case f.defects.outside || f.defects.archived && v == nil:
		return refuse("The frames lie in other files, to which this one only refers. Please export it as a self-contained file.")
	case v == nil && f.audio != nil:
		return refuse("The file holds audio only; a video track is needed.")
	case v == nil:
		return refuse("The file has no video track.")
	case v.encrypted:
		return unreadable("The video is encrypted. Please upload it without protection.")
	case codecOf(v.code, format) == "":
		return refuse("The video's codec %q is not one that is taken in %s. Please encode it as %s.", v.code, names[format], codecList(format))
	case v.width == 0 || v.height == 0:
		return unreadable("The file is damaged: its frames have no size. Please export it again.")
	case v.scale == 0:
		return unreadable("The file is damaged: its times have no unit. Please export it again.")
	}
	return nil
}

// info sums up.
func (f *reader) info(format saccade.Format) (webm.Info, error) {
	v := f.video
	shown := v.shown()
	if len(shown.times) == 0 {
		return webm.Info{}, unreadable("The file holds no complete frame that is shown. Please export it again.")
	}
	i := webm.Info{
		Format: format, Codec: codecOf(v.code, format), Width: v.width, Height: v.height, AspectNum: v.aspectNum, AspectDen: v.aspectDen,
		Frames: len(shown.times), Truncated: f.defects.cut, Transparent: v.alpha(), HasAlpha: v.alpha(), Frame: shown.spacing, Color: v.color,
		FirstPTS: shown.times[0], LastPTS: shown.times[len(shown.times)-1], End: shown.end,
	}
	if v.turned { // ffmpeg turns the frames upright
		i.Width, i.Height, i.AspectNum, i.AspectDen = i.Height, i.Width, i.AspectDen, i.AspectNum
	}
	if i.End <= i.FirstPTS {
		return webm.Info{}, unreadable("The video has no duration: all its frames are shown at one time. Please export it again.")
	}
	if a := f.audio; a != nil && a.count() > 0 && !a.encrypted {
		i.HasAudio, i.AudioCodec, i.AudioEnd = true, a.code, a.end()
		if slack := i.Frame + 60*time.Millisecond; i.AudioEnd > i.End+slack {
			i.End = i.AudioEnd // the last frame stays, as in WebM
		}
	}
	i.Duration = i.End - i.FirstPTS
	return i, nil
}
