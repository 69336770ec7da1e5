package store_test

import (
	"database/sql"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// oldQueueVersion is the version of River's tables in old data directories.
const oldQueueVersion = 6

// makeOld makes a database as an earlier version of the program left it.
func makeOld(t *testing.T, driver string, cfg store.Config) {
	t.Helper()
	name, target := "pgx", cfg.DSN
	if driver == store.DriverSQLite {
		name, target = "sqlite", strings.TrimPrefix(cfg.DSN, "sqlite:")
	}
	db, err := sql.Open(name, target)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	defer func() { _ = db.Close() }()
	var queue riverdriver.Driver[*sql.Tx] = riversqlite.New(db)
	if driver == store.DriverPostgres {
		queue = riverdatabasesql.New(db)
	}
	migrator, err := rivermigrate.New(queue, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrator.Migrate(t.Context(), rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: oldQueueVersion}); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/old.sql")
	if err != nil {
		t.Fatal(err)
	}
	statements := strings.Split(string(text), ";\n")
	for _, queue := range []string{"video", "image", "webhook"} {
		kind := map[bool]string{true: "webhook", false: "analysis"}[queue == "webhook"]
		statements = append(statements, `INSERT INTO river_job (kind, queue, state, max_attempts, args) VALUES ('`+kind+`', '`+queue+`', 'available', 10000, '{}')`)
	}
	for _, statement := range statements {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%v in %s", err, statement)
		}
	}
}

// TestUpgrade opens a database of an earlier version: nothing is lost, and
// what was under way goes on.
func TestUpgrade(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		cfg := storetest.Config(t, driver)
		makeOld(t, driver, cfg)
		f := &fixture{t: t, cfg: cfg, Store: storetest.Open(t, cfg)}
		got := f.get("done")
		want := &saccade.Outputs[saccade.File]{
			Input: &saccade.InputOutput[saccade.File]{Image: "input.png", Width: 3},
			Attention: &saccade.AttentionOutput[saccade.File]{AttentionMap: "attentionMap.webm",
				Data: &saccade.DataOutput[saccade.File]{JSON: "frames.json", CSV: "frames.csv", Density: "density.npy"}},
			AOIs: []saccade.AOIResult{{AOI: saccade.AOI{Name: "analyses/other/x"}, Share: 0.5, Rank: 1}},
		}
		if diff := cmp.Diff(want, got.Outputs); diff != "" {
			t.Error(diff)
		}
		_, err := f.Analysis(t.Context(), "acme", "erased")
		f.code(err, saccade.CodeGone)
		if running := f.get("running"); running.Outputs != nil || running.StartedAt != nil || running.Progress.Stage != saccade.StageQueued {
			t.Errorf("the one that ran: %+v", running)
		}
		if text, err := f.Text(t.Context(), "acme", "done", "summary"); err != nil || text.Body != "# Old" {
			t.Errorf("%+v, %v", text, err)
		}
		if w, err := f.Webhook(t.Context(), "acme", "hook"); err != nil || w.URL != "https://example.org/hook" {
			t.Errorf("%+v, %v", w, err)
		}
		if keys, err := f.PendingDeletions(t.Context()); err != nil || len(keys) != 1 {
			t.Errorf("%v, %v", keys, err)
		}
		if made, _, err := f.Requeue(t.Context()); err != nil || made != 4 {
			t.Errorf("%d tickets, %v; want one for a video, an image, a text and a delivery", made, err)
		}
		f.ok(f.begin("running").Succeed(t.Context(), someOutputs()))
		f.ok(f.begin("waiting").Succeed(t.Context(), someOutputs()))
		text, err := f.ClaimText(t.Context(), storetest.Holder("i"))
		if err != nil || text.Analysis.ID != "done" || text.Kind != "recommendations" {
			t.Fatalf("%+v, %v", text, err)
		}
		f.ok(text.Complete(t.Context(), "# New"))
		d, err := f.ClaimDelivery(t.Context(), storetest.Holder("i"))
		if err != nil || d.Delivery.ID != "msg_1" || d.Delivery.Attempts != 2 || d.Delivery.Webhook != "hook" {
			t.Fatalf("%+v, %v", d, err)
		}
		f.ok(d.Finish(t.Context(), store.Attempt{HTTPStatus: 204}))
	})
}

// TestUpgradeAtOnce: several processes open an old database, and an empty one,
// at the same time.
func TestUpgradeAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		for _, old := range []bool{true, false} {
			cfg := storetest.Config(t, driver)
			if old {
				makeOld(t, driver, cfg)
			}
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					s, err := store.Open(t.Context(), cfg)
					if err != nil {
						t.Error(err)
						return
					}
					_, err = s.EnsureAccount(t.Context(), "acme")
					if err := errors.Join(err, s.Close()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			s := storetest.Open(t, cfg)
			var twice int
			if err := s.DB().QueryRowContext(t.Context(), `SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version`).Scan(&twice); err != nil || twice > 0 {
				t.Errorf("%d versions were applied twice, %v", twice, err)
			}
		}
	})
}
