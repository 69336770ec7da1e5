package httpfront

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/saccade-dev/saccade/internal/httpfront/tlstest"
)

func TestRenewedCertificates(t *testing.T) {
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	now := time.Now()
	write := func(host string) {
		t.Helper()
		tlstest.Write(t, cert, key, host)
	}
	if _, err := OpenCertificate(cert, key, nil, nil); err == nil || !strings.Contains(err.Error(), "SACCADE_TLS_CERT") {
		t.Errorf("files that are not there: %v", err)
	}
	write("one.example")
	c, err := OpenCertificate(cert, key, nil, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	is := func(host, when string) {
		t.Helper()
		now = now.Add(lookEvery)
		if err := c.VerifyHostname(host); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	is("one.example", "at the start")
	write("second.example")
	is("second.example", "renewed")
	if err := os.WriteFile(cert, []byte("half a certif"), 0o600); err != nil {
		t.Fatal(err)
	}
	is("second.example", "one file written, the other not yet")
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	is("second.example", "one file gone")
	write("the.third.example")
	is("the.third.example", "whole again")
	if got := c.Config().MinVersion; got < 0x0303 {
		t.Errorf("TLS of version %x is spoken", got)
	}
}
