// Package signal lets River's driver of SQLite wake the workers of the same
// process without polling.
//
// The contract: [New] wraps a driver. Notifications that River sends in a
// transaction of its own go out after the commit; for transactions of others,
// call [Signals.Tickets] after the commit. River's own listener for SQLite reads
// a table twenty times a second; here every worker lives in the process that
// enqueues, and a second process on the same file finds its tickets by polling,
// which is slow.
package signal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"

	"github.com/riverqueue/river/riverdriver"
)

// Signals passes notifications on to the listeners of this process.
type Signals struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
}

// send passes a notification to everybody who listens to its topic.
func (s *Signals) send(n riverdriver.Notification) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for l := range s.listeners {
		if !l.topics[n.Topic] {
			continue
		}
		select {
		case l.queue <- &n:
		default: // full: there is enough to wake up for
		}
	}
}

// Topic is River's topic of new jobs.
const Topic = "river_insert"

// Payload is what River's producers expect on [Topic]: the name of a queue.
func Payload(queue string) string {
	b, _ := json.Marshal(map[string]string{"queue": queue}) // strings never fail
	return string(b)
}

// Tickets wakes who works on a queue.
func (s *Signals) Tickets(queue string) {
	s.send(riverdriver.Notification{Topic: Topic, Payload: Payload(queue)})
}

// New wraps River's driver of SQLite: signals take the place of the table of
// notifications.
func New(driver riverdriver.Driver[*sql.Tx], s *Signals) riverdriver.Driver[*sql.Tx] {
	return signaled{driver, s}
}

// signaled is River's driver of SQLite with signals in place of the table
// of notifications.
type signaled struct {
	riverdriver.Driver[*sql.Tx]
	signals *Signals
}

func (d signaled) GetExecutor() riverdriver.Executor {
	return executor{d.Driver.GetExecutor(), d.signals}
}

func (d signaled) UnwrapExecutor(tx *sql.Tx) riverdriver.ExecutorTx {
	return &transaction{ExecutorTx: d.Driver.UnwrapExecutor(tx), signals: d.signals}
}

func (d signaled) UnwrapTx(tx riverdriver.ExecutorTx) *sql.Tx {
	if s, ok := tx.(*transaction); ok {
		tx = s.ExecutorTx
	}
	return d.Driver.UnwrapTx(tx)
}

func (d signaled) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{signals: d.signals, schema: p.Schema}
}

// executor works outside of transactions: a notification goes out at
// once.
type executor struct {
	riverdriver.Executor
	signals *Signals
}

func (e executor) Begin(ctx context.Context) (riverdriver.ExecutorTx, error) {
	tx, err := e.Executor.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &transaction{ExecutorTx: tx, signals: e.signals}, nil
}

func (e executor) NotifyMany(_ context.Context, p *riverdriver.NotifyManyParams) error {
	for _, payload := range p.Payload {
		e.signals.send(riverdriver.Notification{Topic: p.Topic, Payload: payload})
	}
	return nil
}

// transaction keeps notifications until the commit. Transactions of
// others are committed by them, see [Signals.Tickets].
type transaction struct {
	riverdriver.ExecutorTx
	signals *Signals
	pending []riverdriver.Notification
}

func (t *transaction) Begin(ctx context.Context) (riverdriver.ExecutorTx, error) {
	tx, err := t.ExecutorTx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &transaction{ExecutorTx: tx, signals: t.signals}, nil
}

func (t *transaction) NotifyMany(_ context.Context, p *riverdriver.NotifyManyParams) error {
	for _, payload := range p.Payload {
		t.pending = append(t.pending, riverdriver.Notification{Topic: p.Topic, Payload: payload})
	}
	return nil
}

func (t *transaction) Commit(ctx context.Context) error {
	err := t.ExecutorTx.Commit(ctx)
	if err == nil {
		for _, n := range t.pending {
			t.signals.send(n)
		}
	}
	return err
}

// listener receives signals. It implements riverdriver.Listener.
type listener struct {
	signals *Signals
	schema  string
	queue   chan *riverdriver.Notification // made by Connect
	topics  map[string]bool                // guarded by signals.mu
}

var errNotConnected = errors.New("signal: the listener is not connected")

// buffer is how many signals may wait for one listener.
const buffer = 256

func (l *listener) Connect(context.Context) error {
	l.signals.mu.Lock()
	defer l.signals.mu.Unlock()
	l.queue, l.topics = make(chan *riverdriver.Notification, buffer), map[string]bool{}
	if l.signals.listeners == nil {
		l.signals.listeners = map[*listener]struct{}{}
	}
	l.signals.listeners[l] = struct{}{}
	return nil
}

func (l *listener) Close(context.Context) error {
	l.signals.mu.Lock()
	defer l.signals.mu.Unlock()
	delete(l.signals.listeners, l)
	return nil
}

func (l *listener) setTopic(topic string, on bool) error {
	l.signals.mu.Lock()
	defer l.signals.mu.Unlock()
	if l.topics == nil {
		return errNotConnected
	}
	l.topics[topic] = on
	return nil
}

func (l *listener) Listen(_ context.Context, topic string) error   { return l.setTopic(topic, true) }
func (l *listener) Unlisten(_ context.Context, topic string) error { return l.setTopic(topic, false) }
func (l *listener) Ping(context.Context) error                     { return nil }
func (l *listener) Schema() string                                 { return l.schema }
func (l *listener) SetAfterConnectExec(string)                     {}

func (l *listener) WaitForNotification(ctx context.Context) (*riverdriver.Notification, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case n := <-l.queue:
		return n, nil
	}
}
