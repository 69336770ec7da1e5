package node_test

import (
	"strings"
	"testing"

	"github.com/saccade-dev/saccade/internal/node"
)

func TestLocal(t *testing.T) {
	for listen, want := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:80": true, "localhost:0": true, "127.9.9.9:1": true,
		":8080": false, "0.0.0.0:80": false, "[::]:80": false, "10.0.0.1:80": false, "localhost.example:80": false, "": false,
	} {
		if got := node.Local(listen); got != want {
			t.Errorf("Local(%q) is %v", listen, got)
		}
	}
}

func TestSlots(t *testing.T) {
	for text, want := range map[string]node.Slots{"auto": 0, "0": 0, "none": node.None, "-1": -1, "1": 1, "1000": 1000} {
		s := node.Slots(7)
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%q: %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "1001", "-2147483648", "-99999999999", "1.5", "many", "NONE", "99999999999999999999", "1\x00"} {
		s := node.Slots(7)
		if err := s.UnmarshalText([]byte(text)); err == nil || s != 7 {
			t.Errorf("%q is %d", text, s)
		}
	}
}

func TestValidateNamesEveryFault(t *testing.T) {
	cfg := node.Config{Grace: -1, Work: true, API: true, Videos: node.None, Images: node.None, Webhooks: node.None}
	cfg.State.Storage = "s3://x?y=z"
	err := cfg.Validate()
	for _, want := range []string{"--listen, SACCADE_LISTEN", "SACCADE_GRACE", "--videos, --images, --webhooks", "SACCADE_DATA", "SACCADE_STORAGE"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
	cfg.Images = -1
	if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), "--images (SACCADE_IMAGES) must not be negative") {
		t.Errorf("a negative number: %v", err)
	}
	if err := (node.Config{}).Validate(); err == nil || !strings.Contains(err.Error(), "--role") {
		t.Errorf("a process that does nothing: %v", err)
	}
	if err := node.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
}
