package openapi

import (
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/service"
	"github.com/saccade-dev/saccade/internal/webhook"
)

// TestTextsFollowTheLimits: nothing is written down that the operator configured
// otherwise.
func TestTextsFollowTheLimits(t *testing.T) {
	l := service.DefaultLimits()
	l.UploadTTL, l.LinkTTL, l.ResultTTL, l.TextTTL = 7*time.Minute, 3*time.Hour, 36*time.Hour, 90*time.Second
	texts := descriptions(l)
	for id, want := range map[string]string{
		"create-upload-url": "7 minutes", "get-output": "3 hours", "get-analysis": "36 hours",
		"get-summary": "90 seconds", "get-recommendations": "90 seconds",
	} {
		if !strings.Contains(texts[id], want) {
			t.Errorf("%s does not say %q: %s", id, want, texts[id])
		}
	}
	for id, text := range texts {
		if strings.Contains(text, "an hour") || strings.Contains(text, "one hour") {
			t.Errorf("%s speaks of an hour: %s", id, text)
		}
	}
	l.ResultTTL, l.TextTTL = 0, 0
	texts = descriptions(l)
	for _, text := range []string{texts["get-analysis"], texts["get-summary"], introduction(l)} {
		if strings.Contains(text, "are gone") {
			t.Errorf("kept for ever, and yet: %s", text)
		}
	}
}

func TestReceiversAreToldTheSendersTimeout(t *testing.T) {
	text := webhookMessages()["analysis"].Post.Description
	if want := "within " + humanDuration(webhook.Timeout); !strings.Contains(text, want) {
		t.Errorf("no %q in %s", want, text)
	}
}

func TestHumanDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		time.Hour: "one hour", 2 * time.Hour: "2 hours", 90 * time.Minute: "90 minutes", time.Minute: "one minute",
		90 * time.Second: "90 seconds", 30 * time.Second: "30 seconds", time.Second: "one second", 1500 * time.Millisecond: "1.5s",
	} {
		if got := humanDuration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestEveryOperationIsDescribed(t *testing.T) {
	d := New(Config{Limits: service.DefaultLimits()})
	plain := d.plainOperations(nil)
	if n := len(operations) + len(plain); n != len(d.descriptions) {
		t.Errorf("%d operations, %d descriptions", n, len(d.descriptions))
	}
	for _, o := range operations {
		if d.descriptions[o.id] == "" || d.Operation(o.id).Path == "" {
			t.Errorf("%s has no description or no path", o.id)
		}
	}
	if d.Operation("nothing").Path != "" {
		t.Error("an unknown operation has a path")
	}
}
