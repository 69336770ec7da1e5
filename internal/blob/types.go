package blob

import (
	"path"
	"strings"
)

// contentTypes of what analyses answer with; everything else is bytes.
var contentTypes = map[string]string{
	".webm": "video/webm",
	".png":  "image/png",
	".jpg":  "image/jpeg",
	".json": "application/json",
	".csv":  "text/csv; charset=utf-8",

	".edl":    "text/plain; charset=utf-8",
	".fcpxml": "application/xml",
}

// ContentType returns the media type that the extension of the key stands for,
// application/octet-stream for all but those that analyses answer with.
func (k Key) ContentType() string {
	if kind := contentTypes[strings.ToLower(path.Ext(string(k)))]; kind != "" {
		return kind
	}
	return "application/octet-stream"
}
