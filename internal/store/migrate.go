package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrateLock is the key of PostgreSQL's advisory lock, so that many machines
// may start at once. On SQLite the write lock does the same.
const migrateLock = 0x5acc_ade

// migrate applies the files of migrations/ that were not applied yet, in order
// of their names, all in one transaction.
func (s *Store) migrate(ctx context.Context) error {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	return s.exclusively(ctx, func(tx *sql.Tx) error {
		const table = "CREATE TABLE IF NOT EXISTS saccade_migrations (name TEXT PRIMARY KEY, applied_at BIGINT NOT NULL)"
		if _, err := tx.ExecContext(ctx, table); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		for _, name := range names {
			if err := s.applyOnce(ctx, tx, name); err != nil {
				return fmt.Errorf("migrate: %s: %w", name, err)
			}
		}
		return nil
	})
}

func (s *Store) applyOnce(ctx context.Context, tx *sql.Tx, name string) error {
	var n int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM saccade_migrations WHERE name = $1", name).Scan(&n); err != nil || n > 0 {
		return err
	}
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	for _, statement := range strings.Split(stripComments(string(text)), ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO saccade_migrations (name, applied_at) VALUES ($1, $2)", name, s.nowMicros())
	return err
}

// stripComments drops lines that are comments: they may hold semicolons.
func stripComments(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(strings.TrimSpace(line), "--") {
			b.WriteString(line)
		}
	}
	return b.String()
}
