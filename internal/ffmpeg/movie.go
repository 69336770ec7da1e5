package ffmpeg

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// movieCodecs are the decoders of video that a file of a format may need.
var movieCodecs = map[saccade.Format]string{
	saccade.FormatMP4: "h264,hevc,av1,libdav1d,libaom-av1,vp9,libvpx-vp9,mpeg4",
	saccade.FormatMOV: "h264,hevc,av1,libdav1d,libaom-av1,vp9,libvpx-vp9,mpeg4,prores,mjpeg,qtrle,png",
	saccade.FormatGIF: "gif",
}

// untrustedMovie are the input options for a file of the user's that is not WebM: one
// demuxer, no other files, no network, no other codecs.
func (t *Tool) untrustedMovie(path string, format saccade.Format) []string {
	codecs := movieCodecs[format]
	demuxer := []string{"-f", "gif", "-ignore_loop", "1"}
	if format != saccade.FormatGIF {
		demuxer = []string{"-f", "mov", "-enable_drefs", "0", "-use_absolute_path", "0", "-advanced_editlist", "1"}
		codecs += "," + audioCodecs + "," + convertedCodecs
	}
	return append(demuxer, "-protocol_whitelist", "file", "-codec_whitelist", codecs,
		"-max_pixels", strconv.Itoa(t.cfg.MaxPixels), "-i", "file:"+path)
}

// runMovie starts the process on the file itself, which is all that it may read.
func (d *Decoder) runMovie(ctx context.Context, path string, at Place) error {
	threads, nice := at.share(d.tool.cfg.Threads)
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	r, w, err := connect(false)
	if err != nil {
		return fmt.Errorf("pipe from ffmpeg: %w", err)
	}
	d.proc, err = d.tool.start(ctx, job{args: d.tool.movieArgs(path, d.info, threads), stdout: w, read: []string{path}, nice: nice})
	if err != nil {
		return errors.Join(err, r.Close())
	}
	d.pipe, d.raw = r, webm.NewRawReader(r)
	return nil
}

// movieArgs is ffmpeg's command line for a file that it reads itself, which it turns
// upright. The first frame is at zero, as from a pipe.
func (t *Tool) movieArgs(path string, i webm.Info, threads int) []string {
	args := append([]string{"-hide_banner", "-nostdin", "-v", "error", "-copyts", "-threads", strconv.Itoa(threads)}, t.untrustedMovie(path, i.Format)...)
	w, h := i.Size()
	scale, format := fmt.Sprintf("scale=%d:%d:flags=bicubic", w, h), "yuv420p"
	if i.Transparent {
		format = "yuva420p"
	}
	switch i.Codec {
	case "gif", "png", "qtrle": // no luma of their own
		scale += ":out_color_matrix=bt601:out_range=limited"
		format += ",setparams=colorspace=smpte170m:range=limited"
	}
	args = append(args, "-map", "0:v:0", "-vf", "setpts=PTS-STARTPTS,"+t.toneMap(i)+scale+",format="+format, t.sync, "passthrough", "-enc_time_base", "1:1000")
	if i.Times != nil {
		args = append(args, "-frames:v", strconv.Itoa(len(i.Times)))
	}
	return append(args, "-c:v", "rawvideo", "-f", "matroska", "-allow_raw_vfw", "1", "-write_crc32", "0", "pipe:1")
}

// convertMovie writes the audio of a file that is not WebM to a WebM file, as Opus, from
// the movie's time zero on.
func (t *Tool) convertMovie(ctx context.Context, path string, format saccade.Format, out string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	args := append([]string{"-hide_banner", "-nostdin", "-v", "error", "-y", "-copyts"}, t.untrustedMovie(path, format)...)
	p, err := t.start(ctx, job{args: append(args, opusArgs("aresample=48000:async=1:first_pts=0", out)...), read: []string{path}, write: filepath.Dir(out)})
	if err != nil {
		return err
	}
	if exit := p.wait(); exit != nil {
		text, _ := p.stderr.text()
		return fmt.Errorf("ffmpeg audio: %w, stderr: %s", exit, text)
	}
	return nil
}
