package webhook

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver is a server that a sender may reach, and that sender.
func receiver(t *testing.T, h http.HandlerFunc) (*Sender, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	s, err := New(netguard.Config{Allow: []string{srv.Listener.Addr().String()}}, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		srv.CloseClientConnections()
		srv.Close()
	})
	return s, srv.URL
}

func TestSend(t *testing.T) {
	const body = `{"type":"analysis.succeeded","timestamp":"2026-06-01T09:12:43Z","data":{"id":"a"}}`
	s, url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		if err != nil || string(got) != body || r.Method != "POST" || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s %v", r.Method, got, err)
		}
		if err := saccade.VerifyWebhook(secret, r.Header, got, time.Now()); err != nil {
			t.Error(err)
		}
		if a := r.UserAgent(); a != "Saccade-Webhook/test" {
			t.Errorf("agent %q", a)
		}
		w.WriteHeader(http.StatusAccepted)
	})
	status, err := s.Send(t.Context(), Delivery{ID: "msg_1", URL: url, Secret: secret, Payload: []byte(body)})
	if status != 202 || err != nil {
		t.Errorf("%d %v", status, err)
	}
}

func TestAnswersThatAreNoSuccess(t *testing.T) {
	elsewhere := 0
	s, url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		case "/elsewhere":
			elsewhere++
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/endless":
			w.WriteHeader(http.StatusInternalServerError)
			for b := make([]byte, 1<<15); r.Context().Err() == nil; {
				if _, err := w.Write(b); err != nil {
					return
				}
			}
		}
	})
	for path, want := range map[string]int{"/redirect": 307, "/gone": 410, "/endless": 500} {
		status, err := s.Send(t.Context(), Delivery{ID: "msg_1", URL: url + path, Secret: secret})
		if status != want || err == nil {
			t.Errorf("%s: %d %v", path, status, err)
		}
	}
	if elsewhere != 0 {
		t.Error("the redirect was followed")
	}
}

func TestNoAnswer(t *testing.T) {
	asked := make(chan struct{})
	s, url := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that we hang up
		close(asked)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if status, err := s.Send(ctx, Delivery{ID: "msg_1", URL: url, Secret: secret, Payload: []byte("{}")}); status != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%d %v", status, err)
	}
	late, url := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	late.client.Timeout = 200 * time.Millisecond
	if status, err := late.Send(t.Context(), Delivery{ID: "msg_1", URL: url, Secret: secret, Payload: []byte("{}")}); status != 0 || err == nil || !strings.Contains(err.Error(), "did not answer") {
		t.Errorf("%d %v", status, err)
	}
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	hits := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	defer srv.Close()
	s, err := New(netguard.Config{}, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	for _, host := range []string{"127.0.0.1", "localhost", "127.1", "[::1]", "0x7f000001", "[::ffff:127.0.0.1]"} {
		address := "http://" + host + port
		status, err := s.Send(t.Context(), Delivery{ID: "msg_1", URL: address, Secret: secret})
		if status != 0 || err == nil || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: %d %v", address, status, err)
		}
		if err := s.CheckURL(t.Context(), address); !saccade.IsCode(err, saccade.CodeInvalidInput) {
			t.Errorf("CheckURL(%s): %v", address, err)
		}
	}
	// A name may hide a private address until it is resolved.
	if _, err := s.client.Get("http://localhost" + port); !errors.Is(err, netguard.ErrRefused) {
		t.Errorf("localhost: %v", err)
	}
	if hits != 0 {
		t.Errorf("%d requests arrived", hits)
	}
	if err := s.CheckURL(t.Context(), "https://hooks.example.com:9000/x"); err != nil {
		t.Error(err)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("msg_1", "1700000000", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", []byte("{}"))
	f.Add("", "x", "v1, v2,a", []byte(nil))
	f.Fuzz(func(t *testing.T, id, stamp, signature string, payload []byte) {
		h := http.Header{http.CanonicalHeaderKey(saccade.WebhookIDHeader): {id}, http.CanonicalHeaderKey(saccade.WebhookTimestampHeader): {stamp}, http.CanonicalHeaderKey(saccade.WebhookSignatureHeader): {signature}}
		if saccade.VerifyWebhook(secret, h, payload, time.Unix(1700000000, 0)) == nil {
			t.Fatal("a signature was guessed")
		}
	})
}
