package client_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/saccade-dev/saccade/client"
)

// TestUncertaintyOnTheWire: the flag stands beside the input where it is set, and not
// at all where it is not.
func TestUncertaintyOnTheWire(t *testing.T) {
	var body map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = nil
		_ = json.Unmarshal(b, &body)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, `{"id":"5h7xk2m4qz3v6w8y2b4d6f8h2k","location":"http://example.com"}`)
	}))
	defer server.Close()
	c, err := client.New(server.URL, "token")
	if err != nil {
		t.Fatal(err)
	}
	for _, wanted := range []bool{false, true} {
		if _, err := c.CreateImage(t.Context(), client.ImageRequest{Image: []byte("x"), Uncertainty: wanted}); err != nil {
			t.Fatal(err)
		}
		if v, there := body["uncertainty"]; there != wanted || wanted && v != true {
			t.Errorf("image, %v: %v", wanted, body)
		}
		if _, err := c.CreateVideo(t.Context(), client.VideoRequest{Upload: "http://example.com/u", Uncertainty: wanted}); err != nil {
			t.Fatal(err)
		}
		if v, there := body["uncertainty"]; there != wanted || wanted && v != true {
			t.Errorf("video, %v: %v", wanted, body)
		}
	}
}
