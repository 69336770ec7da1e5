package codec

import "testing"

func TestVP9Slot(t *testing.T) {
	const failed = -1
	tests := map[string]struct {
		frame []byte
		want  int
	}{
		"key frame":           {[]byte{0x82, 0x49, 0x83}, 0},
		"inter, slot 2":       {[]byte{0x86, 0x01, 0}, 2},
		"inter, slots 3, 7":   {[]byte{0x86, 0x88 >> 2, 0}, 3},
		"resilient, slot 7":   {[]byte{0x87, 0x80, 0}, 7},
		"repeat of slot 5":    {[]byte{0x8D}, 5},
		"nothing":             {nil, failed},
		"not VP9":             {[]byte{0x49, 0x83, 0x42}, failed},
		"profile 1":           {[]byte{0xA2, 0x49, 0x83}, failed},
		"hidden":              {[]byte{0x84, 0x49, 0x83}, failed},
		"cut off":             {[]byte{0x86, 0x01}, failed},
		"inter, not kept":     {[]byte{0x86, 0, 0x3F}, failed},
		"resilient, not kept": {[]byte{0x87, 0, 0xFF}, failed},
	}
	for name, tc := range tests {
		got, err := VP9Slot(tc.frame)
		if err != nil {
			got = failed
		}
		if got != tc.want {
			t.Errorf("%s: %d (%v), want %d", name, got, err, tc.want)
		}
	}
	for slot := range 8 {
		if got, err := VP9Slot([]byte{VP9Repeat(slot)}); got != slot || err != nil || VP9Key(VP9Repeat(slot)) {
			t.Errorf("the repeat of slot %d is read as %d, %v", slot, got, err)
		}
	}
	if !VP9Key(0x82) || VP9Key(0x86) {
		t.Error("key and inter frames are taken for each other")
	}
}
