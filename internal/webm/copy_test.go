package webm

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCopyColors: other frames come first, a millisecond each, and the colors as much later, without their alpha.
func TestCopyColors(t *testing.T) {
	const head = "\x82I\x83B" // of block
	with := el(idBlockGroup, el(idBlock, append(block(1, 40, 0), "color2"...)),
		el(idBlockAdditions, el(idBlockMore, num(idBlockAddID, 1), el(idBlockAdditional, []byte("alpha2")))))
	first := el(idBlockGroup, el(idBlock, append(block(1, 0, 0), "color1"...)),
		el(idBlockAdditions, el(idBlockMore, num(idBlockAddID, 1), el(idBlockAdditional, []byte("alpha1")))))
	s := sourceOf(t, file(infoOf(), el(idTracks, videoTrack("V_VP9", num(idAlphaMode, 1))), el(idCluster, num(idTimestamp, 500), first, with)))
	color, alpha, err := s.First(t.Context())
	if err != nil || string(color) != head+"color1" || string(alpha) != "alpha1" {
		t.Errorf("the first frame is %q, %q, %v", color, alpha, err)
	}
	for name, tc := range map[string]struct {
		before [][]byte
		want   []string
	}{
		"colors alone": {nil, []string{"0s " + head + "color1", "40ms " + head + "color2"}},
		"two before":   {[][]byte{[]byte("one"), []byte("two")}, []string{"0s one", "1ms two", "2ms " + head + "color1", "42ms " + head + "color2"}},
	} {
		var stream bytes.Buffer
		if err := s.CopyColors(t.Context(), &stream, tc.before); err != nil {
			t.Fatal(err)
		}
		var got []string
		p := newPackets(t.Context(), bytes.NewReader(stream.Bytes()), int64(stream.Len()), Ordinals{})
		for k, ok := p.next(); ok; k, ok = p.next() {
			b, err := p.appendBytes(nil, k.data, k.end)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, k.time.String()+" "+string(b))
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, _, err := sourceOf(t, file(infoOf(), el(idTracks, videoTrack("V_VP9")), el(idCluster, num(idTimestamp, 0), simple(1, 0)))).First(t.Context()); err != nil {
		t.Errorf("a frame without alpha: %v", err)
	}
}
