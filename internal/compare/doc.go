// Package compare says how a candidate differs from a base, and judges the
// difference by checks.
//
// The contract: [Measure] reads the numbers that an analysis left behind
// (package artifact) into a [Side]; [Pair] sets two sides beside each other and
// returns every quantity of both, their difference, whether it is more than
// noise, and the outcome of every [Check]; [Document] makes the document
// saccade.compare/1 of pairs. The command line, the API and the tools of agents
// call the same functions and so agree. Nothing is predicted here.
//
// # Checks
//
// A check is one comparison that is true when something is wrong:
//
//	cta.share < 0.9*base        the area lost more than a tenth of its attention
//	focus < base-5              five points less focus
//	moved > 15%                 attention moved by more than 15 %
//	"Buy now".first > 2         a name with other characters stands in quotes
//
//	check    = quantity op sum
//	op       = "<" | "<=" | ">" | ">=" | "==" | "!="
//	sum      = term { ("+" | "-") term }
//	term     = factor { ("*" | "/") factor }
//	factor   = number [ "%" ] | "base" | quantity | "-" factor | "(" sum ")"
//	quantity = "focus" | "clarity" | "excitingness" | "moved"
//	         | name "." ("share" | "rank" | "first" | "peak")
//
// A quantity is the candidate's; base is what the quantity on the left is in the
// base. There are no variables, functions or calls, so that checks of unknown
// origin are harmless: a check is at most [MaxCheck] bytes long and costs as much
// as it is long.
//
// # Noise
//
// Two analyses of what is the same design to people differ a little: [Noise]
// holds by how much, measured (docs/scores.md). A difference up to it is marked
// "no news", and a check that can be true for such a one is warned of when it is
// parsed.
package compare
