//go:build !unix

package storetest

import "errors"

// Postgres is a PostgreSQL server of one's own.
type Postgres struct {
	URL string // its address
}

// StartPostgres returns an error: no server is started on this system.
func StartPostgres() (*Postgres, error) {
	return nil, errors.New("tests start no server on this system")
}

// Restart does nothing.
func (p *Postgres) Restart() error { return nil }

// Stop does nothing.
func (p *Postgres) Stop() error { return nil }

// Remove does nothing.
func (p *Postgres) Remove() {}
