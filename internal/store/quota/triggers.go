package quota

import (
	"context"
	"database/sql"
	"fmt"
)

// The table stored is the sums of what is stored, by account. Triggers keep it, so that it
// is right whoever changes rows, a program of before included, and an order need not read
// all that the account has.

// parts are what is summed up: a table, its column, and of which rows it is a number of bytes.
var parts = []struct{ table, column string }{{"analyses", "bytes"}, {"uploads", "size"}}

// sums fills the table.
const sums = `
	INSERT INTO stored (account, bytes) SELECT account, CAST(sum(n) AS BIGINT) FROM (
		SELECT account, bytes AS n FROM analyses WHERE bytes > 0 UNION ALL SELECT account, size FROM uploads WHERE size > 0
	) AS every_object GROUP BY account`

// add is what a trigger does.
const add = `INSERT INTO stored (account, bytes) VALUES (%s, %s) ON CONFLICT (account) DO UPDATE SET bytes = stored.bytes + excluded.bytes`

// KeepSums makes the triggers where there are none, and fills the table. Call it where tables
// are brought up to date, in a transaction.
func KeepSums(ctx context.Context, tx *sql.Tx, postgres bool) error {
	query, triggers := `SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'stored_%'`, sqliteTriggers
	if postgres {
		query, triggers = `SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
			WHERE n.nspname = current_schema() AND t.tgname LIKE 'stored_%'`, postgresTriggers
	}
	var n int
	if err := tx.QueryRowContext(ctx, query).Scan(&n); err != nil || n > 0 {
		return err
	}
	return execAll(ctx, tx, append(triggers(), `DELETE FROM stored`, sums))
}

func execAll(ctx context.Context, tx *sql.Tx, statements []string) error {
	for _, statement := range statements {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("sums of what is stored: %w", err)
		}
	}
	return nil
}

// Suspend has no sums made for what the transaction changes from now on, until [Resume]
// makes them anew: PostgreSQL cannot change one row many times in a transaction at a
// reasonable cost.
func Suspend(ctx context.Context, tx *sql.Tx, postgres bool) error {
	if !postgres {
		return nil
	}
	return execAll(ctx, tx, []string{`ALTER TABLE analyses DISABLE TRIGGER USER`, `ALTER TABLE uploads DISABLE TRIGGER USER`})
}

// Resume ends what [Suspend] began.
func Resume(ctx context.Context, tx *sql.Tx, postgres bool) error {
	statements := []string{`DELETE FROM stored`, sums}
	if postgres {
		statements = append(statements, `ALTER TABLE analyses ENABLE TRIGGER USER`, `ALTER TABLE uploads ENABLE TRIGGER USER`)
	}
	return execAll(ctx, tx, statements)
}

// sqliteTriggers are three for each table.
func sqliteTriggers() (statements []string) {
	for _, p := range parts {
		size := func(row string) string { return fmt.Sprintf("max(coalesce(%s.%s, 0), 0)", row, p.column) }
		for _, t := range []struct{ event, on, account, delta string }{
			{"insert", "INSERT ON", "NEW.account", size("NEW")},
			{"delete", "DELETE ON", "OLD.account", "-" + size("OLD")},
			{"update", "UPDATE OF " + p.column + " ON", "NEW.account", size("NEW") + " - " + size("OLD")},
		} {
			statements = append(statements, fmt.Sprintf("CREATE TRIGGER stored_%s_%s AFTER %s %s WHEN %s <> 0 BEGIN "+add+"; END",
				p.table, t.event, t.on, p.table, t.delta, t.account, t.delta))
		}
	}
	return statements
}

// postgresTriggers are a function for each table, and three triggers that call it.
func postgresTriggers() (statements []string) {
	for _, p := range parts {
		size := func(row string) string { return fmt.Sprintf("greatest(coalesce(%s.%s, 0), 0)", row, p.column) }
		statements = append(statements, fmt.Sprintf(`
			CREATE OR REPLACE FUNCTION stored_%[1]s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
				IF TG_OP = 'INSERT' THEN %[2]s;
				ELSIF TG_OP = 'DELETE' THEN %[3]s;
				ELSE %[4]s;
				END IF;
				RETURN NULL;
			END $$`, p.table, fmt.Sprintf(add, "NEW.account", size("NEW")), fmt.Sprintf(add, "OLD.account", "-"+size("OLD")),
			fmt.Sprintf(add, "NEW.account", size("NEW")+" - "+size("OLD"))))
		for _, t := range []struct{ event, on, when string }{
			{"insert", "INSERT ON", size("NEW") + " <> 0"},
			{"delete", "DELETE ON", size("OLD") + " <> 0"},
			{"update", "UPDATE OF " + p.column + " ON", size("NEW") + " <> " + size("OLD")},
		} {
			statements = append(statements, fmt.Sprintf(`CREATE TRIGGER stored_%s_%s AFTER %s %s FOR EACH ROW WHEN (%s) EXECUTE FUNCTION stored_%s()`,
				p.table, t.event, t.on, p.table, t.when, p.table))
		}
	}
	return statements
}
