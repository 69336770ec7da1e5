package codec

import "errors"

// Bits of the first byte of a VP9 frame of profile 0 (section 6.2).
const (
	bitExisting  = 0x08 // show_existing_frame
	bitInter     = 0x04
	bitShown     = 0x02
	bitResilient = 0x01
)

// VP9HeadSize is how many bytes of a frame [VP9Slot] looks at.
const VP9HeadSize = 3

// VP9Key reports whether a VP9 frame of profile 0 that begins with the byte is a key
// frame: it refers to none before, and no later one refers to what came before it.
func VP9Key(first byte) bool { return first&(bitExisting|bitInter) == 0 }

// VP9Repeat is a whole VP9 frame, one byte long: the frame in a slot, shown once more
// (marker 10, profile 0, show_existing_frame, and the slot).
func VP9Repeat(slot int) byte { return 0x80 | bitExisting | byte(slot&7) }

// VP9Slot reads from the start of a VP9 frame of profile 0 in which of its eight slots
// the decoder keeps it. A frame that is of another profile, not shown or not kept is an error.
func VP9Slot(head []byte) (int, error) {
	switch {
	case len(head) < 1 || head[0]&0xF0 != 0x80:
		return 0, errors.New("a frame that is not VP9 of profile 0")
	case head[0]&bitExisting != 0:
		return int(head[0] & 7), nil
	case len(head) < VP9HeadSize || head[0]&bitShown == 0:
		return 0, errors.New("a frame that is not shown")
	case VP9Key(head[0]): // a key frame fills all slots
		return 0, nil
	}
	refresh := head[1]
	if head[0]&bitResilient == 0 { // two bits of reset_frame_context come first
		refresh = head[1]<<2 | head[2]>>6
	}
	for slot := range 8 {
		if refresh>>slot&1 == 1 {
			return slot, nil
		}
	}
	return 0, errors.New("a frame that is not kept")
}
