package httpapi

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/saccade-dev/saccade"
)

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// answerTimeout bounds how long an ordinary answer may take to be made and
// read; transfers and streams set their own.
const answerTimeout = 2 * time.Minute

// ServeHTTP is the way of every request: it gets an id, is counted, bounded,
// routed and logged. A panic becomes a server_error.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	c := &call{id: r.Header.Get("X-Request-Id")}
	if !requestIDForm.MatchString(c.id) {
		c.id = saccade.NewID()
	}
	var hostOK bool
	c.base, c.hosts, hostOK = a.cfg.address(r)
	r = r.WithContext(withCall(r.Context(), c))
	out := &recorder{ResponseWriter: w}
	h := out.Header()
	h.Set("X-Request-Id", c.id)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	defer a.finish(out, r, start)
	_ = http.NewResponseController(w).SetWriteDeadline(start.Add(answerTimeout))

	if !isOperation(r.URL.Path) {
		if !a.inFlight.enter() {
			a.fail(out, r, errBusy)
			return
		}
		defer a.inFlight.leave()
	}
	if !hostOK && !isOperation(r.URL.Path) {
		a.fail(out, r, saccade.Errorf(saccade.CodeClient, "The Host header is not a host name."))
		return
	}
	settleBody(w, r)
	a.router.ServeHTTP(out, r)
}

// Bodies that nobody asked for.
const (
	ignoredBody    = 1 << 20 // bytes of a GET's body that are read away
	ignoredTimeout = 10 * time.Second
)

// settleBody bounds how long a body can keep the connection, whether or not
// anybody reads it. The body of a GET is read away: clients send one, and it
// means nothing.
func settleBody(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 {
		return // no deadline: it would end held polls and event streams
	}
	c := http.NewResponseController(w)
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodDelete:
		_ = c.SetReadDeadline(time.Now().Add(ignoredTimeout))
		if n, err := io.CopyN(io.Discard, r.Body, ignoredBody); n < ignoredBody && errors.Is(err, io.EOF) {
			_ = c.SetReadDeadline(time.Time{})
		}
	default:
		_ = c.SetReadDeadline(time.Now().Add(bodyTimeout))
	}
}

// isOperation reports the addresses of the operator, which answer even when the
// server is full.
func isOperation(path string) bool {
	return path == "/healthz" || path == "/readyz" || path == "/metrics"
}

// finish catches a panic, counts and logs the request.
func (a *API) finish(out *recorder, r *http.Request, start time.Time) {
	c := callOf(r.Context())
	broken := recover()
	begun := out.status != 0
	if broken != nil && broken != http.ErrAbortHandler {
		a.log.ErrorContext(r.Context(), "panic", "request_id", c.id, "route", c.route, "panic", broken, "stack", string(debug.Stack()))
		if !begun {
			a.fail(out, r, saccade.AsError(errPanic))
		}
	}
	took := time.Since(start)
	a.metrics.request(c.route, r.Method, out.code(), took)
	level := slog.LevelInfo
	if isOperation(r.URL.Path) {
		level = slog.LevelDebug
	}
	// The path and never the query: links carry their signature there. Nor the
	// headers: the token is one of them.
	a.log.LogAttrs(r.Context(), level, "request",
		slog.String("request_id", c.id), slog.String("method", clip(r.Method, 20)), slog.String("path", clip(r.URL.Path, 200)),
		slog.String("route", c.route), slog.Int("status", out.code()), slog.Int64("bytes", out.bytes),
		slog.Duration("took", took), slog.String("account", c.account.Name), slog.String("remote", r.RemoteAddr))
	if broken != nil && (begun || broken == http.ErrAbortHandler) {
		panic(http.ErrAbortHandler) // half an answer is out: the client must not take it for a whole one
	}
}

// fail writes an error answer outside of huma.
func (a *API) fail(w http.ResponseWriter, r *http.Request, err error) {
	e := toWire(r.Context(), err)
	a.logFault(r.Context(), e, err)
	for k, v := range e.header {
		w.Header()[k] = v
	}
	writeJSON(w, e.status, e)
}

// token reads the bearer token of a request; "" when there is none.
func bearer(header string) string {
	scheme, token, ok := strings.Cut(strings.TrimSpace(header), " ")
	if !ok || !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	token = strings.TrimSpace(token)
	if len(token) > 512 {
		return ""
	}
	return token
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
