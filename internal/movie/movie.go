// Package movie judges MP4 and QuickTime files and GIF animations, as package webm
// judges WebM: without decoding a frame, in bounded memory and time, and trusting
// nothing. The answer is a [webm.Info] whose Format says that ffmpeg is to read the file.
//
// Of MP4 and QuickTime it reads the movie box and those of fragments: size and turn of
// the frames, the codec, and when each frame is shown, edit lists applied. It refuses
// files whose samples lie in other files. Of a GIF it reads the blocks: how many
// frames there are, and how long each is shown, as browsers show it.
//
// The well-kept readers of these boxes that were looked at take memory by counts that a
// file merely claims; this one never does.
//
// Errors that are the file's fault are *[saccade.Error]: CodeInvalidInput for what is
// not a video that we take, CodeUnreadableVideo for a damaged one. Other errors come
// from the reader, or from the context.
package movie

import (
	"bytes"
	"context"

	"io"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/sniff"
	"github.com/saccade-dev/saccade/internal/webm"
)

// Scan judges a file of size bytes of a format: mp4, mov or gif.
func Scan(ctx context.Context, r io.ReaderAt, size int64, format saccade.Format) (webm.Info, error) {
	head := make([]byte, min(size, 512))
	if n, err := r.ReadAt(head, 0); err != nil && err != io.EOF {
		return webm.Info{}, err
	} else if head = head[:n]; err != nil && n == 0 && size > 0 {
		return webm.Info{}, io.ErrUnexpectedEOF
	}
	found := Sniff(head)
	if found == saccade.FormatMOV || found == saccade.FormatMP4 && format == saccade.FormatMOV {
		found = format // the boxes are the same; the codecs are those of the format that was named
	}
	if found != format || format != saccade.FormatMP4 && format != saccade.FormatMOV && format != saccade.FormatGIF {
		return webm.Info{}, foreign(head, format)
	}
	if format == saccade.FormatGIF {
		return scanGIF(ctx, io.NewSectionReader(r, 0, size))
	}
	return scanBoxes(ctx, r, size, format)
}

// Sniff returns the format of a file by its first bytes (16 or more): mp4, mov, gif or,
// for an image, webp; "" for all else.
func Sniff(head []byte) saccade.Format {
	switch {
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return saccade.FormatGIF
	case len(head) < 12:
		return ""
	case string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return saccade.FormatWebP
	}
	switch string(head[4:8]) {
	case "moov", "mdat", "wide", "free", "skip", "pnot":
		return saccade.FormatMOV // from before there were brands
	case "ftyp":
		return brand(string(head[8:12]))
	}
	return ""
}

// brand returns the format of a file that begins with a brand.
func brand(b string) saccade.Format {
	switch b {
	case "qt  ":
		return saccade.FormatMOV
	case "avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1", "crx ", "jp2 ", "jpx ", "M4A ", "M4B ":
		return "" // images and audio
	}
	return saccade.FormatMP4
}

// names are what the formats are called in messages.
var names = map[saccade.Format]string{saccade.FormatMP4: "an MP4 file", saccade.FormatMOV: "a QuickTime file", saccade.FormatGIF: "a GIF"}

// foreign is the error for a file that is not of the format that was named.
func foreign(head []byte, format saccade.Format) error {
	if len(head) == 0 {
		return refuse("The file is empty.")
	}
	what := "a WebM or Matroska file"
	if !bytes.HasPrefix(head, []byte("\x1A\x45\xDF\xA3")) {
		f, ok := sniff.Beginning(head)
		if !ok {
			f = sniff.Unknown(head)
		}
		what = f.What
	}
	return refuse("The file is not %s, as input.format says: it is %s. Please name its format, or convert it; renaming does not.", names[format], what)
}

func refuse(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeInvalidInput, format, args...)
}

func unreadable(format string, args ...any) *saccade.Error {
	return saccade.Errorf(saccade.CodeUnreadableVideo, format, args...)
}

// maxFrames is how many frames are counted at most: more than any limit allows.
const maxFrames = 200_000

// longest is the latest time that is believed; it keeps sums from overflowing.
const longest = 1000 * time.Hour

// ticks returns n units of 1/scale s, in whole milliseconds.
func ticks(n int64, scale uint32) time.Duration {
	if scale == 0 {
		return 0
	}
	s := min(max(float64(n)/float64(scale), -longest.Seconds()), longest.Seconds())
	return time.Duration(s*1000+0.5) * time.Millisecond
}

// box is a part of a file: four letters and what it holds.
type box struct {
	kind string
	body []byte
}

// maxChildren is how many boxes are read of one.
const maxChildren = 4096

// boxes returns the boxes in b, up to one that is broken.
func boxes(b []byte) []box {
	var all []box
	for len(b) >= 8 && len(all) < maxChildren {
		size, head := int64(u32(b)), int64(8)
		switch {
		case size == 1 && len(b) >= 16:
			size, head = int64(u64(b[8:])&(1<<62-1)), 16
		case size == 0:
			size = int64(len(b))
		}
		if size < head || size > int64(len(b)) {
			break
		}
		all = append(all, box{string(b[4:8]), b[head:size]})
		b = b[size:]
	}
	return all
}

// find returns the body of the first box at a path of kinds; nil for none.
func find(b []byte, path ...string) []byte {
	for _, kind := range path {
		var body []byte
		for _, x := range boxes(b) {
			if x.kind == kind {
				body = x.body
				break
			}
		}
		if b = body; b == nil {
			return nil
		}
	}
	return b
}

// u16, u32 and u64 read big-endian numbers; what lies behind the end is 0.
func u16(b []byte) uint16 { return uint16(bigEndian(b, 2)) }
func u32(b []byte) uint32 { return uint32(bigEndian(b, 4)) }
func u64(b []byte) uint64 { return bigEndian(b, 8) }

func bigEndian(b []byte, n int) (v uint64) {
	if len(b) < n {
		return 0
	}
	for _, c := range b[:n] {
		v = v<<8 | uint64(c)
	}
	return v
}

// after returns b from a place on; nothing where it ends before.
func after(b []byte, n int) []byte { return b[min(n, len(b)):] }
