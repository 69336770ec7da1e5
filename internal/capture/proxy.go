package capture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/saccade-dev/saccade/internal/netguard"
)

// errTraffic ends connections when the page has loaded too much.
var errTraffic = errors.New("the page loads too many bytes")

// errNoAnswer is in the chain of every failure after the connection stood.
var errNoAnswer = errors.New("no answer")

// maxTunnels bounds the connections that one page may hold at the same time.
const maxTunnels = 256

// proxy is the only way out of one Chromium: an HTTP proxy on the loopback that
// connects through the guard, counts bytes and remembers what failed.
type proxy struct {
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
	failures map[string]error // by "host:port", the last failure to connect
}

// startProxy listens on a random port of the loopback. uid is the user whose
// connections are answered; -1: anybody's.
func startProxy(g *netguard.Guard, traffic int64, uid int) (*proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if uid >= 0 && !knowsOwners(ln) {
		uid = -1 // this system does not know whose a connection is
	}
	p := &proxy{guard: g, ln: ln, failures: map[string]error{}, slots: make(chan struct{}, maxTunnels)}
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
			p.forget(hostPort(r.Request.URL.String()))
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

// address of the proxy, "host:port".
func (p *proxy) address() string { return p.ln.Addr().String() }

// close ends every connection and waits until they have ended.
func (p *proxy) close() error {
	p.stop()
	err := p.srv.Close()
	p.transport.CloseIdleConnections()
	p.tunnels.Wait()
	return err
}

// dial connects through the guard and remembers failures, so that the error of
// the capture can say why.
func (p *proxy) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if p.budget.Load() <= 0 {
		return nil, errTraffic
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

// badGateway answers for a site that gave none, and remembers why.
func (p *proxy) badGateway(w http.ResponseWriter, r *http.Request, err error) {
	if address := hostPort(r.URL.String()); p.failure(address) == nil && !errors.Is(err, context.Canceled) {
		p.noteFailure(address, fmt.Errorf("%w: %w", errNoAnswer, err))
	}
	http.Error(w, "The server could not be reached.", http.StatusBadGateway)
}

// noteFailure notes a failure; a page that asks everywhere must not fill our
// memory.
func (p *proxy) noteFailure(address string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.failures) < 1000 {
		p.failures[address] = err
	}
}

// forget notes that "host:port" did answer.
func (p *proxy) forget(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.failures, address)
}

// failure returns why "host:port" did not answer; nil when it did, or was never
// asked for.
func (p *proxy) failure(address string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.failures[address]
}

// tunnel serves CONNECT: https and web sockets.
func (p *proxy) tunnel(w http.ResponseWriter, r *http.Request) {
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
	p *proxy
}

func (m *metered) Read(b []byte) (int, error) {
	n, err := m.ReadCloser.Read(b)
	if m.p.budget.Add(-int64(n)) < 0 {
		return 0, errTraffic
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
