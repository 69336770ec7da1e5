package httpapi

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

// manyAreas are 100 areas of 1,000 corners, as JSON.
func manyAreas() string {
	var b strings.Builder
	for i := range saccade.MaxAOIs {
		fmt.Fprintf(&b, `,{"name":"area %d","polygon":[[0.5,0.5]`, i)
		for j := range saccade.MaxAOICorners - 1 {
			fmt.Fprintf(&b, ",[0.%03d,0.%03d]", j, j*7%1000)
		}
		b.WriteString("]}")
	}
	return "[" + b.String()[1:] + "]"
}

func TestManyAreasFit(t *testing.T) {
	h := newHarness(t)
	id := h.image()
	h.succeed(id)
	h.call("PUT", "/v2/analyses/"+id+"/aois", `{"aois":`+manyAreas()+`}`).into(t, 200, nil)
	h.call("POST", "/v2/analyses", `{"input":{"type":"url","content":"https://example.com/"},"aois":`+manyAreas()+`}`).into(t, 201, nil)
}

// TestBudgetOfBodies: what would need hundreds of megabytes to decode is refused
// while it is read.
func TestBudgetOfBodies(t *testing.T) {
	h := newHarness(t)
	const size = 26 << 20
	fill := func(element string) string { return strings.Repeat(element+",", size/(len(element)+1)) + element }
	input := `"input":{"type":"url","content":"https://example.com/"}`
	for name, tc := range map[string]struct {
		body   string
		status int
		code   saccade.Code
	}{
		"areas that are numbers": {`{"aois":[` + fill("1") + `],` + input + `}`, 400, saccade.CodeInvalidInput},
		"101 areas":              {`{"aois":[` + strings.Repeat("1,", 100) + `1],` + input + `}`, 400, saccade.CodeInvalidInput},
		"1,001 corners":          {`{"aois":[{"name":"a","polygon":[` + strings.Repeat("[0,0],", 1000) + `[0,1]]}],` + input + `}`, 400, saccade.CodeInvalidInput},
		"unknown objects":        {`{"x":[` + fill(`{"":0}`) + `],` + input + `}`, 413, saccade.CodeClient},
		"unknown lists":          {`{"x":[` + fill(`[]`) + `],` + input + `}`, 413, saccade.CodeClient},
		"many small values":      {`{"x":[` + strings.Repeat("1,", maxValues) + `1],` + input + `}`, 413, saccade.CodeClient},
		"unknown text":           {`{"x":"` + strings.Repeat("x", size) + `",` + input + `}`, 413, saccade.CodeClient},
		"content elsewhere":      {`{"inputs":{"content":"` + strings.Repeat("x", 3<<20) + `"},` + input + `}`, 413, saccade.CodeClient},
		"unknown, but small":     {`{"x":[` + strings.Repeat("1,", 5000) + `1],` + input + `}`, 201, ""},
		"a large image":          {`{"input":{"type":"image","content":"` + strings.Repeat("A", 4<<20) + `"}}`, 201, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := *h
			h.t = t
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			r := h.call("POST", "/v2/analyses", tc.body)
			runtime.ReadMemStats(&after)
			if made := (after.TotalAlloc - before.TotalAlloc) >> 20; tc.status != 201 && made > 64 {
				t.Errorf("%d MiB were allocated for a refusal", made)
			}
			if tc.code == "" {
				r.into(t, tc.status, nil)
				return
			}
			r.wantError(t, tc.status, tc.code)
		})
	}
}
