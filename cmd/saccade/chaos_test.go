package main_test

import (
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestChaos is the short form of `make chaos`: PostgreSQL, a bucket, two processes that
// answer and two that run jobs are hit in turn under load; nothing that was accepted is
// lost, nothing is visible twice, every analysis ends, and an account that queues many
// images holds nobody up.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute")
	}
	bin, err := program()
	if err != nil {
		t.Fatal(err)
	}
	chaos := filepath.Join(t.TempDir(), "chaos")
	if out, err := exec.Command("go", "build", "-o", chaos, "../../examples/chaos").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	// How long a takeover takes on a busy machine is for make chaos to say.
	out, err := exec.CommandContext(ctx, chaos, "-binary", bin, "-short", "-takeover", "2m").CombinedOutput()
	var status *exec.ExitError
	if errors.As(err, &status) && status.ExitCode() == 3 {
		t.Skipf("no cluster here (%s); make test installs PostgreSQL and versitygw", strings.TrimSpace(string(out)))
	}
	t.Logf("\n%s", out)
	if err != nil {
		t.Error(err)
	}
}
