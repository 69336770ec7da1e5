package advice

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/saccade-dev/saccade"
)

// percent writes a share: whole above 10 %, one digit below.
func percent(v float64) string {
	if v >= 0.0995 {
		return fmt.Sprintf("%.0f %%", 100*v)
	}
	return fmt.Sprintf("%.1f %%", 100*v)
}

// seconds writes a time.
func seconds(v float64) string { return fmt.Sprintf("%.1f s", v) }

// times writes a ratio.
func times(v float64) string {
	if v >= 9.95 {
		return fmt.Sprintf("%.0f times", v)
	}
	return fmt.Sprintf("%.1f times", v)
}

// ninths names the ninths of an image, row by row.
var ninths = [9]string{
	"upper left", "top center", "upper right",
	"left", "middle", "right",
	"lower left", "bottom center", "lower right",
}

// place names where a position lies.
func place(x, y float64) string {
	third := func(v float64) int { return min(max(int(3*v), 0), 2) }
	return ninths[3*third(y)+third(x)]
}

// at returns a position in words and figures.
func at(g saccade.GazePoint) string {
	return fmt.Sprintf("%s (%.0f %% from the left, %.0f %% from the top)", place(g.X, g.Y), 100*g.X, 100*g.Y)
}

// maxQuote is the longest quotation of what a user wrote, in characters.
const maxQuote = 160

// quote makes a user's words harmless for Markdown and quotes them.
func quote(s string) string {
	var b strings.Builder
	n := 0
	space := true // no space at the start
	for _, r := range s {
		if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			if !space {
				b.WriteByte(' ')
				n++
			}
			space = true
			continue
		}
		if n >= maxQuote {
			b.WriteString("…")
			break
		}
		if strings.ContainsRune("\\`*_{}[]()<>#+!|~&\"", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		n++
		space = false
	}
	// A word joiner keeps renderers from making addresses into links.
	t := strings.NewReplacer("://", ":\u2060//", "www.", "www\u2060.").Replace(b.String())
	return "\"" + strings.TrimSpace(t) + "\""
}

// list joins words: "a", "a and b", "a, b and c".
func list(s []string) string {
	if len(s) < 2 {
		return strings.Join(s, "")
	}
	return strings.Join(s[:len(s)-1], ", ") + " and " + s[len(s)-1]
}
