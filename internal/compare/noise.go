package compare

// Noise returns how much a quantity ("focus", or the part behind the point, as
// "share") differs between two analyses of what is the same design to people,
// given what it is in the base. A difference up to that is no news; 0 where there
// is no such bound (rank).
//
// The figures are the 90th percentiles, over 24 home pages and six areas on
// each, of the change when the page is moved by one pixel or saved as JPEG of
// quality 80, whichever is larger, rounded up (docs/scores.md; train/fit measures it).
func Noise(measure string, base float64) float64 {
	switch measure {
	case focus:
		return 3
	case clarity:
		return 7
	case excitingness:
		return 6
	case moved:
		return 0.02
	case "share", "peak":
		return max(0.06*base, 0.001)
	case "first":
		return 0.05 * base
	}
	return 0
}

// typicalBase is a value of the quantity in the middle of what occurs, to judge
// a check by before there are numbers.
func typicalBase(r ref) float64 {
	switch r.measure {
	case focus, clarity, excitingness:
		return 50
	case "first":
		return 2
	}
	return 0.1
}
