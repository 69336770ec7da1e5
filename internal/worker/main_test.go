package worker_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// childVariable makes this test binary act as a worker process that is to be
// killed; see crash_test.go.
const childVariable = "SACCADE_TEST_WORKER_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		childMain()
		return
	}
	code := storetest.Main(m)
	if err := goleak.Find(); err != nil && code == 0 {
		os.Stderr.WriteString("goroutines leak: " + err.Error() + "\n")
		code = 1
	}
	os.Exit(code)
}
