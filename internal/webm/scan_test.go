package webm

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
)

// el builds an element; parts are payloads or child elements.
func el(id uint32, parts ...[]byte) []byte {
	return appendElement(nil, id, bytes.Join(parts, nil))
}

// open builds a master of unknown size.
func open(id uint32, parts ...[]byte) []byte {
	return append(appendHeader(nil, id, unknownSize), bytes.Join(parts, nil)...)
}

func num(id uint32, v uint64) []byte { return appendUint(nil, id, v) }

func float(id uint32, v float64) []byte {
	b := math.Float64bits(v)
	return el(id, []byte{byte(b >> 56), byte(b >> 48), byte(b >> 40), byte(b >> 32), byte(b >> 24), byte(b >> 16), byte(b >> 8), byte(b)})
}

func header(doc string) []byte { return el(idEBML, el(idDocType, []byte(doc))) }

func videoTrack(codec string, extra ...[]byte) []byte {
	return el(idTrackEntry, num(idTrackNumber, 1), num(idTrackType, kindVideo), el(idCodecID, []byte(codec)),
		el(idVideo, append([][]byte{num(idPixelWidth, 64), num(idPixelHeight, 48)}, extra...)...))
}

func audioTrack() []byte {
	return el(idTrackEntry, num(idTrackNumber, 2), num(idTrackType, kindAudio), el(idCodecID, []byte("A_OPUS")))
}

// block is the payload of a block with one visible VP9 frame.
func block(track byte, rel int16, flags byte, payload ...byte) []byte {
	if len(payload) == 0 {
		payload = []byte{0x82, 0x49, 0x83, 0x42}
	}
	return append([]byte{0x80 | track, byte(uint16(rel) >> 8), byte(rel), flags}, payload...)
}

func simple(track byte, rel int16) []byte { return el(idSimpleBlock, block(track, rel, 0x80)) }

// cluster is a cluster with video blocks at the given times (ms).
func cluster(at uint64, rel ...int16) []byte {
	parts := [][]byte{num(idTimestamp, at)}
	for _, r := range rel {
		parts = append(parts, simple(1, r))
	}
	return el(idCluster, parts...)
}

// ten is ten frames, 40 ms apart.
func ten() []byte { return cluster(0, 0, 40, 80, 120, 160, 200, 240, 280, 320, 360) }

func file(segment ...[]byte) []byte {
	return append(header("webm"), el(idSegment, segment...)...)
}

func infoOf(parts ...[]byte) []byte {
	return el(idInfo, append([][]byte{num(idTimestampScale, 1e6)}, parts...)...)
}

func scanBytes(b []byte) (Info, error) {
	return Scan(context.Background(), bytes.NewReader(b), int64(len(b)))
}

const ms = time.Millisecond

// scanned is what a scan says of times.
type scanned struct {
	Frames         int
	Duration       time.Duration
	Declared, Last time.Duration
	Truncated      bool
}

// scanCase is a file and what a scan says of it.
type scanCase struct {
	b    []byte
	want scanned
}

func checkScans(t *testing.T, tests map[string]scanCase) {
	t.Helper()
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			i, err := scanBytes(tc.b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, scanned{i.Frames, i.Duration, i.Declared, i.LastPTS, i.Truncated}); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestScanTimes(t *testing.T) {
	vp9 := el(idTracks, videoTrack("V_VP9"))
	checkScans(t, map[string]scanCase{
		"plain":                    {file(infoOf(float(idDuration, 400)), vp9, ten()), scanned{10, 400 * ms, 400 * ms, 360 * ms, false}},
		"no duration":              {file(infoOf(), vp9, ten()), scanned{10, 400 * ms, 0, 360 * ms, false}},
		"unknown sizes":            {append(header("webm"), open(idSegment, infoOf(), vp9, open(idCluster, num(idTimestamp, 0), simple(1, 0), simple(1, 40)), open(idCluster, num(idTimestamp, 80), simple(1, 0)))...), scanned{3, 120 * ms, 0, 80 * ms, false}},
		"duration too short":       {file(infoOf(float(idDuration, 5)), vp9, cluster(0, 0), cluster(35_000, 0), cluster(70_000, 0)), scanned{3, 71 * time.Second, 5 * ms, 70 * time.Second, false}},
		"starts late":              {file(infoOf(), vp9, cluster(3600_000, 0, 40, 80)), scanned{3, 120 * ms, 0, 3600_080 * ms, false}},
		"block group":              {file(infoOf(), vp9, cluster(0, 0, 40), el(idCluster, num(idTimestamp, 80), el(idBlockGroup, el(idBlock, block(1, 0, 0)), num(idBlockDuration, 500)))), scanned{3, 580 * ms, 0, 80 * ms, false}},
		"lacing":                   {file(infoOf(), el(idTracks, el(idTrackEntry, num(idTrackNumber, 1), num(idTrackType, 1), el(idCodecID, []byte("V_VP9")), num(idDefaultDuration, 40e6), el(idVideo, num(idPixelWidth, 8), num(idPixelHeight, 8)))), el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0x04, 2, 1, 1, 1)))), scanned{3, 120 * ms, 0, 80 * ms, false}},
		"hidden VP9 frame":         {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), simple(1, 0), el(idSimpleBlock, block(1, 20, 0, 0x84, 0, 0, 0)), simple(1, 40))), scanned{2, 80 * ms, 0, 40 * ms, false}},
		"VP9 superframe":           {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), simple(1, 0), el(idSimpleBlock, block(1, 40, 0, 0x84, 0, 0, 0x86, 0, 0, 0xC1, 3, 3, 0xC1)))), scanned{2, 80 * ms, 0, 40 * ms, false}},
		"hidden VP8 frame":         {file(infoOf(), el(idTracks, videoTrack("V_VP8")), el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0, 0x10, 0)), el(idSimpleBlock, block(1, 20, 0, 0x01, 0)), el(idSimpleBlock, block(1, 40, 0, 0x11, 0)))), scanned{2, 80 * ms, 0, 40 * ms, false}},
		"other time scale":         {file(el(idInfo, num(idTimestampScale, 1e5)), vp9, cluster(0, 0, 400, 800)), scanned{3, 120 * ms, 0, 80 * ms, false}},
		"absurd time":              {file(infoOf(), vp9, cluster(0, 0), cluster(math.MaxUint64, 0)), scanned{2, latest + time.Second, 0, latest, false}},
		"one frame":                {file(infoOf(), vp9, cluster(0, 0)), scanned{1, time.Second / 30, 0, 0, false}},
		"garbage between clusters": {file(infoOf(), vp9, ten(), []byte{0, 0, 0, 0, 1, 2, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, cluster(400, 0)), scanned{11, 440 * ms, 0, 400 * ms, false}},
		"truncated":                {file(infoOf(float(idDuration, 400)), vp9, ten())[:len(file(infoOf(float(idDuration, 400)), vp9, ten()))-3], scanned{9, 360 * ms, 400 * ms, 320 * ms, true}},
	})
}

// TestScanRecordings: what recorders write, and people make of it.
func TestScanRecordings(t *testing.T) {
	vp9 := el(idTracks, videoTrack("V_VP9"))
	both := el(idTracks, videoTrack("V_VP9"), audioTrack())
	checkScans(t, map[string]scanCase{
		"last frame stays long":      {file(infoOf(float(idDuration, 60_000)), vp9, ten()), scanned{10, time.Minute, time.Minute, 360 * ms, false}},
		"last frame stays":           {file(infoOf(float(idDuration, 1300)), vp9, ten()), scanned{10, 1300 * ms, 1300 * ms, 360 * ms, false}},
		"stays beside audio":         {file(infoOf(float(idDuration, 1300)), both, ten(), el(idCluster, num(idTimestamp, 0), simple(2, 0), simple(2, 1280))), scanned{10, 1300 * ms, 1300 * ms, 360 * ms, false}},
		"audio overhangs":            {file(infoOf(float(idDuration, 440)), both, ten(), el(idCluster, num(idTimestamp, 0), simple(2, 0), simple(2, 420))), scanned{10, 400 * ms, 440 * ms, 360 * ms, false}},
		"audio goes on, unsaid":      {file(infoOf(), both, ten(), el(idCluster, num(idTimestamp, 0), simple(2, 0), simple(2, 5000))), scanned{10, 5020 * ms, 0, 360 * ms, false}},
		"duration is the last stamp": {file(infoOf(float(idDuration, 360.812)), vp9, ten()), scanned{10, 400 * ms, 360_812 * time.Microsecond, 360 * ms, false}},
		"duration not a number":      {file(infoOf(float(idDuration, math.NaN())), vp9, ten()), scanned{10, 400 * ms, 0, 360 * ms, false}},
		"duration infinite":          {file(infoOf(float(idDuration, math.Inf(1))), vp9, ten()), scanned{10, 400 * ms, 0, 360 * ms, false}},
		"duration negative":          {file(infoOf(float(idDuration, -5)), vp9, ten()), scanned{10, 400 * ms, 0, 360 * ms, false}},
		"duration from first frame":  {file(infoOf(float(idDuration, 400)), vp9, cluster(70_000, 0, 100, 200, 300)), scanned{4, 400 * ms, 400 * ms, 70_300 * ms, false}},
		"late start":                 {file(infoOf(float(idDuration, 73_000)), vp9, cluster(70_000, 0, 100, 2900)), scanned{3, 3000 * ms, 73_000 * ms, 72_900 * ms, false}},
		"since 1970":                 {file(infoOf(float(idDuration, 1700000003000)), vp9, cluster(1700000000000, 0, 100, 2900)), scanned{3, 3000 * ms, 1700000003000 * ms, 1700000002900 * ms, false}},
		"sparse":                     {file(infoOf(), vp9, cluster(0, 0, 1000), cluster(58_000, 0)), scanned{3, 59 * time.Second, 0, 58 * time.Second, false}},
		"static start and end":       {file(infoOf(float(idDuration, 9000)), vp9, cluster(0, 0, 5000, 5100)), scanned{3, 9 * time.Second, 9 * time.Second, 5100 * ms, false}},
		"jitter":                     {file(infoOf(), vp9, cluster(0, 0, 40, 30, 80)), scanned{4, 119 * ms, 0, 80 * ms, false}},
		"one stamp":                  {file(infoOf(), vp9, cluster(0, 0, 0, 0)), scanned{3, 3 * ms, 0, 2 * ms, false}},
		"below zero":                 {file(infoOf(), vp9, cluster(0, -493, -393, -293)), scanned{3, 300 * ms, 0, 200 * ms, false}},
		"clock goes back":            {file(infoOf(), vp9, cluster(10_000, 0, 100, 200), cluster(1000, 0, 100)), scanned{5, 500 * ms, 0, 10_400 * ms, false}},
		"long cluster":               {file(infoOf(), vp9, cluster(0, 0, 20_000, 32_000, -31_536, -25_536)), scanned{5, 41 * time.Second, 0, 40 * time.Second, false}},
		"long pause in a cluster":    {file(infoOf(), vp9, cluster(0, 0, 40, -25_536)), scanned{3, 40_040 * ms, 0, 40 * time.Second, false}},
		"joined":                     {append(file(infoOf(), vp9, cluster(0, 0, 100, 200)), file(infoOf(), vp9, cluster(0, 0, 100))...), scanned{5, 500 * ms, 0, 400 * ms, false}},
		"joined, with durations":     {append(file(infoOf(float(idDuration, 2000)), vp9, cluster(0, 0, 100)), file(infoOf(float(idDuration, 3000)), vp9, cluster(0, 0, 100))...), scanned{4, 5 * time.Second, 3 * time.Second, 2100 * ms, false}},
		"joined, later clock":        {append(file(infoOf(), vp9, cluster(0, 0, 100, 200)), file(infoOf(), vp9, cluster(600_000, 0, 100))...), scanned{5, 500 * ms, 0, 400 * ms, false}},
		"joined, one clock":          {append(file(infoOf(), vp9, cluster(0, 0, 100, 200)), file(infoOf(), vp9, cluster(300, 0, 100))...), scanned{5, 500 * ms, 0, 400 * ms, false}},
		"a piece twice":              {file(infoOf(), vp9, cluster(0, 0, 40), cluster(80, 0, 40), cluster(80, 0, 40), cluster(160, 0, 40)), scanned{6, 240 * ms, 0, 200 * ms, false}},
		"all pieces twice":           {file(infoOf(), vp9, cluster(0, 0, 40), cluster(80, 0, 40), cluster(0, 0, 40), cluster(80, 0, 40)), scanned{4, 160 * ms, 0, 120 * ms, false}},
		"a time twice":               {file(infoOf(), vp9, cluster(0, 0, 400), cluster(0, 0, 300)), scanned{4, 1500 * ms, 0, 1100 * ms, false}},
		"a piece is missing":         {file(infoOf(), vp9, cluster(0, 0, 40), cluster(2000, 0, 40)), scanned{4, 2080 * ms, 0, 2040 * ms, false}},
		"duration is a time of day":  {file(infoOf(float(idDuration, 1700000003000)), vp9, ten()), scanned{10, 400 * ms, 1700000003000 * ms, 360 * ms, false}},
		"vendor's element":           {file(infoOf(), el(0x42FE, []byte("hello")), vp9, ten()), scanned{10, 400 * ms, 0, 360 * ms, false}},
		"vendor's in a cluster":      {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), simple(1, 0), el(0x42FE, []byte("hello")), simple(1, 40))), scanned{2, 80 * ms, 0, 40 * ms, false}},
		"empty track list":           {file(infoOf(), el(idTracks), vp9, ten()), scanned{10, 400 * ms, 0, 360 * ms, false}},
		"empty first track":          {file(infoOf(), el(idTracks, videoTrack("V_VP9"), el(idTrackEntry, num(idTrackNumber, 3), num(idTrackType, 1), el(idCodecID, []byte("V_VP9")), el(idVideo, num(idPixelWidth, 64), num(idPixelHeight, 48)))), el(idCluster, num(idTimestamp, 0), simple(3, 0), simple(3, 40))), scanned{2, 80 * ms, 0, 40 * ms, false}},
	})
}

func TestScanTrack(t *testing.T) {
	b := file(infoOf(), el(idTracks, audioTrack(), videoTrack("V_AV1", num(idAlphaMode, 1), num(idDisplayWidth, 128), num(idDisplayHeight, 48),
		el(idColor, num(idMatrix, 1), num(idRange, 2), num(idTransfer, 2), num(idPrimaries, 9)), el(idProjection, float(idPoseRoll, 90)))), cluster(0, 0, 40),
		el(idCluster, num(idTimestamp, 80), simple(2, 13)))
	got, err := scanBytes(b)
	if err != nil {
		t.Fatal(err)
	}
	want := Info{Codec: "av1", Width: 64, Height: 48, Rotation: 270, AspectNum: 2, AspectDen: 1, Color: Color{Matrix: 1, Range: 2, Primaries: 9},
		Frames: 2, LastPTS: 40 * ms, End: 80 * ms, Duration: 80 * ms, Frame: 40 * ms, AudioEnd: 93 * ms, HasAudio: true, AudioCodec: "A_OPUS", HasAlpha: true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if w, h := got.Size(); w != 48 || h != 64 {
		t.Errorf("shown as %d x %d", w, h)
	}
}

func TestScanRefuses(t *testing.T) {
	vp9 := el(idTracks, videoTrack("V_VP9"))
	noise := make([]byte, 4000)
	for i := range noise {
		noise[i] = byte(i*i*31 + i)
	}
	tests := map[string]struct {
		b    []byte
		code saccade.Code
		say  string
	}{
		"empty":             {nil, saccade.CodeInvalidInput, "it is empty"},
		"mp4":               {[]byte("\x00\x00\x00\x20ftypisom"), saccade.CodeInvalidInput, "MP4"},
		"hls":               {[]byte("#EXTM3U\n"), saccade.CodeInvalidInput, "HLS playlist"},
		"text":              {[]byte("hello, this is a letter"), saccade.CodeInvalidInput, "a text"},
		"noise":             {noise, saccade.CodeInvalidInput, "something unknown"},
		"matroska":          {append(header("matroska"), ten()...), saccade.CodeInvalidInput, `"matroska"`},
		"no document type":  {el(idEBML), saccade.CodeInvalidInput, `"matroska"`},
		"audio only":        {file(infoOf(), el(idTracks, audioTrack())), saccade.CodeInvalidInput, "audio only"},
		"no tracks":         {file(infoOf()), saccade.CodeInvalidInput, "no video track"},
		"foreign codec":     {file(infoOf(), el(idTracks, videoTrack("V_MPEG4/ISO/AVC")), ten()), saccade.CodeInvalidInput, "V_MPEG4/ISO/AVC"},
		"encrypted":         {file(infoOf(), el(idTracks, el(idTrackEntry, num(idTrackNumber, 1), num(idTrackType, 1), el(idCodecID, []byte("V_VP9")), el(idEncodings, el(idEncoding, el(idEncryption))))), ten()), saccade.CodeUnreadableVideo, "encrypted"},
		"no frames":         {file(infoOf(), vp9), saccade.CodeUnreadableVideo, "no complete frame"},
		"header only":       {header("webm"), saccade.CodeInvalidInput, "no video track"},
		"cut in the header": {file(infoOf(), vp9)[:30], saccade.CodeUnreadableVideo, "ends before its first frame"},
		"mostly noise":      {append(file(infoOf(), vp9, ten()), noise...), saccade.CodeUnreadableVideo, "damaged"},
		"wrong order":       {file(infoOf(), vp9, cluster(0, 0, 40, 80, 120), cluster(2000, 0, 40, 80), cluster(1000, 0, 40, 80)), saccade.CodeInvalidInput, "wrong order"},
		"joined codecs":     {append(file(infoOf(), vp9, ten()), file(infoOf(), el(idTracks, videoTrack("V_VP8")), ten())...), saccade.CodeInvalidInput, "different codecs"},
		"foreign audio":     {file(infoOf(), el(idTracks, videoTrack("V_VP9"), el(idTrackEntry, num(idTrackNumber, 2), num(idTrackType, 2), el(idCodecID, []byte("A_DTS")))), ten(), el(idCluster, num(idTimestamp, 0), simple(2, 0))), saccade.CodeInvalidInput, `"A_DTS"`},
		"elements no end":   {file(infoOf(), vp9, bytes.Repeat(el(idCluster), maxElements+1)), saccade.CodeUnreadableVideo, "far more elements"},
		"no size":           {file(infoOf(), el(idTracks, el(idTrackEntry, num(idTrackNumber, 1), num(idTrackType, 1), el(idCodecID, []byte("V_VP9")))), ten()), saccade.CodeUnreadableVideo, "no size"},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := scanBytes(tc.b)
			if !saccade.IsCode(err, tc.code) || !strings.Contains(err.Error(), tc.say) {
				t.Errorf("got %v, want %s with %q", err, tc.code, tc.say)
			}
		})
	}
}

func TestCheckLimits(t *testing.T) {
	const frame = 40 * ms
	tests := map[string]struct {
		i  Info
		ok bool
	}{
		"sixty seconds":       {Info{Duration: time.Minute, Frame: frame}, true},
		"one frame more":      {Info{Duration: time.Minute + frame, Frame: frame}, true},
		"two frames more":     {Info{Duration: time.Minute + 2*frame, Frame: frame}, false},
		"60.1 s":              {Info{Duration: 60100 * ms, Frame: 33 * ms}, false},
		"declared far away":   {Info{Duration: time.Second, Declared: 2 * time.Hour, FirstPTS: 2*time.Hour - time.Second, Frame: frame}, true},
		"240 frames a second": {Info{Duration: time.Minute, Frames: 14_400, Frame: frame}, true},
		"one frame too many":  {Info{Duration: time.Minute, Frames: 14_401, Frame: frame}, false},
		"audio overhangs":     {Info{Duration: time.Minute, Declared: time.Minute + 55*ms, AudioEnd: time.Minute + 50*ms, HasAudio: true, Frame: 33 * ms}, true},
		"audio much longer":   {Info{Duration: time.Second, AudioEnd: 70 * time.Second, HasAudio: true, Frame: frame}, false},
		"starts late":         {Info{Duration: time.Minute, FirstPTS: time.Hour, AudioEnd: time.Hour + time.Minute, HasAudio: true, Frame: frame}, true},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			err := tc.i.CheckLimits(time.Minute)
			if (err == nil) != tc.ok || (err != nil && !saccade.IsCode(err, saccade.CodeInvalidInput)) {
				t.Errorf("got %v", err)
			}
		})
	}
	if err := (Info{Width: 16384, Height: 16384}).CheckPixels(9437184); !saccade.IsCode(err, saccade.CodeInvalidInput) {
		t.Errorf("16384 x 16384: %v", err)
	}
}

// faulty fails at an offset.
type faulty struct{ err error }

func (f faulty) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestScanReportsReadErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	if _, err := Scan(t.Context(), faulty{broken}, 1000); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestScanShared(t *testing.T) {
	tests := map[string]Info{
		"flower.webm":     {Codec: "vp8", Width: 960, Height: 540, Frames: 150, HasAudio: true, Declared: 5059 * ms},
		"screencast.webm": {Codec: "vp9", Width: 1280, Height: 720, Frames: 360, HasAlpha: true},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "video", name))
			if err != nil {
				t.Skipf("%s is not here; the test needs the project's shared clips beside the repository", name)
			}
			defer f.Close()
			st, err := f.Stat()
			if err != nil {
				t.Fatal(err)
			}
			i, err := Scan(t.Context(), f, st.Size())
			if err != nil {
				t.Fatal(err)
			}
			got := Info{Codec: i.Codec, Width: i.Width, Height: i.Height, Frames: i.Frames, HasAudio: i.HasAudio, HasAlpha: i.HasAlpha, Declared: i.Declared}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func FuzzScan(f *testing.F) {
	vp9 := el(idTracks, videoTrack("V_VP9"), audioTrack())
	f.Add(file(infoOf(float(idDuration, 400)), vp9, ten()))
	f.Add(append(header("webm"), open(idSegment, infoOf(), vp9, open(idCluster, num(idTimestamp, 0), simple(1, 0), simple(1, 40)))...))
	f.Add(file(infoOf(), vp9, el(idCluster, num(idTimestamp, 80), el(idBlockGroup, el(idBlock, block(1, 0, 0)), num(idBlockDuration, 500)))))
	f.Add([]byte("#EXTM3U"))
	f.Fuzz(func(t *testing.T, b []byte) {
		i, err := scanBytes(b)
		var e *saccade.Error
		switch {
		case err != nil && !errors.As(err, &e):
			t.Errorf("%v is not a public error", err)
		case err == nil && (i.Frames <= 0 || i.Width <= 0 || i.Height <= 0 || i.Codec == "" || i.Frame <= 0 || i.LastPTS < i.FirstPTS || i.AspectDen == 0):
			t.Errorf("senseless: %+v", i)
		}
		_ = i.CheckLimits(time.Minute)
	})
}

// BenchmarkScan walks a file of 40 MB in 1800 frames, on disk as in service.
func BenchmarkScan(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x.webm")
	parts := [][]byte{infoOf(), el(idTracks, videoTrack("V_VP9"))}
	payload := append([]byte{0x82}, make([]byte, 23_000)...)
	for i := range 60 {
		c := [][]byte{num(idTimestamp, uint64(i)*1000)}
		for k := range 30 {
			c = append(c, el(idSimpleBlock, block(1, int16(k*33), 0x80, payload...)))
		}
		parts = append(parts, el(idCluster, c...))
	}
	if err := os.WriteFile(path, file(parts...), 0o600); err != nil {
		b.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if i, err := Scan(b.Context(), f, st.Size()); err != nil || i.Frames != 1800 {
			b.Fatalf("%d frames, %v", i.Frames, err)
		}
	}
}

// TestTransparent: what stands beside a block is transparency only where the
// track says so; other data may stand there, too.
func TestTransparent(t *testing.T) {
	group := el(idCluster, num(idTimestamp, 0), el(idBlockGroup, el(idBlock, block(1, 0, 0)), el(idBlockAdditions, el(idBlockMore, num(idBlockAddID, 1)))))
	for name, tc := range map[string]struct {
		track, cluster []byte
		want           bool
	}{
		"transparent":    {videoTrack("V_VP9", num(idAlphaMode, 1)), group, true},
		"could be":       {videoTrack("V_VP9", num(idAlphaMode, 1)), ten(), false},
		"something else": {videoTrack("V_VP9"), group, false},
		"AV1":            {videoTrack("V_AV1", num(idAlphaMode, 1)), group, false},
	} {
		if i, err := scanBytes(file(infoOf(), el(idTracks, tc.track), tc.cluster)); err != nil || i.Transparent != tc.want {
			t.Errorf("%s: %v, %v", name, i.Transparent, err)
		}
	}
}
