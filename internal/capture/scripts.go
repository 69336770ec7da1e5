package capture

import _ "embed" // the scripts below

// The scripts that run in a page, in a world of their own: the page cannot
// replace what they call. Each is an expression of a function.
var (
	//go:embed scripts/covered.js
	coveredScript string // () => bool: a curtain hides the page, or all of it is hidden
	//go:embed scripts/unfold.js
	unfoldScript string // (frame, height) => number of inner scrollers that were unfolded
	//go:embed scripts/scroll.js
	scrollScript string // (limit) => height of the page after it was scrolled through
	//go:embed scripts/still.js
	stillScript string // () => nothing; stops video and SVG
	//go:embed scripts/end.js
	endScript string // on an Animation: to its end, or canceled when it has none
)
