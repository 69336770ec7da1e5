package route

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/saccade-dev/saccade"
)

// TestErrorsNameTheFirstFew: an answer to a body with many mistakes names three.
func TestErrorsNameTheFirstFew(t *testing.T) {
	mistakes := func(n int) (all []error) {
		for i := range n {
			all = append(all, &huma.ErrorDetail{Location: "body.aois[" + strings.Repeat("0", i+1) + "]", Message: "expected object"})
		}
		return all
	}
	for name, tc := range map[string]struct {
		errs        []error
		want, param string
	}{
		"one":          {mistakes(1), "Please correct aois[0]: expected object.", "aois[0]"},
		"three":        {mistakes(3), "Please correct aois[0]: expected object; aois[00]: expected object; aois[000]: expected object.", "aois[0]"},
		"a thousand":   {mistakes(1000), "Please correct aois[0]: expected object; aois[00]: expected object; aois[000]: expected object; and 997 more.", "aois[0]"},
		"the body":     {[]error{&huma.ErrorDetail{Location: "body", Message: "expected object"}}, "The request is not as documented: expected object.", ""},
		"no JSON":      {[]error{errors.New("unexpected end")}, "The body is not valid JSON: unexpected end.", ""},
		"long message": {[]error{&huma.ErrorDetail{Location: "body.x", Message: strings.Repeat("x", 1000)}}, "Please correct x: " + strings.Repeat("x", 200) + "….", "x"},
	} {
		e := saccade.AsError(fromHuma("create-image", http.StatusBadRequest, "validation failed", tc.errs))
		if e.Message != tc.want || e.Param != tc.param {
			t.Errorf("%s: %q about %q", name, e.Message, e.Param)
		}
	}
}

func TestBearer(t *testing.T) {
	for header, want := range map[string]string{
		"Bearer abc": "abc", "bearer  abc ": "abc", " BEARER abc": "abc",
		"": "", "Bearer": "", "Basic abc": "", "abc": "", "Bearer " + strings.Repeat("x", 513): "",
	} {
		if got := bearer(header); got != want {
			t.Errorf("%.40q is the token %.40q, want %q", header, got, want)
		}
	}
}

func TestValidID(t *testing.T) {
	for id, want := range map[string]bool{
		"5h7xk2m4qz3v6w8y2b4d6f8h2k": true, "a-B_9": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a/b": false, "a b": false, "a\n": false, "é": false, "a\x00": false,
	} {
		if got := ValidID(id); got != want {
			t.Errorf("ValidID(%.40q) is %v", id, got)
		}
	}
}
