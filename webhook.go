package saccade

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of a message to a webhook.
const (
	WebhookIDHeader        = "webhook-id"        // the same for every attempt
	WebhookTimestampHeader = "webhook-timestamp" // seconds since 1970, of this attempt
	WebhookSignatureHeader = "webhook-signature" // "v1," and base64(HMAC-SHA256(key, "id.timestamp.body"))
)

// The events that webhooks are sent, as [WebhookMessage.Type].
const (
	EventSucceeded = "analysis.succeeded"
	EventFailed    = "analysis.failed"
)

// WebhookSecretPrefix marks a text as the secret of a webhook. What follows is
// the key, in base64.
const WebhookSecretPrefix = "whsec_"

// WebhookTolerance is how far the time of a message may be from the clock of
// the receiver.
const WebhookTolerance = 5 * time.Minute

// The reasons for which [VerifyWebhook] rejects a message.
var (
	ErrWebhookHeaders   = errors.New("webhook: headers are missing or not valid")
	ErrWebhookTime      = errors.New("webhook: the message is too old or from the future")
	ErrWebhookSignature = errors.New("webhook: no signature matches")
	ErrWebhookSecret    = errors.New(`webhook: a secret is "whsec_" and base64`)
)

// WebhookMessage is the body of a message to a webhook. It is thin: whoever
// wants the outputs polls the analysis.
type WebhookMessage struct {
	Type      string      `json:"type"`      // EventSucceeded or EventFailed
	Timestamp time.Time   `json:"timestamp"` // when the analysis ended
	Data      WebhookData `json:"data"`
}

// WebhookData is the analysis that a message is about.
type WebhookData struct {
	ID     string `json:"id"`
	Kind   Kind   `json:"kind"`
	Title  string `json:"title,omitempty"`
	Status Status `json:"status"`
	Error  *Error `json:"error,omitempty"` // on failure
}

// SignWebhook returns the value of the signature header for a message sent at a
// time, by the Standard Webhooks scheme (https://www.standardwebhooks.com),
// version v1. The id must not contain a dot, which separates the signed parts.
func SignWebhook(secret, id string, at time.Time, payload []byte) (string, error) {
	mac, err := webhookMAC(secret, id, strconv.FormatInt(at.Unix(), 10), payload)
	if err != nil {
		return "", err
	}
	return "v1," + base64.StdEncoding.EncodeToString(mac), nil
}

// VerifyWebhook checks a message that was received at a time: that somebody who
// knows the secret sent it, unchanged, within [WebhookTolerance]. A receiver
// should also remember the id for that long, to recognize a message sent twice.
func VerifyWebhook(secret string, h http.Header, payload []byte, now time.Time) error {
	id, stamp := h.Get(WebhookIDHeader), h.Get(WebhookTimestampHeader)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" || h.Get(WebhookSignatureHeader) == "" {
		return ErrWebhookHeaders
	}
	// Compared in seconds: a difference of times overflows for wild stamps.
	tolerance := int64(WebhookTolerance / time.Second)
	if d := now.Unix(); seconds > d+tolerance || seconds < d-tolerance {
		return ErrWebhookTime
	}
	want, err := webhookMAC(secret, id, stamp, payload)
	if err != nil {
		return err
	}
	// Several signatures may stand side by side while a secret is changed.
	for _, s := range strings.Fields(h.Get(WebhookSignatureHeader)) {
		version, value, _ := strings.Cut(s, ",")
		got, err := base64.StdEncoding.DecodeString(value)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return ErrWebhookSignature
}

func webhookMAC(secret, id, stamp string, payload []byte) ([]byte, error) {
	if id == "" || strings.Contains(id, ".") {
		return nil, fmt.Errorf("webhook: %q is not the id of a message", id)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, WebhookSecretPrefix))
	if err != nil || len(key) == 0 {
		return nil, ErrWebhookSecret
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(id + "." + stamp + ".")) // a hash never fails
	_, _ = mac.Write(payload)
	return mac.Sum(nil), nil
}
