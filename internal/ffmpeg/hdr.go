package ffmpeg

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/saccade-dev/saccade/internal/webm"
)

// What a video of high dynamic range is brought to. White of graphics, at 203 cd/m² as
// ITU-R BT.2408 has it, becomes white; what is brighter is compressed, up to five times
// that.
const (
	whiteNits     = 203
	peakOfWhite   = 5
	unchangedPart = 0.7 // of white, below which light stays as it is
)

// The code points of videos of high dynamic range that do not declare them: BT.2020.
const (
	wideMatrix    = 9
	widePrimaries = 9
)

// toneMap returns the filters that bring a video of high dynamic range, which the model
// and the scores would see as flat and gray, to the range and the colors of ordinary
// ones. It is empty for these, for transparent ones, and where ffmpeg lacks the filters.
func (t *Tool) toneMap(i webm.Info) string {
	c := i.Color
	if !c.HighRange() || i.Transparent || !t.mapsTones() {
		return ""
	}
	levels := "limited"
	if c.Range == webm.RangeFull {
		levels = "full"
	}
	return fmt.Sprintf("zscale=tin=%d:min=%d:pin=%d:rin=%s:t=linear:m=gbr:p=709:npl=%d,format=gbrpf32le,tonemap=mobius:param=%g:peak=%d:desat=0,"+
		"zscale=tin=linear:min=gbr:pin=709:t=709:m=709:p=709:r=limited,format=yuv420p,",
		c.Transfer, cmp.Or(c.Matrix, wideMatrix), cmp.Or(c.Primaries, widePrimaries), levels, whiteNits, unchangedPart, peakOfWhite)
}

// filtersOfTones says, once it was asked, whether the program can bring high dynamic range
// to the ordinary one.
type filtersOfTones struct {
	ask sync.Once
	has bool
}

// mapsTones reports whether the program has the filters; it is asked at the first video
// that needs them.
func (t *Tool) mapsTones() bool {
	t.tones.ask.Do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		out, err := t.ask(ctx, "-hide_banner", "-filters")
		t.tones.has = err == nil && strings.Contains(out, " zscale ") && strings.Contains(out, " tonemap ")
		if !t.tones.has {
			t.log.Warn("ffmpeg lacks the filter zscale or tonemap: videos of high dynamic range look flat and are judged so")
		}
	})
	return t.tones.has
}
