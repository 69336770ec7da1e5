package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/riverdriver/riverdatabasesql"
	"github.com/riverqueue/river/riverdriver/riversqlite"

	"github.com/saccade-dev/saccade/internal/store/signal"
)

// ticket is a job in River's tables. It says what kind of work waits, not
// which: that is chosen when the ticket is worked on (see Store.take). One that
// finds nothing ends.
type ticket struct {
	Work Work `json:"work"`
}

// Kind implements river.JobArgs.
func (ticket) Kind() string { return "ticket" }

// queue puts tickets into River's tables, within the store's transactions. It
// has no background work.
type queue struct {
	driver    riverdriver.Driver[*sql.Tx]
	client    *river.Client[*sql.Tx]
	signals   signal.Signals // on SQLite
	enqueued  sync.Map       // on SQLite: kinds of work (map[Work]bool) by transaction (*sql.Tx), to be signaled after its commit
	listeners *pgxpool.Pool  // on PostgreSQL: where a dispatcher takes the connection that it listens on
}

// openQueue makes the client that enqueues.
func (s *Store) openQueue() (err error) {
	if s.driver == DriverSQLite {
		s.queue.driver = signal.New(riversqlite.New(s.write.DB), &s.queue.signals)
	} else {
		// Connects when it is used.
		if s.queue.listeners, err = pgxpool.New(context.Background(), s.cfg.DSN); err != nil {
			return err
		}
		s.queue.driver = riverdatabasesql.NewWithPgxListener(s.write.DB, s.queue.listeners)
	}
	s.queue.client, err = river.NewClient(s.queue.driver, &river.Config{Logger: signal.Quiet(s.log)})
	return err
}

// enqueue makes n tickets for a kind of work.
func (s *Store) enqueue(ctx context.Context, tx *sql.Tx, w Work, n int) error {
	many := make([]river.InsertManyParams, n)
	for i := range many {
		many[i] = river.InsertManyParams{Args: ticket{w}, InsertOpts: &river.InsertOpts{Queue: string(w)}}
	}
	if _, err := s.queue.client.InsertManyFastTx(ctx, tx, many); err != nil {
		return fmt.Errorf("store: enqueue: %w", err)
	}
	if s.driver == DriverSQLite {
		works, _ := s.queue.enqueued.LoadOrStore(tx, map[Work]bool{})
		works.(map[Work]bool)[w] = true // a transaction belongs to one goroutine
		return nil
	}
	// River sends this as well, but not again within a while: it relies on polling then.
	if err := s.queue.driver.UnwrapExecutor(tx).NotifyMany(ctx, &riverdriver.NotifyManyParams{Topic: signal.Topic, Payload: []string{signal.Payload(string(w))}}); err != nil {
		return fmt.Errorf("store: notify: %w", err)
	}
	return nil
}

// signalTickets wakes the dispatchers of this process for what a transaction
// has enqueued.
func (s *Store) signalTickets(tx *sql.Tx) {
	works, ok := s.queue.enqueued.LoadAndDelete(tx)
	if !ok {
		return
	}
	for w := range works.(map[Work]bool) {
		s.queue.signals.Tickets(string(w))
	}
}
