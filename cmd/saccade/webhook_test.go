package main_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// message is a webhook message as it came in.
type message struct {
	header http.Header
	body   []byte
}

// authentic checks the signature as https://www.standardwebhooks.com says
// receivers to.
func (m message) authentic(secret string) bool {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || !strings.HasPrefix(secret, "whsec_") {
		return false
	}
	stamp, err := strconv.ParseInt(m.header.Get("webhook-timestamp"), 10, 64)
	if err != nil || math.Abs(time.Since(time.Unix(stamp, 0)).Seconds()) > 300 {
		return false
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(m.header.Get("webhook-id") + "." + m.header.Get("webhook-timestamp") + "." + string(m.body)))
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	for _, s := range strings.Fields(m.header.Get("webhook-signature")) {
		if hmac.Equal([]byte(s), []byte(want)) {
			return true
		}
	}
	return false
}

// receive waits for one message.
func receive(t *testing.T, from <-chan message) message {
	t.Helper()
	select {
	case m := <-from:
		return m
	case <-time.After(time.Minute):
		t.Fatal("no message came")
		return message{}
	}
}

// receiver is a site that keeps messages; /broken refuses the first one.
func receiver(t *testing.T) (address string, good, broken chan message) {
	var calls atomic.Int64
	good, broken = make(chan message, 10), make(chan message, 10)
	keep := func(to chan message, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		to <- message{r.Header, b}
	}
	receiver := site(t, map[string]http.HandlerFunc{
		"/good": func(_ http.ResponseWriter, r *http.Request) { keep(good, r) },
		"/broken": func(w http.ResponseWriter, r *http.Request) {
			if calls.Add(1) == 1 {
				w.WriteHeader(http.StatusInternalServerError)
			}
			keep(broken, r)
		},
	})
	return receiver.Listener.Addr().String(), good, broken
}

// TestWebhooks has the end of analyses sent to a receiver on a private address that the
// operator allows; others are refused.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	address, good, broken := receiver(t)
	s := start(t, t.TempDir(), "--allow", address)
	list := s.call("GET", "/webhooks", nil)
	secret := list.text("signing_secret")
	endpoint := s.call("POST", "/webhooks", object{"url": "http://" + address + "/broken", "events": []string{"analysis.failed"}})
	if endpoint.status != http.StatusCreated {
		t.Fatalf("POST /webhooks: %d %v", endpoint.status, endpoint.body)
	}

	with := object{"webhook": object{"url": "http://" + address + "/good"}}
	a := s.analyzed(pngOf(t, screen(64, 48)), with)
	checkMessage(t, receive(t, good), secret, "analysis.succeeded", a.text("id"))
	failed := s.image("none", nil)
	first, second := receive(t, broken), receive(t, broken)
	for _, m := range []message{first, second} {
		checkMessage(t, m, endpoint.text("secret"), "analysis.failed", failed.text("id"))
	}
	if first.header.Get("webhook-id") != second.header.Get("webhook-id") || string(first.body) != string(second.body) {
		t.Error("the second attempt is another message")
	}
	if first.authentic(secret) {
		t.Error("the endpoint's messages are signed with the account's secret")
	}
	until(t, 10*time.Second, "the delivery is logged", func() bool {
		log := s.call("GET", "/webhook-deliveries?analysis="+failed.text("id"), nil)
		rows, _ := log.body["deliveries"].([]any)
		if len(rows) != 1 {
			t.Fatalf("deliveries: %d %v", log.status, log.body)
		}
		row, _ := rows[0].(object)
		return row["state"] == "delivered" && row["attempts"] == 2.0 && row["http_status"] == 200.0
	})
	refusedWebhooks(t, s, address)
	s.terminate(20 * time.Second)
}

func checkMessage(t *testing.T, m message, secret, event, id string) {
	t.Helper()
	var body struct {
		Type, Timestamp string
		Data            struct{ ID, Status string }
	}
	if err := json.Unmarshal(m.body, &body); err != nil || body.Type != event || body.Data.ID != id || body.Timestamp == "" {
		t.Errorf("%v: %s", err, m.body)
	}
	if !m.authentic(secret) {
		t.Errorf("the signature does not fit: %v", m.header)
	}
	m.body = append(m.body, ' ')
	if m.authentic(secret) {
		t.Error("a changed message has a fitting signature")
	}
}

// refusedWebhooks are addresses that a webhook must not have.
func refusedWebhooks(t *testing.T, s *service, allowed string) {
	host, _, _ := strings.Cut(allowed, ":")
	content := base64Of(pngOf(t, screen(64, 48)))
	for _, url := range []string{
		"http://" + host + ":9/", "http://localhost/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
		"http://2130706433/", "file:///etc/passwd", "http://user:secret@example.com/", "not a URL", "",
	} {
		for name, a := range map[string]answer{
			"analysis": s.image(content, object{"webhook": object{"url": url}}),
			"account":  s.call("POST", "/webhooks", object{"url": url}),
		} {
			if a.status != http.StatusBadRequest || a.code() == "" {
				t.Errorf("%s: webhook %q: %d %v", name, url, a.status, a.body)
			}
		}
	}
	if a := s.image(content, object{"webhook": object{"url": "https://example.com/", "events": []string{"analysis.mood"}}}); a.status != http.StatusBadRequest {
		t.Errorf("unknown event: %d %v", a.status, a.body)
	}
}
