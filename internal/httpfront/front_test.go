package httpfront

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/saccade-dev/saccade"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newFront(t *testing.T, change ...func(*Config, *Deps)) *Front {
	t.Helper()
	c, d := DefaultConfig(), Deps{}
	for _, f := range change {
		f(&c, &d)
	}
	f, err := New(c, d)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestLimiterForgets(t *testing.T) {
	l := NewLimiter(10, 5)
	now := time.Now()
	for i := range 1000 {
		l.Allow(strconv.Itoa(i), now)
	}
	l.Allow("x", now.Add(2*time.Minute))
	if len(l.buckets) != 1 {
		t.Errorf("%d buckets are kept", len(l.buckets))
	}
}

func TestShares(t *testing.T) {
	s := NewShares(3, 2)
	for i, want := range []bool{true, true, false} {
		if got := s.Enter("a"); got != want {
			t.Errorf("place %d of one key: %v", i, got)
		}
	}
	if !s.Enter("b") || s.Enter("c") || s.InUse() != 3 {
		t.Errorf("%d in use", s.InUse())
	}
	s.Leave("a")
	if !s.Enter("c") || len(s.used) != 3 {
		t.Error("a place that was left is not free")
	}
}

func TestPaceEndsSlowTransfers(t *testing.T) {
	start := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for name, tc := range map[string]struct {
		bytes int // a second
		slow  bool
	}{"fast": {MinRate, false}, "dripping": {100, true}, "nothing": {0, true}} {
		var p pace
		var err error
		for i := range 120 {
			if err = p.add(tc.bytes, start.Add(time.Duration(i)*time.Second)); err != nil {
				break
			}
		}
		if (err != nil) != tc.slow {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOverlappingPatterns(t *testing.T) {
	f := newFront(t, func(_ *Config, d *Deps) { d.Overlapping = []string{"/a/{id}/leaf"} })
	say := func(text string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
	}
	f.HandleFunc("GET /a/{id}/leaf", say("leaf"))
	f.HandleFunc("GET /a/b/{id}", say("b"))
	for path, want := range map[string]string{"/a/x/leaf": "leaf", "/a/b/leaf": "b", "/a/b/x/": "b", "/a/x/other": "client_error", "/a": "client_error"} {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestErrorsSayWhenToComeBack(t *testing.T) {
	for name, tc := range map[string]struct {
		err  error
		want string
	}{
		"capacity": {ErrBusy, "10"},
		"advice":   {RetryAfter(ErrBusy, 1500*time.Millisecond), "2"},
		"other":    {saccade.Errorf(saccade.CodeClient, "no"), ""},
	} {
		b := NewErrorBody(t.Context(), tc.err)
		if got := b.GetHeaders().Get("Retry-After"); got != tc.want || b.GetStatus() != saccade.AsError(tc.err).Code.Status() {
			t.Errorf("%s: Retry-After %q, status %d", name, got, b.GetStatus())
		}
	}
}

func TestConfigNamesEveryFault(t *testing.T) {
	err := Config{PublicURL: "ftp://x", MaxInFlight: 0}.Validate()
	for _, name := range []string{"MaxInFlight", "SACCADE_PUBLIC_URL"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named in %v", name, err)
		}
	}
}
