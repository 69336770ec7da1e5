// Package storetest runs tests of the store, and of what is built on it,
// against every database that the store speaks to: SQLite always, PostgreSQL
// where its programs are installed or SACCADE_TEST_POSTGRES names a server.
//
// A package that uses it has
//
//	func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }
package storetest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
)

// ServerVariable names the environment variable with the URL of a PostgreSQL
// server in which tests may make schemas. [Main] sets it for the tests if it
// started a server itself.
const ServerVariable = "SACCADE_TEST_POSTGRES"

// reasonVariable tells tests why there is no server.
const reasonVariable = "SACCADE_TEST_POSTGRES_MISSING"

// Main runs the tests of a package with a PostgreSQL server of their own.
func Main(m *testing.M) int {
	if os.Getenv(ServerVariable) == "" {
		server, err := StartPostgres()
		if err != nil {
			_ = os.Setenv(reasonVariable, err.Error())
		} else {
			defer server.Remove()
			_ = os.Setenv(ServerVariable, server.URL)
		}
	}
	return m.Run()
}

// Each runs the test once for every driver.
func Each(t *testing.T, test func(t *testing.T, driver string)) {
	t.Helper()
	for _, driver := range []string{store.DriverSQLite, store.DriverPostgres} {
		t.Run(driver, func(t *testing.T) { test(t, driver) })
	}
}

// Config is a configuration for an empty database of the driver, which is
// removed after the test. It skips the test where there is no such database.
func Config(t testing.TB, driver string) store.Config {
	t.Helper()
	cfg := store.DefaultConfig()
	cfg.DSN = "sqlite:" + filepath.Join(t.TempDir(), "test.db")
	if driver == store.DriverPostgres {
		cfg.DSN = newDatabase(t)
	}
	return cfg
}

// Open opens a store, which is closed after the test.
func Open(t testing.TB, cfg store.Config) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// newDatabase makes a schema: for a test as good as a database, and far
// cheaper.
func newDatabase(t testing.TB) string {
	t.Helper()
	server := os.Getenv(ServerVariable)
	if server == "" {
		t.Skipf("no PostgreSQL here (%s); set %s or install postgresql", os.Getenv(reasonVariable), ServerVariable)
	}
	name := "test_" + saccade.NewID()
	admin(t, server, "CREATE SCHEMA "+name)
	t.Cleanup(func() { admin(t, server, "DROP SCHEMA IF EXISTS "+name+" CASCADE") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

func admin(t testing.TB, server, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}
