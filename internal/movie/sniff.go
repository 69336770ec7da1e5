package movie

import (
	"os"

	"github.com/saccade-dev/saccade"
)

// SniffFile returns whether a file is a video or an image, and its format ("" is the
// default of the kind), by its first bytes.
func SniffFile(path string) (saccade.Kind, saccade.Format, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", "", saccade.Errorf(saccade.CodeInvalidInput, "%v", err)
	}
	defer f.Close()
	head := make([]byte, 16)
	n, err := f.Read(head)
	if err != nil || n == 0 {
		return "", "", saccade.Errorf(saccade.CodeInvalidInput, "The file is empty or cannot be read.").With(err)
	}
	switch head = head[:n]; {
	case n >= 3 && string(head[:3]) == "\xff\xd8\xff", n >= 4 && string(head[:4]) == "\x89PNG":
		return saccade.KindImage, "", nil
	}
	// Everything else is judged as a video: the scanner names what it is.
	format := Sniff(head)
	if format == saccade.FormatWebP {
		return saccade.KindImage, format, nil
	}
	return saccade.KindVideo, format, nil
}
