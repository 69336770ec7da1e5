package store_test

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/store"
	"github.com/saccade-dev/saccade/internal/store/storetest"
)

// asked notes what a SQLite database is asked, and how many rows it answers.
type asked struct {
	mu      sync.Mutex
	queries []string
	rows    int
}

// take returns what was asked since the last call.
func (a *asked) take() (queries []string, rows int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	queries, rows = a.queries, a.rows
	a.queries, a.rows = nil, 0
	return queries, rows
}

// noting is a driver that notes.
type noting struct {
	driver.Driver
	to *asked
}

func (d noting) Open(name string) (driver.Conn, error) {
	c, err := d.Driver.Open(name)
	return notingConn{c, d.to}, err
}

type notingConn struct {
	driver.Conn
	to *asked
}

func (c notingConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

func (c notingConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
}

func (c notingConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.to.mu.Lock()
	c.to.queries = append(c.to.queries, query)
	c.to.mu.Unlock()
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	return notingRows{rows, c.to}, err
}

type notingRows struct {
	driver.Rows
	to *asked
}

func (r notingRows) Next(dest []driver.Value) error {
	err := r.Rows.Next(dest)
	if err != io.EOF {
		r.to.mu.Lock()
		r.to.rows++
		r.to.mu.Unlock()
	}
	return err
}

// fill copies an analysis n times, each a microsecond younger than the one before.
func fill(f *fixture, of *saccade.Analysis, n int) {
	f.t.Helper()
	_, err := f.DB().ExecContext(f.t.Context(), `
		INSERT INTO analyses (id, exposed_id, account, kind, object, request, status, tombstone, fraction, stage, attempt, tries, instance, lease_until,
			created_at, next_at, frames, seconds, keep, search, ended_at)
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
		SELECT 'copy-' || id || i, 'copy-' || exposed_id || i, account, kind, object, request, status, tombstone, fraction, stage, attempt, tries, instance, lease_until,
			created_at + i, next_at, frames, seconds, keep, search, ended_at FROM analyses, n WHERE id = $1`, of.ID, n)
	f.ok(err)
	if f.Driver() == store.DriverPostgres {
		_, err = f.DB().ExecContext(f.t.Context(), `ANALYZE analyses`)
		f.ok(err)
	}
}

// poll is what a client that waits asks for: the analysis, its place, its events, and a
// page of the list now and then.
func (f *fixture) poll(id string) {
	f.t.Helper()
	_, err := f.Analysis(f.t.Context(), "acme", id)
	f.ok(err)
	n, err := f.QueuePosition(f.t.Context(), id)
	f.ok(err)
	if n == 0 {
		f.t.Errorf("%s has no place in the queue", id)
	}
	page, _, err := f.List(f.t.Context(), "acme", store.ListOptions{})
	f.ok(err)
	if len(page) == 0 {
		f.t.Error("the list is empty")
	}
}

// TestPollCost: on SQLite a poll asks the same and is answered as many rows with 10,000
// analyses in the queue as with 10, but for the order of the queue, which is made once a
// second for all polls; and no query reads a table from its beginning.
func TestPollCost(t *testing.T) {
	var to asked
	const polls, many = 50, 10_000
	now := time.Now()
	cost := func(queued int) (queries []string, rows int) {
		f := open(t, store.DriverSQLite, func(c *store.Config) {
			c.MaxQueued, c.Now = 0, func() time.Time { return now }
			c.WrapSQLite = func(d driver.Driver) driver.Driver { return noting{d, &to} }
		})
		a := f.create(saccade.KindVideo)
		fill(f, a, queued)
		f.poll(a.ID) // makes the order
		to.take()
		for range polls {
			f.poll(a.ID)
		}
		queries, rows = to.take()
		plans(f, queries)
		return queries, rows
	}
	few, fewRows := cost(store.MaxLimit) // long enough for an order that is kept, as a page of the list is full
	lots, lotsRows := cost(many)
	if diff := cmp.Diff(few, lots); diff != "" || fewRows != lotsRows {
		t.Errorf("%d rows with a short queue, %d with a long one; queries: %s", fewRows, lotsRows, diff)
	}
	t.Logf("%d polls: %d queries, %d rows", polls, len(lots), lotsRows)
	if len(lots) != 3*polls || lotsRows > polls*(2+store.DefaultLimit+1) {
		t.Errorf("%d polls: %d queries, %d rows", polls, len(lots), lotsRows)
	}
}

// TestListCost: the places of a page of the list take two queries at most, however many of
// it wait, and are those that polls answer.
func TestListCost(t *testing.T) {
	var to asked
	f := open(t, store.DriverSQLite, func(c *store.Config) {
		c.WrapSQLite = func(d driver.Driver) driver.Driver { return noting{d, &to} }
	})
	for range 3 {
		f.create(saccade.KindVideo)
		f.create(saccade.KindPage)
	}
	f.begin(f.create(saccade.KindImage).ID)
	page, _, err := f.List(t.Context(), "acme", store.ListOptions{})
	f.ok(err)
	to.take()
	got, err := f.QueuePositions(t.Context(), page)
	f.ok(err)
	if queries, _ := to.take(); len(queries) != 2 || len(got) != 6 {
		t.Errorf("%d positions by %d queries", len(got), len(queries))
	}
	for _, a := range page {
		if want, err := f.QueuePosition(t.Context(), a.ID); err != nil || got[a.ID] != want {
			t.Errorf("%s is at %d in the list and at %d in a poll, %v", a.Request.Kind, got[a.ID], want, err)
		}
	}
}

// plans fails if a query reads a whole table.
func plans(f *fixture, queries []string) {
	f.t.Helper()
	seen := map[string]bool{}
	for _, q := range queries {
		if seen[q] {
			continue
		}
		seen[q] = true
		rows, err := f.DB().QueryContext(f.t.Context(), "EXPLAIN QUERY PLAN "+q, make([]any, strings.Count(q, "$"))...)
		f.ok(err)
		for rows.Next() {
			var id, parent, unused int
			var detail string
			f.ok(rows.Scan(&id, &parent, &unused, &detail))
			if strings.HasPrefix(detail, "SCAN analyses") {
				f.t.Errorf("%s: %s", detail, q)
			}
		}
		f.ok(rows.Err())
		f.ok(rows.Close())
	}
}

// TestPollCostOnPostgres: PostgreSQL's own counters say how many rows of the table polls
// have it read.
func TestPollCostOnPostgres(t *testing.T) {
	const polls = 50
	now := time.Now()
	cost := func(queued int) (rows int) {
		f := open(t, store.DriverPostgres, func(c *store.Config) { c.MaxQueued, c.MaxConns, c.Now = 0, 1, func() time.Time { return now } })
		a := f.create(saccade.KindVideo)
		fill(f, a, queued)
		f.poll(a.ID)
		before := f.rowsRead()
		for range polls {
			f.poll(a.ID)
		}
		return f.rowsRead() - before
	}
	few, lots := cost(store.MaxLimit), cost(10_000)
	t.Logf("%d polls read %d rows with a short queue, %d with a long one", polls, few, lots)
	if most := polls * (2 + store.DefaultLimit + 10); lots > most || lots == 0 {
		t.Errorf("%d polls read %d rows with 10,000 queued, more than %d", polls, lots, most)
	}
}

// rowsRead is how many rows of the analyses were read, by the counters of the server.
func (f *fixture) rowsRead() (n int) {
	f.t.Helper()
	for _, q := range []string{`SELECT pg_stat_force_next_flush()`, `SELECT 1`} { // counted at the end of a statement
		_, err := f.DB().ExecContext(f.t.Context(), q)
		f.ok(err)
	}
	err := f.DB().QueryRowContext(f.t.Context(), `
		SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_user_tables WHERE relname = 'analyses' AND schemaname = current_schema()`).Scan(&n)
	f.ok(err)
	return n
}

// TestTotals: what ended counts the same before and after it was summed up, whoever does
// so, and afterwards no query reads the rows one by one.
func TestTotals(t *testing.T) {
	storetest.Each(t, func(t *testing.T, driver string) {
		now := time.Now()
		f := open(t, driver, func(c *store.Config) { c.MaxQueued, c.Now = 0, func() time.Time { return now } })
		v := f.create(saccade.KindVideo)
		c := f.begin(v.ID)
		f.ok(c.Succeed(t.Context(), someOutputs()))
		fill(f, v, 1000)
		f.create(saccade.KindImage)
		want, err := f.Totals(t.Context())
		f.ok(err)
		if len(want) != 2 || want[1].Succeeded != 1001 || want[0].Pending != 1 {
			t.Fatalf("%+v", want)
		}
		summed := func() (n int) {
			f.ok(f.DB().QueryRowContext(t.Context(), `SELECT coalesce(sum(n), 0) FROM tallies`).Scan(&n))
			return n
		}
		for i, wantSummed := range []int{0, 1001, 1001, 1002} {
			switch i {
			case 1:
				now = now.Add(11 * time.Minute) // settled
			case 2:
				c := f.begin(f.create(saccade.KindVideo).ID)
				f.ok(c.Fail(t.Context(), saccade.Errorf(saccade.CodeUnreadableVideo, "damaged")))
				want[1].Failed++
				now = now.Add(time.Minute)
			case 3:
				now = now.Add(time.Hour)
			}
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() { f.ok(f.SumUp(context.WithoutCancel(t.Context()))) })
			}
			all.Wait()
			got, err := f.Totals(t.Context())
			f.ok(err)
			if diff := cmp.Diff(want, got); diff != "" || summed() != wantSummed {
				t.Errorf("after step %d, summed up %d: %s", i, summed(), diff)
			}
		}
	})
}

// TestMetricsCost: with many rows that have ended, counting reads those of the queue
// alone.
func TestMetricsCost(t *testing.T) {
	now := time.Now()
	f := open(t, store.DriverPostgres, func(c *store.Config) { c.MaxQueued, c.MaxConns, c.Now = 0, 1, func() time.Time { return now } })
	v := f.create(saccade.KindVideo)
	f.ok(f.begin(v.ID).Succeed(t.Context(), someOutputs()))
	const many = 100_000
	fill(f, v, many)
	now = now.Add(time.Hour)
	f.ok(f.SumUp(t.Context()))
	for range 3 {
		f.create(saccade.KindVideo)
	}
	_, err := f.DB().ExecContext(t.Context(), `ANALYZE tallies`)
	f.ok(err)
	before := f.rowsRead()
	totals, err := f.Totals(t.Context())
	f.ok(err)
	q, err := f.QueueState(t.Context())
	f.ok(err)
	read := f.rowsRead() - before
	if totals[0].Succeeded != many+1 || q.Waiting != 3 {
		t.Errorf("%+v, %+v", totals, q)
	}
	if t.Log(fmt.Sprint("rows read: ", read)); read > 20 || read == 0 {
		t.Errorf("metrics read %d of %d rows", read, many)
	}
}
