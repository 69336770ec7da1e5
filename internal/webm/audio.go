package webm

import (
	"strings"

	"github.com/saccade-dev/saccade"
)

// convertible are the codecs of audio that are converted to Opus, by the
// beginning of their names, and what people call them.
var convertible = []struct{ prefix, name string }{
	{"A_PCM/", "PCM"}, {"A_AAC", "AAC"}, {"A_MPEG/L3", "MP3"}, {"A_MPEG/L2", "MP2"}, {"A_FLAC", "FLAC"},
	{"A_AC3", "AC-3"}, {"A_EAC3", "E-AC-3"}, {"A_ALAC", "ALAC"},
}

// CopiesAudio reports whether the audio can be copied into WebM as it is.
func (i Info) CopiesAudio() bool { return i.AudioCodec == codecOpus || i.AudioCodec == codecVorbis }

// checkAudio refuses audio that can be neither copied nor converted.
func checkAudio(t *track, packets int) error {
	if packets == 0 || t.codec == codecOpus || t.codec == codecVorbis {
		return nil
	}
	for _, c := range convertible {
		if strings.HasPrefix(t.codec, c.prefix) {
			return nil
		}
	}
	return saccade.Errorf(saccade.CodeInvalidInput, "The codec %q of the video's audio is not one of WebM's and cannot be converted. Please encode the audio as Opus, or leave it out.", t.codec)
}
