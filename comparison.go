package saccade

// ComparisonSchema names and versions the layout of a [Comparison].
const ComparisonSchema = "saccade.compare/1"

// Comparison is what comparing designs answers: for one pair of analyses over
// HTTP, for any number of them on the command line.
type Comparison struct {
	Schema   string         `json:"schema"` // ComparisonSchema
	Verdict  Verdict        `json:"verdict"`
	Pairs    []ComparedPair `json:"pairs"`
	Warnings []string       `json:"warnings,omitempty"` // about the checks themselves
}

// Verdict is what all checks together say.
type Verdict string

// The verdicts, the worst one wins. A pair that could not be compared fails.
const (
	VerdictPass Verdict = "pass"
	VerdictWarn Verdict = "warn"
	VerdictFail Verdict = "fail"
)

// PairStatus is what became of a pair.
type PairStatus string

// The states of a pair.
const (
	PairCompared PairStatus = "compared"
	PairNew      PairStatus = "new"     // there is no base
	PairRemoved  PairStatus = "removed" // there is no candidate
	PairFailed   PairStatus = "failed"  // a side could not be analyzed
)

// ComparedPair is a base and a candidate beside each other.
type ComparedPair struct {
	Name       string        `json:"name"`
	Status     PairStatus    `json:"status"`
	Medium     Medium        `json:"medium,omitempty"` // of a page
	Base       *ComparedSide `json:"base,omitempty"`
	Candidate  *ComparedSide `json:"candidate,omitempty"`
	Quantities []Quantity    `json:"quantities,omitempty"`
	Checks     []CheckResult `json:"checks,omitempty"`
	Notes      []string      `json:"notes,omitempty"` // what to keep in mind when reading the numbers
	Error      *Error        `json:"error,omitempty"`
}

// ComparedSide says what one side of a pair is.
type ComparedSide struct {
	Name     string  `json:"name"` // file, address, or id of the analysis
	Kind     Kind    `json:"kind"`
	Model    string  `json:"model"`
	Width    int     `json:"width"`              // pixels
	Height   int     `json:"height"`             // pixels
	Frames   int     `json:"frames,omitempty"`   // of a video
	Duration float64 `json:"duration,omitempty"` // seconds, of a video
}

// Unit is what a quantity is counted in.
type Unit string

// The units.
const (
	UnitPoints  Unit = "points"  // 0..100
	UnitShare   Unit = "share"   // 0..1
	UnitRank    Unit = "rank"    // 1 is the most attended area
	UnitSeconds Unit = "seconds" // null: never
)

// Quantity is one number of both sides.
type Quantity struct {
	Name       string   `json:"name"` // "focus", "cta.share", "moved"
	Unit       Unit     `json:"unit"`
	Base       *float64 `json:"base"`       // null: there is none; of a time: never
	Candidate  *float64 `json:"candidate"`  // null: there is none; of a time: never
	Difference *float64 `json:"difference"` // candidate minus base; null where a side has no number
	Noise      float64  `json:"noise"`      // a difference up to this size is no news
	Change     Change   `json:"change"`
}

// Change says how the candidate differs from the base.
type Change string

// The changes.
const (
	ChangeHigher Change = "higher"
	ChangeLower  Change = "lower"
	ChangeNone   Change = "same"
	ChangeNoise  Change = "no news" // differs by no more than the noise
	ChangeNew    Change = "new"     // there is no base
)

// Level says what a true check means.
type Level string

// The levels.
const (
	LevelError Level = "error" // the comparison fails
	LevelWarn  Level = "warn"  // it warns
)

// Condition is a check as a client sends it.
type Condition struct {
	Level Level  `json:"level,omitempty"` // empty: error
	Check string `json:"check"`           // "cta.share < 0.9*base"
}

// CheckOutcome is what became of a check.
type CheckOutcome string

// The outcomes of a check. A check that has no value counts as true: a check
// must not pass because something was not measured.
const (
	CheckFalse   CheckOutcome = "false"
	CheckTrue    CheckOutcome = "true"
	CheckNoValue CheckOutcome = "no value" // a quantity is missing, or the arithmetic has no result
	CheckSkipped CheckOutcome = "skipped"  // needs a base where there is none
)

// CheckResult is a check on one pair.
type CheckResult struct {
	Level   Level        `json:"level"`
	Check   string       `json:"check"`
	Outcome CheckOutcome `json:"outcome"`
	Value   *float64     `json:"value"` // of the left side; null: none, or never
	Limit   *float64     `json:"limit"` // of the right side; null: none, or never
	Message string       `json:"message"`
}

// Triggered reports whether the check speaks against the candidate.
func (c CheckResult) Triggered() bool {
	return c.Outcome == CheckTrue || c.Outcome == CheckNoValue
}
