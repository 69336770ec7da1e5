package route

import (
	"strings"
	"testing"
)

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
