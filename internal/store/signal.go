package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"sync"

	"github.com/riverqueue/river/riverdriver"
)

// On SQLite every worker lives in the process that enqueues (a second process
// on the same file finds its tickets by polling, which is slow). River's own
// listener for SQLite reads a table twenty times a second; the one here is a
// signal within the process, sent after the commit.

// signals passes notifications on to the listeners of this process.
type signals struct {
	mu        sync.Mutex
	listeners map[*listener]struct{}
}

// send passes a notification to everybody who listens to its topic.
func (s *signals) send(n riverdriver.Notification) {
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

// topicInsert is River's topic of new jobs.
const topicInsert = "river_insert"

// insertPayload is what River's producers expect on [topicInsert].
func insertPayload(w Work) string {
	b, _ := json.Marshal(map[string]string{"queue": string(w)}) // strings never fail
	return string(b)
}

// signalDriver is River's driver of SQLite with signals in place of the table
// of notifications.
type signalDriver struct {
	riverdriver.Driver[*sql.Tx]
	signals *signals
}

func (d signalDriver) GetExecutor() riverdriver.Executor {
	return signalExecutor{d.Driver.GetExecutor(), d.signals}
}

func (d signalDriver) UnwrapExecutor(tx *sql.Tx) riverdriver.ExecutorTx {
	return &signalTx{ExecutorTx: d.Driver.UnwrapExecutor(tx), signals: d.signals}
}

func (d signalDriver) UnwrapTx(tx riverdriver.ExecutorTx) *sql.Tx {
	if s, ok := tx.(*signalTx); ok {
		tx = s.ExecutorTx
	}
	return d.Driver.UnwrapTx(tx)
}

func (d signalDriver) GetListener(p *riverdriver.GetListenenerParams) riverdriver.Listener {
	return &listener{signals: d.signals, schema: p.Schema}
}

// signalExecutor works outside of transactions: a notification goes out at
// once.
type signalExecutor struct {
	riverdriver.Executor
	signals *signals
}

func (e signalExecutor) Begin(ctx context.Context) (riverdriver.ExecutorTx, error) {
	tx, err := e.Executor.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &signalTx{ExecutorTx: tx, signals: e.signals}, nil
}

func (e signalExecutor) NotifyMany(_ context.Context, p *riverdriver.NotifyManyParams) error {
	for _, payload := range p.Payload {
		e.signals.send(riverdriver.Notification{Topic: p.Topic, Payload: payload})
	}
	return nil
}

// signalTx keeps notifications until the commit. Transactions of the store are
// committed by the store, which signals new tickets itself.
type signalTx struct {
	riverdriver.ExecutorTx
	signals *signals
	pending []riverdriver.Notification
}

func (t *signalTx) Begin(ctx context.Context) (riverdriver.ExecutorTx, error) {
	tx, err := t.ExecutorTx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	return &signalTx{ExecutorTx: tx, signals: t.signals}, nil
}

func (t *signalTx) NotifyMany(_ context.Context, p *riverdriver.NotifyManyParams) error {
	for _, payload := range p.Payload {
		t.pending = append(t.pending, riverdriver.Notification{Topic: p.Topic, Payload: payload})
	}
	return nil
}

func (t *signalTx) Commit(ctx context.Context) error {
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
	signals *signals
	schema  string
	queue   chan *riverdriver.Notification // made by Connect
	topics  map[string]bool                // guarded by signals.mu
}

var errNotConnected = errors.New("store: the listener is not connected")

// signalBuffer is how many signals may wait for one listener.
const signalBuffer = 256

func (l *listener) Connect(context.Context) error {
	l.signals.mu.Lock()
	defer l.signals.mu.Unlock()
	l.queue, l.topics = make(chan *riverdriver.Notification, signalBuffer), map[string]bool{}
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
