package httpfront

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificate is a certificate and its key in two files (PEM), which may be replaced while
// the server runs. Safe for concurrent use.
type Certificate struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu     sync.Mutex
	asked  time.Time // when the files were last looked at
	seen   [2]stamp  // what they were like when they were read
	loaded *tls.Certificate
}

// lookEvery is how often the files are looked at, at most.
const lookEvery = time.Second

// stamp tells one version of a file from another.
type stamp struct {
	changed time.Time
	size    int64
}

// OpenCertificate reads a certificate. Files that become unreadable later are logged, and
// the certificate of before stays in use. A nil log discards, now may be nil.
func OpenCertificate(cert, key string, log *slog.Logger, now func() time.Time) (*Certificate, error) {
	c := &Certificate{cert: cert, key: key, log: log, now: now}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	seen, err := c.stamps()
	if err != nil {
		return nil, err
	}
	c.seen, c.asked = seen, c.now()
	c.loaded, err = c.read()
	return c, err
}

// Config returns what a listener needs: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(), nil }}
}

// Expires returns when the certificate ends.
func (c *Certificate) Expires() time.Time { return c.current().Leaf.NotAfter }

// VerifyHostname reports whether the certificate is for a host; nil is yes.
func (c *Certificate) VerifyHostname(host string) error { return c.current().Leaf.VerifyHostname(host) }

// current returns the certificate, read anew where the files have changed.
func (c *Certificate) current() *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.now()
	if now.Sub(c.asked) < lookEvery {
		return c.loaded
	}
	c.asked = now
	seen, err := c.stamps()
	if err == nil && seen == c.seen {
		return c.loaded
	}
	var loaded *tls.Certificate
	if err == nil {
		loaded, err = c.read()
	}
	if err != nil { // perhaps one of the two is there already; they are read again at the next look
		c.log.Error("the certificate cannot be read anew; the former one stays in use", "err", err, "expires", c.loaded.Leaf.NotAfter)
		return c.loaded
	}
	c.loaded, c.seen = loaded, seen
	c.log.Info("the certificate was read anew", "expires", loaded.Leaf.NotAfter)
	return loaded
}

func (c *Certificate) stamps() (s [2]stamp, err error) {
	for i, name := range []string{c.cert, c.key} {
		info, e := os.Stat(name)
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		s[i] = stamp{info.ModTime(), info.Size()}
	}
	return s, c.wrap(err)
}

func (c *Certificate) read() (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	return &pair, c.wrap(err)
}

func (c *Certificate) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("certificate and key (--tls-cert, SACCADE_TLS_CERT; --tls-key, SACCADE_TLS_KEY): %w", err)
}
