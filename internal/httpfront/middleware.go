package httpfront

import (
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/saccade-dev/saccade"
)

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// ServeHTTP is the way of every request: it gets an id, is counted, bounded,
// routed and logged. A panic becomes a server_error.
func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := &Call{ID: r.Header.Get("X-Request-Id"), Client: f.cfg.client(r), Proxied: f.cfg.fromProxy(r)}
	if !requestIDForm.MatchString(c.ID) {
		c.ID = saccade.NewID()
	}
	var hostOK bool
	c.Base, c.hosts, hostOK = f.cfg.address(r)
	r, after := f.boundBody(w, r.WithContext(WithCall(r.Context(), c)))
	defer after() // when the answer is out
	out := &recorder{ResponseWriter: w}
	h := out.Header()
	h.Set("X-Request-Id", c.ID)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	defer f.finish(out, r, start)
	_ = http.NewResponseController(w).SetWriteDeadline(start.Add(AnswerTimeout))

	if f.cors(out, r) {
		return
	}
	if !isOperation(r.URL.Path) {
		if !f.inFlight.Enter() {
			f.Fail(out, r, ErrBusy)
			return
		}
		c.slot = &slot{s: f.inFlight}
		defer c.slot.leave()
		if !hostOK {
			f.Fail(out, r, errHost)
			return
		}
	}
	f.route(out, r)
}

// isOperation reports the addresses of the operator, which answer even when the
// server is full.
func isOperation(path string) bool {
	return path == "/healthz" || path == "/readyz" || path == "/metrics"
}

// finish catches a panic, counts and logs the request.
func (f *Front) finish(out *recorder, r *http.Request, start time.Time) {
	c := CallOf(r.Context())
	broken := recover()
	begun := out.status != 0
	if broken != nil && broken != http.ErrAbortHandler {
		f.log.ErrorContext(r.Context(), "panic", "request_id", c.ID, "route", c.Route, "panic", broken, "stack", string(debug.Stack()))
		if !begun {
			f.Fail(out, r, saccade.AsError(errPanic))
		}
	}
	took := time.Since(start)
	f.metrics.request(c.Route, r.Method, out.code(), took)
	level := slog.LevelInfo
	if isOperation(r.URL.Path) {
		level = slog.LevelDebug
	}
	// The path and never the query: links carry their signature there. Nor the
	// headers: the token is one of them.
	f.log.LogAttrs(r.Context(), level, "request",
		slog.String("request_id", c.ID), slog.String("method", Truncate(r.Method, 20)), slog.String("path", Truncate(r.URL.Path, 200)),
		slog.String("route", c.Route), slog.Int("status", out.code()), slog.Int64("bytes", out.bytes),
		slog.Duration("took", took), slog.String("account", c.Account), slog.String("remote", r.RemoteAddr), slog.String("client", c.Client.String()))
	if broken != nil && (begun || broken == http.ErrAbortHandler) {
		panic(http.ErrAbortHandler) // half an answer is out: the client must not take it for a whole one
	}
}

// recorder keeps what was answered, for the log and the metrics.
type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader keeps the status.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes.
func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *recorder) code() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}
