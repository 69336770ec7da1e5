package movie_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/movie"
	"github.com/saccade-dev/saccade/internal/webm"
)

// atom makes a box.
func atom(kind string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	return slices.Concat(be(len(body)+8), []byte(kind), body)
}

// be makes big-endian numbers of 4 bytes.
func be(values ...int) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// recipe is a movie of three frames, at 0, 100 and 250 ms, that tests change.
type recipe struct {
	handler, code string
	width, height int
	reference     []byte // data reference
	matrix        []byte
	edits         []byte
	deltas        []byte
	count         int // of samples
	scale         int
	extra         []byte // boxes of the movie
}

func plain() recipe {
	return recipe{
		handler: "vide", code: "avc1", width: 64, height: 32, reference: atom("url ", be(1)), matrix: be(1<<16, 0, 0, 0, 1<<16, 0, 0, 0, 1<<30),
		deltas: be(3, 1, 100, 1, 150, 1, 50), count: 3, scale: 1000,
	}
}

func (r recipe) bytes() []byte {
	entry := slices.Concat(make([]byte, 6), []byte{0, 1}, make([]byte, 16), be(r.width<<16|r.height), make([]byte, 50))
	table := atom("stbl",
		atom("stsd", be(0, 1), atom(r.code, entry)), atom("stts", be(0), r.deltas), atom("stsz", be(0, 1, r.count)),
		atom("stsc", be(0, 1, 1, 3, 1)), atom("stco", be(0, 1, 32)))
	track := atom("trak",
		atom("tkhd", be(7, 0, 0, 1, 0, 300, 0, 0, 0, 0), r.matrix, be(r.width<<16, r.height<<16)), r.edits,
		atom("mdia", atom("mdhd", be(0, 0, 0, r.scale, 300, 0)), atom("hdlr", be(0, 0), []byte(r.handler), make([]byte, 13)),
			atom("minf", atom("dinf", atom("dref", be(0, 1), r.reference)), table)))
	return slices.Concat(atom("ftyp", []byte("isom"), be(0), []byte("mp41")), atom("mdat", make([]byte, 100)), atom("moov", atom("mvhd", be(0, 0, 0, 1000, 300)), track, r.extra))
}

func scan(b []byte, format saccade.Format) (webm.Info, error) {
	return movie.Scan(context.Background(), bytes.NewReader(b), int64(len(b)), format)
}

func TestScan(t *testing.T) {
	edits := func(entries ...int) []byte { return atom("edts", atom("elst", be(0, len(entries)/3), be(entries...))) }
	const ms = time.Millisecond
	for name, tc := range map[string]struct {
		change                func(*recipe)
		first, last, end      time.Duration
		frames, width, height int
	}{
		"plain":               {func(*recipe) {}, 0, 250 * ms, 300 * ms, 3, 64, 32},
		"late":                {func(r *recipe) { r.edits = edits(400, -1, 1<<16, 300, 0, 1<<16) }, 400 * ms, 650 * ms, 700 * ms, 3, 64, 32},
		"without a beginning": {func(r *recipe) { r.edits = edits(200, 50, 1<<16) }, 50 * ms, 50 * ms, 200 * ms, 1, 64, 32},
		"twice":               {func(r *recipe) { r.edits = edits(300, 0, 1<<16, 120, 0, 1<<16) }, 0, 400 * ms, 420 * ms, 5, 64, 32},
		"to its end":          {func(r *recipe) { r.edits = edits(0, 100, 1<<16) }, 0, 150 * ms, 200 * ms, 2, 64, 32},
		"on its side":         {func(r *recipe) { r.matrix = be(0, 1<<16, 0, -1<<16, 0, 0, 0, 0, 1<<30) }, 0, 250 * ms, 300 * ms, 3, 32, 64},
	} {
		t.Run(name, func(t *testing.T) {
			r := plain()
			tc.change(&r)
			i, err := scan(r.bytes(), saccade.FormatMP4)
			if err != nil {
				t.Fatal(err)
			}
			got := []any{i.FirstPTS, i.LastPTS, i.End, i.Frames, i.Width, i.Height, i.Codec}
			if diff := cmp.Diff([]any{tc.first, tc.last, tc.end, tc.frames, tc.width, tc.height, "h264"}, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestScanRefuses: hostile and broken files have errors that say what they are.
func TestScanRefuses(t *testing.T) {
	changed := func(change func(*recipe)) []byte {
		r := plain()
		change(&r)
		return r.bytes()
	}
	good := plain().bytes()
	reference := changed(func(r *recipe) { r.reference = atom("url ", be(0), []byte("http://169.254.169.254/secret\x00")) })
	for name, tc := range map[string]struct {
		b      []byte
		format saccade.Format
		code   saccade.Code
		says   string
	}{
		"empty":              {nil, saccade.FormatMP4, saccade.CodeInvalidInput, "empty"},
		"a WebM":             {[]byte("\x1A\x45\xDF\xA3 and so on, on"), saccade.FormatMP4, saccade.CodeInvalidInput, "it is a WebM"},
		"a GIF as MP4":       {gif(1, 1, 10), saccade.FormatMP4, saccade.CodeInvalidInput, "it is a GIF"},
		"MP4 as GIF":         {good, saccade.FormatGIF, saccade.CodeInvalidInput, "not a GIF"},
		"a list of files":    {[]byte("ffconcat version 1.0\nfile '/etc/passwd'\n"), saccade.FormatMP4, saccade.CodeInvalidInput, "a text that begins with"},
		"a playlist":         {[]byte("#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n"), saccade.FormatMOV, saccade.CodeInvalidInput, "HLS playlist"},
		"another file":       {reference, saccade.FormatMP4, saccade.CodeInvalidInput, "other files"},
		"a reference movie":  {slices.Concat(atom("ftyp", []byte("qt  ")), atom("moov", atom("rmra", []byte("http://example.com")))), saccade.FormatMOV, saccade.CodeInvalidInput, "other files"},
		"cut off":            {good[:len(good)-40], saccade.FormatMP4, saccade.CodeUnreadableVideo, "cut off"},
		"no moov":            {slices.Concat(atom("ftyp", []byte("isom"), be(0)), atom("mdat", make([]byte, 50))), saccade.FormatMP4, saccade.CodeUnreadableVideo, "moov"},
		"audio only":         {changed(func(r *recipe) { r.handler = "soun" }), saccade.FormatMP4, saccade.CodeInvalidInput, "audio only"},
		"no track":           {changed(func(r *recipe) { r.handler = "text" }), saccade.FormatMP4, saccade.CodeInvalidInput, "no video track"},
		"no duration":        {changed(func(r *recipe) { r.deltas = be(1, 3, 0) }), saccade.FormatMP4, saccade.CodeUnreadableVideo, "no duration"},
		"no unit of time":    {changed(func(r *recipe) { r.scale = 0 }), saccade.FormatMP4, saccade.CodeUnreadableVideo, "unit"},
		"no size":            {changed(func(r *recipe) { r.width = 0 }), saccade.FormatMP4, saccade.CodeUnreadableVideo, "size"},
		"no frames":          {changed(func(r *recipe) { r.count = 0 }), saccade.FormatMP4, saccade.CodeUnreadableVideo, "no complete frame"},
		"encrypted":          {changed(func(r *recipe) { r.code = "encv" }), saccade.FormatMP4, saccade.CodeUnreadableVideo, "encrypted"},
		"ProRes as MP4":      {changed(func(r *recipe) { r.code = "apcn" }), saccade.FormatMP4, saccade.CodeInvalidInput, `"apcn"`},
		"an unknown codec":   {changed(func(r *recipe) { r.code = "cvid" }), saccade.FormatMOV, saccade.CodeInvalidInput, "ProRes"},
		"a table of 4 GB":    {slices.Concat(atom("ftyp", []byte("isom"), be(0)), be(1<<30), []byte("moov")), saccade.FormatMP4, saccade.CodeUnreadableVideo, "cut off"},
		"a GIF with nothing": {gif(9, 9), saccade.FormatGIF, saccade.CodeUnreadableVideo, "no complete frame"},
		"half a GIF":         {gif(9, 9, 10)[:25], saccade.FormatGIF, saccade.CodeUnreadableVideo, "no complete frame"},
		"a GIF without size": {gif(0, 9, 10), saccade.FormatGIF, saccade.CodeUnreadableVideo, "no size"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := scan(tc.b, tc.format)
			if !saccade.IsCode(err, tc.code) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %s with %q", err, tc.code, tc.says)
			}
		})
	}
}

// TestLies: counts that a file claims take neither memory nor time, and what it truly
// has too much of is counted, so that the limits refuse it.
func TestLies(t *testing.T) {
	r := plain()
	r.deltas, r.count = be(1, -1, 1), 0x7fffffff // 2 billion samples of a byte, in a file of a kilobyte
	if i, err := scan(r.bytes(), saccade.FormatMP4); err != nil || i.Frames > 1000 {
		t.Errorf("%d frames in a kilobyte: %v", i.Frames, err)
	}
	r = plain()
	r.deltas = be(0x7fffffff, 1, 100)
	if i, err := scan(r.bytes(), saccade.FormatMP4); err != nil || i.Frames != 1 {
		t.Errorf("%d frames with times: %v", i.Frames, err)
	}
	bomb := gif(65535, 65535, 10)
	i, err := scan(bomb, saccade.FormatGIF)
	if err != nil || !saccade.IsCode(i.CheckPixels(9<<20), saccade.CodeInvalidInput) {
		t.Errorf("a GIF of %d x %d: %v", i.Width, i.Height, err)
	}
	many, err := scan(gif(1, 1, make([]int, 20_000)...), saccade.FormatGIF)
	if err != nil || !saccade.IsCode(many.CheckLimits(time.Minute), saccade.CodeInvalidInput) {
		t.Errorf("a GIF of %d frames in %v: %v", many.Frames, many.Duration, err)
	}
}

// gif makes a GIF with a frame of a pixel for each delay; below 0: without a delay.
func gif(w, h int, delays ...int) []byte {
	b := append([]byte("GIF89a"), byte(w), byte(w>>8), byte(h), byte(h>>8), 0x80, 0, 0, 0, 0, 0, 255, 255, 255)
	for _, d := range delays {
		if d >= 0 {
			b = append(b, '!', 0xF9, 4, 1, byte(d), byte(d>>8), 1, 0)
		}
		b = append(b, ',', 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0)
	}
	return append(b, ';')
}

// TestGIFDelays: what is to be shown for less than 20 ms is shown for 100, as in
// browsers; a file that ends early has its complete frames.
func TestGIFDelays(t *testing.T) {
	const ms = time.Millisecond
	b := gif(1, 1, 5, 0, 1, 2, -1, 300)
	i, err := scan(b, saccade.FormatGIF)
	if err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{0, 50 * ms, 150 * ms, 250 * ms, 270 * ms, 370 * ms}
	if diff := cmp.Diff(want, i.Times); diff != "" || i.End != 3370*ms || i.Truncated {
		t.Errorf("until %v, cut %v: (-want +got)\n%s", i.End, i.Truncated, diff)
	}
	if i, err = scan(b[:len(b)-5], saccade.FormatGIF); err != nil || i.Frames != 5 || !i.Truncated {
		t.Errorf("%d frames of a GIF that is cut off: %v", i.Frames, err)
	}
}

func TestSniff(t *testing.T) {
	for head, want := range map[string]saccade.Format{
		"\x00\x00\x00\x20ftypisom....": saccade.FormatMP4, "\x00\x00\x00\x20ftypqt  ....": saccade.FormatMOV, "\x00\x00\x00\x08wide....mdat": saccade.FormatMOV,
		"GIF89a": saccade.FormatGIF, "RIFF....WEBPVP8 ": saccade.FormatWebP, "\x00\x00\x00\x20ftypavif....": "", "\x1A\x45\xDF\xA3............": "", "": "",
	} {
		if got := movie.Sniff([]byte(head)); got != want {
			t.Errorf("%q is %q, want %q", head, got, want)
		}
	}
}

func TestSniffFile(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "page.png": "\x89PNG\r\n", "page.jpg": "\xff\xd8\xff", "short": "\x89", "page.webp": "RIFF....WEBPVP8 "} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{
		"empty": "The file is empty.", ".": "This is a directory", "nowhere": "cannot be read: no such file or directory.",
		"page.png": "image ", "page.jpg": "image ", "page.webp": "image webp", "short": "video ",
	} {
		kind, format, err := movie.SniffFile(filepath.Join(dir, name))
		got := string(kind) + " " + string(format)
		if err != nil {
			got = saccade.AsError(err).Message
		}
		if !strings.Contains(got, want) || err != nil && strings.Contains(got, dir) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// brokenReader fails behind its first bytes.
type brokenReader struct{ b []byte }

var errDisk = errors.New("the disk is gone")

func (r brokenReader) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		return 0, errDisk
	}
	return copy(p, r.b), io.EOF
}

// TestFaults: what is not the file's fault is no error of the file.
func TestFaults(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	good := plain().bytes()
	if _, err := movie.Scan(ctx, bytes.NewReader(good), int64(len(good)), saccade.FormatMP4); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
	if _, err := movie.Scan(context.Background(), brokenReader{good}, int64(len(good)), saccade.FormatMP4); !errors.Is(err, errDisk) {
		t.Errorf("from a broken disk: %v", err)
	}
}

func FuzzScan(f *testing.F) {
	r := plain()
	r.extra = atom("mvex", atom("trex", be(0, 1, 1, 40, 0, 0)))
	fragment := atom("moof", atom("mfhd", be(0, 1)), atom("traf", atom("tfhd", be(8, 1, 40)), atom("tfdt", be(0, 300)), atom("trun", be(0x901, 2, 0, 40, 0, 50, 10))))
	for _, b := range [][]byte{plain().bytes(), slices.Concat(r.bytes(), fragment, atom("mdat")), gif(3, 2, 4, 0, 9), {}} {
		f.Add(b, true)
		f.Add(b, false)
	}
	f.Fuzz(func(t *testing.T, b []byte, mov bool) {
		for _, format := range []saccade.Format{saccade.FormatGIF, map[bool]saccade.Format{true: saccade.FormatMOV, false: saccade.FormatMP4}[mov]} {
			i, err := scan(b, format)
			var e *saccade.Error
			if err != nil && !errors.As(err, &e) {
				t.Fatalf("not an error of the file: %v", err)
			}
			if err == nil && (i.Frames < 1 || i.Width < 1 || i.Height < 1 || i.FirstPTS < 0 || i.LastPTS < i.FirstPTS || i.End <= i.FirstPTS || i.Format != format) {
				t.Fatalf("%+v", i)
			}
		}
	})
}

// TestFragments: frames of fragments are counted from where their fragment begins.
func TestFragments(t *testing.T) {
	r := plain()
	r.extra = atom("mvex", atom("trex", be(0, 1, 1, 40, 0, 0)))
	fragment := atom("moof", atom("mfhd", be(0, 1)), atom("traf", atom("tfhd", be(0, 1)), atom("tfdt", be(0, 300)), atom("trun", be(0x800, 2, 0, 20))))
	i, err := scan(slices.Concat(r.bytes(), fragment, atom("mdat")), saccade.FormatMP4)
	if err != nil || i.Frames != 5 || i.LastPTS != 360*time.Millisecond || i.End != 400*time.Millisecond {
		t.Errorf("%d frames, the last at %v until %v: %v", i.Frames, i.LastPTS, i.End, err)
	}
}
