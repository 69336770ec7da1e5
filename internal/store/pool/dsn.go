package pool

import (
	"errors"
	"strings"
)

// The drivers that [SplitDSN] names.
const (
	DriverSQLite   = "sqlite"
	DriverPostgres = "postgres"
)

// SplitDSN returns the driver and what it is to open.
func SplitDSN(dsn string) (driver, target string, err error) {
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch {
	case scheme == "sqlite" && strings.TrimPrefix(rest, "//") != "":
		return DriverSQLite, strings.TrimPrefix(rest, "//"), nil
	case (scheme == "postgres" || scheme == "postgresql") && strings.HasPrefix(rest, "//"):
		return DriverPostgres, dsn, nil
	}
	// The DSN may hold a password: it is not repeated.
	return "", "", errors.New(`DSN (--database, SACCADE_DATABASE) must be "postgres://user:password@host/database", or "sqlite:<path of a file>"`)
}
