package webhook

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

// secretPrefix marks a text as a secret of a webhook.
const secretPrefix = "whsec_"

// Tolerance is how far a message's time may be from the receiver's clock.
const Tolerance = 5 * time.Minute

// The reasons for which [Verify] rejects a message.
var (
	ErrHeaders   = errors.New("webhook: headers are missing or not valid")
	ErrTime      = errors.New("webhook: the message is too old or from the future")
	ErrSignature = errors.New("webhook: no signature matches")
	ErrSecret    = errors.New(`webhook: a secret is "whsec_" and base64`)
)

// Sign gives the value of the signature header for a message sent at a time.
// The id must not contain a dot, which separates the signed parts.
func Sign(secret, id string, at time.Time, payload []byte) (string, error) {
	mac, err := sum(secret, id, strconv.FormatInt(at.Unix(), 10), payload)
	if err != nil {
		return "", err
	}
	return "v1," + base64.StdEncoding.EncodeToString(mac), nil
}

// Verify checks a message that was received at a time: that somebody who knows
// the secret sent it, unchanged, within [Tolerance]. A receiver should also
// remember the id for that long, to recognise a message sent twice.
func Verify(secret string, h http.Header, payload []byte, now time.Time) error {
	id, stamp := h.Get(HeaderID), h.Get(HeaderTimestamp)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || id == "" || h.Get(HeaderSignature) == "" {
		return ErrHeaders
	}
	// Compared in seconds: a difference of times overflows for wild stamps.
	if d := now.Unix(); seconds > d+int64(Tolerance/time.Second) || seconds < d-int64(Tolerance/time.Second) {
		return ErrTime
	}
	want, err := sum(secret, id, stamp, payload)
	if err != nil {
		return err
	}
	// Several signatures may stand side by side while a secret is changed.
	for _, s := range strings.Fields(h.Get(HeaderSignature)) {
		version, value, _ := strings.Cut(s, ",")
		got, err := base64.StdEncoding.DecodeString(value)
		if version == "v1" && err == nil && hmac.Equal(got, want) {
			return nil
		}
	}
	return ErrSignature
}

func sum(secret, id, stamp string, payload []byte) ([]byte, error) {
	if id == "" || strings.Contains(id, ".") {
		return nil, fmt.Errorf("webhook: %q is not the id of a message", id)
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) == 0 {
		return nil, ErrSecret
	}
	mac := hmac.New(sha256.New, key)
	_, _ = mac.Write([]byte(id + "." + stamp + ".")) // a hash never fails
	_, _ = mac.Write(payload)
	return mac.Sum(nil), nil
}
