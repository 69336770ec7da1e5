package ffmpeg

import (
	"math"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/webm"
)

// TestToneMap: a video of high dynamic range looks as the ordinary one that it was made
// of, whichever way it is coded and wherever that is declared.
func TestToneMap(t *testing.T) {
	tl := tool(t, nil)
	if !tl.mapsTones() {
		t.Skip("ffmpeg has no zscale")
	}
	ordinary := with(source("64x48", "0.2"), []string{"-vf", "format=yuv444p,zscale=min=470bg:pin=709:tin=709:m=709:p=709:t=709:r=limited,format=yuv420p", "-colorspace", "bt709"}, vp9)
	want := lumaOf(t, tl, makeFile(t, "plain.webm", ordinary...), "")
	high := func(transfer string) string {
		return "format=yuv444p,zscale=min=470bg:pin=709:tin=709:t=" + transfer + ":m=2020_ncl:p=2020:r=limited:npl=203,format=yuv420p10le"
	}
	declared := func(transfer string) []string {
		return []string{"-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc", "-color_range", "tv"}
	}
	tenBits := []string{"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-pix_fmt", "yuv420p10le"}
	for name, tc := range map[string]struct {
		args   []string
		format saccade.Format
	}{
		"pq.webm":  {with(source("64x48", "0.2"), []string{"-vf", high("smpte2084")}, declared("smpte2084"), tenBits), ""},
		"hlg.webm": {with(source("64x48", "0.2"), []string{"-vf", high("arib-std-b67")}, declared("arib-std-b67"), tenBits), ""},
		"pq.mp4":   {with(source("64x48", "0.2"), []string{"-vf", high("smpte2084")}, declared("smpte2084"), tenBits, []string{"-movflags", "+write_colr"}), saccade.FormatMP4},
	} {
		t.Run(name, func(t *testing.T) {
			got := lumaOf(t, tl, makeFile(t, name, tc.args...), tc.format)
			var off float64
			for i := range want {
				off += math.Abs(float64(got[i])-float64(want[i])) / float64(len(want))
			}
			if off > 9 { // unmapped: 12.7 of HLG, 23.5 of PQ
				t.Errorf("luma is off by %.1f of 255 on average", off)
			}
		})
	}
}

// lumaOf returns the luma of the first frame of a video.
func lumaOf(t *testing.T, tl *Tool, path string, format saccade.Format) []byte {
	t.Helper()
	info := webm.Info{}
	if format == "" {
		info = scan(t, path)
	} else {
		info = scanMovie(t, path, format)
	}
	d, err := tl.Decode(t.Context(), path, info, Alone)
	f := firstFrame(t, d, err)
	if high := info.Color.HighRange(); high && !f.Color.BT709() {
		t.Errorf("the frame is of colors %+v", f.Color)
	}
	return append([]byte(nil), f.Image.Y...)
}
