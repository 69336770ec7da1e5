package worker_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
	"github.com/saccade-dev/saccade/internal/worker"
)

// statement finds the statements in the log of a PostgreSQL server.
var statement = regexp.MustCompile(`LOG:  (?:statement|execute [^:]*): (\S+)`)

// TestIdle: five idle workers send one PostgreSQL server at most five queries a
// second together, as the server's own log counts them.
func TestIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("measures for half a minute")
	}
	cfg := storetest.Config(t, store.DriverPostgres)
	cfg.DSN += "&log_statement=all"
	defaults := worker.DefaultConfig()
	for range 5 {
		b := fixtureOn(t, cfg, t.TempDir())
		scratch := b.cfg.Scratch
		b.cfg = defaults
		b.cfg.Scratch = scratch
		b.start(succeed, nil)
	}
	db := storetest.Open(t, cfg).DB()
	count := func() int {
		t.Helper()
		var log string
		const read = `SELECT pg_read_file((SELECT setting FROM pg_settings WHERE name = 'data_directory') || '/../log')`
		if err := db.QueryRowContext(t.Context(), read).Scan(&log); err != nil {
			t.Skipf("the server's log cannot be read: %v", err)
		}
		n := 0
		for _, m := range statement.FindAllStringSubmatch(log, -1) {
			if word := strings.ToLower(m[1]); word != "begin" && word != "commit" {
				n++
			}
		}
		return n
	}
	const settle, window = 6 * time.Second, 24 * time.Second
	time.Sleep(settle)
	before := count()
	time.Sleep(window)
	rate := float64(count()-before) / window.Seconds()
	t.Logf("%.2f queries a second", rate)
	if rate == 0 || rate > 5 {
		t.Errorf("%.2f queries a second", rate)
	}
}
