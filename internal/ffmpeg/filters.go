package ffmpeg

import (
	"fmt"
	"image"

	"github.com/saccade-dev/saccade/internal/webm"
)

// filters turn frames upright, fit them into the size of the video, with bars
// where the proportions differ, and convert them.
func filters(i webm.Info) string {
	f := map[int]string{90: "transpose=clock,", 180: "hflip,vflip,", 270: "transpose=cclock,"}[i.Rotation]
	w, h := i.Size()
	format := "yuv420p"
	if i.Transparent {
		format = "yuva420p"
	}
	if i.Sizes == nil {
		return f + fmt.Sprintf("scale=%d:%d:flags=bicubic,format=%s", w, h, format)
	}
	side := func(w, h int, iw, ih string) string { // as fit has it
		return fmt.Sprintf("if(lt(%[1]d*%[4]s-min(%[1]d*%[4]s,%[3]s*%[2]d),2*%[4]s),%[1]d,max(2,2*floor(min(%[1]d*%[4]s,%[3]s*%[2]d)/(2*%[4]s))))", w, h, iw, ih)
	}
	return f + fmt.Sprintf("scale=w='%s':h='%s':flags=bicubic,format=%s,pad=%d:%d:2*floor((ow-iw)/4):2*floor((oh-ih)/4)",
		side(w, h, "iw", "ih"), side(h, w, "ih", "iw"), format, w, h)
}

// fit returns the part of a frame of w x h pixels that a smaller one of iw x ih
// fills when it keeps its proportions: even numbers, or the whole side.
func fit(w, h, iw, ih int) image.Rectangle {
	side := func(w, h, iw, ih int) int {
		full := min(w*ih, iw*h) // of a width of full / ih
		if w*ih-full < 2*ih {
			return w
		}
		return max(2, full/(2*ih)*2)
	}
	if iw < 1 || ih < 1 {
		return image.Rect(0, 0, w, h)
	}
	rw, rh := side(w, h, iw, ih), side(h, w, ih, iw)
	at := image.Pt((w-rw)/4*2, (h-rh)/4*2)
	return image.Rectangle{at, at.Add(image.Pt(rw, rh))}
}
