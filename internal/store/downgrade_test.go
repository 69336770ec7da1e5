package store_test

import (
	"testing"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// TestNewerTables: a program of before opens the tables of one after, with what it does
// not know in them. Where such a change forbids that, docs/upgrade.md says so.
func TestNewerTables(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		s := storetest.Open(t, cfg)
		for _, statement := range []string{
			`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`,
			`ALTER TABLE analyses ADD COLUMN of_the_future BIGINT NOT NULL DEFAULT 0`,
			`CREATE TABLE of_the_future (id TEXT PRIMARY KEY)`,
		} {
			if _, err := s.DB().Exec(statement); err != nil {
				t.Fatal(err)
			}
		}
		again := storetest.Open(t, cfg)
		if _, err := again.Tokens(t.Context(), ""); err != nil {
			t.Error(err)
		}
		if _, err := again.Analysis(t.Context(), "nobody", saccade.NewID()); !saccade.IsCode(err, saccade.CodeNotFound) {
			t.Errorf("an analysis that there is not: %v", err)
		}
	})
}
