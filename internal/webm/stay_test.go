package webm

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// inter is a shown frame that predicts and refreshes the places of flags.
func inter(flags byte) []byte { return []byte{0x86, flags >> 2, flags << 6} }

// stay runs Stay on bytes.
func stay(t testing.TB, b []byte, times ...time.Duration) ([]byte, error) {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "out.webm"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := Stay(f, bytes.NewReader(b), int64(len(b)), times); err != nil {
		return nil, err
	}
	out, err := os.ReadFile(f.Name())
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

func TestStay(t *testing.T) {
	key, sound := []byte{0x82, 0x49, 0x83, 0x42}, []byte{0xFC, 1}
	b := file(infoOf(float(idDuration, 400)), el(idTracks, videoTrack("V_VP9"), audioTrack()), el(idTags, []byte{0xEC, 0x80}),
		el(idCluster, num(idTimestamp, 1000), el(idSimpleBlock, block(2, 5, 0x80, sound...)), // the sound runs ahead
			el(idBlockGroup, el(idBlock, block(2, 1000, 0, sound...)), num(idBlockDuration, 20)),
			el(idSimpleBlock, block(1, 0, 0x80, key...)), el(idSimpleBlock, block(1, 100, 0, inter(0x04)...))),
		el(idCluster, num(idTimestamp, 2000), el(idSimpleBlock, block(1, 10, 0x80, key...)), el(idSimpleBlock, block(1, 50, 0, 0x87, 0x80, 0))))
	out, err := stay(t, b, 1040*ms, 1200*ms, 1900*ms, 2020*ms, 60_000*ms)
	if err != nil {
		t.Fatal(err)
	}
	got, clusters, start := blocks(t, out)
	want := []shown{
		{1000 * ms, 1, string(key)}, {1005 * ms, 2, string(sound)}, {1040 * ms, 1, "\x88"}, {1100 * ms, 1, string(inter(0x04))},
		{1200 * ms, 1, "\x8A"}, {1900 * ms, 1, "\x8A"}, {2000 * ms, 2, string(sound)}, {2010 * ms, 1, string(key)},
		{2020 * ms, 1, "\x88"}, {2050 * ms, 1, "\x87\x80\x00"}, {60_000 * ms, 1, "\x8F"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
	if len(clusters) != 3 {
		t.Errorf("%d clusters, want one for each key frame and one behind the pause", len(clusters))
	}
	i, err := scanBytes(out)
	if err != nil || i.Frames != 9 || i.LastPTS != time.Minute || i.Declared != 400*ms || !i.HasAudio {
		t.Errorf("%+v, %v", i, err)
	}
	// The index leads to the clusters of the key frames.
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

func TestStayRefuses(t *testing.T) {
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
		"other ticks":         {file(el(idInfo, num(idTimestampScale, 1e3)), vp9, ten()), 500 * ms},
		"before the first":    {file(infoOf(), vp9, cluster(100, 0, 40)), 50 * ms},
		"block without bytes": {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, []byte{0x81, 0}))), 500 * ms},
		"group without block": {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idBlockGroup, num(idBlockDuration, 1)))), 500 * ms},
		"profile 1":           {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0x80, 0xA2, 0x49, 0x83)))), 500 * ms},
		"hidden frame":        {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0, 0x84, 0x49, 0x83)))), 500 * ms},
		"frame not kept":      {file(infoOf(), vp9, el(idCluster, num(idTimestamp, 0), el(idSimpleBlock, block(1, 0, 0, inter(0)...)))), 500 * ms},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := stay(t, tc.file, tc.at); err == nil {
				t.Error("no error")
			}
		})
	}
	if _, err := stay(t, good, 500*ms); err != nil {
		t.Errorf("the good file: %v", err)
	}
	broken := errors.New("broken disk")
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := Stay(f, faulty{broken}, 1000, nil); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func FuzzStay(f *testing.F) {
	f.Add(file(infoOf(float(idDuration, 400)), el(idTracks, videoTrack("V_VP9"), audioTrack()), ten()), uint16(500))
	f.Add(file(infoOf(), el(idTracks, videoTrack("V_VP9")), el(idCluster, num(idTimestamp, 80), el(idBlockGroup, el(idBlock, block(1, 0, 0)), num(idBlockDuration, 500)))), uint16(90))
	f.Fuzz(func(t *testing.T, b []byte, at uint16) {
		before, err := scanBytes(b)
		if err != nil {
			return
		}
		out, err := stay(t, b, time.Duration(at)*ms)
		if err != nil {
			return
		}
		if after, err := scanBytes(out); err != nil || after.Frames != before.Frames+1 {
			t.Errorf("%d frames became %d, %v", before.Frames, after.Frames, err)
		}
	})
}
