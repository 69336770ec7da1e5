package httpfront

import (
	"bufio"
	"bytes"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/saccade-dev/saccade"
)

// halfSent sends a request whose body never comes and returns its answer.
func halfSent(t *testing.T, address, method string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := conn.Write([]byte(method + " /x HTTP/1.1\r\nHost: " + address + "\r\nContent-Length: 1000\r\n\r\n{")); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// TestBodiesThatNeverCome: the answer to a GET, and a refusal, go out beside the
// body, and the request holds no slot while the rest is waited for.
func TestBodiesThatNeverCome(t *testing.T) {
	f := newFront(t, func(c *Config, _ *Deps) { c.MaxInFlight = 1 })
	f.HandleFunc("GET /x", func(http.ResponseWriter, *http.Request) {})
	f.HandleFunc("POST /x", func(w http.ResponseWriter, r *http.Request) {
		f.Refuse(w, r, saccade.Errorf(saccade.CodeForbidden, "no"))
	})
	server := httptest.NewServer(f)
	t.Cleanup(server.Close) // after the connections are closed
	address := server.Listener.Addr().String()
	for range 3 {
		for method, want := range map[string]int{"GET": http.StatusOK, "POST": http.StatusForbidden} {
			if res := halfSent(t, address, method); res.StatusCode != want {
				t.Errorf("%s: %s", method, res.Status)
			}
			if n := f.inFlight.InUse(); n != 0 {
				t.Errorf("%s: %d slots are held", method, n)
			}
		}
	}
}

// TestBodiesOfGets: a body that has come keeps the connection, one that comes
// later ends it, and neither breaks the server.
func TestBodiesOfGets(t *testing.T) {
	f := newFront(t, func(*Config, *Deps) {})
	f.HandleFunc("GET /x", func(http.ResponseWriter, *http.Request) {})
	var complaints bytes.Buffer
	server := httptest.NewUnstartedServer(f)
	server.Config.ErrorLog = log.New(&complaints, "", 0)
	server.Start()
	address := server.Listener.Addr().String()
	head := "GET /x HTTP/1.1\r\nHost: " + address + "\r\nContent-Length: 4\r\n\r\n"
	for name, tt := range map[string]struct {
		late string // of the body
		kept bool
	}{"whole": {"", true}, "late": {"ull", false}} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		in := bufio.NewReader(conn)
		for i := range 2 {
			_, _ = io.WriteString(conn, strings.TrimSuffix(head+"null", tt.late))
			res, err := http.ReadResponse(in, nil)
			if err != nil {
				t.Fatalf("%s, request %d: %v", name, i+1, err)
			}
			if res.StatusCode != http.StatusOK || res.Close == tt.kept {
				t.Errorf("%s: %s, closes %t", name, res.Status, res.Close)
			}
			if _, _ = io.WriteString(conn, tt.late); !tt.kept {
				break
			}
		}
		_ = conn.Close()
	}
	server.Close() // waits for the connections
	if complaints.Len() > 0 {
		t.Error(complaints.String())
	}
}
