package webm

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inter is a shown frame that predicts and refreshes the slots of flags.
func inter(flags byte) []byte { return []byte{0x86, flags >> 2, flags << 6} }

// sourceOf is a judged file in memory.
func sourceOf(t testing.TB, b []byte) *Source {
	t.Helper()
	i, err := scanBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	return &Source{R: bytes.NewReader(b), Size: int64(len(b)), Info: i}
}

// mux runs Mux on a video of these bytes.
func mux(t testing.TB, b []byte, f Parts) ([]byte, error) {
	t.Helper()
	dst, err := os.Create(filepath.Join(t.TempDir(), "out.webm"))
	if err != nil {
		t.Fatal(err)
	}
	defer dst.Close()
	f.Video = Source{R: bytes.NewReader(b), Size: int64(len(b))}
	if err := Mux(t.Context(), dst, f); err != nil {
		return nil, err
	}
	out, err := os.ReadFile(dst.Name())
	if err != nil {
		t.Fatal(err)
	}
	return out, nil
}

// shown is a block as a demuxer sees it.
type shown struct {
	At    time.Duration
	Track byte
	Bytes string
}

// blocks lists all blocks of a file that has sizes everywhere, and where clusters begin.
func blocks(t testing.TB, b []byte) (all []shown, clusters []int64, start int64) {
	t.Helper()
	var base time.Duration
	for pos := int64(0); pos < int64(len(b)); {
		e, ok := parseElement(b[pos:])
		if !ok || e.size == unknownSize || pos+int64(e.head)+e.size > int64(len(b)) {
			t.Fatalf("broken element at %d", pos)
		}
		p := b[pos+int64(e.head):][:e.size]
		next := pos + int64(e.head) + e.size
		switch e.id {
		case idSegment:
			start, next = pos+int64(e.head), pos+int64(e.head)
			if e.size != int64(len(b))-start {
				t.Errorf("the segment has %d bytes, says %d", int64(len(b))-start, e.size)
			}
		case idCluster:
			clusters, next = append(clusters, pos), pos+int64(e.head)
		case idTimestamp:
			base = time.Duration(parseUint(p)) * ms
		case idBlockGroup:
			inner, _ := parseElement(p)
			p = p[inner.head:][:inner.size]
			fallthrough
		case idSimpleBlock:
			all = append(all, shown{base + time.Duration(int16(uint16(p[1])<<8|uint16(p[2])))*ms, p[0] & 0x7F, string(p[4:])})
		}
		pos = next
	}
	return all, clusters, start
}

func TestMux(t *testing.T) {
	key, audio := []byte{0x82, 0x49, 0x83, 0x42}, []byte{0xFC, 1}
	b := file(infoOf(float(idDuration, 400)), el(idTracks, videoTrack("V_VP9")), el(idTags, []byte{0xEC, 0x80}),
		el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0x80, key...)), el(idSimpleBlock, block(1, 100, 0, inter(0x04)...))),
		el(idCluster, num(idTimestamp, 1000), el(idSimpleBlock, block(1, 10, 0x80, key...)), el(idSimpleBlock, block(1, 50, 0, 0x87, 0x80, 0))))
	long := el(idTrackEntry, []byte{0xD7, 0x82, 0x12, 0x34}, num(idTrackType, kindAudio), el(idCodecID, []byte("A_OPUS")), num(idCodecDelay, 6500000), el(0x536E, []byte("secret name")))
	heard := file(infoOf(), el(idTracks, long, videoTrack("V_VP9")), el(idCluster, num(idTimestamp, 1000),
		el(idSimpleBlock, append([]byte{0x52, 0x34, 0, 5, 0x80}, audio...)), // a track number of two bytes
		el(idBlockGroup, num(idBlockDuration, 20), el(idBlock, append([]byte{0x52, 0x34, 3, 0xE8, 0}, audio...)), el(0x75A2, []byte{1})), simple(1, 0)))
	out, err := mux(t, b, Parts{Start: time.Second, Repeats: []time.Duration{1040 * ms, 1200 * ms, 1900 * ms, 2020 * ms, 60_000 * ms}, Audio: sourceOf(t, heard), End: 61 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	got, clusters, start := blocks(t, out)
	want := []shown{
		{1000 * ms, 1, string(key)}, {1005 * ms, 2, string(audio)}, {1040 * ms, 1, "\x88"}, {1100 * ms, 1, string(inter(0x04))},
		{1200 * ms, 1, "\x8A"}, {1900 * ms, 1, "\x8A"}, {2000 * ms, 2, string(audio)}, {2010 * ms, 1, string(key)},
		{2020 * ms, 1, "\x88"}, {2050 * ms, 1, "\x87\x80\x00"}, {60_000 * ms, 1, "\x8F"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if len(clusters) != 3 {
		t.Errorf("%d clusters, want one for each key frame and one behind the pause", len(clusters))
	}
	i, err := scanBytes(out)
	if err != nil || i.Frames != 9 || i.LastPTS != time.Minute || i.Declared != 61*time.Second || i.AudioCodec != "A_OPUS" || i.AudioEnd != 2*time.Second {
		t.Errorf("%+v, %v", i, err)
	}
	if !bytes.Contains(out, num(idCodecDelay, 6500000)) || !bytes.Contains(out, []byte{0x75, 0xA2, 0x81, 1}) {
		t.Error("CodecDelay or DiscardPadding is lost")
	}
	if bytes.Contains(out, []byte("secret")) {
		t.Error("the name of the input's track is in the output")
	}
	checkIndex(t, out, clusters, start)
}

// checkIndex follows the index and the seek head.
func checkIndex(t *testing.T, out []byte, clusters []int64, start int64) {
	t.Helper()
	places := map[int64]bool{}
	for _, c := range clusters {
		places[c-start] = true
	}
	cues := bytes.LastIndex(out, []byte{0x1C, 0x53, 0xBB, 0x6B})
	e, _ := parseElement(out[cues:])
	var at []uint64
	children(out[cues+e.head:], func(_ uint32, point []byte) {
		children(point, func(id uint32, p []byte) {
			if id == idCueTime {
				at = append(at, parseUint(p))
			}
			children(p, func(id uint32, p []byte) {
				if id == idCueClusterPosition && !places[int64(parseUint(p))] {
					t.Errorf("a cue leads to %d, where no cluster is", parseUint(p))
				}
			})
		})
	})
	if diff := cmp.Diff([]uint64{1000, 2010}, at); diff != "" {
		t.Errorf("cues (-want +got):\n%s", diff)
	}
	for id, pos := range seeks(out, start) {
		if e, ok := parseElement(out[start+pos:]); !ok || e.id != id {
			t.Errorf("the seek head leads from %X to %X", id, e.id)
		}
	}
}

// seeks reads the seek head.
func seeks(b []byte, start int64) map[uint32]int64 {
	out := map[uint32]int64{}
	e, _ := parseElement(b[start:])
	children(b[start+int64(e.head):][:e.size], func(_ uint32, p []byte) {
		var id uint32
		children(p, func(field uint32, p []byte) {
			if field == idSeekID {
				id = uint32(parseUint(p))
			} else {
				out[id] = int64(parseUint(p))
			}
		})
	})
	return out
}

func TestMuxRefuses(t *testing.T) {
	vp9 := el(idTracks, videoTrack("V_VP9"))
	good := file(infoOf(), vp9, ten())
	tests := map[string]struct {
		file []byte
		at   time.Duration
	}{
		"empty":               {nil, 0},
		"not WebM":            {append(header("matroska"), good[len(header("webm")):]...), 0},
		"cut short":           {good[:len(good)-2], 500 * ms},
		"noise behind":        {append(bytes.Clone(good), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), 500 * ms},
		"VP8":                 {file(infoOf(), el(idTracks, videoTrack("V_VP8")), ten()), 500 * ms},
		"alpha":               {file(infoOf(), el(idTracks, videoTrack("V_VP9", num(idAlphaMode, 1))), ten()), 500 * ms},
		"before the first":    {file(infoOf(), vp9, cluster(100, 0, 40)), 50 * ms},
		"block without bytes": {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, []byte{0x81, 0}))), 500 * ms},
		"group without block": {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idBlockGroup, num(idBlockDuration, 1)))), 500 * ms},
		"profile 1":           {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0x80, 0xA2, 0x49, 0x83)))), 500 * ms},
		"hidden frame":        {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0, 0x84, 0x49, 0x83)))), 500 * ms},
		"frame not kept":      {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0, inter(0)...)))), 500 * ms},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := mux(t, tc.file, Parts{Repeats: []time.Duration{tc.at}}); err == nil {
				t.Error("no error")
			}
		})
	}
	if _, err := mux(t, good, Parts{Repeats: []time.Duration{500 * ms}}); err != nil {
		t.Errorf("the good file: %v", err)
	}
	broken := errors.New("broken disk")
	if err := Mux(t.Context(), nil, Parts{Video: Source{R: faulty{broken}, Size: 1000}}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

// TestCopyVideo: the stream for the decoder holds the frames of the file, on
// one timeline from zero, and means the same when it is read again.
func TestCopyVideo(t *testing.T) {
	vp9 := el(idTracks, videoTrack("V_VP9", num(idAlphaMode, 1)), audioTrack())
	group := el(idBlockGroup, num(idBlockDuration, 7), el(idBlock, block(1, 80, 0)), el(idBlockAdditions, el(idBlockMore, num(idBlockAddID, 1))))
	tests := map[string][]byte{
		"plain":      file(infoOf(float(idDuration, 400)), vp9, ten()),
		"other tick": file(el(idInfo, num(idTimestampScale, 1e5)), vp9, cluster(0, 0, 400, 800)),
		"late":       file(infoOf(), vp9, cluster(1700000000000, 0, 40, 80)),
		"below zero": file(infoOf(), vp9, cluster(0, -493, -453)),
		"groups":     file(infoOf(), vp9, el(idCluster, num(idTimestamp, 500), simple(1, 0), group)),
		"joined":     append(file(infoOf(), vp9, cluster(0, 0, 100)), file(infoOf(), el(idTracks, audioTrack(), videoTrack("V_VP9")), cluster(0, 0, 100))...),
		"noise":      file(infoOf(), vp9, ten(), []byte{0, 0, 0, 0, 1, 2, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, cluster(400, 0)),
	}
	for name, b := range tests {
		t.Run(name, func(t *testing.T) {
			s := sourceOf(t, b)
			var stream bytes.Buffer
			if err := s.CopyVideo(t.Context(), &stream, AllPlanes); err != nil {
				t.Fatal(err)
			}
			got, err := scanBytes(bytes.Replace(stream.Bytes(), []byte("matroska"), []byte("webm\x00\x00\x00\x00"), 1))
			if err != nil {
				t.Fatal(err)
			}
			type figures struct {
				Frames      int
				First, Last time.Duration
				Transparent bool
				Audio       bool
				Codec       string
			}
			want := figures{s.Info.Frames, 0, s.Info.LastPTS - s.Info.FirstPTS, s.Info.Transparent, false, "vp9"}
			if diff := cmp.Diff(want, figures{got.Frames, got.FirstPTS, got.LastPTS, got.Transparent, got.HasAudio, got.Codec}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// TestCopyPlanes: colors and transparency of the same frames part into two
// streams, each frame with its time.
func TestCopyPlanes(t *testing.T) {
	more := func(id uint64, data string) []byte {
		return el(idBlockMore, num(idBlockAddID, id), el(idBlockAdditional, []byte(data)))
	}
	late := el(idBlockMore, el(idBlockAdditional, []byte("hdr2")), num(idBlockAddID, 4))
	with := func(at int16, additions ...[]byte) []byte {
		return el(idBlockGroup, el(idBlock, append(block(1, at, 0), "color"...)), el(idBlockAdditions, additions...))
	}
	b := file(infoOf(), el(idTracks, videoTrack("V_VP9", num(idAlphaMode, 1))), el(idCluster, num(idTimestamp, 0),
		with(0, more(1, "alpha1")), with(40, more(4, "hdr"), more(1, "alpha2")), simple(1, 80), with(120, more(1, "alpha3"), late)))
	s := sourceOf(t, b)
	for name, tc := range map[string]struct {
		of    Planes
		holds map[string]int
		times []time.Duration
	}{
		"all":    {AllPlanes, map[string]int{"color": 3, "alpha": 3, "hdr": 2}, []time.Duration{0, 40 * ms, 80 * ms, 120 * ms}},
		"colors": {ColorPlanes, map[string]int{"color": 3, "alpha": 0, "hdr": 0}, []time.Duration{0, 40 * ms, 80 * ms, 120 * ms}},
		"alpha":  {AlphaPlane, map[string]int{"color": 0, "alpha1": 1, "alpha2": 1, "alpha3": 1, "hdr": 0}, []time.Duration{0, 40 * ms, 120 * ms}},
	} {
		var stream bytes.Buffer
		if err := s.CopyVideo(t.Context(), &stream, tc.of); err != nil {
			t.Fatal(err)
		}
		for text, n := range tc.holds {
			if got := bytes.Count(stream.Bytes(), []byte(text)); got != n {
				t.Errorf("%s: %q comes %d times, want %d", name, text, got, n)
			}
		}
		var times []time.Duration
		p := newPackets(t.Context(), bytes.NewReader(stream.Bytes()), int64(stream.Len()), Ordinals{})
		for k, ok := p.next(); ok; k, ok = p.next() {
			times = append(times, k.time)
		}
		if diff := cmp.Diff(tc.times, times); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

func FuzzMux(f *testing.F) {
	f.Add(file(infoOf(float(idDuration, 400)), el(idTracks, videoTrack("V_VP9"), audioTrack()), ten()), uint16(500))
	f.Add(file(infoOf(), el(idTracks, videoTrack("V_VP9")), el(idCluster, num(idTimestamp, 80), el(idBlockGroup, el(idBlock, block(1, 0, 0)), num(idBlockDuration, 500)))), uint16(90))
	f.Fuzz(func(t *testing.T, b []byte, at uint16) {
		before, err := scanBytes(b)
		if err != nil {
			return
		}
		out, err := mux(t, b, Parts{Repeats: []time.Duration{time.Duration(at) * ms}, Audio: &Source{R: bytes.NewReader(b), Size: int64(len(b)), Info: before}, End: before.End})
		if err != nil {
			return
		}
		after, err := scanBytes(out)
		if err != nil || after.Frames < before.Frames {
			t.Errorf("%d frames became %d, %v", before.Frames, after.Frames, err)
		}
	})
}

// FuzzCopy: whatever is copied for the decoder has the frames that the scan
// has counted.
func FuzzCopy(f *testing.F) {
	vp9 := el(idTracks, videoTrack("V_VP9"), audioTrack())
	f.Add(file(infoOf(float(idDuration, 400)), vp9, ten()))
	f.Add(append(file(infoOf(), vp9, cluster(0, 0, 100)), file(infoOf(), vp9, cluster(0, 0, 100))...))
	f.Add(file(infoOf(), vp9, el(idCluster, num(idTimestamp, 80), el(idBlockGroup, el(idBlock, block(1, 0, 0)), num(idBlockDuration, 500)))))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := scanBytes(b)
		if err != nil {
			return
		}
		var stream bytes.Buffer
		if err := (Source{R: bytes.NewReader(b), Size: int64(len(b)), Info: info}).CopyVideo(t.Context(), &stream, AllPlanes); err != nil {
			t.Fatal(err)
		}
		got, err := scanBytes(bytes.Replace(stream.Bytes(), []byte("matroska"), []byte("webm\x00\x00\x00\x00"), 1))
		if err != nil || got.Frames != info.Frames {
			t.Errorf("%d frames became %d: %v", info.Frames, got.Frames, err)
		}
		if err := (Source{R: bytes.NewReader(b), Size: int64(len(b)), Info: info}).CopyVideo(t.Context(), io.Discard, AlphaPlane); err != nil {
			t.Fatal(err)
		}
	})
}

// TestCopyAlpha: frames of the transparency are copied, at their times, as they are asked for.
func TestCopyAlpha(t *testing.T) {
	more := func(data string) []byte {
		return el(idBlockAdditions, el(idBlockMore, num(idBlockAddID, 1), el(idBlockAdditional, []byte(data))))
	}
	with := func(at int16, data string) []byte {
		return el(idBlockGroup, el(idBlock, append(block(1, at, 0), "color"...)), more(data))
	}
	s := sourceOf(t, file(infoOf(), el(idTracks, videoTrack("V_VP9", num(idAlphaMode, 1))),
		el(idCluster, num(idTimestamp, 0), with(0, "alpha1"), with(40, "alpha2"), simple(1, 80), with(120, "alpha3"))))
	var stream bytes.Buffer
	var seen []string
	if err := s.CopyAlpha(t.Context(), &stream, func(coded []byte) bool {
		seen = append(seen, string(coded))
		return len(seen) != 2
	}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"alpha1", "alpha2", "alpha3"}, seen); diff != "" {
		t.Error(diff)
	}
	var times []time.Duration
	p := newPackets(t.Context(), bytes.NewReader(stream.Bytes()), int64(stream.Len()), Ordinals{})
	for k, ok := p.next(); ok; k, ok = p.next() {
		times = append(times, k.time)
	}
	if diff := cmp.Diff([]time.Duration{0, 120 * time.Millisecond}, times); diff != "" {
		t.Error(diff)
	}
}
