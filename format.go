package saccade

import "slices"

// Format is the file format of an input. What is not the default must be asked for: the
// API takes no other files unasked.
type Format string

// The formats.
const (
	FormatWebM Format = "webm" // VP8, VP9, AV1: the default of videos
	FormatMP4  Format = "mp4"  // H.264, H.265, AV1, VP9, MPEG-4 Part 2
	FormatMOV  Format = "mov"  // QuickTime: as MP4, and ProRes, Motion JPEG, Animation, PNG
	FormatGIF  Format = "gif"  // an animation, as a video
	FormatAuto Format = "auto" // PNG or JPEG by the bytes: the default of images
	FormatWebP Format = "webp" // one image, not an animation
)

// Formats lists the formats that a kind of input may have, the default first. A page
// has none.
func Formats(k Kind) []Format {
	switch k {
	case KindVideo:
		return []Format{FormatWebM, FormatMP4, FormatMOV, FormatGIF}
	case KindImage:
		return []Format{FormatAuto, FormatWebP}
	}
	return nil
}

// ParseFormat reads the name of a format that a kind of input may have. An empty one,
// and the default's own, are "".
func ParseFormat(k Kind, name string) (Format, error) {
	all := Formats(k)
	switch {
	case name == "" || len(all) > 0 && Format(name) == all[0]:
		return "", nil
	case !slices.Contains(all, Format(name)):
		if len(all) == 0 {
			return "", Errorf(CodeInvalidInput, "Only videos and images have a format.").About("format")
		}
		return "", Errorf(CodeInvalidInput, "%q is not a format of this kind of input. Possible: %s.", name, joinWords(all)).About("format")
	}
	return Format(name), nil
}
