package codec

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// calm are white frames of 96 x 80 pixels by libvpx in real time: a key frame and what
// follows it.
var calm = []string{
	"824983420005f004f60638241c184200002040006c5bffffce987fd08a38bfb31fa2ee8a7687a1434e4e22c20320a0a72a24989edd94649ac2d02ffffecb526efd5f37d890d7ccf436896cb942495ab7a010134329f8a7ae881051926b0b40426bccfbff0a00",
	"860040929c2849400003700000593f86a0",
	"860040929c2c4ac00003700000593f86a0",
	"860040929c2c49c00003700000593f86a0",
	"860040929c2848a00003700000593f86a0",
}

// TestStills: frames that repeat are still, until something else comes.
func TestStills(t *testing.T) {
	frames := make([][]byte, len(calm))
	for i, s := range calm {
		frames[i], _ = hex.DecodeString(s)
	}
	key, still := frames[0], frames[len(frames)-1]
	changed := func(at int, bit byte) []byte {
		b := bytes.Clone(still)
		b[at] ^= bit
		return b
	}
	tests := map[string]struct {
		frames [][]byte
		want   []Kind
	}{
		"recording":         {frames, []Kind{Key, Still, Still, Still, Still}},
		"no key frame":      {[][]byte{still, still}, []Kind{Unknown, Unknown}},
		"empty":             {[][]byte{key, {}, still}, []Kind{Key, Unknown, Unknown}},
		"cut off":           {[][]byte{key, still[:len(still)-1], still}, []Kind{Key, Unknown, Still}},
		"longer":            {[][]byte{key, append(bytes.Clone(still), 1)}, []Kind{Key, Unknown}},
		"other blocks":      {[][]byte{key, changed(len(still)-3, 0x80)}, []Kind{Key, Unknown}},
		"not shown":         {[][]byte{key, changed(0, 0x02), still}, []Kind{Key, Unknown, Unknown}},
		"repeated":          {[][]byte{key, changed(0, 0x08), still}, []Kind{Key, Unknown, Unknown}},
		"superframe":        {[][]byte{key, super(still, still), still}, []Kind{Key, Unknown, Unknown}},
		"another key frame": {[][]byte{key, super(still, still), key, still}, []Kind{Key, Unknown, Key, Still}},
	}
	for name, tt := range tests {
		var s Stills
		var got []Kind
		for _, f := range tt.frames {
			got = append(got, s.Next(f))
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestMovedProbabilities: every difference leads to a probability of its own, none to zero.
func TestMovedProbabilities(t *testing.T) {
	for p := 1; p < 256; p++ {
		seen := map[uint8]bool{}
		for v := range 254 {
			seen[moved(v, p)] = true
		}
		if seen[0] || len(seen) < 253 {
			t.Fatalf("from %d: %d values, zero: %v", p, len(seen), seen[0])
		}
	}
}

// FuzzStills: nothing that a stream says can break the reader.
func FuzzStills(f *testing.F) {
	for _, s := range calm {
		b, _ := hex.DecodeString(s)
		f.Add(b)
	}
	key, _ := hex.DecodeString(calm[0])
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Stills
		s.Next(key)
		s.Next(b)
		s.Next(b)
	})
}

// TestSameFormat: sizes and profiles must agree, the tags of colors need not.
func TestSameFormat(t *testing.T) {
	// The beginnings of key frames of 1280 x 720 that a browser recorded: colors (BT.709, full range) and alpha.
	color, alpha := []byte("\x82\x49\x83\x42\x50\x4f\xf0\x2c\xf6\x36"), []byte("\x82\x49\x83\x42\x00\x4f\xf0\x2c\xf6\x66")
	change := func(at int, mask byte) []byte {
		b := bytes.Clone(alpha)
		b[at] ^= mask
		return b
	}
	for name, tc := range map[string]struct {
		b    []byte
		want bool
	}{
		"the same":        {color, true},
		"other tags":      {alpha, true},
		"not shown":       {change(0, 2), true},
		"later bits":      {change(8, 0x0f), true},
		"not a key frame": {change(0, 4), false},
		"shows another":   {change(0, 8), false},
		"profile 1":       {change(0, 0x20), false},
		"no start code":   {change(2, 1), false},
		"wider":           {change(6, 0x10), false},
		"higher":          {change(7, 1), false},
		"its last bit":    {change(8, 0x10), false},
		"cut off":         {alpha[:8], false},
		"empty":           {nil, false},
	} {
		if got := SameFormat(color, tc.b); got != tc.want || SameFormat(tc.b, color) != got {
			t.Errorf("%s: %v", name, got)
		}
	}
	TagAs(alpha, color)
	if want := "\x82\x49\x83\x42\x50\x4f\xf0\x2c\xf6\x66"; string(alpha) != want {
		t.Errorf("tagged: %x, want %x", alpha, want)
	}
	for _, b := range [][]byte{nil, {0x82}, change(0, 4)} {
		before := bytes.Clone(b)
		if TagAs(b, color); !bytes.Equal(b, before) {
			t.Errorf("%x became %x", before, b)
		}
	}
}
