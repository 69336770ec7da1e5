package httpfront

import (
	"encoding/json"
	"testing"
)

// plenty is a budget that nothing here uses up.
var plenty = JSONBudget{Bytes: 1 << 40, Values: 1 << 40, Free: [2]string{"input", "content"}}

func TestSizesOfJSON(t *testing.T) {
	for text, want := range map[string]struct {
		values int
		bytes  int64
	}{
		``: {0, 0}, `1`: {1, 1}, `"a"`: {1, 3}, `[]`: {1, 2}, `{}`: {1, 2}, `[ ]`: {1, 3}, `[1,2]`: {2, 5}, `[[],[]]`: {2, 7},
		`{"a":1,"b":[true,null]}`: {3, 23}, `{"a\"b":"c\\"}`: {1, 14}, `{"":0}`: {1, 6}, `-1.5e3 `: {1, 7},
		`{"input":{"content":"xxxx"}}`: {1, 28 - 5}, `{"input":{"content":"\"x\""},"content":"y"}`: {2, 43 - 6},
	} {
		for _, step := range []int{1, 3, 100} {
			j := judge{JSONBudget: plenty}
			for rest := []byte(text); len(rest) > 0; rest = rest[min(step, len(rest)):] {
				if err := j.add(rest[:min(step, len(rest))]); err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
			if j.values != want.values || j.bytes != want.bytes {
				t.Errorf("%s in steps of %d: %d values, %d bytes; want %+v", text, step, j.values, j.bytes, want)
			}
		}
	}
}

// FuzzJudge: for every JSON text, the count is that of the decoded tree.
func FuzzJudge(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"b",{}],"input":{"content":"x"}}`, `[[[]]]`, `"\u0022"`, `{"aois":[1,2]}`, `[`, `\`, `"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		j := judge{JSONBudget: plenty}
		err := j.add(text)
		var tree any
		if json.Unmarshal(text, &tree) != nil || err != nil {
			return
		}
		if n := leaves(tree); n > j.values {
			t.Errorf("%q has %d values, judged as %d", text, n, j.values)
		}
	})
}

// leaves counts scalars and empty containers. Members of one name count once.
func leaves(tree any) int {
	n := 0
	switch v := tree.(type) {
	case []any:
		for _, e := range v {
			n += leaves(e)
		}
	case map[string]any:
		for _, e := range v {
			n += leaves(e)
		}
	}
	return max(1, n)
}
