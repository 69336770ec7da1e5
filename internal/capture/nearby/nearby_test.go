package nearby

import (
	"testing"

	"github.com/saccade-dev/saccade"
)

func TestOnThisMachine(t *testing.T) {
	for address, want := range map[string]bool{
		"http://localhost:3000/": true, "http://LOCALHOST": true, "https://app.localhost/x": true, "http://127.0.0.1": true, "http://127.9.9.9:80/": true, "http://[::1]:8080/": true,
		"http://localhost.example/": false, "http://example.com/localhost": false, "http://localhost@example.com/": false, "http://10.0.0.1/": false, "http://2130706433/": false,
		"http://0.0.0.0/": false, "": false, "http://%zz": false,
	} {
		if got := onThisMachine(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

// TestRefused: an address that only looks public is not captured.
func TestRefused(t *testing.T) {
	p, err := New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"http://10.0.0.1/", "http://2130706433/", "file:///etc/passwd", "http://localhost.nothing.invalid/"} {
		if b, err := p.Capture(t.Context(), address, saccade.MediumDesktop); err == nil {
			t.Errorf("%s: %d bytes", address, len(b))
		}
	}
}
