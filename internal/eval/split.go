package eval

// Split selects a part of a set.
type Split string

// The splits. SplitVal is every tenth stimulus by sorted name, which the
// training of the shipped model never sees; SplitTrain is the rest.
const (
	SplitAll   Split = "all"
	SplitVal   Split = "val"
	SplitTrain Split = "train"
)

// pick lists the members of a split of n images or clips, sorted by name.
func (s Split) pick(set string, n int) ([]int, error) {
	var out []int
	for i := range n {
		if s.has(i) {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil, bad("%s: the split %q is empty; the set has only %d images or clips.", set, s, n)
	}
	return out, nil
}

// has reports whether the split holds the i-th stimulus by name.
func (s Split) has(i int) bool {
	switch s {
	case SplitVal:
		return i%10 == 0
	case SplitTrain:
		return i%10 != 0
	}
	return true
}
