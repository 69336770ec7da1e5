package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/saccade-dev/saccade/internal/webm"
)

// Audio is what outputs take from a video to be heard.
type Audio struct {
	path  string
	info  webm.Info
	delay time.Duration // added to the times of the file at path
	own   bool          // the file at path is ours
}

// Close removes the file that the audio was converted to. A nil Audio is fine.
func (a *Audio) Close() error {
	if a == nil || !a.own {
		return nil
	}
	return os.Remove(a.path)
}

// convertedCodecs are the decoders of audio that is converted to Opus, beside
// those of WebM's own.
const convertedCodecs = "aac,aac_fixed,mp3,mp3float,mp2,mp2float,flac,ac3,ac3_fixed,eac3,alac," +
	"pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f64le"

// Audio returns the audio of the video at path, which info judges, for outputs;
// nil when there is none. Opus and Vorbis are taken from the video itself, packet
// by packet. Anything else is converted to Opus once, into a file in dir, until the
// audio is closed. Audio that cannot be decoded is left out, and logged.
func (t *Tool) Audio(ctx context.Context, path string, info webm.Info, dir string) (*Audio, error) {
	if !info.HasAudio {
		return nil, nil
	}
	if info.Format == "" && info.CopiesAudio() {
		return &Audio{path: path, info: info}, nil
	}
	if err := t.requireSandbox(ctx); err != nil {
		return nil, err
	}
	convert, start, err := t.audioOf(ctx, path, info)
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := &Audio{delay: start, own: true}
	if a.path, err = filepath.Abs(filepath.Join(dir, ".audio.webm")); err != nil {
		return nil, err
	}
	if err = convert(a.path); err == nil {
		a.info, err = scanAudio(ctx, a.path)
	}
	if err == nil {
		return a, nil
	}
	_ = a.Close()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	t.log.Warn("the audio of a video cannot be decoded and is left out", "codec", info.AudioCodec, "err", err)
	return nil, nil
}

// audioOf returns what writes the audio of a video to a file, and how much later than
// the file's own times it begins: io.EOF where there is none.
func (t *Tool) audioOf(ctx context.Context, path string, info webm.Info) (func(out string) error, time.Duration, error) {
	if info.Format != "" {
		return func(out string) error { return t.convertMovie(ctx, path, info.Format, out) }, 0, nil
	}
	src, err := openSource(path, info)
	if err != nil {
		return nil, 0, err
	}
	defer src.Close()
	start, err := src.AudioStart(ctx)
	return func(out string) error {
		src, err := openSource(path, info)
		if err != nil {
			return err
		}
		defer src.Close()
		return t.convert(ctx, src.Source, start, out)
	}, start, err
}

// opusArgs make a WebM file of the audio behind a filter.
func opusArgs(filter, out string) []string {
	return []string{"-map", "0:a:0", "-vn", "-sn", "-dn", "-af", filter + ",aformat=channel_layouts=mono|stereo",
		"-c:a", "libopus", "-map_metadata", "-1", "-avoid_negative_ts", "disabled", "-fflags", "+bitexact", "-f", "webm", "file:" + out}
}

// convert writes the audio of a source to a WebM file, as Opus.
func (t *Tool) convert(ctx context.Context, src webm.Source, start time.Duration, out string) error {
	w, r, err := connect(true)
	if err != nil {
		return fmt.Errorf("pipe to ffmpeg: %w", err)
	}
	args := append([]string{"-hide_banner", "-nostdin", "-v", "error", "-y", "-copyts"}, t.untrusted()...)
	args = append(args, opusArgs("aresample=48000:async=1", out)...)
	p, err := t.start(ctx, job{args: args, stdin: r, write: filepath.Dir(out)})
	if err != nil {
		return errors.Join(err, w.Close())
	}
	fed := src.CopyAudio(p.ctx, w, start)
	_ = w.Close()
	exit := p.wait()
	if exit != nil || fed != nil && !hungUp(fed) {
		text, _ := p.stderr.text()
		return fmt.Errorf("ffmpeg audio: %w, stderr: %s", errors.Join(exit, fed), text)
	}
	return nil
}
