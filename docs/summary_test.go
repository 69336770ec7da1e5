package docs

import (
	"os/exec"
	"strings"
	"testing"
)

// TestSummary: the summary of a test run counts every way in which a package fails.
func TestSummary(t *testing.T) {
	awk, err := exec.LookPath("awk")
	if err != nil {
		t.Skip("there is no awk")
	}
	for name, tc := range map[string]struct{ log, last, shows string }{
		"passed":       {"=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\nok  \tx\t0.1s\n", "1 passed, 0 failed, 0 skipped", "ok"},
		"failed":       {"=== RUN   TestA\n    a_test.go:1: wrong\n--- FAIL: TestA (0.00s)\nFAIL\nFAIL\tx\t0.1s\n", "0 passed, 1 failed, 0 skipped", "wrong"},
		"killed":       {"=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\nsignal: killed\nFAIL\tx\t0.1s\n", "1 passed, 1 failed, 0 skipped", "signal: killed"},
		"out of time":  {"=== RUN   TestA\npanic: test timed out after 1s\n\nFAIL\tx\t1.0s\n", "0 passed, 1 failed, 0 skipped", "timed out"},
		"goroutine":    {"=== RUN   TestA\npanic: boom\n\ngoroutine 7 [running]:\nFAIL\tx\t1.0s\n", "0 passed, 1 failed, 0 skipped", "boom"},
		"not built":    {"# x\nx/a.go:1:1: wrong\nFAIL\tx [build failed]\n", "0 passed, 1 failed, 0 skipped", "build failed"},
		"two modules":  {"--- PASS: TestA (0.00s)\nPASS\nok  \tx\t0.1s\nleft over\n=== RUN   TestB\n--- PASS: TestB (0.00s)\n--- FAIL: TestC (0.00s)\nFAIL\nFAIL\ty/packaging\t0.1s\nFAIL\n", "2 passed, 1 failed, 0 skipped", "y/packaging"},
		"after others": {"--- FAIL: TestA (0.00s)\nFAIL\nFAIL\tx\t0.1s\nexit status 3\nFAIL\ty\t0.1s\n--- PASS: TestC (0.00s)\nPASS\nok  \tz\t0.1s\n", "1 passed, 2 failed, 0 skipped", "exit status 3"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(awk, "-f", "../.ci/summary.awk")
			cmd.Stdin = strings.NewReader(tc.log)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			text := strings.TrimSpace(string(out))
			if last := text[strings.LastIndexByte(text, '\n')+1:]; last != tc.last || !strings.Contains(text, tc.shows) {
				t.Errorf("got %q", text)
			}
		})
	}
}
