// Package proxy is the only way out of a browser that captures a page: an HTTP
// proxy on the loopback.
//
// The contract: it connects through [netguard] alone, and so to public addresses
// only; it lets a page load no more bytes than it was started with; where the
// system says whose a connection is (Linux), it answers one user's only; and it
// remembers which sites did not answer, and why. [Proxy.Close] ends every
// connection and waits until they have ended.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/saccade-dev/saccade/internal/netguard"
)

// ErrTraffic ends connections when the page has loaded too much.
var ErrTraffic = errors.New("the page loads too many bytes")

// ErrNoAnswer is in the chain of every failure after the connection stood.
var ErrNoAnswer = errors.New("no answer")

// maxTunnels bounds the connections that one page may hold at the same time.
const maxTunnels = 256

// Proxy serves one browser. It is safe for concurrent use.
type Proxy struct {
	guard     *netguard.Guard
	transport *http.Transport
	srv       *http.Server
	ln        net.Listener
	budget    atomic.Int64 // bytes that may still be loaded
	tunnels   sync.WaitGroup
	slots     chan struct{}
	ctx       context.Context // ends all tunnels
	stop      context.CancelFunc

	mu       sync.Mutex
	failures map[string]error // by "host:port" and by address
}

// Start listens on a random port of the loopback. The page may load traffic bytes. uid is the user whose
// connections are answered; -1: anybody's.
func Start(g *netguard.Guard, traffic int64, uid int) (*Proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if uid >= 0 && !knowsOwners(ln) {
		uid = -1 // this system does not know whose a connection is
	}
	p := &Proxy{guard: g, ln: ln, failures: map[string]error{}, slots: make(chan struct{}, maxTunnels)}
	p.budget.Store(traffic)
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.transport = g.Transport()
	p.transport.DialContext = p.dial
	p.transport.DisableCompression = true // bytes pass as they are
	quiet := log.New(io.Discard, "", 0)
	forward := &httputil.ReverseProxy{
		Transport:     p.transport,
		FlushInterval: -1,
		ErrorLog:      quiet,
		Rewrite:       func(r *httputil.ProxyRequest) { r.Out.Host = r.In.Host },
		ModifyResponse: func(r *http.Response) error {
			p.forget(HostPort(r.Request.URL.String()))
			r.Body = &metered{r.Body, p}
			return nil
		},
		ErrorHandler: p.badGateway,
	}
	p.srv = &http.Server{
		ErrorLog:          quiet,
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    256 << 10,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Method == http.MethodConnect:
				p.tunnel(w, r)
			case r.URL.Scheme == "http" && r.URL.Host != "":
				forward.ServeHTTP(w, r)
			default:
				http.Error(w, "This is a proxy.", http.StatusBadRequest)
			}
		}),
	}
	go func() { _ = p.srv.Serve(&ownListener{ln, uid}) }()
	return p, nil
}

// Address of the proxy, "host:port".
func (p *Proxy) Address() string { return p.ln.Addr().String() }

// Close ends every connection and waits until they have ended.
func (p *Proxy) Close() error {
	p.stop()
	err := p.srv.Close()
	p.transport.CloseIdleConnections()
	p.tunnels.Wait()
	return err
}

// dial connects through the guard and remembers failures, so that the error of
// the capture can say why.
func (p *Proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.budget.Load() <= 0 {
		return nil, ErrTraffic
	}
	conn, err := p.guard.DialContext(ctx, network, address)
	if err != nil {
		if !errors.Is(err, context.Canceled) {
			p.noteFailure(address, err)
		}
		return nil, err
	}
	p.forget(address)
	return conn, nil
}

// badGateway answers for a site that gave none, and remembers why: by "host:port" until
// another connection there stands, and by the whole address for good.
func (p *Proxy) badGateway(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, context.Canceled) {
		address, why := HostPort(r.URL.String()), fmt.Errorf("%w: %w", ErrNoAnswer, err)
		if known := p.Failure(address); known != nil {
			why = known
		} else {
			p.noteFailure(address, why)
		}
		p.noteFailure(r.URL.String(), why)
	}
	http.Error(w, "The server could not be reached.", http.StatusBadGateway)
}

// noteFailure notes a failure; a page that asks everywhere must not fill our
// memory.
func (p *Proxy) noteFailure(address string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.failures) < 1000 {
		p.failures[address] = err
	}
}

// forget notes that "host:port" did answer.
func (p *Proxy) forget(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.failures, address)
}

// Failure returns why "host:port", or the whole address of a request by plain HTTP, did
// not answer; nil when it did, or was never asked for.
func (p *Proxy) Failure(address string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failures[address]
}

// Failures returns what did not answer, by what [Proxy.Failure] takes.
func (p *Proxy) Failures() map[string]error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.failures)
}

// tunnel serves CONNECT: https and web sockets.
func (p *Proxy) tunnel(w http.ResponseWriter, r *http.Request) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	default:
		http.Error(w, "Too many connections.", http.StatusServiceUnavailable)
		return
	}
	p.tunnels.Add(1)
	defer p.tunnels.Done()
	upstream, err := p.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		http.Error(w, "The server could not be reached.", http.StatusBadGateway)
		return
	}
	defer func() { _ = upstream.Close() }()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = client.Close() }()
	// Closing both ends is what makes the copies below return.
	unhook := context.AfterFunc(p.ctx, func() { _ = client.Close(); _ = upstream.Close() })
	defer unhook()
	if _, err := io.WriteString(client, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	up := make(chan struct{})
	go func() {
		defer close(up)
		_, _ = io.Copy(upstream, buffered)
		closeWrite(upstream)
	}()
	_, _ = io.Copy(client, &metered{upstream, p})
	_ = client.Close()
	_ = upstream.Close()
	<-up
}

// closeWrite passes the end of one direction on.
func closeWrite(c net.Conn) {
	if t, ok := c.(*net.TCPConn); ok {
		_ = t.CloseWrite()
	}
}

// metered counts what is read against the budget of the page.
type metered struct {
	io.ReadCloser
	p *Proxy
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.ReadCloser.Read(b)
	if m.p.budget.Add(-int64(n)) < 0 {
		return 0, ErrTraffic
	}
	return n, err
}

// Write lets a ReverseProxy use a metered body as a switched protocol's
// connection.
func (m *metered) Write(b []byte) (int, error) {
	if w, ok := m.ReadCloser.(io.Writer); ok {
		return w.Write(b)
	}
	return 0, errors.ErrUnsupported
}

// knowsOwners tries whether peerUID works here, with a connection of our own.
func knowsOwners(ln net.Listener) bool {
	own, err := net.DialTimeout("tcp", ln.Addr().String(), time.Second)
	if err != nil {
		return false
	}
	defer func() { _ = own.Close() }()
	for {
		c, err := ln.Accept()
		if err != nil {
			return false
		}
		mine, uid := c.RemoteAddr().String() == own.LocalAddr().String(), peerUID(c)
		_ = c.Close()
		if mine { // somebody else's may come first
			return uid == os.Geteuid()
		}
	}
}

// ownListener passes on only connections from the user of our Chromium.
type ownListener struct {
	net.Listener
	uid int
}

func (l *ownListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil || l.uid < 0 || peerUID(c) == l.uid {
			return c, err
		}
		_ = c.Close()
	}
}

// HostPort returns the "host:port" that a proxy is asked for when the
// address is opened; empty when it is none.
func HostPort(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
