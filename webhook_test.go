package saccade_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/saccade-dev/saccade"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// The vector that the implementations of the Standard Webhooks project share.
func TestSignWebhookVector(t *testing.T) {
	got, err := saccade.SignWebhook(webhookSecret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("signature %q, %v; want %q", got, err, want)
	}
}

func TestSignWebhookRefuses(t *testing.T) {
	for _, c := range [][2]string{{"whsec_***", "msg_1"}, {"whsec_", "msg_1"}, {"", "msg_1"}, {webhookSecret, ""}, {webhookSecret, "msg.1"}} {
		if s, err := saccade.SignWebhook(c[0], c[1], time.Unix(0, 0), nil); err == nil {
			t.Errorf("secret %q, id %q: signed as %q", c[0], c[1], s)
		}
	}
}

func webhookHeader(t *testing.T, at time.Time, payload string) http.Header {
	t.Helper()
	s, err := saccade.SignWebhook(webhookSecret, "msg_1", at, []byte(payload))
	if err != nil {
		t.Fatal(err)
	}
	h := http.Header{}
	h.Set(saccade.WebhookIDHeader, "msg_1")
	h.Set(saccade.WebhookTimestampHeader, "1700000000")
	h.Set(saccade.WebhookSignatureHeader, s)
	return h
}

func TestVerifyWebhook(t *testing.T) {
	at := time.Unix(1700000000, 0)
	for name, c := range map[string]struct {
		change  func(http.Header)
		payload string
		now     time.Time
		want    error
	}{
		"good":            {nil, "{}", at, nil},
		"four minutes":    {nil, "{}", at.Add(4 * time.Minute), nil},
		"clock behind":    {nil, "{}", at.Add(-4 * time.Minute), nil},
		"too old":         {nil, "{}", at.Add(6 * time.Minute), saccade.ErrWebhookTime},
		"future":          {nil, "{}", at.Add(-6 * time.Minute), saccade.ErrWebhookTime},
		"wild":            {func(h http.Header) { h.Set(saccade.WebhookTimestampHeader, "-9223372036854775808") }, "{}", at, saccade.ErrWebhookTime},
		"changed body":    {nil, "{} ", at, saccade.ErrWebhookSignature},
		"changed id":      {func(h http.Header) { h.Set(saccade.WebhookIDHeader, "msg_2") }, "{}", at, saccade.ErrWebhookSignature},
		"changed time":    {func(h http.Header) { h.Set(saccade.WebhookTimestampHeader, "1700000001") }, "{}", at, saccade.ErrWebhookSignature},
		"no id":           {func(h http.Header) { h.Del(saccade.WebhookIDHeader) }, "{}", at, saccade.ErrWebhookHeaders},
		"no time":         {func(h http.Header) { h.Del(saccade.WebhookTimestampHeader) }, "{}", at, saccade.ErrWebhookHeaders},
		"no signature":    {func(h http.Header) { h.Del(saccade.WebhookSignatureHeader) }, "{}", at, saccade.ErrWebhookHeaders},
		"time is no time": {func(h http.Header) { h.Set(saccade.WebhookTimestampHeader, "soon") }, "{}", at, saccade.ErrWebhookHeaders},
		"other version": {func(h http.Header) {
			h.Set(saccade.WebhookSignatureHeader, "v2"+h.Get(saccade.WebhookSignatureHeader)[2:])
		}, "{}", at, saccade.ErrWebhookSignature},
		"several": {func(h http.Header) {
			h.Set(saccade.WebhookSignatureHeader, "v1,AAAA v1a,xyz, v1 "+h.Get(saccade.WebhookSignatureHeader))
		}, "{}", at, nil},
	} {
		h := webhookHeader(t, at, "{}")
		if c.change != nil {
			c.change(h)
		}
		if err := saccade.VerifyWebhook(webhookSecret, h, []byte(c.payload), c.now); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := saccade.VerifyWebhook("whsec_AAAA", webhookHeader(t, at, "{}"), []byte("{}"), at); !errors.Is(err, saccade.ErrWebhookSignature) {
		t.Errorf("another secret: %v", err)
	}
}
