package main_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// mostMemory is what the server may take for whatever one client sends, in MiB.
const mostMemory = 700

// TestManyBodiesAtOnce sends, eight at a time, the bodies that cost a decoder the
// most memory among those within the budget of a body.
func TestManyBodiesAtOnce(t *testing.T) {
	t.Parallel()
	s := start(t, t.TempDir(), "--rate-limit", "0")
	input := `"input":{"type":"url","content":"http://nowhere.invalid/"}`
	many := func(element string, n int) string { return strings.TrimSuffix(strings.Repeat(element+",", n), ",") }
	area := `{"name":"a","polygon":[` + many(`["x","y"]`, 1000) + `]}`
	for name, body := range map[string]string{
		"unknown objects": `{"x":[` + many(`{"":0}`, 249_000) + `],` + input + `}`,
		"unknown lists":   `{"x":[` + many(`[[0]]`, 249_000) + `],` + input + `}`,
		"bad corners":     `{"aois":[` + many(area, 100) + `],` + input + `}`,
		"bad predictions": `{"predictions":{` + many(`"a":1`, 240_000) + `},` + input + `}`,
	} {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				r, err := http.NewRequest("POST", s.url+"/v2/analyses", strings.NewReader(body))
				if err != nil {
					t.Error(err)
					return
				}
				r.Header.Set("Authorization", "Bearer "+s.token)
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				answer, _ := io.ReadAll(res.Body)
				_ = res.Body.Close()
				if res.StatusCode >= 500 || len(answer) > 2000 {
					t.Errorf("%s: %d %.200s", name, res.StatusCode, answer)
				}
			})
		}
		wg.Wait()
		t.Logf("%s of %d KiB: at most %d MiB of memory so far", name, len(body)>>10, s.peakMemory())
	}
	if mib := s.peakMemory(); mib > mostMemory {
		t.Errorf("the server took %d MiB", mib)
	}
}
